"""Opening hours taken literally: when a place is next open, and when a piece of work in its open time is done.

Knows intervals only.
"""

from bisect import bisect_right


class Clock:
    """Half-open open intervals, in order and apart."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self.intervals = intervals
        self.openings = [opens for opens, _ in intervals]

    def is_open(self, at: int) -> bool:
        """Whether ``at`` lies in an open interval; the closing instant does not."""
        i = bisect_right(self.openings, at) - 1
        return i >= 0 and at < self.intervals[i][1]

    def next_opening(self, at: int) -> int:
        """The first opening after ``at``."""
        return self.intervals[bisect_right(self.openings, at)][0]

    def finish(self, start: int, work: int) -> int:
        """Instant at which ``work`` that starts at ``start`` is done, if it rests while closed."""
        at = start
        i = bisect_right(self.openings, at) - 1
        while work > self.intervals[i][1] - at:
            work -= self.intervals[i][1] - at
            i += 1
            at = self.intervals[i][0]
        return at + work
