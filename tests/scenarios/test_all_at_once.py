"""Everything that is wrong with a file is told at once, and what is only to beware of is told as that."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.scenario.checks.as_written import misspelt
from sim.scenario.loading import load

ROOT = Path(__file__).parents[2]
TINY = (ROOT / "tests" / "golden" / "tiny.yaml").read_text("utf-8")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library with one scenario."""
    for name in ("corridors", "interventions"):
        (tmp_path / name).mkdir()
    (tmp_path / "tiny.yaml").write_text(TINY, "utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in the library: exit code, stdout, stderr."""
    monkeypatch.chdir(folder)

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return int(ended.value.code or 0), *capsys.readouterr()

    return ran


def errors_of(err: str) -> list[str]:
    return [line.split(": error: ")[1] for line in err.splitlines() if ": error: " in line]


# -- all at once -------------------------------------------------------------------------------------------------------


def test_misspelt_names_are_told_beside_wrong_units_and_dates(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text(
        """\
scenario: wrong
base: tiny.yaml
stations:
  sorting: {service: 20 minuts, place: harbn}
changes:
  fewer: {at: 2016-13-10, change: stations.sorting.servers, add: 1}
  more: {at: 2016-05-10, change: stations.sortin.servers, add: 4}
routes:
  post:
    paths: {air: {steps: [collection, sorting, flight, ural-customs, inlnd]}}
""",
        "utf-8",
    )
    code, _, err = run("validate", "wrong.yaml")
    assert code == 2
    assert errors_of(err) == [
        "unknown unit 'minuts' in '20 minuts'; a duration takes us, ms, s, min, h, d or w [stations.sorting.service]",
        "there is no place 'harbn' [stations.sorting.place]",
        "a date such as 2016-11-12 is expected, not '2016-13-10' [changes.fewer.at]",
        "there is no station 'sortin' [changes.more.change]",
        "there is no station, customs office, lane or other step 'inlnd' [routes.post.paths.air.steps.4]",
    ]
    assert err.count("hint: did you mean") == 4


def test_what_does_not_hang_on_a_wrong_value_is_told_beside_it(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text(
        "scenario: wrong\nbase: tiny.yaml\nhorizon: {end: 2015-01-01, warm_up: 3 fortnights}\n", "utf-8"
    )
    assert errors_of(run("validate", "wrong.yaml")[2]) == [
        "the end must lie after the start [horizon]",
        "unknown unit 'fortnights' in '3 fortnights'; a duration takes us, ms, s, min, h, d or w [horizon.warm_up]",
    ]


def test_checks_across_a_scenario_are_made_whatever_a_wrong_value_would_be(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text(
        """\
scenario: wrong
base: tiny.yaml
stations: {sorting: {servers: many}}
changes: {late: {at: 2031-01-01, change: stations.sorting.servers, set: 3}}
""",
        "utf-8",
    )
    late, many = errors_of(run("validate", "wrong.yaml")[2])[::-1]
    assert "many" in many
    assert "changes.late" in late
    (folder / "wrong.yaml").write_text((folder / "wrong.yaml").read_text("utf-8").replace("many", "3"), "utf-8")
    assert errors_of(run("validate", "wrong.yaml")[2]) == [late], "the same as when it is right"


def test_what_hangs_on_a_wrong_value_is_not_guessed(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text(
        "scenario: wrong\nbase: tiny.yaml\nhorizon: {start: 2016-04-31, end: 2015-01-01}\n", "utf-8"
    )
    (only,) = errors_of(run("validate", "wrong.yaml")[2])
    assert only.startswith("a date such as")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ranking", "interventions: [nothing]\nreplications: 40\nfirst: 4\n"),
        ("sweep", "design: {kind: factorial}\nreplications: 2\nlevers: {stations.sorting.servers: {values: [1, 3]}}\n"),
    ],
)
def test_name_of_a_file_is_told_beside_what_is_wrong_below_it(folder: Path, run: Run, kind: str, text: str) -> None:
    (folder / "mine.yaml").write_text(f"{kind}: yours\nbase: tinny.yaml\n{text}", "utf-8")
    code, _, err = run("validate", "mine.yaml")
    told = errors_of(err)
    assert code == 2
    assert told[0] == f"a {kind} has the name of its file, 'mine', not 'yours' [{kind}]"
    assert told[1].startswith("there is no file 'tinny.yaml'")
    assert [each for each in told[2:] if "'nothing'" in each] == told[2:]
    assert len(told) == (3 if kind == "ranking" else 2)


def test_all_that_is_wrong_with_an_intervention_is_told_in_one_round(folder: Path, run: Run) -> None:
    (folder / "interventions" / "more.yaml").write_text(
        """\
intervention: moore
base: tinny.yaml
name: {en: more}
proposes: x
at: 2016-07-32
measures: {a: {kind: expand_station, queues: [stations.sortin], servers: 3 min}}
""",
        "utf-8",
    )
    code, _, err = run("validate", "interventions/more.yaml")
    assert code == 2
    first = errors_of(err)
    assert [line.split("[")[-1] for line in first] == ["intervention]", "base]", "at]", "measures.a.servers]"]
    file = folder / "interventions" / "more.yaml"
    file.write_text(file.read_text("utf-8").replace("tinny", "tiny"), "utf-8")
    _, _, err = run("validate", "interventions/more.yaml")
    assert "there is no station 'sortin' [measures.a.queues.0]" in errors_of(err)


def test_base_and_corridors_that_are_not_there_are_told_together(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text("scenario: wrong\nbase: tinny.yaml\ncorridors: [harbn]\n", "utf-8")
    assert [line.split("[")[-1] for line in errors_of(run("validate", "wrong.yaml")[2])] == ["base]", "corridors.0]"]


def test_unknown_intervention_hides_no_other_error(folder: Path, run: Run) -> None:
    text = "scenario: wrong\nbase: tiny.yaml\nseed: -1\ninterventions: [nothing-such]\n"
    (folder / "wrong.yaml").write_text(text, "utf-8")
    assert [line.split("[")[-1] for line in errors_of(run("validate", "wrong.yaml")[2])] == [
        "seed]",
        "interventions.nothing-such]",
    ]


@pytest.mark.parametrize("name", ["harbin-baseline", "xinjiang-baseline", "tianjin-import"])
def test_right_files_have_no_misspelt_names(name: str) -> None:
    assert misspelt(load(ROOT / "scenarios" / f"{name}.yaml").tree) == []


def test_file_in_no_library_is_told_so_and_nothing_of_the_folders_around_it(tmp_path: Path, run: Run) -> None:
    alone = tmp_path.parent / f"{tmp_path.name}-alone"
    (alone / "unrelated").mkdir(parents=True)
    (alone / "unrelated" / "harbin-baselines.yaml").write_text("scenario: x\n", "utf-8")
    said = "hint: bases and corridors are looked for in the library that a file lies in, such as scenarios/"
    for text in ("intervention: one\nname: {en: o}\nproposes: x\nat: 2016-07-01\nmeasures: {}\n", "scenario: one\n"):
        (alone / "one.yaml").write_text(text + "base: harbin-baseline.yaml\n", "utf-8")
        _, _, err = run("validate", str(alone / "one.yaml"))
        assert said in err
        assert "unrelated" not in err


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ("[3, 1]", "the bounds of 'stations.sorting.servers' are 3 and 1; the first one is the lower one"),
        ("[3, 4]", "'stations.sorting.servers' is 2, which does not lie between 3 and 4 [uncertain"),
    ],
)
def test_range_that_cannot_be_is_told_what_is_wrong_with_it(folder: Path, run: Run, range_: str, said: str) -> None:
    (folder / "tiny.yaml").write_text(f"{TINY}\nuncertain: {{stations.sorting.servers: {range_}}}\n", "utf-8")
    assert said in run("validate", "tiny.yaml")[2]


# -- to beware of ------------------------------------------------------------------------------------------------------


def test_change_that_a_bound_cuts_is_a_warning_with_its_place(folder: Path, run: Run) -> None:
    change = "changes:\n  fewer: {at: 2016-05-10, change: stations.sorting.servers, add: -40}\n"
    (folder / "tiny.yaml").write_text(TINY + change, "utf-8")
    line = len(TINY.splitlines()) + 2
    said = (
        f"tiny.yaml:{line}:3: warning: a bound cuts this change: the servers of the station sorting would be -38 and "
        "is 1 [changes.fewer]"
    )
    for command in ("validate", "explain"):
        code, _, err = run(command, "tiny.yaml")
        assert (code, err.splitlines()) == (0, [said])


def test_change_that_has_all_of_its_effect_is_no_warning(folder: Path, run: Run) -> None:
    change = "changes:\n  more: {at: 2016-05-10, change: stations.sorting.servers, add: 40, ramp: 5 d}\n"
    (folder / "tiny.yaml").write_text(TINY + change, "utf-8")
    assert run("validate", "tiny.yaml")[2] == ""


# -- explain -----------------------------------------------------------------------------------------------------------

YARD = """\
intervention: yard
base: tiny.yaml
name: {en: a yard}
proposes: x
at: 2016-05-10
measures: {quick: {kind: change, change: lanes.flight.transit.mean, multiply: 0.5}}
"""


def test_intervention_is_explained_by_its_name_over_the_base_of_its_file(folder: Path, run: Run) -> None:
    scenarios = folder / "scenarios"
    for name in ("corridors", "interventions"):
        (scenarios / name).mkdir(parents=True)
    slow = TINY.replace("transit: 5 h", "transit: 106.8 h")
    assert slow != TINY
    (scenarios / "tiny.yaml").write_text(slow, "utf-8")
    (scenarios / "interventions" / "yard.yaml").write_text(YARD, "utf-8")
    code, out, err = run("explain", "yard")
    assert (code, err) == (0, "")
    assert "Against scenarios/tiny.yaml" in out
    assert "4.45 d -> 2.225 d" in out, "both values in one unit"
    code, _, err = run("explain", "yrd")
    assert code != 0
    assert "there is no intervention 'yrd'; did you mean 'yard'?" in err


def test_section_that_is_no_mapping_makes_no_name_misspelt(folder: Path, run: Run) -> None:
    (folder / "wrong.yaml").write_text("scenario: wrong\nbase: tiny.yaml\nlanes: 3\n", "utf-8")
    assert [line.split("[")[-1] for line in errors_of(run("validate", "wrong.yaml")[2])] == ["lanes]"]
