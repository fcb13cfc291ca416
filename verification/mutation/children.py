"""Work in a forked process: what it says, how it ended, and its end if it takes too long."""

import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LARGEST = 6 << 30
"""Bytes of address space beyond what the parent has that a mutant may ask for."""


@dataclass
class Child:
    """A forked process that is at work."""

    pid: int
    said: BinaryIO
    folder: Path
    """Where its temporary files lie."""
    ends_at: float
    """When it is killed, of `time.monotonic`."""


def fork(work: Callable[[Callable[[str], None]], None], seconds: float) -> Child:
    """Do a piece of work in a process of its own, group and temporary folder; it is handed what takes a line to us."""
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_quiet(folder)
        code = 1
        try:
            work(lambda line: _write(writing, line))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    return Child(pid, os.fdopen(reading, "rb"), folder, time.monotonic() + seconds)


def _write(to: int, line: str) -> None:
    data = line.encode() + b"\n"
    while data:
        data = data[os.write(to, data) :]


def _be_quiet(folder: Path) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(folder)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    _limit_memory()


def _limit_memory() -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + LARGEST
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ended(child: Child) -> tuple[list[str], int | None]:
    """Wait for a process: the lines it said, and its exit code, -SIGNAL of what killed it, or None if we did."""
    said = b""
    while True:
        left = child.ends_at - time.monotonic()
        if left <= 0 or not select.select([child.said], [], [], left)[0]:
            break
        part = os.read(child.said.fileno(), 1 << 16)
        if not part:
            break
        said += part
    is_late = time.monotonic() >= child.ends_at
    if is_late:
        _kill(child.pid)
    _, status = os.waitpid(child.pid, 0)
    _kill(child.pid)  # what it may have started
    child.said.close()
    shutil.rmtree(child.folder, ignore_errors=True)
    return said.decode(errors="replace").splitlines(), None if is_late else os.waitstatus_to_exitcode(status)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
