"""`sim sources`: where a number comes from, told of a scenario, of a path in it, and of a row of the evidence."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import STATUSES, main
from sim.ledger import STATUSES as LEDGER_STATUSES

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "golden" / "tiny.yaml"
HARBIN = ROOT / "scenarios" / "harbin-baseline.yaml"
Run = Callable[..., tuple[int, str, str]]

OWN = ("scenario:", "title:", "seed:", "horizon:")
SOURCED = {
    "payload: {mass: 60 kg}": "payload: {mass: {value: 21.9 t, derived: 2106 / 96, from: [A008], note: a mean}}",
    "transit: 5 h": "transit: {value: 5 h, published: A026}",
    "latent_orders_per_year: 18720": "latent_orders_per_year: {value: 18720, reported: hlj.parcels.2017}",
}
SCENARIO = """\
scenario: small
title: A small scenario
corridors: [tiny]
seed: 7
horizon: {start: 2016-05-01, end: 2016-06-01, warm_up: 14 d, drain: 14 d}
"""
PLAN = """\
base: small.yaml
scenario: plan
stations: {sorting: {servers: 3}}
changes:
  more-lines:
    {at: 2016-05-10, change: stations.sorting.servers, add: {value: 1, assumed: [1, 2], why: a plan}, ramp: 3 d}
  slower: {at: 2016-05-12, until: 2016-05-14, change: stations.collection.dwell.mean, multiply: 1.5}
  dearer: {at: 2016-05-13, change: routes.post.tariff.fixed, set: 13 CNY}
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A corridor with a few sources, a scenario, and a plan over it."""
    corridor = "".join(line for line in TINY.read_text("utf-8").splitlines(True) if not line.startswith(OWN))
    for old, new in SOURCED.items():
        assert old in corridor
        corridor = corridor.replace(old, new)
    (tmp_path / "corridors").mkdir()
    (tmp_path / "corridors" / "tiny.yaml").write_text(corridor, "utf-8")
    (tmp_path / "small.yaml").write_text(SCENARIO, "utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN, "utf-8")
    return tmp_path


@pytest.fixture
def sources(library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in the library: exit code, stdout, stderr; without the blanks that fill the lines."""
    monkeypatch.chdir(library)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["sources", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), "\n".join(line.rstrip() for line in out.splitlines()), err

    return run


def number(sources: Run, file: str, path: str) -> dict[str, object]:
    code, out, _ = sources(file, path, "--json")
    assert code == 0
    (found,) = [each for each in json.loads(out)["numbers"] if each["path"] == path]
    return found


def line_of(library: Path, text: str) -> int:
    """Line of the corridor in which a text stands."""
    lines = (library / "corridors" / "tiny.yaml").read_text("utf-8").splitlines()
    (found,) = [i for i, line in enumerate(lines, 1) if text in line]
    return found


# -- a scenario --------------------------------------------------------------------------------------------------------


def test_statuses_of_the_command_are_those_of_the_ledger() -> None:
    assert STATUSES == LEDGER_STATUSES


def test_summary_comes_first_and_the_rows_named_last(sources: Run, library: Path) -> None:
    code, out, err = sources("small.yaml", "--match", "lanes.flight.pay")
    n = len(json.loads(sources("small.yaml", "--json")[1])["numbers"])
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"A small scenario: {n} numbers"
    assert [line.split()[:2] for line in out.splitlines()[1:6]] == [
        *([status, "1"] for status in STATUSES[:4]),
        ["unstated", str(n - 4)],
    ]
    assert out.splitlines()[5].endswith("%  5 of them settings of the run")
    assert out.splitlines()[6:8] == [
        "1 of the 4 numbers with a source are only assumed; to list them: --status assumed",
        "Asked for: 1",
    ]
    assert out.splitlines()[-6:-2] == [
        "Files: corridors/tiny.yaml",
        "",
        "Evidence",
        "  A008  Harbin->Russia charter flights and cargo: 96 flights; 2,106 t (Harbin, 2016);",
    ]
    (line,) = [line for line in out.splitlines() if line.startswith("lanes.flight.payload.mass ")]
    cells = [cell.strip() for cell in line.split("│")]
    assert cells == [
        "lanes.flight.payload.mass",
        "21.9 t",
        "derived",
        "2106 / 96 = 21.9375 from A008",
        f"tiny.yaml:{line_of(library, '21.9 t')}",
    ]


def test_filters_by_status_and_path(sources: Run) -> None:
    _, out, _ = sources("small.yaml", "--json", "--status", "assumed", "--status", "reported")
    assert [each["path"] for each in json.loads(out)["numbers"]] == [
        "stations.sorting.servers",
        "market.origins.harbin.latent_orders_per_year",
    ]
    _, out, _ = sources("small.yaml", "--json", "--match", "SORTING")
    assert {each["path"].split(".")[1] for each in json.loads(out)["numbers"]} == {"sorting"}
    code, out, _ = sources("small.yaml", "--match", "nothing of the kind")
    assert (code, out.splitlines()[-1]) == (0, "Asked for: 0")


def test_json_counts_every_number_once(sources: Run) -> None:
    record = json.loads(sources("small.yaml", "--json")[1])
    assert sum(record["counts"].values()) == len(record["numbers"])
    paths = [each["path"] for each in record["numbers"]]
    assert len(set(paths)) == len(paths)
    settings = {each["path"] for each in record["numbers"] if each["is_setting"]}
    assert settings == {"seed", "horizon.start", "horizon.end", "horizon.warm_up", "horizon.drain"}


def test_csv_has_a_line_for_each_number(sources: Run, library: Path) -> None:
    code, out, err = sources("plan.yaml", "--csv", "numbers.csv")
    assert (code, out) == (0, "")
    with (library / "numbers.csv").open(encoding="utf-8", newline="") as stream:
        lines = {line["path"]: line for line in csv.DictReader(stream)}
    assert err == f"{len(lines)} numbers written to numbers.csv\n"
    line = lines["stations.sorting.servers"]
    assert (line["value"], line["status"], line["file"], line["line"]) == ("3", "unstated", "plan.yaml", "3")
    assert line["in_place_of"] == f"2 (assumed, corridors/tiny.yaml:{line_of(library, 'servers: {value: 2')})"
    assert line["changes"] == "2016-05-10 add 1 over 3 d (more-lines)"
    mass = lines["lanes.flight.payload.mass"]
    assert (mass["formula"], mass["result"], mass["rows"]) == ("2106 / 96", "21.9375", "A008")


def test_corridor_can_be_asked_by_itself(sources: Run) -> None:
    _, out, _ = sources("corridors/tiny.yaml", "lanes.flight.transit")
    assert out.startswith("lanes.flight.transit = 5 h\n  status     published\n")


# -- a path ------------------------------------------------------------------------------------------------------------


def test_derived_number_in_full(sources: Run, library: Path) -> None:
    code, out, err = sources("small.yaml", "lanes.flight.payload")
    assert (code, err) == (0, "")
    assert out.split("\n\nEvidence\n")[0] == (
        "lanes.flight.payload.mass = 21.9 t\n"
        "  status      derived\n"
        "  rows        A008\n"
        "  arithmetic  2106 / 96 = 21.9375; written 21.9 t\n"
        "  note        a mean\n"
        f"  stands at   corridors/tiny.yaml:{line_of(library, '21.9 t')}"
    )


def test_overlaid_and_changed_number_says_where_it_stands(sources: Run, library: Path) -> None:
    _, out, _ = sources("plan.yaml", "stations.sorting.servers")
    assert out == (
        "stations.sorting.servers = 3\n"
        "  status       unstated (no source)\n"
        "  stands at    plan.yaml:3\n"
        f"  in place of  2 (assumed) at corridors/tiny.yaml:{line_of(library, 'servers: {value: 2')}\n"
        "  changed      from 2016-05-10 add 1 over 3 d (changes.more-lines) at plan.yaml:5"
    )


def test_number_of_a_change_has_a_source_of_its_own(sources: Run) -> None:
    found = number(sources, "plan.yaml", "changes.more-lines.add")
    assert (found["status"], found["range"], found["why"]) == ("assumed", [1, 2], "a plan")


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("stations.collection.dwell.of.0.mean", ["slower"]),
        ("stations.collection.dwell.of.1.low", ["slower"]),
        ("stations.collection.dwell.of.1.share", []),
        ("stations.sorting.service", []),
        ("routes.post.tariff", ["dearer"]),
        ("routes.express.tariff", []),
    ],
)
def test_change_acts_on_what_it_names(sources: Run, path: str, changes: list[str]) -> None:
    found = number(sources, "plan.yaml", path)
    assert [each["name"] for each in found["changes"]] == changes  # type: ignore[attr-defined]


def test_change_is_told_in_the_list_too(sources: Run) -> None:
    _, out, _ = sources("plan.yaml", "--match", "collection.dwell.of.1")
    assert out.count("changed: from 2016-05-12 multiply 1.5 until") == 2


def test_change_that_ends_says_so(sources: Run) -> None:
    _, out, _ = sources("plan.yaml", "stations.collection.dwell.of.1.high")
    assert "from 2016-05-12 multiply 1.5 until 2016-05-14 (changes.slower)" in out


def test_row_beside_a_scenario_shows_the_numbers_that_rest_on_it(sources: Run) -> None:
    _, out, _ = sources("small.yaml", "A008")
    assert out.startswith("lanes.flight.payload.mass = 21.9 t\n")
    _, out, _ = sources("small.yaml", "A001")
    assert out == "No number there is as asked for."


# -- a row -------------------------------------------------------------------------------------------------------------


def test_published_row_in_full_with_what_rests_on_it(sources: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = sources("A096")
    assert (code, err) == (0, "")
    assert out.startswith("A096: population C/NW/S/NCauc/Volga/Ural/Siberia/FarEast (published)\n  category    ")
    assert "  confidence  high\n" in out
    used = out.split("\nNumbers that rest on A096:\n")[1].split("\n\n")[0].splitlines()
    assert "  scenarios/corridors/russia.yaml:" in used[0]
    assert used[0].endswith("  regions.central.order_share = 0.3539 (derived)")


def test_reported_row_tells_its_use_and_its_contradictions(sources: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, out, _ = sources("hlj.parcels.2017")
    assert "  stated change pct   55.2\n" in out
    assert "  use                 target: " in out
    assert "\nContradiction: Growth of Harbin's parcels, 2016 to 2017\n" in out
    assert "+55.2 %, as stated" in out
    assert "market.origins.harbin.growth.levels.2017 = " in out


def test_rows_as_json(sources: Run) -> None:
    first, second = json.loads(sources("A008", "A096", "--json")[1])
    assert (first["id"], first["unit"], first["confidence"], first["table"]) == ("A008", "flights", "high", "published")
    assert {each["status"] for each in second["used_by"] if not each["is_mention"]} == {"derived"}
    assert first["rival_readings"]


def test_evidence_beside_the_library_goes_before_the_programs(sources: Run, library: Path) -> None:
    folder = library / "calibration" / "evidence"
    folder.mkdir(parents=True)
    for name in ("reported.csv", "published.csv"):
        shutil.copy(ROOT / "calibration" / "evidence" / name, folder)
    text = (folder / "published.csv").read_text("utf-8")
    (folder / "published.csv").write_text(text.replace("=1.85 flights/week", "of our own"), "utf-8")
    _, out, _ = sources("small.yaml", "A008")
    assert out.endswith("published, confidence high; of our own")


# -- wrong input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["A0O8"], "'A0O8' is no scenario file and no row of the evidence"),
        (["hlj.parcel.2016"], "did you mean 'hlj.parcels.2016'?"),
        (["lanes.flight"], "to see a path of a scenario, name its file first"),
        (["small.yaml", "lanes.flihgt"], "there is no 'lanes.flihgt' in small.yaml; did you mean 'lanes.flight'?"),
        (["small.yaml", "lanes.flight.mode"], "'lanes.flight.mode' of small.yaml holds no number"),
        (["small.yaml", "lanes.flight."], "there is no 'lanes.flight.'"),
        (["small.yaml", "plan.yaml"], "one scenario at a time, not small.yaml and plan.yaml"),
        (["none.yaml"], "none.yaml:1:1: error: no such file"),
        (["corridors/none.yaml", "A008"], "no such file"),
        (["A008", "--match", "x"], "are of the numbers of a scenario; name its file first"),
        (["small.yaml", "--csv", "small.yaml"], "the file of --csv ends in .csv, and 'small.yaml' does not"),
        (["small.yaml", "--status", "guessed"], "'guessed' is not one of"),
        (["\x1b[2J"], "error: '\\x1b[2J' is no scenario file"),
    ],
)
def test_wrong_request_is_told_with_exit_code_2(sources: Run, arguments: list[str], expected: str) -> None:
    code, out, err = sources(*arguments)
    assert (code, out) == (2, "")
    assert expected in err
    assert "Traceback" not in err


def test_wrong_scenario_is_told_as_ever(sources: Run, library: Path) -> None:
    (library / "small.yaml").write_text(SCENARIO.replace("[tiny]", "[tyni]"), "utf-8")
    code, _, err = sources("small.yaml")
    assert code == 2
    assert "there is no corridor 'tyni'" in err


def test_csv_that_cannot_be_written_is_told(sources: Run) -> None:
    code, _, err = sources("small.yaml", "--csv", "no-such-folder/x.csv")
    assert code == 1
    assert "cannot write no-such-folder/x.csv" in err


# -- what ships --------------------------------------------------------------------------------------------------------


def test_only_settings_of_the_shipped_baseline_have_no_source(sources: Run) -> None:
    record = json.loads(sources(HARBIN, "--json")[1])
    unstated = [each for each in record["numbers"] if each["status"] == "unstated"]
    assert unstated
    assert all(each["is_setting"] for each in unstated)
    derived = [each for each in record["numbers"] if each["status"] == "derived"]
    assert all(each["result"] is not None and each["rows"] for each in derived)
    assert all("value" in row for each in derived for row in each["rows"])


def test_numbers_that_rest_on_memory_are_counted_apart(sources: Run) -> None:
    code, out, _ = sources("small.yaml")
    assert code == 0
    published = next(line for line in out.splitlines() if line.split()[:1] == ["published"])
    assert published.endswith("1 of them from memory, by no source that was looked up"), "A026: its speed is remembered"
    counts = json.loads(sources("small.yaml", "--json")[1])
    assert counts["from_memory"] == {"published": 1}


def test_names_are_whole_where_the_table_is_piped(sources: Run) -> None:
    long = "a-product-with-a-name-longer-than-a-third-of-a-line"
    Path("tiny-with-a-long-name.yaml").write_text(
        f"base: small.yaml\nscenario: long\nproducts: {{{long}: {{name: {{en: L}}, order_share: 0, weight: 1 kg, "
        "value: 1 CNY, density: 200 kg/m3}}\n",
        "utf-8",
    )
    code, out, err = sources("tiny-with-a-long-name.yaml", "--match", long)
    assert code == 0, err
    assert f"products.{long}.density" in out
