"""Processes that outlive the server: started in a session of their own, known again by number and start."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.experiments.lock import born_at, is_at_work

NICENESS = 10
"""What is run gives way to the page."""


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
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    process.returncode = 0  # it is to outlive us: nobody needs a warning that it still runs
    return Known(process.pid, born_at(process.pid))
