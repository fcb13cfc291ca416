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

import psutil
import pytest
from faults.processes import ENVIRONMENT, ROOT, Process, kill

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
MOST_KILLS = 60


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


def parts_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "parts").glob("*.parquet")}


def killed_until_done(file: Path, folder: Path, workers: int, seconds: float, luck: random.Random) -> int:
    """How often it was killed: at a moment of the time that is left, or a little after one more run has ended."""
    kills = 0
    while kills < MOST_KILLS:
        process = swept(file, folder, workers)
        before = parts_of(folder)
        if kills % 2:
            end = time.monotonic() + luck.uniform(0, seconds)
            while time.monotonic() < end and process.poll() is None:
                time.sleep(0.01)
        else:
            more = luck.randrange(1, 4)
            while process.poll() is None and len(parts_of(folder)) < len(before) + more:
                time.sleep(0.01)
            time.sleep(luck.uniform(0, 0.2))
        if process.poll() is None:
            cells = psutil.Process(process.pid).children(recursive=True)
            kill(process)
            process.communicate()
            _, alive = psutil.wait_procs(cells, timeout=60)
            assert all(each.status() == psutil.STATUS_ZOMBIE for each in alive), "its processes end with it"
            kills += 1
        else:
            _, said = process.communicate()
            assert process.returncode == 0, said
            return kills
        now = parts_of(folder)
        assert {name: now[name] for name in before} == before, "what is done stays as it is"
    process = swept(file, folder, workers)
    _, said = process.communicate()
    assert process.returncode == 0, said
    return kills


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
    kills = killed_until_done(file, tmp_path / "cut", workers, seconds, random.Random(workers))
    assert kills > 0
    for name in (*TABLES, "sweep.json", "jobs.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert parts_of(tmp_path / "cut") == parts_of(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "cut").iterdir()) == sorted([*TABLES, *OTHERS])
    assert not list((tmp_path / "cut" / "parts").glob(".*"))
