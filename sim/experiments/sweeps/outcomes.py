"""What the runs of a sweep came to, side by side, and whether there are enough of them. Pure functions of arrays."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.differences import Layout, half_width, spread
from sim.experiments.executors.protocol import Ended
from sim.experiments.sweeps.contract import Precision
from sim.experiments.sweeps.design import Point
from sim.indicators.measures import BY_NAME

DONE = "done"


@dataclass(frozen=True)
class Outcomes:
    """How every run ended: a row for each point, a column for each replication."""

    points: Sequence[Point]
    per_draw: int | None
    """Replications of a draw; None if nothing is drawn."""
    ended: Sequence[Sequence[Ended]]
    measures: tuple[str, ...]
    """Those that any run has, in the order of their declaration."""
    values: np.ndarray
    """float64[points, replications, measures]; NaN where there is no value."""

    @classmethod
    def of(
        cls, points: Sequence[Point], per_draw: int | None, keys: Sequence[Sequence[str]], ended: Mapping[str, Ended]
    ) -> "Outcomes":
        """Of runs by their keys, a list for each point."""
        rows = [[ended[key] for key in of_point] for of_point in keys]
        kept = [one.summary["measures"] for row in rows for one in row if one.summary is not None]
        names = tuple(name for name in BY_NAME if any(name in each for each in kept))
        values = np.full((len(points), len(rows[0]), len(names)), np.nan)
        for i, row in enumerate(rows):
            for r, one in enumerate(row):
                if one.summary is not None:
                    found = one.summary["measures"]
                    values[i, r] = [math.nan if found.get(name) is None else found[name] for name in names]
        return cls(points, per_draw, rows, names, values)

    @property
    def n(self) -> int:
        """Replications of each point."""
        return self.values.shape[1]

    @property
    def n_failed(self) -> int:
        """Runs that are not done."""
        return int((~self.is_done).sum())

    @property
    def is_done(self) -> np.ndarray:
        """bool[points, replications]."""
        return np.array([[one.status == DONE for one in row] for row in self.ended])

    def used(self, *numbers: int) -> tuple[np.ndarray, Layout]:
        """Replications of whole draws that are done at all of some points, int64[n], and their layout."""
        there = np.logical_and.reduce([self.is_done_at(number) for number in numbers])
        if self.per_draw is None:
            found = np.flatnonzero(there)
            return found, Layout.of(len(found), None)
        whole = there[: self.n // self.per_draw * self.per_draw].reshape(-1, self.per_draw).all(axis=1)
        found = np.flatnonzero(np.repeat(whole, self.per_draw))
        return found, Layout.of(len(found), self.per_draw)

    def is_done_at(self, number: int) -> np.ndarray:
        """bool[replications] of a point."""
        return np.array([one.status == DONE for one in self.ended[number]])

    def of_measure(self, number: int, measure: str, replications: np.ndarray) -> np.ndarray:
        """A measure at a point in some replications: float64[n]."""
        return np.asarray(self.values[number, replications, self.measures.index(measure)])


def enough(outcomes: Outcomes, precision: Precision) -> float:
    """How much wider than wanted the widest interval of a point is; at most 1 if there are enough replications.

    A point without two replications that tell luck from draws says nothing, and does not hold up the others.
    """
    widest = 0.0
    if precision.of not in outcomes.measures:
        return widest
    for point in outcomes.points:
        used, layout = outcomes.used(point.number)
        if len(used) > 1:
            found = spread(outcomes.of_measure(point.number, precision.of, used), layout)
            wanted = precision.within * abs(found.mean)
            half = half_width(found)
            if half > 0 and not math.isnan(wanted):
                widest = max(widest, half / wanted if wanted > 0 else math.inf)
    return widest
