"""`sim discover` on a toy sweep: its table, conditions, the sentence, the folder, and what is refused."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.experiments.discovery.discovering import discovered, sentence
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
    ("where", "said"),
    [
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
    written = folder.with_name("toy-sweep-discovery")
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
