"""What is said of a sample whose runs are made up: tables, JSON and lines for people, without a simulation."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.cli import main, sources_variance
from sim.cli.sources_variance_data import record, write_csv
from sim.cli.sources_variance_text import show
from sim.errors import SimError
from sim.experiments.kept_runs import TooFewRunsError
from sim.experiments.variance import runs
from sim.experiments.variance.inputs import Inputs, Left
from sim.experiments.variance.runs import Job, UnknownMeasureError, UnknownRouteError, measures_of, values_of_runs
from sim.experiments.variance.sample import Slot
from sim.experiments.variance.study import Answer, Study, answers
from sim.indicators.measures import WHOLE
from sim.luck import four_uniforms, key
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import Amount
from sim.scenario.uncertain import Uncertain

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
SERVERS, MASS = "stations.sorting.servers", "lanes.flight.payload.mass"
N = 64


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(TINY).scenario


def made_up(scenario: Scenario) -> Study:
    """Placed orders rise with the servers, fall with the mass, and have a little luck; days are always the same."""
    slots = tuple(Slot.of(run) for run in range(N))
    routes = len(scenario.routes)
    kept = []
    for slot in slots:
        servers, mass, *_ = four_uniforms(key(1, 0, "numbers"), slot.numbers)
        luck = four_uniforms(key(1, 0, "luck"), slot.replication)[0]
        placed = 1000 + 30 * servers - 10 * mass + 2 * luck
        of_whole = {"placed": [placed], "mean_days": [9.0], "co2e_kg": [None]}
        of_route = {"placed": [placed / routes] * routes, "mean_days": [9.0] * routes}
        measures = {WHOLE: of_whole, "route": of_route}
        kept.append({"numbers": [servers, mass], "measures": measures, "refused": int(slot.replication == 1)})
    numbers = (
        Uncertain(SERVERS, 1.0, Amount(2, ""), 3.0),
        Uncertain(MASS, 50_000.0, Amount(60_000.0, "g"), 70_000.0),
    )
    inputs = Inputs(numbers, (), (Left("lanes.flight.timetable.0.at", "it stands in a list: so"),), {})
    return Study(scenario, inputs, slots, tuple(kept), ("SettingError: no such world",))


@pytest.fixture(scope="module")
def study(scenario: Scenario) -> Study:
    return made_up(scenario)


@pytest.fixture(scope="module")
def found(study: Study) -> list[Answer]:
    return answers(study, ["placed", "mean_days"])


def test_numbers_are_found_with_their_shares_and_their_direction(found: list[Answer]) -> None:
    shared = found[0].shared
    assert shared is not None
    assert [(effect.column, effect.rises) for effect in shared.effects] == [(0, True), (1, False)]
    assert shared.effects[0].share.share == pytest.approx(0.9, abs=0.1)
    assert shared.luck.share < 0.02


def test_indicator_that_is_the_same_in_all_runs_rests_on_nothing(study: Study, found: list[Answer]) -> None:
    assert found[1].shared is None
    assert record(study, found)["indicators"][1] == {
        "indicator": "mean_days", "route": None, "unit": "d", "runs": N, "variance": 0.0
    }  # fmt: skip


def test_record_says_what_varied_and_what_did_not(study: Study, found: list[Answer]) -> None:
    said = record(study, found)
    assert (said["runs"], said["failed"], said["n_varied"], said["drawn_again"]) == (N, 1, 2, 1)
    first = said["indicators"][0]["numbers"][0]
    assert (first["path"], first["value"], first["low"], first["high"], first["why"]) == (SERVERS, 2, 1.0, 3.0, None)
    assert said["not_varied"] == [{"path": "lanes.flight.timetable.0.at", "why": "it stands in a list: so"}]
    json.dumps(said, allow_nan=False)


def test_table_has_a_line_for_each_part(study: Study, found: list[Answer], tmp_path: Path) -> None:
    write_csv(study, found, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["indicator"], row["part"]) for row in rows] == [
        *(("placed", part) for part in ("luck", "posterior", "assumed", "number", "number", "not told apart")),
        ("mean_days", "does not vary"),
        ("", "not varied"),
    ]
    with pytest.raises(SimError, match=r"cannot write .*: No such file or directory"):
        write_csv(study, found, tmp_path / "not-there" / "a.csv")


def test_lines_for_people_name_the_numbers_and_the_sample(
    study: Study, found: list[Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    show(study, found, Path("runs"))
    out = " ".join(capsys.readouterr().out.split())
    for said in (
        "orders placed, tiny: mean 1010 parcels, standard deviation 9.111 (1%)",
        "(+)",
        "(-)",
        "1 to 3",
        f"tiny: the same in all {N} runs",
        "these 2 numbers explain",
        "1 combinations made no valid scenario",
        "1 assumed numbers did not vary (1: it stands in a list)",
        "Runs are kept in runs/",
    ):
        assert said in out


def test_nothing_but_luck_is_no_single_number(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    study = made_up(scenario)
    for slot, each in zip(study.slots, study.kept, strict=True):
        luck = four_uniforms(key(2, 0, "luck"), slot.replication)[0]
        each["measures"][WHOLE]["placed"] = [luck]
    show(study, answers(study, ["placed"]), Path("runs"))
    assert "No single number could be told from chance." in capsys.readouterr().out


def test_too_few_values_say_nothing(study: Study) -> None:
    with pytest.raises(TooFewRunsError, match=f"co2e of tiny has a value in 0 of {N} runs"):
        answers(study, ["co2e"])


def test_measure_that_runs_do_not_have_and_route_that_is_not_there_are_refused(study: Study) -> None:
    with pytest.raises(UnknownMeasureError, match="there is no co2e of a route"):
        values_of_runs(study.kept, "co2e", study.scenario, next(iter(study.scenario.routes)))
    with pytest.raises(UnknownRouteError, match="tiny has no route 'pots'; did you mean 'post'"):
        answers(study, ["placed"], "pots")


def test_value_of_a_route_is_read_from_its_own_column(study: Study) -> None:
    whole = values_of_runs(study.kept, "placed", study.scenario, None)
    of_route = values_of_runs(study.kept, "placed", study.scenario, next(iter(study.scenario.routes)))
    assert of_route == pytest.approx(whole / len(study.scenario.routes))


def test_run_that_cannot_be_is_kept_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Job) -> None:
        raise SimError("no such world")

    monkeypatch.setattr(Job, "_run", fails)
    assert Job("{}", (), (), (), Slot.of(0)).run() == {"failed": "no such world"}


def test_command_tells_runs_that_failed(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources_variance, "studied", lambda *_: study)
    with pytest.raises(SystemExit) as end:
        main(["sources", str(TINY), "--variance", "placed", "--csv", "a.csv", "--runs", str(N)])
    err = capsys.readouterr().err
    assert not end.value.code
    assert "warning: 1 runs failed and are left out, the first so: SettingError: no such world" in err
    assert (tmp_path / "a.csv").is_file()


def test_measures_without_a_value_are_kept_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = SimpleNamespace(values={each: {"placed": np.array([1.0, math.nan])} for each in runs.KEPT})
    monkeypatch.setattr(runs, "measured", lambda _: measured)
    assert measures_of(None) == {each: {"placed": [1.0, None]} for each in runs.KEPT}  # type: ignore[arg-type]


def test_study_of_nothing_refused_says_none(study: Study) -> None:
    kept = tuple(each | {"refused": 0} for each in study.kept)
    assert replace(study, kept=kept).n_refused == 0
