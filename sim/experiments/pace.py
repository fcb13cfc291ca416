"""How far many runs are, and how long the rest takes at the pace of those that have ended.

Knows tasks, their shares and the clock; knows nothing of what runs.
"""

import heapq
import math
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
RECENT = 12
"""So many runs that ended last tell how fast the machine is now: others come and go on it."""
IN_TURN = 1000
"""Tasks that are laid out one by one to see when the last ends; of more, the ragged end counts for nothing."""
FROM_SHARES, OF_ONE, AT_LEAST = 1.0, 0.5, 0.1
"""How far off a time may be, as a share of it: with no run ended; with one, less with the root of more; with any."""


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
    off_by: float = FROM_SHARES
    """The time left may be so much longer or shorter, as a share of it."""
    of: str = ""
    """What they are runs of, if it is not the thing itself."""

    @property
    def phase(self) -> str:
        """What goes on, in words: `settling`, or `runs 7 of 48`."""
        said = "settling" if self.is_settling else f"runs {self.complete + self.failed} of {self.replications}"
        return f"{self.of}: {said}" if self.of else said


def off_by(n_ended: int) -> float:
    """How far off the time left may be once so many runs of this command have ended, as a share of it."""
    return AT_LEAST + OF_ONE / math.sqrt(n_ended) if n_ended else FROM_SHARES


def between(seconds: float, off: float) -> str:
    """A time that is known to within a share of itself, in words: `about 4 to 6 min`."""
    size, unit, digits = next(each for each in _SPOKEN if seconds * (1 + off) < each[0] * 90 or each is _SPOKEN[-1])
    low, high = (f"{each / size:,.{digits}f}" for each in (seconds / (1 + off), seconds * (1 + off)))
    return f"about {low} {unit}" if low == high else f"about {low} to {high} {unit}"


_SPOKEN = ((1.0, "s", 0), (60.0, "min", 0), (3600.0, "h", 1))


class Pace:
    """Watches tasks, some of which had ended before.

    How large a job is, all its runs tell; how fast the machine is now, those of this command that ended last.
    """

    def __init__(self, tasks: Sequence[Task], workers: int, before: Mapping[Task, float]) -> None:
        self._tasks, self._workers = tasks, max(workers, 1)
        self._began: dict[Task, float] = {}
        self._seconds: dict[int, list[float]] = {}
        self._ended: list[tuple[int, float]] = []
        """Jobs of the runs of this command, in the order in which they ended, and the seconds of each."""
        for task, seconds in before.items():
            self._add(task, seconds)

    def ended(self, task: Task, seconds: float) -> None:
        """A task has ended and took so long."""
        self._add(task, seconds)
        if seconds > 0:
            self._ended.append((task.job, seconds))

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
        each = None if usual is None else usual / self._workers
        return Progress(share, complete, n, failed, is_settling, left, each, off_by(len(self._ended)))

    def _seconds_left(self, waiting: Sequence[Task], begun: Mapping[Task, float], usual: float, now: float) -> float:
        speed = self._speed()
        of_job = {job: speed * sum(seconds) / len(seconds) for job, seconds in self._seconds.items()}
        under_way, to_come = [], []
        for task in waiting:
            whole = of_job.get(task.job, usual)
            if task in begun:
                # One that takes longer than it should is not about to end: its share says how much is left.
                under_way.append(max(whole - (now - self._began[task]), whole * (1 - begun[task]) / 2))
            else:
                to_come.append(whole)
        return _until_last(under_way, to_come, self._workers)

    def _speed(self) -> float:
        """How much longer runs take now than they do on the whole: above 1 on a machine that has become busier."""
        last = self._ended[-RECENT:]
        usual = [sum(self._seconds[job]) / len(self._seconds[job]) for job, _ in last]
        return sum(seconds for _, seconds in last) / sum(usual) if last else 1.0

    def _usual(self, begun: Mapping[Task, float], now: float) -> float | None:
        """Seconds that a run takes: as those that have ended, or else as the furthest of those that have begun."""
        if every := [seconds for of_job in self._seconds.values() for seconds in of_job]:
            return self._speed() * sum(every) / len(every)
        known = {task: share for task, share in begun.items() if share >= TELLS_OF_THE_WHOLE}
        return max((now - self._began[task]) / share for task, share in known.items()) if known else None


def _until_last(under_way: Sequence[float], to_come: Sequence[float], workers: int) -> float:
    """Seconds until the last has ended, each begun as soon as a worker is free; what is under way began already."""
    if len(to_come) > IN_TURN or len(under_way) > workers:
        return sum([*under_way, *to_come]) / max(min(workers, len(under_way) + len(to_come)), 1)
    free_at = [*under_way, *[0.0] * (workers - len(under_way))]
    heapq.heapify(free_at)
    for seconds in to_come:
        heapq.heappush(free_at, heapq.heappop(free_at) + seconds)
    return max(free_at, default=0.0)
