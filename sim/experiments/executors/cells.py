"""Cells: processes beside this one in which runs are executed, so that whatever a run does, it does to its cell alone.

A run past its limit of time is killed with its cell; one that kills its cell takes nothing else along. A cell is used
for one run after the other. Text goes in and text comes out.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.experiments.executors.protocol import Ended, ExecutorError, Limits

START_SECONDS = 120.0
"""A cell that has not come up by then never will."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
COMMAND = [sys.executable, "-m", "sim.experiments.executors"]
NO_CELL = f"no process for runs comes up on {{host}} ({' '.join(COMMAND)})"
OVER = "the runs of this command have been stopped"
OTHER_PROGRAM = "the program on {host} is not the same as that of this command; install the same version there"


class CellDiedError(Exception):
    """The cell's process ended where an answer was expected."""


class Cell:
    """A process that runs one job after the other."""

    def __init__(self) -> None:
        self._line, its = socket.socketpair()
        self._read = b""
        with its, _startable(self._line):
            self._process = subprocess.Popen(
                COMMAND, stdin=its.fileno(), stdout=its.fileno(), env=_environment(), start_new_session=True
            )
        try:
            self.program = str(self._answer(START_SECONDS)["program"])
        except (CellDiedError, TimeoutError) as error:
            self.end()
            raise ExecutorError(NO_CELL.format(host=socket.gethostname())) from error

    @property
    def is_there(self) -> bool:
        """Whether its process still runs."""
        return self._process.poll() is None

    def ended(self, key: str, text: str, limits: Limits) -> Ended:
        """Run a job; a cell in which a run came to grief is there no longer. Raises ExecutorError."""
        try:
            self._ask({"key": key, "text": text, "memory_bytes": limits.memory_bytes})
            answer = self._answer(limits.seconds)
        except TimeoutError:
            self.end()
            return Ended(key, "timed_out", limits.too_long, None, limits.seconds or 0.0)
        except CellDiedError:
            self.end()
            return Ended(key, "killed", _how(self._process.returncode))
        if "error" in answer:
            raise ExecutorError(answer["error"])
        if answer["status"] == "failed" and limits.memory_bytes:
            self.end()  # what it took may not have been given back
        return Ended(**answer)

    def end(self) -> None:
        """Kill its process."""
        self._process.kill()
        self._process.wait()
        self._line.close()

    def _ask(self, what: dict[str, Any]) -> None:
        try:
            self._line.settimeout(None)
            self._line.sendall(json.dumps(what).encode() + b"\n")
        except OSError as error:
            raise CellDiedError from error

    def _answer(self, seconds: float | None) -> Any:
        """The next line, within so many seconds."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._read:
            self._line.settimeout(None if deadline is None else max(deadline - time.monotonic(), 1e-3))
            self._read += self._some()
        line, _, self._read = self._read.partition(b"\n")
        return json.loads(line)

    def _some(self) -> bytes:
        try:
            found = self._line.recv(1 << 20)
        except TimeoutError:
            raise
        except OSError as error:
            raise CellDiedError from error
        if not found:
            raise CellDiedError
        return found


class Cells:
    """Cells that are taken and given back; as many as are used at once."""

    def __init__(self) -> None:
        self._idle: list[Cell] = []
        self._all: set[Cell] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def ended(self, key: str, text: str, limits: Limits, program: str) -> Ended:
        """Run a job in a cell that has loaded this very program. Raises ExecutorError."""
        cell = self._taken(program)
        try:
            return cell.ended(key, text, limits)
        finally:
            self._given_back(cell)

    def end(self) -> None:
        """End all cells; what runs in them is killed, and nothing more will run."""
        with self._lock:
            self._is_over = True
            for cell in self._all:
                cell.end()
            self._all.clear()
            self._idle.clear()

    def _taken(self, program: str) -> Cell:
        with self._lock:
            while self._idle:
                cell = self._idle.pop()
                if cell.is_there and cell.program == program:
                    return cell
                self._forget(cell)
        cell = Cell()
        with self._lock:
            self._all.add(cell)
            if not self._is_over and cell.program == program:
                return cell
            self._forget(cell)
        raise ExecutorError(OVER if self._is_over else OTHER_PROGRAM.format(host=socket.gethostname()))

    def _given_back(self, cell: Cell) -> None:
        with self._lock:
            if cell.is_there:
                self._idle.append(cell)
            else:
                self._forget(cell)

    def _forget(self, cell: Cell) -> None:
        cell.end()
        self._all.discard(cell)


@contextmanager
def _startable(line: socket.socket) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        line.close()
        raise ExecutorError(f"{NO_CELL.format(host=socket.gethostname())}: {error.strerror}") from error


def _environment() -> dict[str, str]:
    """That of this process, with where it finds its modules, and one thread."""
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _how(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended its process with exit code {code}"
    name = signal.Signals(-code).name
    return f"its process was killed ({name}){', most often for want of memory' if name == 'SIGKILL' else ''}"
