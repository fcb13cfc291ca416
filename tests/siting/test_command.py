"""`sim site` on a small world: what it prints and writes, and how it refuses what is wrong."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sim.cli import main
from sim.cli.comparison_table import table_of
from sim.cli.site_table import _folding, _named

QUICK = ("--draws", 20, "--workers", 1)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in an empty folder: exit code, stdout, stderr."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return (int(end.value.code or 0), *capsys.readouterr())

    return run


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def changed(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_site_shows_the_best_sets_and_the_simulation_beside_them(run, small: Path) -> None:
    code, out, _ = run("site", small, *QUICK, "--replications", 2, "--parcels-per-row", 1)
    folder = Path("results/runs/site-small-1")
    assert code == 0
    assert "The shortlist: promised and simulated" in out
    assert "of 3 pairs" in out
    sets = rows(folder, "sets")
    assert [row["set"] for row in sets] == ["near", "far", "dear"]
    assert sorted(float(row["value"]) for row in sets) == [float(row["value"]) for row in sets]
    checked = rows(folder, "check")
    assert [row["set"] for row in checked] == ["near", "far", "dear"]
    assert float(checked[2]["cost_cny"]) > float(checked[1]["cost_cny"]) > 0
    assert len({row["placed"] for row in checked[:2]}) == 1, "two plans of one server more differ in their cost alone"
    assert {row["order"] for row in rows(folder, "pairs")} <= {"kept", "turned", "not told apart"}
    assert (folder / "map.png").stat().st_size > 10_000
    assert json.loads((folder / "manifest.json").read_text())["numbers_drawn"] == 4


def test_chances_of_candidates_sum_to_how_many_are_chosen(run, small: Path) -> None:
    code, out, _ = run("site", small, *QUICK, "--no-check", "--choose", "1-3")
    assert code == 0
    assert "promised and simulated" not in out
    found = rows(Path("results/runs/site-small-1-3"), "candidates")
    for size in ("1", "2", "3"):
        of_size = [row for row in found if row["sites"] == size]
        assert sum(float(row["p_chosen"]) for row in of_size) == pytest.approx(int(size))
        assert sum(row["is_chosen"] == "yes" for row in of_size) == int(size)


def test_the_same_siting_gives_the_same_bytes(run, small: Path) -> None:
    for name in ("one", "two"):
        assert run("site", small, *QUICK, "--no-check", "--out", name)[0] == 0
    files = sorted(path.name for path in Path("one").glob("*.csv"))
    assert files == ["candidates.csv", "demand.csv", "regret.csv", "serving.csv", "sets.csv"]
    for name in (*files, "manifest.json", "map.png"):
        assert (Path("one") / name).read_bytes() == (Path("two") / name).read_bytes(), name


def test_demand_is_what_the_base_places_shared_out_by_weight(run, small: Path) -> None:
    run("site", small, *QUICK, "--no-check", "--parcels-per-row", 1)
    run("run", small.parents[1] / "tiny.yaml", "--parcels-per-row", 1, "--out", "base")
    placed = next(int(row["placed"]) for row in rows(Path("base"), "summary") if row["route"] == "post")
    demand = {row["point"]: float(row["parcels_per_year"]) for row in rows(Path("results/runs/site-small-1"), "demand")}
    a_year = placed / 31 * 365.25
    assert demand == {"east": pytest.approx(0.6 * a_year), "west": pytest.approx(0.4 * a_year)}


def test_covering_counts_what_lies_within_the_bound(run, small: Path) -> None:
    arguments = (*QUICK, "--no-check", "--objective", "coverage", "--within", "0.35 CNY/kg")
    assert run("site", small, *arguments)[0] == 0
    sets = {row["set"]: float(row["value"]) for row in rows(Path("results/runs/site-small-1-coverage"), "sets")}
    assert sets == {"dear": pytest.approx(1), "near": pytest.approx(0.6), "far": pytest.approx(0)}


def test_sets_that_exclude_each_other_are_told_and_the_others_are_simulated(run, small: Path) -> None:
    near = small.parents[1] / "interventions" / "near.yaml"
    near.write_text(near.read_text() + "excludes: [far]\n", "utf-8")
    code, out, _ = run("site", small, *QUICK, "--choose", 2, "--replications", 2)
    assert code == 0
    found = {row["set"]: row["why_not"] for row in rows(Path("results/runs/site-small-2"), "check")}
    assert "near" in found["near+far"]
    assert "near+far was not simulated" in " ".join(out.split())
    assert found["near+dear"] == ""


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("base: tiny.yaml", "base: tini.yaml", "3:7", "there is no file 'tini.yaml'"),
        ("choose: 1", "choose: 4", "1:1", "4 cannot be chosen among 3 candidates"),
        ("choose: 1", "chose: 1", "4:1", "did you mean 'choose'?"),
        ("weight: {value: 0.4", "weight: {value: 0.5", "8:1", "the weights sum to 1.1, not 1"),
        ("{post: {share", "{pst: {share", "7:12", "there is no route 'pst'"),
        ("intervention: far", "intervention: fat", "24:19", "there is no intervention 'fat'"),
        ("east: 0.8 CNY/kg, west: 0.1", "eas: 0.8 CNY/kg, west: 0.1", "27:31", "there is no cluster or region 'eas'"),
        (
            "to_gateways: {border: {cost_per_kg: 0.3",
            "to_gateways: {bord: {cost_per_kg: 0.3",
            "28:5",
            "'border' is missing",
        ),
        ("latitude: 45.5", "latitude: 455", "25:15", "455 is out of bounds"),
        ("capital: 1e6 CNY", "capital: 1e6 d", "37:14", "a duration"),
        ("siting: small", "siting: other", "1:9", "the name of its file, 'small'"),
        ("east: {name: {en: East}", "east: {weigt: 1, name: {en: East}", "9:10", "unknown key 'weigt'"),
    ],
)
def test_wrong_file_is_refused_with_its_place(run, small: Path, old: str, new: str, place: str, words: str) -> None:
    changed(small, old, new)
    for verb in ("validate", "site"):
        code, out, err = run(verb, small)
        assert (code, out) == (2, "")
        assert words in err
        assert f"small.yaml:{place}" in err


@pytest.mark.parametrize("choose", ["0", "two", "3-1", "1-9"])
def test_number_of_sites_that_cannot_be_is_refused(run, small: Path, choose: str) -> None:
    code, out, _ = run("site", small, "--choose", choose)
    assert code == 2
    assert out == ""


def test_demand_beyond_all_capacity_is_told(run, small: Path) -> None:
    text = small.read_text("utf-8").replace("capacity_per_day: 1000", "capacity_per_day: 1")
    small.write_text(text.replace("    capital: 1e6 CNY", "    capacity_per_day: 1"), "utf-8")
    code, _, err = run("site", small, *QUICK, "--no-check")
    assert code == 1
    assert "within their capacity; choose more" in " ".join(err.split())


def test_no_number_is_cut_where_the_name_of_a_set_is_long() -> None:
    name = _named("+".join(["moscow", "krasnodar", "yekaterinburg", "novosibirsk", "vladivostok"]))
    said = StringIO()
    headings = ["set", "promised\n(d)", "simulated\n(d)", "parcels\ngained", "days saved\nof all", "net benefit\nCNY"]
    table = table_of(headings, [[name, "4.22", "4.94", "5.43 k ±8.84 k", "0.003 ±0.013", "-9.04 M ±2.11 M"]])
    Console(file=said, width=80).print(_folding(table))
    assert all(text in said.getvalue() for text in ("5.43 k ±8.84 k", "0.003 ±0.013", "-9.04 M ±2.11 M"))
    assert "…" not in said.getvalue()
