"""The patient rule induction method (Friedman and Fisher 1999): a box that holds most cases of interest and few others.

Peeling takes a thin slice off one side at a time, the one that raises the density most for each case lost; pasting puts
back what does not lower it. Coverage, density and quasi-p-values after Bryant and Lempert (2010). As a slice is chosen
among many, a restriction is held against the same done to outcomes that were shuffled. Pure functions of arrays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.luck import fill_fine, key

PEEL = 0.05
"""Share of the cases of a box that a slice takes, at most, unless equal values cannot be told apart."""
SHUFFLES = 200
CHANCE = 0.05
"""Largest probability by chance of a restriction that counts."""


End = Literal["low", "high", "categories"]


@dataclass(frozen=True)
class Side:
    """What a box keeps of a column: numbers from low to high, or some of the categories, which have numbers too."""

    low: float
    high: float
    categories: frozenset[int] | None = None

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which values float64[n] it keeps: bool[n]."""
        if self.categories is not None:
            return np.isin(values, sorted(self.categories))
        return (values >= self.low) & (values <= self.high)

    @property
    def ends(self) -> tuple[End, ...]:
        """What it restricts."""
        if self.categories is not None:
            return ("categories",)
        return (*(("low",) if self.low > -np.inf else ()), *(("high",) if self.high < np.inf else ()))

    def only(self, end: End) -> "Side":
        """The restriction at one end."""
        if end == "categories":
            return self
        return Side(self.low, np.inf) if end == "low" else Side(-np.inf, self.high)


@dataclass(frozen=True)
class Cases:
    """Cases with what varied in them: ``inputs`` float64[n, p]; which columns are categories; which are of interest."""

    inputs: np.ndarray
    is_category: tuple[bool, ...]
    is_wanted: np.ndarray
    """bool[n]."""

    def shuffled(self, number: int) -> "Cases":
        """The same cases, with outcomes in another order."""
        n = len(self.is_wanted)
        first, second = np.empty(n), np.empty(n)
        fill_fine(key(0, number, "discovery", "shuffle"), np.arange(n), first, second)
        return replace(self, is_wanted=self.is_wanted[np.argsort(first, kind="stable")])


@dataclass(frozen=True)
class Box:
    """Sides by column; a column without one is free."""

    sides: tuple[Side | None, ...]

    @property
    def restricted(self) -> tuple[int, ...]:
        """Columns that are not free."""
        return tuple(i for i, side in enumerate(self.sides) if side is not None)

    def holds(self, cases: Cases) -> np.ndarray:
        """Which cases lie in it: bool[n]."""
        inside = np.ones(len(cases.is_wanted), bool)
        for i in self.restricted:
            inside &= self.sides[i].holds(cases.inputs[:, i])  # type: ignore[union-attr]
        return inside

    @property
    def ends(self) -> tuple[tuple[int, End], ...]:
        """All restrictions: columns with the end at which they are restricted."""
        return tuple((i, end) for i in self.restricted for end in self.sides[i].ends)  # type: ignore[union-attr]

    def with_side(self, column: int, side: Side | None) -> "Box":
        """The same with another side."""
        return Box((*self.sides[:column], side, *self.sides[column + 1 :]))

    def freed(self, column: int, end: End) -> "Box":
        """The same without a restriction."""
        side = self.sides[column]
        other = next((side.only(one) for one in side.ends if one != end), None) if side else None
        return self.with_side(column, other)


@dataclass(frozen=True)
class Seen:
    """What a box holds."""

    n: int
    n_wanted: int
    coverage: float
    """Share of all cases of interest that lie in it."""
    density: float
    """Share of its cases that are of interest."""
    support: float
    """Share of all cases that lie in it."""

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density."""
        return 2 * self.coverage * self.density / max(self.coverage + self.density, 1e-300)


def seen_in(box: Box, cases: Cases) -> Seen:
    """What a box holds of the cases."""
    inside = box.holds(cases)
    n, wanted = int(inside.sum()), int((inside & cases.is_wanted).sum())
    total = len(cases.is_wanted)
    return Seen(n, wanted, wanted / max(int(cases.is_wanted.sum()), 1), wanted / max(n, 1), n / total)


# -- peeling and pasting -----------------------------------------------------------------------------------------------


def peeled(cases: Cases, minimum_support: float) -> list[Box]:
    """The trajectory: from the box of all cases to the smallest that still has enough."""
    boxes = [Box((None,) * len(cases.is_category))]
    least = minimum_support * len(cases.is_wanted)
    while True:
        box, inside = boxes[-1], boxes[-1].holds(cases)
        density = cases.is_wanted[inside].mean()
        candidates = [
            (_gain(cases, kept, inside, density), -i, side, column)
            for i, (column, side, kept) in enumerate(_slices(cases, box, inside))
            if kept.sum() >= max(least, 1) and density < 1
        ]
        if not candidates:
            return boxes
        gain, _, side, column = max(candidates, key=lambda each: each[:2])
        if gain <= 0:
            return boxes
        boxes.append(box.with_side(column, side))


def _gain(cases: Cases, kept: np.ndarray, inside: np.ndarray, density: float) -> float:
    """Rise of the density for each case lost."""
    return float((cases.is_wanted[kept].mean() - density) / (inside.sum() - kept.sum()))


def _slices(cases: Cases, box: Box, inside: np.ndarray) -> Iterator[tuple[int, Side, np.ndarray]]:
    """Each side after a slice is taken off it, with the cases that are then kept: bool[n]."""
    for column, is_category in enumerate(cases.is_category):
        values = cases.inputs[:, column]
        sides = _of_categories if is_category else _of_numbers
        for side in sides(values[inside], box.sides[column] or _whole(values, is_category=is_category)):
            yield column, side, inside & side.holds(values)


def _whole(values: np.ndarray, *, is_category: bool) -> Side:
    return Side(-np.inf, np.inf, frozenset(values.astype(int).tolist()) if is_category else None)


def _of_categories(values: np.ndarray, side: Side) -> Iterator[Side]:
    """All but one category that is there."""
    there = set(values.astype(int).tolist())
    if len(there) > 1:
        yield from (replace(side, categories=(side.categories or frozenset()) - {one}) for one in sorted(there))


def _of_numbers(values: np.ndarray, side: Side) -> Iterator[Side]:
    """Without the lowest, and without the highest."""
    rising = np.sort(values)
    if rising[0] == rising[-1]:
        return
    k = max(int(PEEL * len(rising)), 1)
    low = rising[k] if rising[k] > rising[0] else rising[rising > rising[0]][0]
    high = rising[-1 - k] if rising[-1 - k] < rising[-1] else rising[rising < rising[-1]][-1]
    yield replace(side, low=float(low))
    yield replace(side, high=float(high))


def pasted(cases: Cases, box: Box) -> Box:
    """The box with what can be put back on a side without lowering its density; a side that then holds all is free."""
    while True:
        now = seen_in(box, cases)
        wider = [(seen_in(each, cases), each) for each in _wider(cases, box)]
        better = [
            (seen.density, seen.n, each) for seen, each in wider if seen.n > now.n and seen.density >= now.density
        ]
        if not better:
            return box
        box = max(better, key=lambda each: each[:2])[2]


def _wider(cases: Cases, box: Box) -> Iterator[Box]:
    for column in box.restricted:
        side, free = box.sides[column], box.with_side(column, None)
        assert side is not None
        yield free
        values = cases.inputs[free.holds(cases), column]
        if side.categories is not None:
            more = sorted(set(values.astype(int).tolist()) - side.categories)
            yield from (box.with_side(column, replace(side, categories=side.categories | {one})) for one in more)
            continue
        below, above = np.sort(values[values < side.low]), np.sort(values[values > side.high])
        k = max(int(PEEL * seen_in(box, cases).n), 1)
        if len(below):
            yield box.with_side(column, replace(side, low=float(below[-min(k, len(below))])))
        if len(above):
            yield box.with_side(column, replace(side, high=float(above[min(k, len(above)) - 1])))


def chosen(cases: Cases, boxes: Sequence[Box]) -> int:
    """The box of a trajectory that holds many cases of interest and few others, both alike; the earliest of equals."""
    return int(np.argmax([seen_in(box, cases).balance for box in boxes]))


# -- chance ------------------------------------------------------------------------------------------------------------


def quasi_p(cases: Cases, box: Box, column: int, end: End) -> float:
    """Probability of so many cases of interest in the box if a restriction did not matter (binomial)."""
    from scipy.special import betainc

    seen, freed = seen_in(box, cases), seen_in(box.freed(column, end), cases)
    return float(betainc(seen.n_wanted, seen.n - seen.n_wanted + 1, freed.density)) if seen.n_wanted else 1.0


def smallest_by_chance(cases: Cases, minimum_support: float, support: float, n_shuffles: int = SHUFFLES) -> np.ndarray:
    """The smallest quasi-p-value of a box of about this support, where outcomes are shuffled: float64[n_shuffles]."""
    return np.array([_smallest(cases.shuffled(number), minimum_support, support) for number in range(n_shuffles)])


def _smallest(cases: Cases, minimum_support: float, support: float) -> float:
    boxes = peeled(cases, minimum_support)
    box = pasted(cases, min(boxes, key=lambda box: abs(seen_in(box, cases).support - support)))
    return min((quasi_p(cases, box, *end) for end in box.ends), default=1.0)


def chance_of(value: float, by_chance: np.ndarray) -> float:
    """How often chance alone does as well as a quasi-p value, by those of float64[n] boxes found in shuffled cases."""
    return float((1 + (by_chance <= value).sum()) / (1 + len(by_chance)))


def without_chance(cases: Cases, box: Box, by_chance: np.ndarray) -> Box:
    """The box without restrictions that chance alone would give, the least clear one dropped first.

    ``by_chance`` float64[n]: the smallest quasi-p values of boxes found in shuffled cases.
    """
    while box.restricted:
        values = {end: quasi_p(cases, box, *end) for end in box.ends}
        worst = max(values, key=lambda end: values[end])
        if chance_of(values[worst], by_chance) < CHANCE:
            break
        box = box.freed(*worst)
    return box
