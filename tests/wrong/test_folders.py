"""Folders of results that are none, or that somebody changed, given to `report`, `discover` and `sweep --status`."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from wrong.library import TINY, Outcome, outcome

pytestmark = pytest.mark.usefixtures("library")
OURS: dict[str, Any] = {"program": "parcel-corridors"}
MANIFESTS: dict[str, Any] = {
    "no JSON": "x",
    "torn": '{"program": "parcel-corr',
    "empty": "",
    "a list": [],
    "null": None,
    "a number": 12,
    "of nobody": {},
    "of another program": {"program": "other"},
    "without a scenario": OURS,
    "of a scenario that is null": OURS | {"scenario": None},
    "of a scenario that is a text": OURS | {"scenario": "tiny"},
    "of another version": OURS | {"scenario": {"scenario": "tiny", "depots": {}}},
    "of no scenarios": OURS | {"comparison": {}, "scenarios": {}},
    "of scenarios that are none": OURS | {"comparison": {}, "scenarios": {"a": 1}},
    "of a list of scenarios": OURS | {"comparison": {}, "scenarios": [1]},
    "nested": "[" * 100_000,
    "not UTF-8": b"\xff\xfe\x00",
    "a sweep that is a text": OURS | {"sweep": "x"},
    "a sweep without its name": OURS | {"sweep": {}},
    "enormous": "[" + "1," * 30_000_000 + "1]",
}
COLUMNS: dict[str, list[Any]] = {
    "point": [0, 1, 2, 3],
    "replication": [0, 0, 0, 0],
    "status": ["done"] * 4,
    "reason": [""] * 4,
    "stations.sorting.servers": [1, 2, 3, 4],
    "placed": [1.0, 2.0, 3.0, 4.0],
}
RUNS: dict[str, Any] = {
    "no table": b"PAR1 and no more",
    "empty": b"",
    "without points": {k: v for k, v in COLUMNS.items() if k != "point"},
    "without statuses": {k: v for k, v in COLUMNS.items() if k != "status"},
    "without measures": {k: v for k, v in COLUMNS.items() if k != "placed"},
    "measures that are texts": COLUMNS | {"placed": ["a", "b", "c", "d"]},
    "points that are lists": COLUMNS | {"point": [[1], [2], [3], [4]]},
    "points that are null": COLUMNS | {"point": [None] * 4},
    "nothing that varies": COLUMNS | {"stations.sorting.servers": [1] * 4},
    "no run that is done": COLUMNS | {"status": ["failed"] * 4},
    "measures that are null": COLUMNS | {"placed": [None] * 4},
    "no rows": {k: [] for k in COLUMNS},
    "dates that are none": COLUMNS
    | {"stations.sorting.servers": ["2016-13-01", "2016-13-02", "2016-13-03", "2016-13-04"]},
}


def written(file: Path, content: Any) -> None:
    """A file of bytes, of a text, of columns, or of what JSON makes of anything else."""
    file.parent.mkdir(exist_ok=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif file.suffix == ".parquet":
        parquet.write_table(pa.table(content), file)
    else:
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


def is_refused(said: Outcome) -> None:
    assert (said.code, said.out) == (2, ""), said.err
    assert said.err.startswith("error: "), said.err
    assert "Traceback" not in said.err
    assert "--debug" not in said.err
    assert len(said.err) < 1000


@pytest.mark.parametrize("name", MANIFESTS)
def test_folder_of_a_strange_manifest_is_no_result(name: str) -> None:
    written(Path("results/manifest.json"), MANIFESTS[name])
    is_refused(outcome("report", "results"))
    assert os.listdir("results") == ["manifest.json"]


@pytest.mark.parametrize("name", MANIFESTS)
def test_folder_of_a_strange_manifest_is_no_sweep(name: str) -> None:
    written(Path("sweep/sweep.json"), MANIFESTS[name])
    is_refused(outcome("sweep", "--status", "sweep"))
    for table in ("jobs", "design"):
        written(Path(f"sweep/{table}.parquet"), COLUMNS | {"key": ["a"] * 4})
    is_refused(outcome("sweep", "--status", "sweep"))


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)])
@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("manifest.json", ["report", "results"]),
        ("sweep.json", ["sweep", "--status", "results"]),
        ("runs.parquet", ["discover", "results", "--where", "placed > 1"]),
    ],
)
def test_file_of_results_that_is_none_is_not_waited_for(make: Any, file: str, command: list[str]) -> None:
    Path("results").mkdir()
    make(f"results/{file}")
    is_refused(outcome(*command))


@pytest.mark.parametrize("name", RUNS)
def test_table_of_runs_that_is_none_is_named(name: str) -> None:
    written(Path("sweep/runs.parquet"), RUNS[name])
    written(Path("sweep/sweep.json"), OURS | {"sweep": {"sweep": "sweep"}})
    said = outcome("discover", "sweep", "--where", "placed > 2")
    assert said.code in (1, 2), said.out
    assert said.err.startswith("error: ")
    assert "--debug" not in said.err
    assert not Path("sweep-discovery").exists()


@pytest.mark.parametrize(
    "where",
    ["", "placed", "placed >", "placed > x", "placed > nan", "placd > 1", "placed > 1 or 2", "__import__('os')"],
)
def test_condition_that_is_none_is_refused(where: str) -> None:
    written(Path("sweep/runs.parquet"), COLUMNS)
    said = outcome("discover", "sweep", "--where", where)
    is_refused(said)


@pytest.mark.parametrize(
    "name", ["no table", "empty", "without points", "points that are lists", "points that are null"]
)
@pytest.mark.parametrize("table", ["jobs", "design"])
def test_tables_of_a_sweep_that_somebody_changed_are_named(table: str, name: str) -> None:
    written(Path("sweep/sweep.json"), OURS | {"sweep": {"sweep": "sweep"}})
    for each in ("jobs", "design"):
        written(Path(f"sweep/{each}.parquet"), COLUMNS | {"key": ["a"] * 4})
    content = RUNS[name]
    written(Path(f"sweep/{table}.parquet"), content | {"key": ["a"] * 4} if isinstance(content, dict) else content)
    is_refused(outcome("sweep", "--status", "sweep"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a run of the tiny world."""
    folder = tmp_path_factory.mktemp("ran")
    (folder / "tiny.yaml").write_text(TINY, "utf-8")
    said = outcome("run", folder / "tiny.yaml", "--parcels-per-row", "20", "--workers", "1", "--out", folder / "out")
    assert said.code == 0, said.err
    return folder / "out"


@pytest.mark.parametrize("damage", ["cut", "no columns", "texts", "a folder"])
@pytest.mark.parametrize("table", ["flows", "stations", "lanes"])
def test_report_of_a_table_that_somebody_changed_is_refused(ran: Path, table: str, damage: str) -> None:
    shutil.copytree(ran, "results")
    file = Path(f"results/{table}.parquet")
    whole = parquet.read_table(file)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:200])
    elif damage == "no columns":
        parquet.write_table(pa.table({"a": [1]}), file)
    elif damage == "texts":
        parquet.write_table(pa.table({name: ["x"] * len(whole) for name in whole.column_names}), file)
    else:
        file.unlink()
        file.mkdir()
    is_refused(outcome("report", "results"))
    assert not list(Path().glob("*.html"))


def test_report_of_results_of_another_version_says_so(ran: Path) -> None:
    shutil.copytree(ran, "results")
    manifest = json.loads(Path("results/manifest.json").read_text("utf-8"))
    manifest["scenario"]["stations"]["sorting"]["robots"] = 3
    written(Path("results/manifest.json"), manifest)
    said = outcome("report", "results")
    is_refused(said)
    assert "it may be of another version: run it again" in said.err
