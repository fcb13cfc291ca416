"""How far many runs are, and how long the rest takes at the pace so far.

Knows tasks, their shares and the clock; knows nothing of what runs.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SETTLING = 0.5
"""Share of a replication's progress that settling the expectations counts for: it takes one to three years of a run."""
NOT_BEGUN = -1.0
"""In place of the share of a task."""
TELLS_OF_THE_WHOLE = 0.05
"""From this share on, the time that a run has taken says how long it will take."""


class Task(NamedTuple):
    """One replication of one of several jobs."""

    job: int
    replication: int


@dataclass(frozen=True)
class Progress:
    """How far runs are: the share done over all replications, how many are complete, and how many there are."""

    share: float
    complete: int
    replications: int
    failed: int = 0
    is_settling: bool = False
    """Whether all that has begun still settles the market's expectations."""
    seconds_left: float | None = None
    """At the pace so far; None while it is not known."""
    seconds_each: float | None = None
    """What one run more would add to that."""
    of: str = ""
    """What they are runs of, if it is not the thing itself."""

    @property
    def phase(self) -> str:
        """What goes on, in words: `settling`, or `runs 7 of 48`."""
        said = "settling" if self.is_settling else f"runs {self.complete + self.failed} of {self.replications}"
        return f"{self.of}: {said}" if self.of else said


class Pace:
    """Watches tasks, some of which had ended before."""

    def __init__(self, tasks: Sequence[Task], workers: int, before: Mapping[Task, float]) -> None:
        self._tasks, self._workers = tasks, max(workers, 1)
        self._began: dict[Task, float] = {}
        self._seconds: dict[int, list[float]] = {}
        for task, seconds in before.items():
            self._add(task, seconds)

    def ended(self, task: Task, seconds: float) -> None:
        """A task has ended and took so long."""
        self._add(task, seconds)

    def _add(self, task: Task, seconds: float) -> None:
        if seconds > 0:
            self._seconds.setdefault(task.job, []).append(seconds)

    def progress(self, shares: Sequence[float], complete: int, failed: int) -> Progress:
        """How far they are, of the share of each: 1 if it has ended, NOT_BEGUN if it has not begun."""
        now = time.monotonic()
        begun = {task: share for task, share in zip(self._tasks, shares, strict=True) if 0 <= share < 1}
        self._began = {task: self._began.get(task, now) for task in begun}
        n = len(self._tasks)
        is_settling = not complete + failed and bool(begun) and all(share < SETTLING for share in begun.values())
        share = sum(max(each, 0.0) for each in shares) / n
        usual = self._usual(begun, now)
        waiting = [task for task, share in zip(self._tasks, shares, strict=True) if share < 1]
        left = None if waiting and usual is None else self._seconds_left(waiting, begun, usual or 0.0, now)
        return Progress(share, complete, n, failed, is_settling, left, None if usual is None else usual / self._workers)

    def _seconds_left(self, waiting: Sequence[Task], begun: Mapping[Task, float], usual: float, now: float) -> float:
        of_job = {job: sum(seconds) / len(seconds) for job, seconds in self._seconds.items()}
        left = 0.0
        for task in waiting:
            whole = of_job.get(task.job, usual)
            taken = now - self._began.get(task, now)
            left += max(whole - taken, whole * (1 - max(begun.get(task, 0.0), 0.0)) / 10)
        return left / max(min(self._workers, len(waiting)), 1)

    def _usual(self, begun: Mapping[Task, float], now: float) -> float | None:
        """Seconds that a run takes: as those that have ended, or else as the furthest of those that have begun."""
        if every := [seconds for of_job in self._seconds.values() for seconds in of_job]:
            return sum(every) / len(every)
        known = {task: share for task, share in begun.items() if share >= TELLS_OF_THE_WHOLE}
        return max((now - self._began[task]) / share for task, share in known.items()) if known else None
