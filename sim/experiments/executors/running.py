"""One run, from its text to how it ended, in this process: what every executor comes down to."""

import json
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from threadpoolctl import threadpool_limits

from sim.experiments.executors.protocol import Ended, ExecutorError, Job

REASON_SHOWN = 500
"""Characters of a reason that are kept."""


def job_of(text: str) -> Job:
    """The job that a text describes."""
    kind = json.loads(text).get("kind")
    module, _, name = str(kind).partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ExecutorError(f"a job of the kind '{kind}' cannot be made here: {error}") from error
    return found.from_text(text)


def ended_here(key: str, text: str) -> Ended:
    """Run a job in this process, on one thread; an exception is how a run may end."""
    job = job_of(text)
    started = time.perf_counter()
    try:
        with threadpool_limits(1):
            summary = json.loads(json.dumps(job.run()))
    except Exception as error:
        return Ended(key, "failed", described(error), None, time.perf_counter() - started)
    return Ended(key, "done", "", summary, time.perf_counter() - started)


def described(error: Exception) -> str:
    """An exception as a reason."""
    return f"{type(error).__name__}: {error}"[:REASON_SHOWN]


def plain(ended: Ended) -> Mapping[str, Any]:
    """How a run ended, in plain values; `Ended(**plain(ended))` is it again."""
    return vars(ended)
