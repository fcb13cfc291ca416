"""A sweep that cannot be is refused in plain words, at the line that is wrong, before anything is run or written."""

import shutil
from pathlib import Path

import pytest

from sim.cli import main
from sim.errors import AbsurdScenarioError, ScenarioError
from sim.experiments.sweeps.reading import read_sweep
from tests.sweeps.conftest import Write

FACTORIAL = "design: {kind: factorial}\nreplications: 2\n"
SERVERS = "levers:\n  stations.sorting.servers: "


def problems_of(file: Path) -> list[str]:
    with pytest.raises(ScenarioError) as found:
        read_sweep(file)
    return [f"{each.line}: {each.message} [{each.path}] {each.hint or ''}".strip() for each in found.value.problems]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FACTORIAL + "levers:\n  stations.sorting.server: {values: [1, 3]}",
            "8: 'stations.sorting.server' names no number of tiny [levers.stations.sorting.server] "
            "did you mean 'stations.sorting.servers'?",
        ),
        (
            FACTORIAL + SERVERS + "{values: [2, 0]}",
            "8: 0 is out of bounds; at least 1 is expected [levers.stations.sorting.servers.values.1]",
        ),
        (
            FACTORIAL + SERVERS + "{values: [2, 2.5]}",
            "8: a whole number is expected, not 2.5 [levers.stations.sorting.servers.values.1]",
        ),
        (
            FACTORIAL + "levers:\n  lanes.flight.cutoff: {low: 3 kg, high: 3 h}",
            "8: '3 kg' is a mass; a duration is expected (for example 3 h) [levers.lanes.flight.cutoff.low]",
        ),
        (
            FACTORIAL + SERVERS + "{values: [1, 2], low: 1, high: 3}",
            "8: give either values, or low and high, not both [levers.stations.sorting.servers]",
        ),
        (
            FACTORIAL + SERVERS + "{low: 1}",
            "8: give either values, or both low and high [levers.stations.sorting.servers]",
        ),
        (
            FACTORIAL + SERVERS + "{low: 3, high: 1}",
            "8: low is 3 and high is 1; low lies below high [levers.stations.sorting.servers]",
        ),
        (
            FACTORIAL + SERVERS + "{values: [1, 1]}",
            "8: this value stands here twice [levers.stations.sorting.servers.values.1]",
        ),
        (
            FACTORIAL + "levers:\n  seed: {values: [1, 2]}",
            "8: 'seed' belongs to the run and is the same at all points: common luck and common draws rest on it "
            "[levers.seed]",
        ),
        (
            "design: {kind: sobol, points: 12}\nreplications: 2\n" + SERVERS + "{values: [1, 2]}",
            "5: 12 points are no power of two, and only then is a Sobol design balanced; take 8 or 16 [design]",
        ),
        (
            "design: {kind: sobul, points: 8}\nreplications: 2\n" + SERVERS + "{values: [1, 2]}",
            "5: 'sobul' is not a known kind; one of 'factorial', 'one_at_a_time', 'latin_hypercube' or 'sobol' is "
            "expected [design.kind] did you mean 'sobol'?",
        ),
        (FACTORIAL, "1: nothing varies; name a number under levers or uncertainties []"),
        (
            "design: {kind: factorial}\n" + SERVERS + "{values: [1, 2]}",
            "1: give either replications or precision []",
        ),
        (
            "design: {kind: factorial}\nprecision: {of: plased, within: 2 %, most: 8}\n" + SERVERS + "{values: [1, 2]}",
            "6: there is no measure 'plased' [precision.of] did you mean 'placed'?",
        ),
        (
            FACTORIAL + "levers:\n  plans: {values: [[more-sorter]]}",
            "8: there is no intervention 'more-sorter' [levers.plans.values.0.0] did you mean 'more-sorters'?",
        ),
        (
            FACTORIAL + "levers:\n  plans: {values: [1]}",
            "8: a list of interventions is expected here [levers.plans.values.0]",
        ),
        (
            FACTORIAL + "uncertainties:\n  stations.sorting.servers: {values: [1]}\n" + SERVERS + "{values: [1, 2]}",
            "8: 'stations.sorting.servers' is a lever and an uncertainty; it is one of them "
            "[uncertainties.stations.sorting.servers]",
        ),
        (
            "replications: 5\ndesign: {kind: factorial}\nlevers:\n  plans: {values: [[more-sorters]]}",
            "5: 5 replications are not whole draws of 2; write 4 or 6 [replications]",
        ),
        (
            FACTORIAL + SERVERS + "{values: [1]}\n  routes.post.tariff: {values: [9 CNY + 60 CNY/kg]}\n"
            "  routes.post.tariff.fixed: {values: [10]}",
            "10: 'routes.post.tariff.fixed' and 'routes.post.tariff' set the same number, so one of them would not "
            "count [levers.routes.post.tariff.fixed]",
        ),
        (
            FACTORIAL + SERVERS + "{values: [1]}\n  lanes.flight.mode: {low: air, high: rail}",
            "9: a range lies between two numbers, or between two dates; give values instead [levers.lanes.flight.mode]",
        ),
    ],
)
def test_sweep_is_refused_at_its_line(write: Write, text: str, told: str) -> None:
    assert problems_of(write(text)) == [told]


def test_base_that_is_not_there_is_told_with_the_closest(write: Write) -> None:
    text = "sweep: trial\nbase: tyni.yaml\n" + FACTORIAL + SERVERS + "{values: [1, 2]}"
    assert problems_of(write(text, whole=True)) == [
        "2: there is no file 'tyni.yaml' in the folder scenarios/ [base] did you mean 'tiny.yaml'?"
    ]
    text = "sweep: trial\n" + FACTORIAL + SERVERS + "{values: [1, 2]}"
    assert problems_of(write(text, whole=True)) == ["1: the key 'base' is missing [base]"]
    text = "sweep: trial\nbase: ../../elsewhere.yaml\n" + FACTORIAL + SERVERS + "{values: [1, 2]}"
    assert problems_of(write(text, whole=True)) == [
        "2: the base '../../elsewhere.yaml' lies outside the folder scenarios/ [base]"
    ]


def test_precision_that_no_whole_draw_may_reach_is_refused(write: Write, library: Path) -> None:
    base = library / "tiny.yaml"
    base.write_text(base.read_text("utf-8") + "\nreplications_per_draw: 10\n", "utf-8")
    precise = FACTORIAL.replace("replications: 2", "precision: {of: placed, within: 2 %, most: 4}")
    told = "6: 4 replications are no whole draw of 10; write 20 or more [precision.most]"
    assert problems_of(write(precise + SERVERS + "{values: [1, 3]}")) == [told]


def test_sweep_has_the_name_of_its_file(write: Write) -> None:
    file = write(FACTORIAL + SERVERS + "{values: [1, 2]}").rename(write("", "other"))
    assert problems_of(file)[0].startswith("1: a sweep has the name of its file, 'other', not 'trial'")


def test_all_that_is_wrong_with_values_is_told_at_once(write: Write) -> None:
    text = FACTORIAL + SERVERS + "{values: [0, many]}\n  lanes.flight.transit.men: {values: [5 h]}"
    assert len(problems_of(write(text))) == 3


def test_constant_that_cannot_be_is_told_at_its_line(write: Write) -> None:
    text = "sweep: trial\nbase: tiny.yaml\nconstants:\n  stations.sorting.servers: 0\nhorizon: {end: 2015-01-01}\n"
    found = problems_of(write(text + FACTORIAL + "levers: {lanes.flight.cutoff: {values: [1 h]}}", whole=True))
    assert found[0].startswith("4: 0 is out of bounds; at least 1 is expected [constants.stations.sorting.servers]")
    assert any(line.startswith("5: the end must lie after the start") for line in found)


def test_what_a_posterior_draws_anyway_is_no_lever(write: Write, library: Path) -> None:
    folder = library.parent / "calibration" / "posterior"
    folder.mkdir(parents=True)
    table = "draw,stations.sorting.servers,lanes.flight.cancellation *\ncentral,2,1\n0,3,1.1\n1,1,0.9\n"
    (folder / "tiny-numbers.csv").write_text(table, "utf-8")
    base = library / "tiny.yaml"
    base.write_text(base.read_text("utf-8") + "\nposterior: [tiny]\n", "utf-8")
    text = (
        FACTORIAL
        + "levers:\n  stations.sorting.servers: {values: [1, 4]}\n  lanes.flight.cancellation: {values: [0.2]}"
    )
    assert problems_of(write(text)) == [
        "8: the calibration 'tiny' draws 'stations.sorting.servers' anyway, so what is set here would not count "
        "[levers.stations.sorting.servers] take another number, or a base without `posterior`"
    ]


def test_factorial_of_ten_million_points_is_refused_before_it_is_made(write: Write) -> None:
    text = (
        FACTORIAL
        + "levers:\n"
        + "".join(
            f"  {path}: {{low: {low}, high: {high}, levels: 216}}\n"
            for path, low, high in (
                ("lanes.flight.cutoff", "1 h", "9 h"),
                ("lanes.flight.cancellation", 0.1, 0.9),
                ("lanes.flight.transit.mean", "3 h", "9 h"),
            )
        )
    )
    with pytest.raises(AbsurdScenarioError, match=r"10,077,697 points would take 2,799 hours") as found:
        read_sweep(write(text))
    (problem,) = found.value.problems
    assert (problem.line, problem.path) == (5, "design")


@pytest.mark.parametrize("verb", ["sweep", "validate"])
def test_wrong_sweep_ends_with_two_and_writes_nothing(
    verb: str, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(FACTORIAL + SERVERS + "{values: [0]}")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as end:
        main([verb, str(file)])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert "trial.yaml:8:39: error: 0 is out of bounds; at least 1 is expected" in err
    assert sorted(tmp_path.rglob("*")) == before


def test_base_with_a_fault_of_its_own_is_told_in_its_own_file(write: Write, library: Path) -> None:
    shutil.copy(library / "tiny.yaml", library / "broken.yaml")
    broken = library / "broken.yaml"
    broken.write_text(broken.read_text("utf-8").replace("servers: {value: 2,", "servers: {value: 0,"), "utf-8")
    text = "sweep: trial\nbase: broken.yaml\n" + FACTORIAL + "levers: {lanes.flight.cutoff: {values: [1 h]}}"
    with pytest.raises(ScenarioError, match=r"broken.yaml:\d+:\d+: error: 0 is out of bounds"):
        read_sweep(write(text, whole=True))
