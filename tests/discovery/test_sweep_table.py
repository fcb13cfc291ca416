"""`sim discover` on a toy sweep: its table, conditions, the sentence, the folder, and what is refused."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.experiments.discovery.discovering import discovered, made_from, sentence
from sim.experiments.discovery.table import NoSweepError, sweep_in
from sim.experiments.discovery.where import WhereError, conditions, holds
from sim.tables import write_parquet

N_POINTS = 120
MEASURES = ("placed", "p95_days", "share_within_promise")
FLEET, SERVICE, PLANS, START = "lanes.flight.on_demand.fleet", "stations.sorting.service.mean [min]", "plans", "at"
Discover = Callable[..., tuple[int, str, str]]


def texts(values: list[str]) -> np.ndarray:
    result: np.ndarray = np.empty(len(values), object)
    result[:] = values
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slow where service takes 20 min or more and there is no sorting plan; two runs a point, of which some failed."""
    folder = tmp_path_factory.mktemp("library") / "toy-sweep"
    folder.mkdir()
    generator = np.random.default_rng(1)
    point = np.repeat(np.arange(N_POINTS), 2)
    service = generator.uniform(5, 35, N_POINTS)
    plans = generator.choice(["none", "sorting", "sorting+training"], N_POINTS)
    is_slow = (service > 20) & (plans == "none")
    days = np.where(is_slow, 40.0, 20.0)[point] + generator.normal(0, 1, 2 * N_POINTS)
    status = np.where(generator.random(2 * N_POINTS) < 0.05, "failed", "done")
    days[status == "failed"] = np.nan
    columns = {
        "point": point,
        "replication": np.tile([0, 1], N_POINTS),
        "status": texts(list(status)),
        "reason": texts(["no lane" if each == "failed" else "" for each in status]),
        FLEET: generator.choice([1.0, 2.0, 4.0], N_POINTS)[point],
        SERVICE: service[point],
        PLANS: texts(list(plans[point])),
        START: texts(list(generator.choice(["2016-07-01", "2017-01-01"], N_POINTS)[point])),
        "constant": np.ones(2 * N_POINTS),
        "placed": generator.uniform(900, 1100, 2 * N_POINTS),
        "p95_days": days,
        "share_within_promise": generator.uniform(0.5, 0.9, 2 * N_POINTS),
    }
    write_parquet(columns, folder / "runs.parquet")
    factors = [
        {"column": FLEET, "is": "lever"},
        {"column": SERVICE, "is": "uncertainty"},
        {"column": PLANS, "is": "lever"},
    ]
    said = {"program": "parcel-corridors", "sweep": {"sweep": "toy"}, "factors": factors}
    (folder / "sweep.json").write_text(json.dumps(said), "utf-8")
    return folder


@pytest.fixture
def discover(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Discover:
    monkeypatch.chdir(folder.parent)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["discover", *arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


# -- the table ---------------------------------------------------------------------------------------------------------


def test_points_are_means_of_runs_that_are_done(folder: Path) -> None:
    sweep = sweep_in(folder)
    assert [factor.column for factor in sweep.factors] == [FLEET, SERVICE, PLANS, START]
    assert [factor.kind for factor in sweep.factors] == ["number", "number", "category", "date"]
    assert [factor.is_lever for factor in sweep.factors] == [True, False, True, None]
    assert sweep.factors[2].categories == ("none", "sorting", "sorting+training")
    assert (sweep.factors[1].path, sweep.factors[1].unit) == ("stations.sorting.service.mean", "min")
    assert sweep.n_runs == 2 * N_POINTS
    assert sweep.n_not_done > 0
    assert sweep.inputs.shape == (N_POINTS, 4)
    assert set(sweep.values) == set(MEASURES)
    used = sweep.of(["p95_days"])
    assert len(used.points) + used.n_without == N_POINTS
    assert np.isfinite(used.values["p95_days"]).all()


def test_box_is_found_and_said_with_units(folder: Path) -> None:
    found = discovered(sweep_in(folder), "p95_days > 30", 0.1)
    said = sentence(found)
    assert "p95_days > 30 d holds in 100% of the points where stations.sorting.service.mean is at least 2" in said
    assert " min and plans is none (" in said
    assert {found.sweep.factors[i].column for i in found.box.restricted} == {SERVICE, PLANS}
    assert found.seen.coverage == 1


def test_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSweepError, match=r"there is no runs\.parquet in .*name the folder of a sweep that has ended"):
        sweep_in(tmp_path)
    (tmp_path / "runs.parquet").write_text("not a table", "utf-8")
    with pytest.raises(NoSweepError, match="cannot be read"):
        sweep_in(tmp_path)


# -- conditions --------------------------------------------------------------------------------------------------------


def test_conditions_are_read_and_hold_together() -> None:
    found = conditions("p95_days > 30 and share_within_promise<=60 % and placed >= 1.5e3", MEASURES)
    assert [str(one) for one in found] == [
        "p95_days > 30 d", "share_within_promise <= 0.6 share", "placed >= 1500 parcels"
    ]  # fmt: skip
    values = {"p95_days": np.array([31, 30, np.nan, 40]), "share_within_promise": np.array([0.6, 0.1, 0.1, 0.7])}
    assert holds(found, values | {"placed": np.full(4, 1500.0)}).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("amount", "number"),
    [("19", 19), ("19 d", 19), ("456 h", 19), ("2 w 5 d", 19), ("1.9e1 d", 19), ("-3 d", -3)],
)
def test_amounts_have_any_unit_of_their_measure(amount: str, number: float) -> None:
    assert conditions(f"p95_days > {amount}", MEASURES)[0].number == pytest.approx(number)


def test_conditions_are_read_as_they_are_printed() -> None:
    measures = (*MEASURES, "buyers_surplus_cny", "co2e_kg")
    text = "p95_days > 30 d and share_within_promise <= 0.6 share and placed >= 1500 parcels"
    found = conditions(f"{text} and buyers_surplus_cny > 3e6 CNY of 2016 and co2e_kg < 2 t", measures)
    assert [one.number for one in found] == [30, 0.6, 1500, 3e6, 2000]
    assert conditions(" and ".join(map(str, found)), measures) == found


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("p95_days > 3 fortnights", "p95_days, which is in d: unknown unit 'fortnights' in '3 fortnights'"),
        ("p95_days > 30 %", "p95_days, which is in d: '30 %' is a share; a duration is expected"),
        ("placed > 3 d", "'3 d' is no amount of placed, which is in parcels; write a number alone"),
        ("p59_days > 30", "'p59_days' is no measure of this sweep; did you mean 'p95_days'?"),
        ("zzz > 30", "'zzz' is no measure of this sweep; there are p95_days, placed and share_within_promise"),
        ("p95_days = 30", "'p95_days = 30' is no condition; 'MEASURE > NUMBER' is expected"),
        ("p95_days > thirty", "'p95_days > thirty' is no condition"),
        ("p95_days > 30 or placed < 3", "'p95_days > 30 or placed < 3' is no condition"),
        ("__import__('os').system('true') > 1", "is no condition"),
        ("", "'' is no condition"),
    ],
)
def test_what_is_no_condition_is_refused(where: str, said: str) -> None:
    with pytest.raises(WhereError) as error:
        conditions(where, MEASURES)
    assert said in str(error.value)


# -- the command -------------------------------------------------------------------------------------------------------


def test_command_shows_the_box_and_writes_a_folder(discover: Discover, folder: Path) -> None:
    code, out, err = discover("toy-sweep", "--where", "p95_days > 30")
    assert code == 0, err
    assert out.startswith("p95_days > 30 d holds in 100% of the points where")
    assert "the answer is made from it" in out
    written = folder.parent / "results" / "runs" / "toy-sweep-discovery"
    assert out.rstrip().endswith("Written to results/runs/toy-sweep-discovery/.")
    assert not folder.with_name("toy-sweep-discovery").exists(), "what is beside the sweep may be under version control"
    assert sorted(path.name for path in written.iterdir()) == [
        "manifest.json", "restrictions.csv", "restrictions.parquet", "run.json", "trajectory.csv",
        "trajectory.parquet", "trajectory.png",
    ]  # fmt: skip
    with (written / "restrictions.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["counts"] == "yes"]
    assert {row["factor"]: row["is"] for row in rows} == {SERVICE: "uncertainty", PLANS: "lever"}
    assert all(float(row["chance"]) < 0.05 for row in rows)
    first = {path.name: path.read_bytes() for path in written.iterdir() if path.name != "run.json"}
    assert discover("toy-sweep", "--where", "p95_days > 30")[0] == 0  # again
    assert first == {path.name: path.read_bytes() for path in written.iterdir() if path.name != "run.json"}


def test_answer_says_by_which_rule_it_restricts_less_than_its_box(discover: Discover, folder: Path) -> None:
    code, out, err = discover("toy-sweep", "--where", "p95_days > 30 d and share_within_promise < 80 %")
    assert code == 0, err
    found = discovered(sweep_in(folder), "p95_days > 30 and share_within_promise < 0.8", 0.1)
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.split()}
    n, pasted_to, left = (len(box.restricted) for box in (found.boxes[found.start], found.whole, found.box))
    assert [rows[str(found.start)][4], rows["answer"][4]] == [str(n), str(left)]
    said = made_from(found)
    assert said in out
    assert said.startswith(f"The answer: box {found.start} of the trajectory restricts {n}")
    assert (f"{n - pasted_to} put back" in said) == (pasted_to < n)
    assert (f"{pasted_to - left} dropped, since chance gives as much" in said) == (left < pasted_to)
    assert said.endswith(f"it restricts {left}.")


def test_command_prints_json_from_a_box_that_is_named(discover: Discover) -> None:
    code, out, _ = discover("toy-sweep", "--where", "p95_days > 30", "--box", "0", "--out", "named", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["sweep"] == "toy"
    assert found["restrictions"] == []
    assert "no restriction of what varied could be told from chance" in found["sentence"]
    assert found["trajectory"][0]["coverage"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--where", "p95_days > 90"], "p95_days > 90 d holds in none of the 1"),
        (["--where", "p95_days > 1"], "holds in all of the 1"),
        (["--where", "p95_days > 30", "--box", "999"], "there is no box 999; the trajectory has boxes 0 to"),
    ],
)
def test_command_refuses_what_cannot_be_found(discover: Discover, arguments: list[str], said: str) -> None:
    code, _, err = discover("toy-sweep", *arguments)
    assert code == 1
    assert said in err
