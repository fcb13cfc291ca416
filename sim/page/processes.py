"""Processes that outlive the server: started in a session of their own, known again by number and start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.experiments.lock import born_at, is_at_work

NICENESS = 10
"""What is run gives way to the page."""
HOME = Path(sim.__file__).resolve().parents[1]
"""Where the program lies that serves; what it starts is the same one."""


def program(*arguments: str) -> list[str]:
    """A command of this program. What lies in the folder it is given in is never taken for a module (`-P`)."""
    return [sys.executable, "-P", "-m", "sim.cli", *arguments]


def environment() -> dict[str, str]:
    """That of this process, with this very program found first by whatever it starts, and by what that starts."""
    paths = [str(HOME), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONSAFEPATH": "1"}


@dataclass(frozen=True)
class Known:
    """A process: its number, and when it started, as numbers come again."""

    pid: int
    started: int | None
    """In ticks since the machine did; None where that cannot be known."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Known | None":
        """From JSON; None if it says nothing of one."""
        pid, started = said.get("pid"), said.get("started")
        return cls(pid, started) if isinstance(pid, int) and isinstance(started, int | None) and pid > 1 else None

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return is_at_work({"pid": self.pid, "host": socket.gethostname(), "born_at": self.started})

    @property
    def is_leader(self) -> bool:
        """Whether it was started by `start`: in a session of its own."""
        with suppress(OSError):
            return os.getsid(self.pid) == self.pid
        return False

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to it and to all that it started; nothing if it has ended."""
        if self.is_alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def reap(self) -> None:
        """Take leave of it once it has ended, if this process started it; until then it is a shadow."""
        with suppress(ChildProcessError, OSError):
            os.waitpid(self.pid, os.WNOHANG)


def start(command: Sequence[str], out: Path, err: Path) -> Known:
    """Start a command that goes on when the server ends; what it prints goes to files."""
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            env=environment(),
        )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    process.returncode = 0  # it is to outlive us: nobody needs a warning that it still runs
    return Known(process.pid, born_at(process.pid))


def with_argument(argument: str) -> Known | None:
    """The oldest process of this machine with an argument in its command; None if there is none, or one cannot see."""
    mine = argument.encode()
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with suppress(OSError):
            if mine in (folder / "cmdline").read_bytes().split(b"\0"):
                known = Known(int(folder.name), born_at(int(folder.name)))
                if known.is_alive and known.is_leader:
                    return known
    return None
