"""Processes that outlive the server: started in a session of their own, known again by number and start."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NICENESS = 10
"""What is run gives way to the page."""
_STATE, _STARTED = 0, 19
"""Places in /proc/PID/stat after the name: the state, and when it started, in ticks since the machine did."""


@dataclass(frozen=True)
class Known:
    """A process: its number, and when it started, as numbers come again."""

    pid: int
    started: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Known | None":
        """From JSON; None if it says nothing of one."""
        pid, started = said.get("pid"), said.get("started", 0)
        return cls(pid, started) if isinstance(pid, int) and isinstance(started, int) and pid > 1 else None

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        found = _stat(self.pid)
        if found is not None:
            return found[_STATE] != "Z" and int(found[_STARTED]) == self.started
        return not Path("/proc/self/stat").exists() and exists(self.pid)

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
    found = _stat(process.pid)
    return Known(process.pid, int(found[_STARTED]) if found else 0)


def exists(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
