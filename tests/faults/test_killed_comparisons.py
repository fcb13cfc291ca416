"""A whole comparison through `sim compare`: killed at whatever moments, it ends as one that was not.

The moments are drawn, from the first import on to the last table, so that they fall also where the folder is made, the
tables are put in place and the runs are taken away.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from faults.processes import ENVIRONMENT, ROOT, Process, bytes_of, killed_until_done, n_parts, until

from sim.experiments.lock import is_at_work

PLAN = """\
intervention: {name}
name: {{en: {name}}}
proposes: A test.
at: 2016-05-05
capital: {{value: 1e6 CNY, assumed: [5e5 CNY, 2e6 CNY], why: a test}}
measures:
  lines: {{kind: expand_station, queues: [stations.sorting], servers: {servers}}}
"""
APART = ("run.json", "progress.json")
"""What says when and where it was made."""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The tests' tiny world with two plans."""
    for name in ("corridors", "interventions"):
        (tmp_path / "scenarios" / name).mkdir(parents=True)
    for name, servers in (("one", 1), ("two", 2)):
        (tmp_path / "scenarios" / "interventions" / f"{name}.yaml").write_text(PLAN.format(name=name, servers=servers))
    return Path(shutil.copy(ROOT / "tests" / "golden" / "tiny.yaml", tmp_path / "scenarios" / "tiny.yaml"))


def compared(base: Path, folder: Path, workers: int) -> Process:
    """`sim compare` at work."""
    options = ["--replications", "8", "--parcels-per-row", "50", "--workers", str(workers), "--out", str(folder)]
    command = [sys.executable, "-m", "sim.cli", "compare", str(base), "one", "two", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(process: Process) -> str:
    """What was said on stderr by a command that ended well."""
    _, said = process.communicate()
    assert process.returncode == 0, said
    return said


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in APART}


def progress(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "progress.json").read_text("utf-8")))


@pytest.mark.timeout(900)
def test_killed_comparison_goes_on_and_ends_as_one_that_was_not(base: Path, tmp_path: Path) -> None:
    ended(compared(base, tmp_path / "whole", 1))
    out = tmp_path / "cut"
    process = compared(base, out, 2)
    until(lambda: n_parts(out) >= 3, "three runs")
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    psutil.wait_procs(workers, timeout=30)
    kept, found = bytes_of(out), progress(out)
    assert (found["state"], is_at_work(found), found["pid"]) == ("running", False, process.pid)
    assert len(kept) < 24
    said = ended(compared(base, out, 2))
    assert f"runs {len(kept)} of 24" in said
    assert "taken over from process" in said
    assert results(out) == results(tmp_path / "whole")
    assert progress(out)["state"] == "done"


def test_request_to_end_is_as_ctrl_c(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = compared(base, out, 1)
    until(lambda: n_parts(out) >= 1, "a run")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert "the same command goes on from there" in said
    assert progress(out)["state"] == "stopped"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("workers", [1, 2])
def test_comparison_that_is_killed_at_any_moments_ends_as_one_that_was_not(
    base: Path, tmp_path: Path, workers: int
) -> None:
    started = time.monotonic()
    ended(compared(base, tmp_path / "whole", 1))
    seconds, out = time.monotonic() - started, tmp_path / "cut"
    kills = killed_until_done(lambda: compared(base, out, workers), out, seconds, random.Random(workers), most=20)
    assert kills > 0
    assert results(out) == results(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "scenarios") == ["cut", "whole"]
