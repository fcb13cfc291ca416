"""Tables of a comparison, each declared once: what `sim compare` writes, prints as JSON and documents."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from sim.experiments.comparing.compared import Compared, ComparedPlans
from sim.experiments.comparing.network import DOOR_TO_DOOR, door_to_door, joined
from sim.experiments.comparing.objectives import EVERY_MEASURE
from sim.experiments.comparing.sensitivity import SENSITIVITY, sensitivity
from sim.indicators import Columns
from sim.indicators.accounts import CNY
from sim.indicators.declared import DTYPES, Column
from sim.indicators.measures import WHOLE

PLAN = Column("plan", "text", "", "name of the plan")
STATISTICS = (
    Column("baseline", "number", "", "mean of the baseline, in the unit of the measure"),
    Column("difference", "number", "", "mean of the plan less that of the baseline"),
    Column("credible_low", "number", "", "lower end of the 95 % credible interval over draws; empty without draws"),
    Column("credible_high", "number", "", "upper end of it"),
    Column("standard_error", "number", "", "Monte Carlo standard error of the difference"),
    Column("half_width", "number", "", "half of the 95 % interval that the Monte Carlo error alone gives"),
    Column("pairing", "number", "share", "share of the variance by luck that pairing on common luck removed"),
    Column("p_better", "number", "share", "probability that the plan is better; empty where neither way is better"),
    Column("is_precise", "text", "", "`yes` if the half-width is within the precision asked for, else `no`"),
)
DIFFERENCES = (
    PLAN,
    Column("measure", "text", "", "name of the measure"),
    Column("unit", "text", "", "its unit"),
    Column("dimension", "text", "", "`whole`, or what it is by"),
    Column("group", "text", "", "the region, route, product or month; empty for the whole"),
    *STATISTICS,
)
MONTHS = tuple(column for column in DIFFERENCES if column.name not in ("dimension", "group"))
MONTHS = (MONTHS[0], Column("month", "text", "", "Beijing month, `2016-01`"), *MONTHS[1:])


def columns_of(declared: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Columns:
    """Rows as columns of the declared types."""
    parts = list(zip(*rows, strict=True)) if rows else [()] * len(declared)
    return {column.name: np.array(part, DTYPES[column.kind]) for column, part in zip(declared, parts, strict=True)}


def tables_of(comparison: ComparedPlans) -> dict[str, Columns]:
    """All tables of a comparison by name."""
    return {
        "plans": columns_of(PLANS, [_plan(comparison, one) for one in comparison.alternatives]),
        "differences": columns_of(DIFFERENCES, list(_differences(comparison))),
        "months": columns_of(MONTHS, list(_months(comparison))),
        "replications": _replications(comparison),
        "sensitivity": sensitivity_table(comparison),
        "door_to_door": columns_of(DOOR_TO_DOOR, list(_door_to_door(comparison))),
        **joined({one.plan.name: one.network for one in comparison.everything}),
        **comparison.more,
    }


def sensitivity_table(comparison: ComparedPlans) -> Columns:
    """Which uncertain number moves each plan's answer; no rows where there are too few draws."""
    return columns_of(SENSITIVITY, list(sensitivity(comparison)))


# -- differences -------------------------------------------------------------------------------------------------------


def _differences(comparison: ComparedPlans) -> Iterator[tuple[Any, ...]]:
    for one in comparison.alternatives:
        for dimension in (WHOLE, *comparison.by):
            for measure, group, statistics in _of_dimension(comparison, one, dimension):
                yield (one.plan.name, measure, EVERY_MEASURE[measure].unit, dimension, group, *statistics)


def _months(comparison: ComparedPlans) -> Iterator[tuple[Any, ...]]:
    for one in comparison.alternatives:
        for measure, month, statistics in _of_dimension(comparison, one, "month"):
            yield (one.plan.name, month, measure, EVERY_MEASURE[measure].unit, *statistics)


def _door_to_door(comparison: ComparedPlans) -> Iterator[tuple[Any, ...]]:
    for one in comparison.everything:
        timed = float(one.samples.whole("timed_orders").sum())
        yield from door_to_door(one.plan.name, one.samples.hours, timed)


def _of_dimension(
    comparison: ComparedPlans, one: Compared, dimension: str
) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Every measure of every group of a dimension that either of the two has."""
    base = comparison.base.samples
    for measure, values in one.samples.values[dimension].items():
        for i, group in enumerate(base.groups[dimension]):
            if np.isnan(values[i]).all() and np.isnan(base.values[dimension][measure][i]).all():
                continue
            yield measure, group, _statistics(comparison, one, measure, dimension, i)


def _statistics(comparison: ComparedPlans, one: Compared, measure: str, dimension: str, group: int) -> tuple[Any, ...]:
    found = comparison.difference(one, measure, dimension, group)
    return (
        found.baseline,
        found.difference,
        found.low,
        found.high,
        found.standard_error,
        found.half_width,
        found.pairing,
        better(found.probability_positive, EVERY_MEASURE[measure].better),
        "yes" if found.is_precise else "no",
    )


def better(probability_positive: float, sign: int) -> float:
    """Probability of a change for the better; NaN where neither way is better."""
    return math.nan if sign == 0 else probability_positive if sign > 0 else 1 - probability_positive


# -- plans -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """One figure of a plan: a measure's difference with its sign, over the reported time or a year in force."""

    name: str
    measure: str
    sign: int
    description: str
    per_year: bool = False

    @property
    def unit(self) -> str:
        """Unit of the figure."""
        return f"{EVERY_MEASURE[self.measure].unit}{'/year' if self.per_year else ''}"

    def of(self, comparison: ComparedPlans, one: Compared) -> tuple[float, float, float, float]:
        """Value, ends of its credible interval, and half-width by Monte Carlo error."""
        found = comparison.difference(one, self.measure)
        scale = self.sign / (one.years if self.per_year else 1.0) if one.years or not self.per_year else math.nan
        low, high = sorted((found.low * scale, found.high * scale))
        return found.difference * scale + 0.0, low + 0.0, high + 0.0, found.half_width * abs(scale)


def _both(name: str, measure: str, description: str) -> tuple[Shown, Shown]:
    """A figure over the reported time, and the same a year in force."""
    a_year = f"the same a year in force{' (also of what comes of it later)' if measure == 'placed' else ''}"
    stem, ending = (name[:-4], "_cny") if name.endswith("_cny") else (name, "")
    return Shown(name, measure, 1, description), Shown(f"{stem}_per_year{ending}", measure, 1, a_year, per_year=True)


FIGURES = (
    *_both("parcels_gained", "placed", "more orders placed"),
    Shown("created", "latent_orders", 1, "of these: more orders that could be placed, by sellers and variety"),
    Shown("diverted", "other_gateway", -1, "of these: fewer that go by another Chinese gateway"),
    Shown("new_buyers", "not_bought", -1, "of these: fewer that are not bought"),
    Shown("delivered", "delivered", 1, "more parcels ready for collection"),
    Shown("lost", "lost", 1, "more parcels lost"),
    Shown("days_saved", "mean_days", -1, "fewer days from door to door, mean"),
    Shown("p50_days_saved", "p50_days", -1, "the same of the median"),
    Shown("p90_days_saved", "p90_days", -1, "the same of the 90th percentile"),
    Shown("p95_days_saved", "p95_days", -1, "the same of the 95th percentile"),
    Shown("spread_days_saved", "spread_days", -1, "less between p50 and p90"),
    Shown("within_promise", "share_within_promise", 1, "larger share within the promise"),
    *_both("buyers_surplus_cny", "buyers_surplus_cny", "change of buyers' surplus"),
    *_both("sellers_of_the_province_cny", "sellers_of_the_province_cny", "change of the income of its sellers"),
    *_both("sellers_elsewhere_cny", "sellers_elsewhere_cny", "change of the income of other Chinese sellers"),
    *_both("operators_result_cny", "operators_result_cny", "change of operators' result"),
    Shown("operators_cost_cny", "operators_cost_cny", 1, "change of operators' cost"),
    *_both("subsidy_cny", "subsidy_cny", "change of subsidies, which the public purse pays"),
    *_both("benefit_cny", "benefit_cny", "surplus, income and result, less subsidies"),
    Shown("benefit_of_the_province_cny", "benefit_of_the_province_cny", 1, "income of its sellers less subsidies"),
    Shown("benefit_of_china_cny", "benefit_of_china_cny", 1, "the benefit without that of Russian buyers"),
    *_both("cost_cny", "cost_cny", "capital recovery and running cost while in force"),
    Shown("capital_cny", "capital_cny", 1, "capital spent"),
    *_both("net_benefit_cny", "net_benefit_cny", "benefit less cost"),
    Shown("trade_cny", "trade_cny", 1, "more value of parcels and bulk containers"),
    Shown("share_of_foreign_trade", "share_of_foreign_trade", 1, "change of its share in the province's trade"),
    *_both("co2e_kg", "co2e_kg", "more CO2e of the lanes"),
    Shown("co2e_kg_per_parcel", "co2e_kg_per_parcel", 1, "the same a parcel delivered"),
)
RETURNS = (
    ("benefit_cost", "", "benefit over cost"),
    ("benefit_cost_of_the_province", "", "the same, of the province's benefit"),
    ("benefit_cost_of_china", "", "the same, of China's benefit"),
    ("cost_per_parcel_gained_cny", CNY, "cost over parcels gained"),
    ("cost_per_parcel_day_saved_cny", CNY, "cost over days saved times the baseline's orders"),
    ("net_present_value_cny", CNY, "of 20 years like the last full year in force, at the discount rate"),
)


def _with_interval(name: str, unit: str, description: str) -> tuple[Column, ...]:
    return (
        Column(name, "number", unit, description),
        Column(f"{name}_low", "number", unit, "lower end of its 95 % credible interval"),
        Column(f"{name}_high", "number", unit, "upper end of it"),
        Column(f"{name}_half_width", "number", unit, "half of the 95 % interval by Monte Carlo error alone"),
    )


PLANS = (
    PLAN,
    Column("title", "text", "", "what it is called"),
    Column("interventions", "text", "", "what it has beyond the baseline"),
    Column("years_in_force", "number", "years", "part of the reported time in which these act"),
    *(c for shown in FIGURES for c in _with_interval(shown.name, shown.unit, shown.description)),
    *(c for returned in RETURNS for c in _with_interval(*returned)),
    Column("why_empty", "text", "", "why a figure is empty"),
    Column("p_better", "number", "share", "probability that it is better than the baseline by the objective"),
    Column("p_best", "number", "share", "probability that none of all is better by the objective"),
    Column("expected_regret", "number", "unit of the objective", "expected shortfall against the best"),
    Column("is_precise", "text", "", "whether the objective's difference is as precise as asked for"),
)


def _plan(comparison: ComparedPlans, one: Compared) -> tuple[Any, ...]:
    found, place = comparison.difference(one, comparison.objective.measure), comparison.everything.index(one)
    figures = [number for shown in FIGURES for number in _known(shown, comparison, one)]
    given = comparison.returns_of(one).figures
    returned = [number for name, _, _ in RETURNS for number in astuple(given[name])[:4]]
    return (
        one.plan.name,
        one.plan.title,
        ", ".join(one.plan.own(comparison.base.plan)),
        one.years,
        *figures,
        *returned,
        "; ".join(f"{name}: {figure.why}" for name, figure in given.items() if figure.why),
        better(found.probability_positive, comparison.objective.sign),
        float(comparison.ranking.probability_best[place]),
        float(comparison.ranking.regret[place]),
        "yes" if found.is_precise else "no",
    )


def _known(shown: Shown, comparison: ComparedPlans, one: Compared) -> tuple[float, ...]:
    is_there = shown.measure in one.samples.values[WHOLE]
    return shown.of(comparison, one) if is_there else (math.nan,) * 4


# -- replications ------------------------------------------------------------------------------------------------------


def _replications(comparison: ComparedPlans) -> Columns:
    """Raw measures of every plan and replication, the baseline first."""
    everything, n = comparison.everything, len(comparison.replications)
    names = np.array([one.plan.name for one in everything], object)
    numbers: dict[str, np.ndarray] = {
        "plan": np.repeat(names, n),
        "replication": np.tile(np.array(comparison.replications, np.int64), len(everything)),
        "draw": np.tile(comparison.layout.draw, len(everything)),
    }
    measures = comparison.base.samples.values[WHOLE]
    return numbers | {name: np.concatenate([one.samples.whole(name) for one in everything]) for name in measures}
