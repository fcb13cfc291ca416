"""The worlds that replications run in: which draw, what is set, what the intervals say, and what is refused."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import validate
from scipy import stats

import sim
from sim.cli import main
from sim.cli.summary import summary_schema
from sim.errors import ScenarioError
from sim.experiments import run as runs
from sim.experiments.manifest import save
from sim.experiments.over_replications import over_replications
from sim.experiments.worlds import Worlds
from sim.indicators import TABLES
from sim.ledger.posteriors import Posterior, PosteriorError, posterior_in
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import amount_at
from sim.tables import sha256

ROOT = Path(__file__).parents[2]
TINY = (ROOT / "tests" / "golden" / "tiny.yaml").read_text("utf-8")
ORDERS, PAYLOAD = "market.origins.harbin.latent_orders_per_year", "lanes.flight.payload.mass"
FIXED, DWELL = "routes.post.tariff.fixed", "stations.sorting.service"
TOY = f"""\
draw,{ORDERS},{PAYLOAD} [kg],{FIXED} *
central,20000.0,60.0,1.0
0,10000.0,50.0,0.5
1,20000.0,60.0,1.0
2,30000.0,70.0,2.0
"""
Make = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library with a calibration of its own."""
    folder = tmp_path / "calibration" / "posterior"
    folder.mkdir(parents=True)
    (folder / "toy-numbers.csv").write_text(TOY, "utf-8")
    shutil.copytree(ROOT / "calibration" / "evidence", tmp_path / "calibration" / "evidence")
    return folder


@pytest.fixture
def make(folder: Path) -> Make:
    """A file of the library: the small scenario with more lines, or another text."""
    library = folder.parents[1]

    def make(more: str = "posterior: [toy]", name: str = "small", text: str = TINY) -> Path:
        file = library / f"{name}.yaml"
        file.write_text(f"{text}\n{more}\n", "utf-8")
        return file

    return make


@pytest.fixture
def small(make: Make) -> Loaded:
    return load(make())


def worlds_of(loaded: Loaded, n: int) -> Worlds:
    return Worlds.of(loaded.scenario, n, loaded.posteriors)


def moved(scenario: Scenario) -> tuple[float, ...]:
    return tuple(amount_at(scenario, path).number for path in (ORDERS, PAYLOAD, FIXED))


# -- draws -------------------------------------------------------------------------------------------------------------


def test_draw_sets_and_scales_the_numbers_that_the_calibration_moves(small: Loaded) -> None:
    worlds = worlds_of(small, 8)
    assert worlds.n_draws == 4
    assert [moved(worlds.scenario(r)) for r in (0, 2, 4)] == [
        (10000, 50_000, 6),
        (20000, 60_000, 12),
        (30000, 70_000, 24),
    ]
    assert moved(worlds.scenario(6)) == moved(worlds.scenario(0)), "from the first again after the last"


def test_replications_of_one_draw_run_in_one_world(small: Loaded) -> None:
    worlds = worlds_of(small, 8)
    assert worlds.scenario(0) == worlds.scenario(1) != worlds.scenario(2)
    assert worlds.layout.draw.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_replications_of_one_draw_differ_by_luck_only(small: Loaded) -> None:
    worlds = worlds_of(small, 4)
    tables = [runs.replicate(worlds, r, False, lambda _: None).tables["summary"] for r in range(2)]
    assert tables[0]["placed"].tolist() != tables[1]["placed"].tolist()
    alone = Worlds.of(worlds.scenario(1).model_copy(update={"posterior": ()}), 2)
    again = runs.replicate(alone, 1, False, lambda _: None).tables["summary"]
    assert [list(column) for column in again.values()] == [list(column) for column in tables[1].values()]


def test_all_scenarios_with_the_posterior_have_the_same_draws(small: Loaded, make: Make) -> None:
    more = "changes: {more: {at: 2016-05-10, change: stations.sorting.servers, set: 4}}\nposterior: [toy]"
    plan = load(make(more, "plan", TINY.replace("scenario: tiny", "scenario: plan")))
    one, other = worlds_of(small, 12), worlds_of(plan, 12)
    assert [moved(one.scenario(r)) for r in range(12)] == [moved(other.scenario(r)) for r in range(12)]
    assert other.scenario(5).changes == plan.scenario.changes


def test_more_replications_leave_the_earlier_in_their_worlds(small: Loaded) -> None:
    few, many = worlds_of(small, 4), worlds_of(small, 9)
    assert [few.scenario(r) for r in range(4)] == [many.scenario(r) for r in range(4)]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_replications_for_two_draws_run_at_the_central_values(small: Loaded, n: int) -> None:
    worlds = worlds_of(small, n)
    assert worlds.n_draws == 0
    assert not worlds.layout.has_draws
    assert {moved(worlds.scenario(r)) for r in range(n)} == {(20000, 60_000, 12)}


def test_scenario_with_nothing_to_draw_runs_as_described() -> None:
    tiny = sim.load(ROOT / "tests" / "golden" / "tiny.yaml")
    worlds = Worlds.of(tiny, 10)
    assert worlds.scenario(7) is tiny
    assert worlds.n_draws == 0


# -- uncertain numbers -------------------------------------------------------------------------------------------------

UNCERTAIN = f"uncertain: {{{PAYLOAD}: [30 kg, 70 kg], {DWELL}.mean: [10 min, 60 min]}}\nposterior: []"


def drawn(loaded: Loaded, path: str, n_draws: int) -> list[float]:
    worlds = worlds_of(loaded, 2 * n_draws)
    return [amount_at(worlds.scenario(2 * d), path).number for d in range(n_draws)]


def test_uncertain_number_lies_in_two_even_halves_about_its_median(make: Make) -> None:
    values = drawn(load(make(UNCERTAIN)), f"{DWELL}.mean", 600)
    minutes = np.array(values) / 60e6

    def below(x: np.ndarray) -> np.ndarray:
        return np.where(x < 20, 0.5 * (x - 10) / 10, 0.5 + 0.5 * (x - 20) / 40)

    assert stats.kstest(minutes, below).pvalue > 0.01
    assert (minutes.min() > 10, minutes.max() < 60) == (True, True)


def test_luck_of_an_uncertain_number_rests_on_seed_draw_and_name_alone(make: Make) -> None:
    payload = f"uncertain: {{{PAYLOAD}: [30 kg, 70 kg]}}"
    alone = drawn(load(make(payload)), PAYLOAD, 6)
    assert len(set(alone)) == 6
    assert drawn(load(make(UNCERTAIN)), PAYLOAD, 6) == alone
    turned = f"uncertain: {{{DWELL}.mean: [10 min, 60 min], {PAYLOAD}: [30 kg, 70 kg]}}\nreplications_per_draw: 2"
    assert drawn(load(make(turned)), PAYLOAD, 6) == alone
    assert drawn(load(make(payload, text=TINY.replace("seed: 7", "seed: 8"))), PAYLOAD, 6) != alone


def test_whole_numbers_stay_whole(make: Make) -> None:
    values = drawn(load(make("uncertain: {stations.sorting.servers: [1, 4]}")), "stations.sorting.servers", 60)
    assert set(values) == {1, 2, 3, 4}


def test_term_of_a_tariff_and_share_can_be_uncertain(make: Make) -> None:
    loaded = load(make("uncertain: {routes.post.tariff.per_kg: [50, 80], routes.post.loss.share: [1 %, 0.05]}"))
    tariffs, losses = drawn(loaded, "routes.post.tariff.per_kg", 20), drawn(loaded, "routes.post.loss.share", 20)
    assert (50 < min(tariffs) < 60 < max(tariffs) < 80, 0.01 < min(losses) < 0.03 < max(losses) < 0.05) == (True, True)


# -- runs --------------------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"}


def test_two_workers_give_the_bytes_of_one(make: Make, tmp_path: Path) -> None:
    loaded = load(make("posterior: [toy]\nuncertain: {stations.sorting.servers: [1, 4]}"))
    for workers in (1, 2):
        results = sim.run(loaded.scenario, replications=4, workers=workers, posteriors=loaded.posteriors)
        assert results.missing == {}
        save(results, tmp_path / str(workers))
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert [name for name in one if one[name] != two[name]] == []
    manifest = json.loads(one["manifest.json"])
    assert manifest["posterior_files"] == {"toy-numbers.csv": sha256(loaded.posteriors / "toy-numbers.csv")}
    assert (manifest["draws"], manifest["scenario"]["posterior"]) == (2, ["toy"])


def test_run_does_not_look_at_the_file_again(small: Loaded) -> None:
    worlds = worlds_of(small, 6)
    (small.posteriors / "toy-numbers.csv").unlink()
    assert moved(worlds.scenario(4)) == (30000, 70_000, 24)


def test_interval_of_a_run_spans_what_its_draws_expect(folder: Path, make: Make) -> None:
    orders = [5_000, 10_000, 20_000, 40_000]
    lines = [f"draw,{ORDERS}", "central,20000", *(f"{d},{n}" for d, n in enumerate(orders))]
    (folder / "orders-numbers.csv").write_text("\n".join(lines) + "\n", "utf-8")
    loaded = load(make("posterior: [orders]"))
    results = sim.run(loaded.scenario, replications=8, posteriors=folder)
    latent = results.columns("orders")["latent"].reshape(8, -1).sum(axis=1).reshape(4, 2).mean(axis=1)
    assert latent / latent.mean() == pytest.approx(np.array(orders) / np.mean(orders), rel=0.1)
    table = results.frame("summary_over_replications").set_index(["route", "measure"]).loc[("post", "placed")]
    by_draw = results.columns("summary")["placed"][::2].reshape(4, 2).mean(axis=1)
    assert table["credible_low"] == pytest.approx(np.quantile(by_draw, 0.025), rel=0.05)
    assert table["credible_high"] == pytest.approx(np.quantile(by_draw, 0.975), rel=0.05)
    assert table["standard_error"] < 0.1 * (table["credible_high"] - table["credible_low"])


# -- summary over replications -----------------------------------------------------------------------------------------


def summary_with(values: np.ndarray) -> dict[str, np.ndarray]:
    made = {column.name: values for column in TABLES[0].columns[2:]}
    names = {name: np.array([name] * len(values), object) for name in ("origin", "route")}
    return {"replication": np.arange(len(values)), **names, **made}


def first(table: dict[str, np.ndarray]) -> dict[str, Any]:
    return {name: column[0] for name, column in table.items()}


def test_credible_interval_is_over_draws_and_error_is_of_luck(small: Loaded) -> None:
    effect = stats.norm.ppf((np.arange(200) + 0.5) / 200, scale=10)
    luck = np.random.default_rng(3).normal(0, 8, 400)
    found = first(over_replications(summary_with(100 + np.repeat(effect, 2) + luck), worlds_of(small, 400)))
    assert (found["replications"], found["draws"]) == (400, 200)
    error = found["standard_error"]
    assert error == pytest.approx(8 / np.sqrt(400), rel=0.15), "the draws are no part of it"
    assert found["mean"] == pytest.approx(100, abs=3 * error)
    assert found["credible_low"] == pytest.approx(100 - 1.96 * 10, abs=2.5)
    assert found["credible_high"] == pytest.approx(100 + 1.96 * 10, abs=2.5)
    assert found["high_95"] - found["mean"] == pytest.approx(stats.t.ppf(0.975, 200) * error)


def test_mean_without_draws_has_students_interval() -> None:
    worlds = Worlds.of(sim.load(ROOT / "tests" / "golden" / "tiny.yaml"), 3)
    found = first(over_replications(summary_with(np.array([1.0, 2.0, 3.0])), worlds))
    assert (found["measure"], found["mean"], found["replications"], found["draws"]) == ("placed", 2.0, 3, 0)
    assert found["standard_error"] == pytest.approx(1 / np.sqrt(3))
    assert [found["high_95"] - 2, 2 - found["low_95"]] == pytest.approx([4.302653 / np.sqrt(3)] * 2, rel=1e-6)
    assert np.isnan([found["credible_low"], found["credible_high"]]).all()


def test_one_replication_has_no_interval() -> None:
    worlds = Worlds.of(sim.load(ROOT / "tests" / "golden" / "tiny.yaml"), 1)
    found = first(over_replications(summary_with(np.array([1.0])), worlds))
    assert (found["mean"], found["replications"]) == (1, 1)
    assert np.isnan([found["standard_error"], found["low_95"], found["high_95"], found["credible_low"]]).all()


def test_what_luck_alone_does_is_no_uncertainty_of_the_world(small: Loaded) -> None:
    luck = np.random.default_rng(4).normal(50, 5, 2000)
    found = first(over_replications(summary_with(luck), worlds_of(small, 2000)))
    assert found["credible_high"] - found["credible_low"] < 0.3 * (2 * 1.96 * 5 / np.sqrt(2))


def test_incomplete_draws_do_not_count(small: Loaded) -> None:
    worlds = worlds_of(small, 7)
    summary = summary_with(np.array([1.0, 3.0, 10.0, 20.0, 22.0, 99.0]))
    summary["replication"] = np.array([0, 1, 2, 4, 5, 6])
    found = first(over_replications(summary, worlds))
    assert (found["mean"], found["replications"], found["draws"]) == (np.mean([1, 3, 20, 22]), 4, 2)
    nothing = {name: column[[0, 2]] for name, column in summary.items()}
    alone = first(over_replications(nothing, worlds))
    assert (alone["mean"], alone["replications"], alone["draws"]) == (1, 1, 0)
    assert np.isnan([alone["standard_error"], alone["credible_low"]]).all()


def test_one_replication_a_draw_tells_no_luck(make: Make) -> None:
    loaded = load(make("posterior: [toy]\nreplications_per_draw: 1"))
    found = first(over_replications(summary_with(np.array([1.0, 2.0, 3.0])), worlds_of(loaded, 3)))
    assert (found["draws"], np.isnan(found["standard_error"])) == (3, True)
    assert found["credible_low"] == pytest.approx(1.05)


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return (int(end.value.code or 0), *capsys.readouterr())

    return run


def test_run_shows_both_intervals_and_says_what_they_are(command: Any, make: Make) -> None:
    code, out, _ = command("run", make(), "--replications", 5, "--workers", 1)
    text = " ".join(out.split())
    assert code == 0
    assert "Means of 4 replications in 2 draws of the posterior of toy (1 more are of incomplete draws" in text
    assert "95 % credible interval, over draws of the expected value" in text
    assert "2 draws are too few for it to say anything." in text
    assert (out.count("[") > 20, out.count("±") > 20) == (True, True)
    assert max(map(len, out.splitlines())) <= 100


def test_one_replication_says_that_nothing_is_known_of_the_interval(command: Any, make: Make) -> None:
    _, out, _ = command("run", make("posterior: [toy]\nuncertain: {stations.sorting.servers: [1, 4]}"))
    text = " ".join(out.split())
    assert "One replication: no interval. At the central values of the posterior of toy and 1 uncertain number" in text
    assert "nothing is known of the credible interval; two draws, the least for one, take 4 replications." in text
    assert "±" not in out.split("One replication")[0]


def test_json_of_draws_fits_its_schema(command: Any, make: Make) -> None:
    _, out, _ = command("run", make(), "--replications", 4, "--workers", 1, "--json")
    found = json.loads(out)
    validate(found, summary_schema())
    assert (found["posterior"], found["draws"]) == (["toy"], 2)
    placed = found["routes"][0]["placed"]
    assert placed["credible_low"] <= placed["mean"] <= placed["credible_high"]


def test_validate_says_which_posterior_and_how_many_draws(command: Any, make: Make) -> None:
    _, out, _ = command("validate", make("posterior: [toy]\nreplications: 7"))
    assert out.endswith("; posterior toy (3 numbers, 3 draws): 7 replications in 3 draws\n")
    _, out, _ = command("validate", make())
    assert out.endswith("; posterior toy (3 numbers, 3 draws): 1 replication at the central values\n")


def test_sources_show_what_the_posterior_makes_of_a_number(command: Any, make: Make, tmp_path: Path) -> None:
    file = make()
    _, out, _ = command("sources", file, ORDERS, "routes.post.tariff")
    text = " ".join(out.split())
    assert "posterior toy: 2e+04 (95 %: 1.05e+04 to 2.95e+04)" in text
    assert "posterior toy: times 1 (95 %: 0.525 to 1.95)" in text
    _, out, _ = command("sources", file, PAYLOAD, "--json")
    (number,) = json.loads(out)["numbers"]
    assert number["posterior"] == [
        {"calibration": "toy", "is_factor": False, "unit": "kg", "low_95": 50.5, "median": 60, "high_95": 69.5}
    ]
    command("sources", file, "--match", "payload", "--csv", tmp_path / "numbers.csv")
    with (tmp_path / "numbers.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["posterior"] for row in csv.DictReader(stream)] == [
            "posterior toy: 60 kg (95 %: 50.5 kg to 69.5 kg)"
        ]


# -- what is refused ---------------------------------------------------------------------------------------------------


def refused(file: Path) -> list[tuple[int, str, str | None]]:
    with pytest.raises(ScenarioError) as refusal:
        load(file)
    return [(problem.line, problem.message, problem.hint) for problem in refusal.value.problems]


def test_calibration_that_is_not_there_is_named_at_its_place(make: Make, folder: Path) -> None:
    ((line, message, hint),) = refused(make("posterior: [toi]"))
    assert line == len(TINY.splitlines()) + 2
    assert message == f"there is no calibration 'toi' in {folder}"
    assert hint == "did you mean 'toy'?"


def test_calibration_of_a_number_that_is_gone_is_refused(make: Make, folder: Path) -> None:
    (folder / "toy-numbers.csv").write_text(TOY.replace("lanes.flight.", "lanes.charter."), "utf-8")
    ((_, message, hint),) = refused(make())
    assert message == "the calibration 'toy' moves 'lanes.charter.payload.mass', which is no number of this scenario"
    assert hint == f"closest is '{PAYLOAD}'; after a change of names, calibrate anew"


def test_calibration_that_does_not_fit_is_refused(make: Make, folder: Path) -> None:
    (folder / "toy-numbers.csv").write_text(TOY.replace("[kg]", "[d]"), "utf-8")
    ((_, message, _),) = refused(make())
    assert message.startswith("the calibration 'toy' does not fit this scenario: lanes.flight.payload.mass: ")


def test_what_is_to_be_calibrated_has_nothing_to_draw(make: Make) -> None:
    file = make(f"posterior: [of-other-names]\nuncertain: {{{PAYLOAD}: [50 kg, 70 kg]}}")
    found = load(file, is_for_calibration=True).scenario
    assert (found.posterior, found.uncertain) == ((), {})


def test_number_is_moved_once(make: Make, folder: Path) -> None:
    shutil.copy(folder / "toy-numbers.csv", folder / "other-numbers.csv")
    messages = [message for _, message, _ in refused(make("posterior: [toy, other, toy]"))]
    assert f"'{ORDERS}' is moved by the calibrations 'toy' and 'other'" in messages
    assert "the calibration 'toy' is named twice" in messages
    ((_, message, _),) = refused(make(f"posterior: [toy]\nuncertain: {{{PAYLOAD}: [50 kg, 70 kg]}}"))
    assert message == f"'{PAYLOAD}' is moved by the calibration 'toy' already"


def test_number_that_would_not_count_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "corridors").mkdir()
    make()
    over = "scenario: plan\nbase: small.yaml\nlanes: {flight: {payload: {mass: 90 kg}}}"
    ((line, message, hint),) = refused(make("", "plan", over))
    assert (line, message) == (3, "the calibration 'toy' moves this number, so what is said here would not count")
    assert hint == "take it out, or say `posterior: []`"
    assert load(make("posterior: []", "plan", over)).scenario.lanes["flight"].payload.mass == 90_000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("central,", "middle,", "then a row 'central'"),
        ("50.0,0.5", "50.0", "the row '0' has 2 values, not 3"),
        ("50.0,0.5", "nan,0.5", "the row '0' holds what is no finite number"),
        ("50.0,0.5", "fifty,0.5", "could not convert"),
        (" *", "  *", "is no heading"),
        (f"{FIXED} *", ORDERS, "stands twice"),
    ],
)
def test_table_that_is_none_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    (folder / "toy-numbers.csv").write_text(TOY.replace(old, new), "utf-8")
    with pytest.raises(PosteriorError, match=r"toy-numbers\.csv is no table of a posterior's numbers") as refusal:
        posterior_in(folder, "toy")
    assert said in str(refusal.value)


def test_quantiles_of_a_posterior_are_those_of_its_draws(folder: Path) -> None:
    found: Posterior = posterior_in(folder, "toy")
    values = [row[0] for row in found.draws]
    assert found.range_of(found.moved[0]) == pytest.approx(np.quantile(values, [0.025, 0.5, 0.975]))


# -- interventions -----------------------------------------------------------------------------------------------------

LINES = """
interventions:
  lines:
    name: {en: More lines}
    proposes: More lines.
    at: 2016-05-10
    lasts: 20 d
    starts_within: 9 d
    measures:
      sort: {kind: expand_station, queues: [stations.sorting], servers: {value: 2, assumed: [1, 6], why: a guess}}
"""


def changes_of(worlds: Worlds, n: int) -> list[tuple[Any, ...]]:
    found = [worlds.scenario(r).changes["lines-sort"] for r in range(n)]
    return [(change.at, change.add) for change in found]


def test_interventions_are_expanded_in_the_world_that_runs(make: Make) -> None:
    world = worlds_of(load(make(LINES)), 1).scenario(0)
    assert (world.interventions, world.uncertain, world.posterior) == ({}, {}, ())
    assert [change.change for change in world.changes.values()] == ["stations.sorting.servers"]


def test_range_of_an_intervention_is_drawn_by_draw_and_its_start_by_replication(make: Make) -> None:
    loaded = load(make(LINES))
    assert list(loaded.scenario.uncertain) == ["interventions.lines.measures.sort.servers"]
    found = changes_of(worlds_of(loaded, 80), 80)
    added = [add for _, add in found]
    assert added[::2] == added[1::2]
    assert set(added) == {1, 2, 3, 4, 5, 6}
    assert {(at - loaded.scenario.interventions["lines"].at).days for at, _ in found} == set(range(10))
    assert [at for at, _ in found[::2]] != [at for at, _ in found[1::2]]


def test_start_is_drawn_of_one_replication_too_and_is_the_same_in_all_plans(make: Make) -> None:
    alone = changes_of(worlds_of(load(make(LINES)), 3), 3)
    assert {add for _, add in alone} == {2}, "at the central values nothing but the start is drawn"
    beside = (
        LINES
        + """\
  faster:
    name: {en: Faster}
    proposes: Faster.
    at: 2016-05-12
    measures:
      sort: {kind: expand_station, queues: [stations.sorting], service: 0.5}
posterior: [toy]
"""
    )
    both = worlds_of(load(make(beside, "both")), 3)
    assert changes_of(both, 3) == alone
    assert len({at for at, _ in alone}) > 1
