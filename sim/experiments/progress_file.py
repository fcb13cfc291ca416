"""How far a command is, as a file in its folder, so that others can see it: `progress.json`.

It is moved into place whole, at most once a second. What it says of a command that was killed stays `running`: whether
that still runs, its process says (see `sim.experiments.lock.is_at_work`).
"""

import json
import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sim.experiments.lock import born_at
from sim.experiments.pace import Progress
from sim.tables import PROGRAM, PROGRESS_FILE

State = Literal["running", "done", "failed", "stopped"]
EVERY = 1.0
"""Seconds between two writings, at least."""


class ProgressFile:
    """Written for as long as a command works in a folder; ``end`` says how it ended."""

    def __init__(self, folder: Path, kind: str, title: str) -> None:
        self._path = folder / PROGRESS_FILE
        self._written = -EVERY
        self._said: dict[str, Any] = {
            "program": PROGRAM,
            "kind": kind,
            "title": title,
            "state": "running",
            "phase": "starting",
            "done": 0,
            "total": 0,
            "failed": 0,
            "share": 0.0,
            "seconds_left": None,
            "started_at": _now(),
            "updated_at": _now(),
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "born_at": born_at(os.getpid()),
        }
        for aside in folder.glob(f".{PROGRESS_FILE}.*"):
            aside.unlink()
        self._write()

    def update(self, progress: Progress) -> None:
        """So far."""
        left = progress.seconds_left
        self._said |= {
            "phase": progress.phase,
            "done": progress.complete,
            "total": progress.replications,
            "failed": progress.failed,
            "share": round(progress.share, 4),
            "seconds_left": None if left is None else round(left),
        }
        if time.monotonic() - self._written >= EVERY:
            self._write()

    def say(self, phase: str) -> None:
        """What goes on now, in words."""
        self._said |= {"phase": phase}
        self._write()

    def end(self, state: State, phase: str = "") -> None:
        """It has ended so, and why."""
        self._said |= {"state": state, "phase": phase or state, "seconds_left": None}
        self._write()

    def _write(self) -> None:
        """Who cannot be told is not told: the runs say what is wrong with the folder, and they count."""
        self._written = time.monotonic()
        self._said["updated_at"] = _now()
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            try:
                aside.write_text(json.dumps(self._said, ensure_ascii=False, indent=1) + "\n", "utf-8")
                aside.replace(self._path)
            finally:
                aside.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
