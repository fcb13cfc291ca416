"""A whole sweep of the model through `sim sweep`: killed at whatever moments, its tables are those of one that was not.

The moments are drawn, from the first import on to the last table, so that they fall also where the folder is made, jobs
are listed and tables are written. As many as it takes: the command runs until it has once not been killed.
"""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults.processes import ENVIRONMENT, ROOT, Process, bytes_of, killed_until_done

SWEEP = """\
sweep: killed
base: tiny.yaml
constants: {market.review.settle_iterations: 0}
horizon: {end: 2016-05-15}
design: {kind: factorial}
levers: {stations.sorting.servers: {values: [1, 3]}, lanes.flight.cutoff: {values: [0 h, 6 h]}}
precision: {of: placed, within: 2 %, most: 8}
limits: {seconds: 300}
"""
TABLES = [f"{name}.{ending}" for name in ("design", "points", "runs") for ending in ("csv", "parquet")]
OTHERS = ["jobs.parquet", "parts", "sweep.json", "times.csv"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sweep of the tests' tiny world, by precision: in rounds."""
    for name in ("corridors", "sweeps"):
        (tmp_path / "scenarios" / name).mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "golden" / "tiny.yaml", tmp_path / "scenarios" / "tiny.yaml")
    file = tmp_path / "scenarios" / "sweeps" / "killed.yaml"
    file.write_text(SWEEP, "utf-8")
    return file


def swept(file: Path, folder: Path, workers: int) -> Process:
    """`sim sweep` at work."""
    command = [sys.executable, "-m", "sim.cli", "sweep", str(file), "--out", str(folder), "--workers", str(workers)]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("workers", [1, 2])
def test_sweep_that_is_killed_at_any_moments_has_the_tables_of_one_that_was_not(
    file: Path, tmp_path: Path, workers: int
) -> None:
    started = time.monotonic()
    process = swept(file, tmp_path / "whole", 1)
    _, said = process.communicate()
    assert process.returncode == 0, said
    seconds = time.monotonic() - started
    kills = killed_until_done(
        lambda: swept(file, tmp_path / "cut", workers), tmp_path / "cut", seconds, random.Random(workers)
    )
    assert kills > 0
    for name in (*TABLES, "sweep.json", "jobs.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert bytes_of(tmp_path / "cut") == bytes_of(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "cut").iterdir()) == sorted([*TABLES, *OTHERS])
    assert not list((tmp_path / "cut" / "parts").glob(".*"))
