"""Starts commands, schedulers and workers as processes of their own, and ends them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
PATIENCE = 120.0
"""Seconds after which a test gives up; nothing here takes so long but on a machine that is busy with other things."""

Process = subprocess.Popen[str]


def toys(folder: Path, *options: object) -> Process:
    """The toy command at work in a folder."""
    command = [sys.executable, str(ROOT / "tests" / "faults" / "command.py"), "toys", str(folder), *map(str, options)]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: Process) -> tuple[int, str, str]:
    """Exit code, and what was said."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE:.0f} s"
        time.sleep(0.02)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All parts of a folder."""
    return {file.name: file.read_bytes() for file in sorted((folder / "parts").glob("*.parquet"))}


def n_parts(folder: Path) -> int:
    """How many runs have ended."""
    return len(list((folder / "parts").glob("*.parquet")))


class Cluster:
    """A Dask scheduler and workers on loopback, each a process of its own."""

    def __init__(self, folder: Path, *security: str) -> None:
        self._folder, self._security = folder, security
        self.scheduler: Process
        self.workers: list[Process] = []
        self._n = 0

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        return str(json.loads(self._file.read_text())["address"])

    @property
    def _file(self) -> Path:
        return self._folder / f"scheduler-{self._n}.json"

    def start(self, workers: int = 2) -> None:
        """Start a scheduler and workers."""
        self._n += 1
        self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")
        until(self._file.exists, "a scheduler comes up")
        for _ in range(workers):
            self.add_worker()

    def add_worker(self) -> None:
        """Start one more worker, without a nanny that would start it again."""
        self.workers.append(self._started("worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"))

    def _started(self, what: str, *options: str) -> Process:
        file = ["--scheduler-file", str(self._file), "--no-dashboard"]
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options, *file, *self._security]
        with (self._folder / f"{what}.log").open("a") as log:
            return subprocess.Popen(command, cwd=self._folder, env=ENVIRONMENT, stdout=log, stderr=log, text=True)

    def end(self) -> None:
        """Kill all of it."""
        for process in [self.scheduler, *self.workers]:
            kill(process)
        self.workers.clear()


def kill(process: Process) -> None:
    """SIGKILL."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def cluster(folder: Path, *security: str) -> Iterator[Cluster]:
    """A cluster that is up, and gone in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Cluster(folder, *security)
    try:
        found.start()
        yield found
    finally:
        found.end()
