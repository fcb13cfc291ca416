"""Runs many jobs with an executor, keeps each at once, and says how far they are and how long it takes.

Knows jobs and the store; knows nothing of what they are for. Where a failed run is an error; where it is a result, see
`sim.experiments.keeping`.
"""

import os
import sys
import time
from collections.abc import Sequence

from sim.errors import SimError
from sim.experiments.executors import Ended, Limits, executor
from sim.experiments.pace import between, off_by
from sim.experiments.parts import written_to
from sim.experiments.store import Job, Store, Summary

TELL_EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""
AT_ONCE = 2


class RunsFailedError(SimError):
    """Runs of the simulator failed; the rest is kept."""


class TooFewRunsError(SimError):
    """Too few runs, or parts of a design, have a value of what is asked."""


class Progress:
    """How far a stage is: one line that is written over on a terminal, else one now and then; on stderr."""

    def __init__(self, stage: str, total: int, done: int = 0) -> None:
        self.stage, self.total, self.before, self.done = stage, total, done, done
        self._started = self._told = time.monotonic()
        self._told_of = -1
        self._is_terminal = sys.stderr.isatty()

    def update(self, done: int) -> None:
        """So many are done."""
        self.done = done
        now = time.monotonic()
        is_due = done != self._told_of and now - self._told >= TELL_EVERY
        if self._is_terminal or is_due or done == self.total:
            self._told, self._told_of = now, done
            end = "\r" if self._is_terminal and done < self.total else "\n"
            print(f"{self.stage}: {self._said(now - self._started)}", end=end, file=sys.stderr, flush=True)

    def _said(self, seconds: float) -> str:
        new = self.done - self.before
        if self.done >= self.total:
            return f"{self.total} of {self.total}, {seconds:,.0f} s    "
        left = f"{between(seconds / new * (self.total - self.done), off_by(new))} left" if new else "starting"
        return f"{self.done} of {self.total}, {left}    "


def summaries(jobs: Sequence[Job], store: Store, stage: str, workers: int = AT_ONCE) -> list[Summary]:
    """What the jobs give, in their order; those in the store are not run again. Raises RunsFailedError."""
    there = {job.key: store.get(job.key) for job in jobs}
    for said in store.damaged.values():
        print(said, file=sys.stderr)
    store.damaged.clear()
    missing = {job.key: job for job in jobs if there[job.key] is None}
    reasons: dict[str, str] = {}
    progress = Progress(stage, len(jobs), len(jobs) - len(missing))

    def keep(ended: Ended) -> None:
        if ended.summary is None:
            reasons[ended.key] = ended.reason
        else:
            with written_to(store.folder):
                store.put(ended.key, ended.summary)
            there[ended.key] = ended.summary
        progress.update(progress.done + 1)

    progress.update(progress.done)
    if missing:
        executor(min(workers, len(missing))).run(list(missing.values()), Limits(), keep)
    if first := next((reasons[job.key] for job in jobs if job.key in reasons), None):
        raise RunsFailedError(f"{len(reasons)} of {len(missing)} runs failed, the first so: {first}")
    found = [there[job.key] for job in jobs]
    return [summary for summary in found if summary is not None]


def cores() -> int:
    """Processes that are worth starting."""
    return min(AT_ONCE, os.cpu_count() or 1)
