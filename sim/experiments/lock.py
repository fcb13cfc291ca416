"""One command at a time in a folder of runs.

The file `lock` says who is at work: process, host and since when. The operating system holds the lock itself (flock)
and lets go of it however the process ends, so a lock that outlived its command is known as such, and taken over.
"""

import fcntl
import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.errors import SimError
from sim.experiments.parts import written_to

NAME = "lock"


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
        os.ftruncate(self._file, 0)
        os.pwrite(
            self._file, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": now}).encode(), 0
        )


def holder(folder: Path) -> dict[str, Any]:
    """Who is at work in a folder, or was when it was killed; empty if nobody."""
    try:
        return _read((folder / NAME).read_bytes())
    except OSError:
        return {}


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
