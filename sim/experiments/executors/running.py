"""One run, from its text to how it ended, in this process: what every executor comes down to."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from sim.experiments.executors.protocol import Ended, ExecutorError, Job
from sim.experiments.store import Summary
from sim.experiments.travelling import class_of

REASON_SHOWN = 500
"""Characters of a reason that are kept."""


def ended_here(key: str, text: str, memory_bytes: int | None = None) -> Ended:
    """Run a job in this process, on one thread; an exception is how a run may end."""
    kind = _kind(text)
    started = time.perf_counter()
    try:
        with threadpool_limits(1), _memory(memory_bytes):
            summary: Summary = json.loads(json.dumps(_made(kind, text).run()))
    except MemoryError as error:
        return Ended(key, "failed", _of_memory(error, memory_bytes), None, time.perf_counter() - started)
    except (Exception, SystemExit) as error:
        return Ended(key, "failed", _described(error), None, time.perf_counter() - started)
    return Ended(key, "done", "", summary, time.perf_counter() - started)


def _kind(text: str) -> object:
    """The class that a text names. A fault here is the program's, not the run's."""
    kind = str(json.loads(text).get("kind"))
    try:
        return class_of(kind)
    except (ImportError, AttributeError, ValueError) as error:
        raise ExecutorError(f"a job of the kind '{kind}' cannot be made here: {error}") from error


def _made(kind: object, text: str) -> Job:
    made: Job = kind.from_text(text)  # type: ignore[attr-defined]
    return made


@contextmanager
def _memory(limit: int | None) -> Iterator[None]:
    """Within, this process is given no more memory for data than that."""
    if limit is None:
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def _of_memory(error: MemoryError, limit: int | None) -> str:
    return _described(error) if limit is None else f"took more memory than its limit of {limit / 1e9:g} GB"


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:REASON_SHOWN]
