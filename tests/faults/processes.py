"""Starts commands, schedulers and workers as processes of their own, and ends them."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
PATIENCE = 120.0
"""Seconds after which a test gives up; nothing here takes so long but on a machine that is busy with other things."""

Process = subprocess.Popen[str]
MOST_KILLS = 60


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


def killed_until_done(
    start: Callable[[], Process], folder: Path, seconds: float, luck: random.Random, most: int = MOST_KILLS
) -> int:
    """How often it was killed: at a moment of the time that is left, or a little after one more run has ended.

    As many as it takes: the command runs until it has once not been killed, or was so ``most`` times.
    """
    kills = 0
    while kills < most:
        process = start()
        before = bytes_of(folder)
        if kills % 2:
            end = time.monotonic() + luck.uniform(0, seconds)
            while time.monotonic() < end and process.poll() is None:
                time.sleep(0.01)
        else:
            more = luck.randrange(1, 4)
            while process.poll() is None and len(bytes_of(folder)) < len(before) + more:
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
        now = bytes_of(folder)
        is_over = not (folder / "parts").exists()  # a comparison takes them away in the end
        assert is_over or {name: now[name] for name in before} == before, "what is done stays as it is"
    process = start()
    _, said = process.communicate()
    assert process.returncode == 0, said
    return kills


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


def mounted(folder: Path, *options: str) -> bool:
    """Whether a disk could be mounted at a folder: that takes the rights of root."""
    return subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode == 0


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
