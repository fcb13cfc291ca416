"""One command at a time in a folder of runs.

The file `lock` says who is at work: process, host and since when. The operating system holds the lock itself (flock)
and lets go of it however the process ends, so a lock that outlived its command is known as such, and taken over.
"""

import fcntl
import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.errors import SimError
from sim.experiments.parts import written_to
from sim.tables import LOCK

NAME = LOCK


class FolderInUseError(SimError):
    """Another command is at work in the folder."""


class Locked:
    """Holds a folder, made if it is not there, for as long as the context lasts; ``on_message`` hears of a takeover."""

    def __init__(self, folder: Path, on_message: Callable[[str], None]) -> None:
        self._folder, self._path = folder, folder / NAME
        self._on_message = on_message
        self._file = -1

    def __enter__(self) -> "Locked":
        with written_to(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._held()
            try:
                self._take_over(_holder(self._file))
            except BaseException:
                os.close(self._file)
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # a folder that can no longer be written keeps a lock that is known to be stale
            self._path.unlink()
        os.close(self._file)

    def _held(self) -> int:
        """The lock's file, opened and locked; tried again where its holder removed it in between."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _holder(file)
                os.close(file)
                raise FolderInUseError(f"{self._folder} is in use by {_said(holder)}; wait for it or stop it") from None
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), self._path.stat()):
                    return file
            os.close(file)

    def _take_over(self, before: dict[str, Any]) -> None:
        """Sign the lock. One of another host is not known to be stale: its lock may not be seen from here."""
        if before and before.get("host") != socket.gethostname():
            raise FolderInUseError(
                f"{self._folder} is in use by {_said(before)}; if that no longer runs, remove {self._path}"
            )
        if before:
            self._on_message(f"{self._folder}: taken over from {_said(before)}, which has ended")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        signed = {"pid": os.getpid(), "host": socket.gethostname(), "started": now, "born_at": born_at(os.getpid())}
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(signed).encode(), 0)


def holder(folder: Path) -> dict[str, Any]:
    """Who is at work in a folder, or was when it was killed; empty if nobody."""
    try:
        return _read((folder / NAME).read_bytes())
    except OSError:
        return {}


def is_at_work(found: Mapping[str, Any]) -> bool:
    """Whether a process that signed (``pid``, ``host``, ``born_at``) still runs, as far as can be seen from here.

    Its number may have gone to another process since: then that was born at another time. One of another host counts as
    running.
    """
    if not {"pid", "host"} <= found.keys():
        return False
    if found["host"] != socket.gethostname():
        return True
    try:
        os.kill(int(found["pid"]), 0)
    except (ProcessLookupError, ValueError, OverflowError, TypeError):
        return False
    except PermissionError:
        pass
    born = found.get("born_at")
    return born is None or born_at(int(found["pid"])) in (born, None)


def born_at(pid: int) -> int | None:
    """When a process of this machine began, in ticks since the machine did; 0 if it has ended, None if unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        return 0 if stat[0] in "ZX" else int(stat[19])
    except (OSError, ValueError, IndexError):
        return None


def _holder(descriptor: int) -> dict[str, Any]:
    return _read(os.pread(descriptor, 10_000, 0))


def _read(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(holder: dict[str, Any]) -> str:
    if not holder:
        return "another command"
    return f"process {holder.get('pid')} on {holder.get('host')}, started {holder.get('started')}"
