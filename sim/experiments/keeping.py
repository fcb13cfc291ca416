"""Runs jobs with an executor and keeps each run at once; what is on disk already is not run again.

Knows jobs, executors and parts; knows nothing of what they are for.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sim.experiments.executors.protocol import Ended, Executor, Job, Limits
from sim.experiments.pace import FROM_SHARES, off_by
from sim.experiments.parts import Parts

LAST = 60
"""So many runs that ended last tell how long the others take: points differ, and so does what else the machine does."""


@dataclass(frozen=True)
class Progress:
    """How far runs are; failed are all that ended without a summary, and done those with one."""

    done: int
    failed: int
    left: int
    seconds_left: float | None
    """At the pace of this command's own runs; None while none has ended."""
    off_by: float = FROM_SHARES
    """It may be so much longer or shorter, as a share of it."""


def run_kept(
    jobs: Sequence[Job],
    parts: Parts,
    executor: Executor,
    limits: Limits,
    on_progress: Callable[[Progress], None],
    *,
    retry: bool = False,
    tried: Collection[str] = (),
) -> dict[str, Ended]:
    """How each job ended, by key, in the order of the jobs; each is on disk as soon as it has ended.

    Those on disk are not run again, except those that came to another limit than ``limits`` and, with ``retry``, those
    that failed, but for ``tried``. One command at a time may do so in a folder (see Locked). Raises PartsFolderError
    and ExecutorError; what has ended by then is kept.
    """
    parts.prepare()
    by_key = {job.key: job for job in jobs}

    def counts(found: Ended) -> bool:
        return not limits.are_others(found) and (found.status == "done" or not retry or found.key in tried)

    kept = {key: found for key in by_key if (found := parts.get(key)) and counts(found)}
    tally = _Tally(kept, len(by_key), on_progress)

    def keep(ended: Ended) -> None:
        parts.put(ended)
        tally.add(ended)

    tally.tell()
    if missing := [job for key, job in by_key.items() if key not in kept]:
        executor.run(missing, limits, keep)
    return {key: tally.ended[key] for key in by_key}


class _Tally:
    """Counts the runs that have ended, and tells."""

    def __init__(self, kept: dict[str, Ended], total: int, on_progress: Callable[[Progress], None]) -> None:
        self.ended = dict(kept)
        self._before, self._total, self._on_progress = len(kept), total, on_progress
        self._done = sum(ended.status == "done" for ended in kept.values())
        self._ended_at = deque([time.monotonic()], LAST + 1)
        """Moments at which the last ones ended; the first is that of the beginning."""

    def add(self, ended: Ended) -> None:
        self.ended[ended.key] = ended
        self._done += ended.status == "done"
        self._ended_at.append(time.monotonic())
        self.tell()

    def tell(self) -> None:
        n = len(self.ended)
        left, new = self._total - n, n - self._before
        seconds = self._each() * left if new else None
        self._on_progress(Progress(self._done, n - self._done, left, seconds, off_by(new)))

    def _each(self) -> float:
        """Seconds from the end of one run to that of the next, in the last of them."""
        return (self._ended_at[-1] - self._ended_at[0]) / (len(self._ended_at) - 1)
