"""`sim sources SCENARIO --variance`: a small world in which it is known what the orders rest on."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.experiments.store import Store
from sim.experiments.variance.inputs import inputs_of
from sim.experiments.variance.runs import Job
from sim.experiments.variance.sample import Sample, Slot
from sim.experiments.variance.study import Study, answers, studied
from sim.ledger.posteriors import posterior_in
from sim.scenario.loading import Loaded, load
from sim.scenario.setting import amount_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]
ORDERS = "market.origins.harbin.latent_orders_per_year"
CHOICE = "market.origins.harbin.choice.reference_shares"
INSIDE, OTHER = f"{CHOICE}.inside", f"{CHOICE}.other_gateway"
PAYLOAD = "lanes.flight.payload.mass"
ASSUMED = {
    "latent_orders_per_year: 18720": "latent_orders_per_year: {value: 18720, assumed: +-50 %, why: it matters}",
    "inside: 0.5,": "inside: {value: 0.5, assumed: [0.4, 0.6], why: it matters as well},",
    "latitude: 45.75": "latitude: {value: 45.75, assumed: +-1 %, why: it does not}",
    "density: 160 kg/m3": "density: {value: 160 kg/m3, assumed: +-30 %, why: nor does it}",
    "cost_per_kg: 2 CNY/kg": "cost_per_kg: {value: 2 CNY/kg, assumed: [1 CNY/kg, 4 CNY/kg], why: nor this}",
    '[{weekdays: [mon, wed, fri], at: "20:00"}]':
        '{value: [{weekdays: [mon, wed, fri], at: "20:00"}], assumed: +-20 %, why: a list}',
    "servers: {value: 2, assumed: [1, 3], why: a test}": "servers: 9",
}  # fmt: skip
N_RUNS = 32
Run = Callable[..., tuple[int, str, str]]
POSTERIOR = f"draw,{PAYLOAD} [kg],{OTHER}\ncentral,60,0.3\n0,50,0.2\n1,60,0.3\n2,70,0.35\n"


def toy(*more: tuple[str, str]) -> str:
    text = (ROOT / "tests" / "golden" / "tiny.yaml").read_text("utf-8")
    for old, new in (*ASSUMED.items(), *more):
        assert old in text, old
        text = text.replace(old, new)
    return text


def written(folder: Path, text: str) -> Loaded:
    (folder / "toy.yaml").write_text(text, "utf-8")
    return load(folder / "toy.yaml")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toy")


@pytest.fixture(scope="module")
def loaded(library: Path) -> Loaded:
    return written(library, toy())


@pytest.fixture(scope="module")
def study(library: Path, loaded: Loaded) -> Study:
    return studied(loaded, N_RUNS, 1, library / "results" / "runs" / "variance-tiny", workers=1)


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: Job) -> None:
        raise AssertionError("this was run already")

    monkeypatch.setattr(Job, "run", run)


@pytest.fixture
def sources(library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(library)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["sources", *arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def sample_of(loaded: Loaded, folder: Path) -> Sample:
    posteriors = tuple(posterior_in(loaded.posteriors, name) for name in loaded.scenario.posterior)
    inputs = inputs_of(loaded, posteriors, Store(folder))
    return Sample(loaded.scenario, posteriors, inputs.numbers, inputs.groups)


# -- the toy world -----------------------------------------------------------------------------------------------------


def test_orders_rest_on_the_two_numbers_that_make_them(study: Study) -> None:
    found = answers(study, ["placed"])[0].shared
    assert found is not None
    paths = [study.inputs.numbers[effect.column].path for effect in found.effects]
    assert paths == [ORDERS, INSIDE]
    # Evenly within +-50 % and +-20 %: variances of 1/12 and 1/75 of the squared mean, and little luck.
    first, second = (effect.share for effect in found.effects)
    assert first.share == pytest.approx(0.85, abs=0.13)
    assert second.low <= 0.14 <= second.high + 0.05
    assert found.luck.share < 0.06
    assert found.foretold > 0.8
    assert all(effect.rises for effect in found.effects)


def test_only_assumed_numbers_that_can_be_set_vary(study: Study) -> None:
    varied = {number.path for number in study.inputs.numbers}
    assert {ORDERS, INSIDE, "places.harbin.latitude", "lanes.flight.cost_per_kg", "products.clothes.density"} == varied
    assert [(left.path, left.why) for left in study.inputs.left] == [
        ("lanes.flight.timetable.0.at", "it stands in a list")
    ]


@pytest.mark.usefixtures("nothing_runs")
def test_second_call_runs_nothing_and_says_the_same(library: Path, loaded: Loaded, study: Study) -> None:
    again = studied(loaded, N_RUNS, 1, library / "results" / "runs" / "variance-tiny", workers=1)
    assert answers(again, ["placed", "co2e"]) == answers(study, ["placed", "co2e"])


@pytest.mark.usefixtures("nothing_runs")
def test_more_runs_leave_those_there_are(library: Path, loaded: Loaded, study: Study) -> None:
    fewer = studied(loaded, 24, 1, library / "results" / "runs" / "variance-tiny", workers=1)
    assert fewer.kept == study.kept[:24]


def test_repeated_run_has_equal_numbers_and_other_luck(study: Study) -> None:
    first, again = study.kept[0], study.kept[7]
    assert first["numbers"] == again["numbers"]
    assert first["measures"] != again["measures"]


# -- worlds ------------------------------------------------------------------------------------------------------------


def test_posterior_is_left_what_it_moves_and_shared_by_two_runs(tmp_path: Path) -> None:
    folder = tmp_path / "calibration" / "posterior"
    folder.mkdir(parents=True)
    (folder / "toy-numbers.csv").write_text(POSTERIOR, "utf-8")
    shutil.copytree(ROOT / "calibration" / "evidence", tmp_path / "calibration" / "evidence")
    ranged = ("other_gateway: 0.3", "other_gateway: {value: 0.3, assumed: [0.2, 0.4], why: moved}")
    rest = ("not_bought: 0.2,", "not_bought: {value: 0.2, assumed: [0.1, 0.3], why: what is left},")
    loaded = written(tmp_path, toy(ranged, rest) + "posterior: [toy]\n")
    sample = sample_of(loaded, tmp_path / "runs")
    assert OTHER not in {number.path for number in sample.numbers}
    worlds = [sample.drawn(Slot.of(run)).scenario for run in (0, 1, 2)]
    assert [amount_at(world, PAYLOAD).number for world in worlds] == [50_000, 50_000, 60_000]
    for world, other in zip(worlds, (0.2, 0.2, 0.3), strict=True):
        each = world.market.origins["harbin"].choice.reference_shares
        assert each.other_gateway == pytest.approx(other)
        assert each.inside + each.other_gateway + each.not_bought == pytest.approx(1)


def test_numbers_that_make_no_scenario_are_drawn_again_and_counted(tmp_path: Path) -> None:
    wide = ("inside: {value: 0.5, assumed: [0.4, 0.6],", "inside: {value: 0.5, assumed: [0.1, 0.9],")
    also = ("other_gateway: 0.3", "other_gateway: {value: 0.3, assumed: [0.1, 0.8], why: a test}")
    loaded = written(tmp_path, toy(wide, also))
    sample = sample_of(loaded, tmp_path / "runs")
    worlds = [sample.drawn(Slot.of(run)) for run in range(14)]
    assert sum(world.n_refused for world in worlds) > 0
    for world in worlds:
        choice = world.scenario.market.origins["harbin"].choice.reference_shares
        assert choice.inside + choice.other_gateway <= 1


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("study", "nothing_runs")
def test_command_prints_a_table(sources: Run) -> None:
    code, out, err = sources("toy.yaml", "--variance", "placed", "--runs", str(N_RUNS), "--parcels-per-row", "1")
    assert code == 0, err
    assert "orders placed, tiny: mean" in out
    for said in (
        "luck",
        "assumed numbers, of which",
        "not told apart",
        "it matters as well",
        "1: it stands in a list",
    ):
        assert said in out
    assert "posterior" not in out
    assert "matters, nor" not in out


@pytest.mark.usefixtures("study", "nothing_runs")
def test_command_writes_json_and_csv(sources: Run, library: Path) -> None:
    options = ("--runs", str(N_RUNS), "--parcels-per-row", "1", "--variance")
    code, out, _ = sources("toy.yaml", "--json", *options)
    record = json.loads(out)
    assert code == 0
    assert [each["indicator"] for each in record["indicators"]] == ["placed", "mean_days"]
    of_placed = record["indicators"][0]
    parts = [of_placed[part]["share"] for part in ("luck", "posterior", "told_apart", "not_told_apart")]
    assert sum(parts) == pytest.approx(1)
    assert of_placed["numbers"][0]["path"] == ORDERS
    assert of_placed["numbers"][0]["why"] == "it matters"
    code, out, _ = sources("toy.yaml", "--csv", "shares.csv", "--route", "post", *options)
    with (library / "shares.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert (code, out) == (0, "")
    assert [row["part"] for row in rows][:3] == ["luck", "posterior", "assumed"]
    assert {row["route"] for row in rows} == {"post", ""}
    assert [row["path"] for row in rows if row["part"] == "not varied"] == ["lanes.flight.timetable.0.at"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["toy.yaml", "--variance", "place"], "'place' is no indicator; did you mean 'placed'?"),
        (["toy.yaml", "A008", "--variance", "placed"], "--variance is of one scenario file, not of toy.yaml and A008"),
        (
            ["toy.yaml", "--variance", "placed", "--runs", "5"],
            "5 runs say nothing of a variance; use --runs 24 or more",
        ),
        (
            ["toy.yaml", "--variance", "placed", "--status", "assumed"],
            "--status and --match are of the list of numbers",
        ),
        (["toy.yaml", "--variance", "placed", "--route", "pots"], "tiny has no route 'pots'; did you mean 'post'?"),
        (
            ["toy.yaml", "--variance", "placed", "--csv", "x.txt"],
            "the file of --csv ends in .csv, and 'x.txt' does not",
        ),
    ],
)
@pytest.mark.usefixtures("study", "nothing_runs")
def test_wrong_request_says_what_is_meant(sources: Run, arguments: list[str], said: str) -> None:
    code, _, err = sources(*arguments)
    assert code != 0
    assert said in err


@pytest.mark.usefixtures("study")
def test_stopped_command_keeps_what_is_done(sources: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    once = Job.run

    def run(job: Job) -> object:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(job.slot.replication)
        return once(job)

    monkeypatch.setattr(Job, "run", run)
    monkeypatch.setattr("sim.cli.sources_variance._workers", lambda *_: 1)
    options = ("toy.yaml", "--variance", "placed", "--parcels-per-row", "50", "--runs", "24")
    code, _, err = sources(*options)
    assert (code, ran) == (130, [0, 1])
    assert "the same command goes on there" in err
    assert sources(*options)[0] == 130
    assert ran == [0, 1]
    ran[:] = []
    assert sources(*options)[0] == 130
    assert ran == [2, 3]
