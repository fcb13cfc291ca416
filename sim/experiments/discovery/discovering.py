"""From a sweep and a condition to the box: peeled, pasted, held against chance; as tables and in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import SimError, listed
from sim.experiments.discovery.prim import (
    Box,
    Cases,
    End,
    Seen,
    Side,
    chance_of,
    chosen,
    pasted,
    peeled,
    quasi_p,
    seen_in,
    smallest_by_chance,
    without_chance,
)
from sim.experiments.discovery.table import Factor, Sweep
from sim.experiments.discovery.where import Condition, conditions, holds
from sim.indicators.declared import DTYPES, Column, Columns

LEAST_CASES = 20
TRAJECTORY = (
    Column("box", "whole", "", "its number, from 0, the box of all points"),
    Column("points", "whole", "", "points in it"),
    Column("wanted", "whole", "", "those of them where the condition holds"),
    Column("coverage", "number", "share", "of all points where it holds, those in the box"),
    Column("density", "number", "share", "of the points in the box, those where it holds"),
    Column("support", "number", "share", "of all points, those in the box"),
    Column("restrictions", "whole", "", "levers and uncertainties that it restricts"),
    Column("is_start", "text", "", "`yes` for the box that the answer was made from, else `no`"),
    Column("box_is", "text", "", "the box in words"),
)
RESTRICTIONS = (
    Column("factor", "text", "", "lever or uncertainty"),
    Column("is", "text", "", "`lever` or `uncertainty`"),
    Column("restriction", "text", "", "what the box keeps of it"),
    Column("quasi_p", "number", "probability", "of so many in the box if the restriction did not matter"),
    Column("chance", "number", "probability", "that shuffled outcomes give a quasi-p-value as small"),
    Column("density_without", "number", "share", "density of the box without the restriction"),
    Column("coverage_without", "number", "share", "coverage of the box without the restriction"),
    Column("counts", "text", "", "`yes` if it is in the answer, `no` if it was dropped as chance"),
)


class NothingToFindError(SimError):
    """Too few points, or the condition holds in none or in all."""


@dataclass(frozen=True)
class Discovery:
    """What was found."""

    sweep: Sweep
    where: tuple[Condition, ...]
    cases: Cases
    boxes: tuple[Box, ...]
    """The peeling trajectory."""
    start: int
    """The box of it that the answer is made from."""
    whole: Box
    """That box, pasted, with all its restrictions."""
    box: Box
    """The answer: without those that chance would give."""
    by_chance: np.ndarray
    minimum_support: float

    @property
    def seen(self) -> Seen:
        """What the answer holds."""
        return seen_in(self.box, self.cases)

    def box_with(self, column: int, end: End) -> Box:
        """The answer if a restriction is in it, else the box that it was dropped from."""
        return self.box if (column, end) in self.box.ends else self.whole

    def chance(self, column: int, end: End) -> tuple[float, float]:
        """Quasi-p-value of a restriction, and how often chance does as well."""
        value = quasi_p(self.cases, self.box_with(column, end), column, end)
        return value, chance_of(value, self.by_chance)


def discovered(sweep: Sweep, where: str, minimum_support: float, number: int | None = None) -> Discovery:
    """The box where a condition holds; made from a box of the trajectory by its number, if one is named.

    Raises NothingToFindError if the condition holds nowhere or everywhere, or there is no box of that number.
    """
    found = conditions(where, sweep.values)
    used = sweep.of({one.measure for one in found})
    cases = Cases(used.inputs, tuple(factor.kind == "category" for factor in used.factors), holds(found, used.values))
    _refuse_nothing(cases, found, used)
    boxes = peeled(cases, minimum_support)
    if number is not None and number >= len(boxes):
        raise NothingToFindError(f"there is no box {number}; the trajectory has boxes 0 to {len(boxes) - 1}")
    start = chosen(cases, boxes) if number is None else number
    by_chance = smallest_by_chance(cases, minimum_support, seen_in(boxes[start], cases).support)
    whole = pasted(cases, boxes[start])
    answer = without_chance(cases, whole, by_chance)
    return Discovery(used, found, cases, tuple(boxes), start, whole, answer, by_chance, minimum_support)


def _refuse_nothing(cases: Cases, found: Sequence[Condition], sweep: Sweep) -> None:
    n, wanted, said = len(cases.is_wanted), int(cases.is_wanted.sum()), listed(list(map(str, found)), "and")
    if n < LEAST_CASES:
        raise NothingToFindError(f"{n} points of {sweep.name} have values, and {LEAST_CASES} are needed to find a box")
    if wanted in (0, n):
        spans = listed([_span(one, sweep) for one in found], "and")
        raise NothingToFindError(f"{said} holds in {'none' if not wanted else 'all'} of the {n} points; {spans}")


def _span(one: Condition, sweep: Sweep) -> str:
    values = sweep.values[one.measure]
    return f"{one.measure} is {values.min():.6g} to {values.max():.6g}"


# -- words -------------------------------------------------------------------------------------------------------------


def sentence(found: Discovery) -> str:
    """The box as a sentence."""
    said = listed(list(map(str, found.where)), "and")
    everywhere = seen_in(found.boxes[0], found.cases)
    if not found.box.restricted:
        return (
            f"{said} holds in {everywhere.density:.0%} of the {everywhere.n} points, and no restriction of what varied "
            f"could be told from chance."
        )
    seen = found.seen
    return (
        f"{said} holds in {seen.density:.0%} of the points where {restrictions(found.box, found.sweep.factors)} "
        f"({seen.n_wanted} of {seen.n}), against {everywhere.density:.0%} of all {everywhere.n}. "
        f"These are {seen.coverage:.0%} of the points where it holds."
    )


def made_from(found: Discovery) -> str:
    """By which rule the answer comes from its box of the trajectory, and how many restrictions each step leaves."""
    n, pasted_to, left = (len(box.restricted) for box in (found.boxes[found.start], found.whole, found.box))
    steps = [f"box {found.start} of the trajectory restricts {n}"]
    if pasted_to < n:
        steps.append(f"{n - pasted_to} put back, since the box is as dense without")
    if left < pasted_to:
        steps.append(f"{pasted_to - left} dropped, since chance gives as much")
    return f"The answer: {', '.join(steps)}; it restricts {left or 'nothing'}."


def restrictions(box: Box, factors: Sequence[Factor]) -> str:
    """What a box keeps, in words."""
    parts = [restriction(box.sides[i], factors[i]) for i in box.restricted]  # type: ignore[arg-type]
    return listed(parts, "and") or "anything"


def restriction(side: Side, factor: Factor) -> str:
    """What a box keeps of a lever or an uncertainty, in words."""
    if side.categories is not None:
        return f"{factor.path} is {listed([factor.said(one) for one in sorted(side.categories)])}"
    low, high = (factor.said(end) if np.isfinite(end) else "" for end in (side.low, side.high))
    if low and high:
        return f"{factor.path} is {low}" if low == high else f"{factor.path} is between {low} and {high}"
    if factor.kind == "date":
        return f"{factor.path} is {low} or later" if low else f"{factor.path} is {high} or earlier"
    return f"{factor.path} is at least {low}" if low else f"{factor.path} is at most {high}"


# -- tables ------------------------------------------------------------------------------------------------------------


def tables(found: Discovery) -> dict[str, Columns]:
    """The peeling trajectory, and the restrictions of the answer with those that were dropped."""
    trajectory = [
        (i, seen.n, seen.n_wanted, seen.coverage, seen.density, seen.support, len(box.restricted),
         "yes" if i == found.start else "no", restrictions(box, found.sweep.factors))
        for i, box in enumerate(found.boxes)
        for seen in [seen_in(box, found.cases)]
    ]  # fmt: skip
    return {
        "trajectory": _columns(TRAJECTORY, trajectory),
        "restrictions": _columns(RESTRICTIONS, [_row(found, *end) for end in found.whole.ends]),
    }


def _row(found: Discovery, column: int, end: End) -> tuple[object, ...]:
    box, factor = found.box_with(column, end), found.sweep.factors[column]
    side, without = box.sides[column], seen_in(box.freed(column, end), found.cases)
    assert side is not None
    kind = {True: "lever", False: "uncertainty", None: ""}[factor.is_lever]
    said, counts = restriction(side.only(end), factor), "yes" if box is found.box else "no"
    return factor.column, kind, said, *found.chance(column, end), without.density, without.coverage, counts


def _columns(declared: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> Columns:
    return {column.name: np.array([row[i] for row in rows], DTYPES[column.kind]) for i, column in enumerate(declared)}
