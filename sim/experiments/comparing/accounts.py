"""Accounts of a plan: benefits by standing, costs, and how one compares with the other.

Money is constant CNY of 2016, over the reported time unless a name says otherwise. Taxes and subsidies are transfers:
buyers have the subsidy in their surplus, and the public purse pays it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.comparing.costs import PAYERS, Cost, annuity
from sim.experiments.comparing.samples import Samples
from sim.experiments.differences import QUANTILES, Layout, expected_by_draw, half_width, spread
from sim.indicators.accounts import CNY
from sim.indicators.measures import Measure

BENEFITS = {
    "buyers_surplus_cny": 1.0,
    "sellers_of_the_province_cny": 1.0,
    "sellers_elsewhere_cny": 1.0,
    "operators_result_cny": 1.0,
    "subsidy_cny": -1.0,
}
"""Measures that are benefits, with their sign; the last is what the public purse pays."""
OF_THE_PROVINCE = ("sellers_of_the_province_cny", "subsidy_cny")
OF_CHINA = ("sellers_of_the_province_cny", "sellers_elsewhere_cny", "operators_result_cny", "subsidy_cny")


def _declared(name: str, better: int, description: str) -> Measure:
    return Measure(name, CNY, better, description, (), lambda _: np.empty(0), is_sum=True)  # type: ignore[arg-type]


ACCOUNT_MEASURES = (
    _declared("benefit_cny", 1, "buyers' surplus, sellers' income and operators' result, less subsidies"),
    _declared("benefit_of_the_province_cny", 1, "income of the province's sellers, less subsidies"),
    _declared("benefit_of_china_cny", 1, "the benefit without that of Russian buyers"),
    _declared("cost_cny", -1, "capital recovery and running cost of interventions while they act"),
    *(_declared(f"cost_to_{payer}_cny", -1, f"the part of the cost borne by: {payer}") for payer in PAYERS),
    _declared("capital_cny", -1, "capital of interventions that act before the end"),
    _declared("net_benefit_cny", 1, "benefit less cost"),
)


def unknown_in(everything: Iterable[Samples]) -> dict[str, np.ndarray]:
    """By benefit, the replications in which it is not known of some plan: bool[n]."""
    known = list(everything)
    return {name: np.any([np.isnan(one.whole(name)) for one in known], axis=0) for name in BENEFITS}


def with_accounts(samples: Samples, costs: Sequence[Cost], unknown: Mapping[str, np.ndarray]) -> Samples:
    """The measures of a plan with its accounts, CNY; costs one for each replication.

    Benefits that are unknown, bool[replications] by name, count as nothing.
    """
    of = {name: sign * np.where(unknown[name], 0.0, samples.whole(name)) for name, sign in BENEFITS.items()}
    benefit = np.sum(list(of.values()), axis=0)
    total = np.array([cost.total for cost in costs])
    return samples.with_whole(
        {
            "benefit_cny": benefit,
            "benefit_of_the_province_cny": np.sum([of[name] for name in OF_THE_PROVINCE], axis=0),
            "benefit_of_china_cny": np.sum([of[name] for name in OF_CHINA], axis=0),
            "cost_cny": total,
            **{f"cost_to_{payer}_cny": np.array([cost.by_payer[payer] for cost in costs]) for payer in PAYERS},
            "capital_cny": np.array([cost.capital for cost in costs]),
            "net_benefit_cny": benefit - total,
        }
    )


@dataclass(frozen=True)
class Figure:
    """One number of a plan with its 95 % credible interval over draws; why there is none, if there is none."""

    value: float
    low: float = math.nan
    high: float = math.nan
    half_width: float = math.nan
    """Half of the 95 % interval by Monte Carlo error alone."""
    why: str = ""


@dataclass(frozen=True)
class Returns:
    """What a plan gives for what it costs. Figures by name: see `docs/comparing.md`."""

    figures: Mapping[str, Figure]


def returns(plan: Samples, base: Samples, layout: Layout, lasting: "Lasting") -> Returns:
    """Benefit over cost by standing, cost of a parcel and of a day, and the net present value."""

    def change(name: str) -> np.ndarray:
        return plan.whole(name) - base.whole(name)

    cost, gained = change("cost_cny"), change("placed")
    saved = -change("mean_days") * base.whole("timed_orders")
    no_cost = "" if cost.mean() > 0 else "no cost" if cost.mean() == 0 else "it costs less than the baseline"
    return Returns(
        {
            "benefit_cost": _over(change("benefit_cny"), cost, layout, no_cost),
            "benefit_cost_of_the_province": _over(change("benefit_of_the_province_cny"), cost, layout, no_cost),
            "benefit_cost_of_china": _over(change("benefit_of_china_cny"), cost, layout, no_cost),
            "cost_per_parcel_gained_cny": _over(cost, gained, layout, no_cost or _none(gained, "no parcels gained")),
            "cost_per_parcel_day_saved_cny": _over(cost, saved, layout, no_cost or _none(saved, "no days saved")),
            "net_present_value_cny": _present_value(plan, base, layout, lasting),
        }
    )


def _none(amount: np.ndarray, why: str) -> str:
    return "" if amount.mean() > 0 else why


def _over(above: np.ndarray, below: np.ndarray, layout: Layout, why: str) -> Figure:
    """Ratio of expectations, and of those of each draw; float64[n] above and below.

    Its Monte Carlo error is that of the ratio's linear part: of ``(above - value below)`` over the mean below (Cochran
    1977, Sampling Techniques, section 6.4).
    """
    if why:
        return Figure(math.nan, why=why)
    mean = spread(below, layout).mean
    value = spread(above, layout).mean / mean
    half = half_width(spread((above - value * below) / mean, layout))
    of_draws = expected_by_draw(below, layout)
    if not layout.has_draws or (of_draws <= 0).any():
        return Figure(value, half_width=half)
    low, high = np.quantile(expected_by_draw(above, layout) / of_draws, QUANTILES).tolist()
    return Figure(value, low, high, half)


# -- over twenty years -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lasting:
    """What a net present value rests on: the months of the last full year in force, and the yearly cost."""

    months: tuple[int, ...]
    """Positions of twelve months; empty if there are none."""
    why: str
    """Why there are none."""
    cost_per_year: np.ndarray
    """Of the plan less the baseline, by replication: float64[n]."""
    rate: float


def _present_value(plan: Samples, base: Samples, layout: Layout, lasting: Lasting) -> Figure:
    if not lasting.months:
        return Figure(math.nan, why=lasting.why)
    rows = list(lasting.months)
    benefit = np.zeros_like(lasting.cost_per_year)
    for name, sign in BENEFITS.items():
        by_month = plan.values["month"][name][rows] - base.values["month"][name][rows]
        benefit = benefit + sign * np.nan_to_num(by_month).sum(axis=0)
    values = annuity(lasting.rate) * (benefit - lasting.cost_per_year)
    found = spread(values, layout)
    if not layout.has_draws:
        return Figure(found.mean, half_width=half_width(found))
    low, high = np.quantile(expected_by_draw(values, layout), QUANTILES).tolist()
    return Figure(found.mean, low, high, half_width(found))
