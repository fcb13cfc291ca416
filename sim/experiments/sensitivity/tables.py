"""What was found as tables: screening, indices, both ends, and what was not varied; each column declared once."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.experiments.sensitivity.factors import Factor
from sim.experiments.sensitivity.study import Round, Sensitivity
from sim.indicators.declared import DTYPES, Column, Columns
from sim.scenario.uncertain import Uncertain

ENDS_OF_ROWS = "10th and 90th percentile over rows"
SCREENING = (
    Column("indicator", "text", "", "what is told"),
    Column("round", "text", "", "`things`: all numbers of a thing at once, or `numbers`"),
    Column("factor", "text", "", "the thing, the number or `posterior`"),
    Column("numbers", "whole", "", "how many numbers that is"),
    Column("mu_star", "number", "unit of the indicator", "mean absolute effect of moving through the whole range"),
    Column("half_95", "number", "unit of the indicator", "half of its 95 % interval"),
    Column("mu", "number", "unit of the indicator", "mean effect with its sign; of single numbers only"),
    Column("sigma", "number", "unit of the indicator", "standard deviation of the effects; of single numbers only"),
    Column("unit", "text", "", "unit of the indicator"),
    Column("went_on", "text", "", "`yes` if it was left to the next round, else `no`"),
)
INDICES = (
    Column("indicator", "text", "", "what is told"),
    Column("factor", "text", "", "the number or `posterior`"),
    Column("first", "number", "share", "of the variance by it alone"),
    Column("first_half_95", "number", "share", "half of its 95 % interval"),
    Column("total", "number", "share", "of the variance by it, alone and together with others"),
    Column("total_half_95", "number", "share", "half of its 95 % interval"),
)
ENDS = (
    Column("indicator", "text", "", "what is told"),
    Column("factor", "text", "", "the number or `posterior`"),
    Column("low", "text", "", "low end of its range"),
    Column("value", "text", "", "its value"),
    Column("high", "text", "", "high end of its range"),
    Column("at_low", "number", "unit of the indicator", "the indicator at its low end, all else at its value"),
    Column("central", "number", "unit of the indicator", "the indicator where all is at its value"),
    Column("at_high", "number", "unit of the indicator", "the indicator at its high end"),
    Column("unit", "text", "", "unit of the indicator"),
)
NOT_VARIED = (
    Column("number", "text", "", "path of the number in the scenario"),
    Column("why", "text", "", "why it was not varied"),
)


def tables(found: Sensitivity) -> dict[str, Columns]:
    """All tables by name."""
    left = {each.path: each.why for one in found.question.described for each in one.inputs.left}
    return {
        "screening": _columns(SCREENING, [row for each in found.rounds for row in _screening(found, each)]),
        "indices": _columns(INDICES, list(_indices(found))),
        "ends": _columns(ENDS, list(_ends(found))),
        "not_varied": _columns(NOT_VARIED, sorted(left.items())),
    }


def _columns(declared: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> Columns:
    return {column.name: np.array([row[i] for row in rows], DTYPES[column.kind]) for i, column in enumerate(declared)}


def _screening(found: Sensitivity, one: Round) -> Iterator[tuple[Any, ...]]:
    for indicator, seen in one.found.items():
        unit = found.question.unit(indicator)
        for i in np.argsort(-seen.mu_star, kind="stable").tolist():
            factor = one.factors[i]
            numbers = (float(each[i]) for each in (seen.mu_star, seen.half, seen.mu, seen.sigma))
            went_on = "yes" if factor in one.left else "no"
            yield indicator, one.of, factor.name, len(factor.paths), *numbers, unit, went_on


def _indices(found: Sensitivity) -> Iterator[tuple[Any, ...]]:
    if found.shares is None:
        return
    for indicator, seen in found.shares.found.items():
        for i in np.argsort(-seen.total, kind="stable").tolist():
            each = (float(column[i]) for column in (seen.first, seen.first_half, seen.total, seen.total_half))
            yield indicator, found.shares.factors[i].name, *each


def _ends(found: Sensitivity) -> Iterator[tuple[Any, ...]]:
    for indicator, ends in found.ends.items():
        for factor in by_swing(found, indicator):
            low, high = ends[factor.name]
            unit = found.question.unit(indicator)
            yield indicator, factor.name, *range_of(found, factor), low, found.central[indicator], high, unit


def by_swing(found: Sensitivity, indicator: str) -> list[Factor]:
    """What screening left, first what swings an indicator most between its ends."""

    def swing(factor: Factor) -> float:
        low, high = found.ends[indicator][factor.name]
        size = max(abs(low - found.central[indicator]), abs(high - found.central[indicator]), abs(high - low))
        return -1.0 if math.isnan(size) else size

    return sorted(found.left, key=lambda factor: -swing(factor))


def range_of(found: Sensitivity, factor: Factor) -> tuple[str, str, str]:
    """Low end, value and high end of what a factor varies, with units."""
    if factor.is_posterior:
        return ENDS_OF_ROWS, "centre", ""
    number = number_of(found, factor)
    return tuple(f"{each:.4g} {number.median.unit}".strip() for each in (number.low, number.median.number, number.high))  # type: ignore[return-value]


def number_of(found: Sensitivity, factor: Factor) -> Uncertain:
    """The number that a factor is."""
    return next(number for number in found.question.numbers if number.path == factor.paths[0])
