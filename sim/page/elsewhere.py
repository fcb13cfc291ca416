"""Runs that were started in the terminal: comparisons that say how far they are, and sweeps, by their folders alone."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from sim.errors import SimError
from sim.experiments.lock import is_at_work
from sim.page.files import read_json, seconds_since
from sim.page.runs import Shown, State, progress_of
from sim.tables import MANIFEST, PROGRAM, PROGRESS_FILE

SWEEP = "sweep.json"
STATES: Mapping[str, State] = {"running": "running", "done": "done", "failed": "failed", "stopped": "stopped"}
LOOK_SECONDS = 2.0
"""A sweep's runs are counted no more often."""
STALE_SECONDS = 3600.0
"""A comparison of another machine that has said nothing for so long has ended."""


class Elsewhere:
    """Folders of results that others write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sweeps: dict[Path, tuple[float, Shown | None]] = {}

    def shown(self) -> list[Shown]:
        """Comparisons and sweeps, by the names of their folders."""
        return sorted(self._found(), key=lambda one: (one.started_at or "", one.id))

    def _found(self) -> Iterator[Shown]:
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if folder.is_symlink() or not folder.is_dir() or folder.name.startswith("."):
                continue
            if (folder / PROGRESS_FILE).is_file():
                if (shown := _comparison(folder)) is not None:
                    yield shown
            elif (folder / SWEEP).is_file() and (sweep := self._sweep(folder)) is not None:
                yield sweep

    def _sweep(self, folder: Path) -> Shown | None:
        at, shown = self._sweeps.get(folder, (-LOOK_SECONDS, None))
        is_over = shown is not None and shown.state == "done"
        if monotonic() - at >= (LOOK_SECONDS * 10 if is_over else LOOK_SECONDS):
            shown = _sweep(folder)
            self._sweeps[folder] = (monotonic(), shown)
        return shown


def _comparison(folder: Path) -> Shown | None:
    said = progress_of(folder)
    if said.get("program") != PROGRAM or said.get("state") not in STATES:
        return None
    state = STATES[said["state"]]
    if state == "running" and not _is_at_work(said):
        state = "failed"
    is_running = state == "running"
    return Shown(
        id=folder.name,
        title=said.get("title") or folder.name,
        state=state,
        phase=said.get("phase", "") if is_running else "",
        done=said.get("done"),
        total=said.get("total"),
        failed=said.get("failed", 0),
        share=1.0 if state == "done" else said["share"],
        seconds_left=said.get("seconds_left") if is_running else None,
        started_at=said.get("started_at"),
        finished_at=None if is_running else said.get("updated_at"),
        result=folder.name if state == "done" and (folder / MANIFEST).is_file() else None,
        kind=str(said.get("kind", "compare")),
        from_terminal=True,
    )


def _is_at_work(said: dict[str, Any]) -> bool:
    """Whether the process is there, or, of another machine, was heard of lately."""
    if said.get("host") == socket.gethostname():
        return is_at_work(said)
    heard = seconds_since(said.get("updated_at"))
    return heard is not None and heard < STALE_SECONDS


def _sweep(folder: Path) -> Shown | None:
    from sim.experiments.sweeps.status import status_of

    try:
        found = status_of(folder, ())
    except (SimError, OSError, ValueError, KeyError):
        return None
    ended = found.done + found.failed
    state: State = "done" if found.is_over else "running" if found.at_work else "stopped"
    return Shown(
        id=folder.name,
        title=found.title or found.sweep,
        state=state,
        done=found.done,
        total=found.total,
        failed=found.failed,
        share=ended / found.total if found.total else 0.0,
        seconds_left=found.seconds_left if state == "running" else None,
        started_at=read_json(folder / "lock").get("started"),
        kind="sweep",
        from_terminal=True,
    )
