"""Portfolios: each plan alone, all together, all but each; what the whole brings beyond the sum of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.comparing.compared import Compared, ComparedPlans
from sim.experiments.comparing.objectives import EVERY_MEASURE
from sim.experiments.comparing.plans import Plan, PlanError, refuse_one_name, together
from sim.experiments.comparing.tables import columns_of
from sim.experiments.differences import difference
from sim.indicators import Columns
from sim.indicators.declared import Column

ALL, ALL_BUT = "all", "all-but-"
MEASURES = (
    "placed",
    "mean_days",
    "p95_days",
    "share_within_promise",
    "buyers_surplus_cny",
    "benefit_cny",
    "cost_cny",
    "net_benefit_cny",
    "co2e_kg",
)
PORTFOLIO = (
    Column("measure", "text", "", "name of the measure"),
    Column("unit", "text", "", "its unit"),
    Column("part", "text", "", "a plan, `all`, or `beyond the sum of the parts`"),
    Column("as", "text", "", "`alone` and so first, `last` (all less all but it), or `together`"),
    Column("difference", "number", "", "of this from the baseline, or from all but it"),
    Column("credible_low", "number", "", "lower end of the 95 % credible interval over draws; empty without draws"),
    Column("credible_high", "number", "", "upper end of it"),
    Column("half_width", "number", "", "half of the 95 % interval by Monte Carlo error alone"),
    Column("share_of_whole", "number", "share", "the same as a share of the difference of all together"),
)
BEYOND = "beyond the sum of the parts"


@dataclass(frozen=True)
class Combined:
    """The plans of a portfolio: each alone, all together, all but each."""

    alone: tuple[str, ...]
    without: tuple[str, ...]
    """By plan, the name of what all but it are."""
    plans: tuple[Plan, ...]
    """All of these that differ."""


def combinations(base: Plan, plans: Sequence[Plan]) -> Combined:
    """All combinations to run. Raises an error that names the pair if two plans exclude each other."""
    if len(plans) < 2:
        raise PlanError("a portfolio has two plans at least")
    _refuse_pairs(base, plans)
    found = [*plans, together(base, plans, ALL)]
    without = []
    for plan in plans:
        others = [other for other in plans if other is not plan]
        if len(others) == 1:
            without.append(others[0].name)
            continue
        whole = together(base, others, f"{ALL_BUT}{plan.name}")
        without.append(whole.name)
        found.append(whole)
    refuse_one_name([base, *found])
    return Combined(tuple(plan.name for plan in plans), tuple(without), tuple(found))


def _refuse_pairs(base: Plan, plans: Sequence[Plan]) -> None:
    for plan in plans:
        for other in plans:
            if clash := sorted({n for one in plan.own(base).values() for n in one.excludes} & other.own(base).keys()):
                raise PlanError(f"'{plan.name}' and '{other.name}' exclude each other ('{clash[0]}'); take one out")


def portfolio(comparison: ComparedPlans, combined: Combined) -> Columns:
    """What each part brings first and last, what all bring, and what that is beyond the sum of the parts alone."""
    by_name = {one.plan.name: one for one in comparison.everything}
    rows: list[tuple[Any, ...]] = []
    for measure in MEASURES:
        if np.isnan(comparison.base.samples.whole(measure)).any():
            continue
        rows += _rows(comparison, combined, by_name, measure)
    return columns_of(PORTFOLIO, rows)


def _rows(
    comparison: ComparedPlans, combined: Combined, by_name: dict[str, Compared], measure: str
) -> list[tuple[Any, ...]]:
    def of(name: str) -> np.ndarray:
        return by_name[name].samples.whole(measure)

    base = comparison.base.samples.whole(measure)
    whole = of(ALL) - base
    parts = [(name, "alone", of(name) - base) for name in combined.alone]
    parts += [(n, "last", of(ALL) - of(without)) for n, without in zip(combined.alone, combined.without, strict=True)]
    beyond = whole - np.sum([of(name) - base for name in combined.alone], axis=0)
    parts += [(ALL, "together", whole), (BEYOND, "together", beyond)]
    rows = []
    for part, how, values in parts:
        found = difference(base + values, base, comparison.layout, comparison.rule.relative, comparison.rule.floor)
        share = found.difference / whole.mean() if whole.mean() else np.nan
        interval = (found.low, found.high, found.half_width)
        rows.append((measure, EVERY_MEASURE[measure].unit, part, how, found.difference, *interval, share))
    return rows
