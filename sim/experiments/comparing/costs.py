"""What interventions cost in the reported time: capital recovered over its life, and running cost, while they act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sim.indicators.warehouse_costs import capital_recovery
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.market import Horizon
from sim.ticks import DAY

DAYS_A_YEAR = 365.25
PAYERS = ("province", "operators", "sellers")
YEARS_OF_VALUE = 20
"""Years that the net present value covers."""


@dataclass(frozen=True)
class Cost:
    """What interventions cost, in CNY of 2016."""

    capital: float
    """Spent once, by those that act at some time before the end."""
    recovery: float
    """Capital recovery for the time in force."""
    running: float
    """Running cost for the same time."""
    by_payer: Mapping[str, float]
    """Recovery and running cost by who bears them."""
    per_year: float
    """Recovery and running cost of a full year of those that act before the end and go on for good."""

    @property
    def total(self) -> float:
        """Recovery and running cost of the time in force."""
        return self.recovery + self.running


def cost_of(interventions: Mapping[str, Intervention], horizon: Horizon, rate: float) -> Cost:
    """Cost of interventions within the reported time, capital recovered at a yearly rate."""
    capital = recovery = running = per_year = 0.0
    by_payer = dict.fromkeys(PAYERS, 0.0)
    for one in interventions.values():
        years, a_year = years_in_force([one], horizon), capital_recovery(one.capital, one.life, rate)
        capital += one.capital * (years > 0)
        recovery += a_year * years
        running += one.running_per_year * years
        by_payer[one.paid_by] += (a_year + one.running_per_year) * years
        per_year += (a_year + one.running_per_year) * (is_lasting(one) and years > 0)
    return Cost(capital, recovery, running, by_payer, per_year)


def in_force(one: Intervention) -> tuple[date, date]:
    """First day on which an intervention acts, and first day on which it no longer does (the last of all if never)."""
    if one.until is not None:
        return one.at, one.until
    if one.lasts is not None:
        return one.at, one.at + timedelta(days=int(one.lasts // DAY))
    return one.at, date.max


def is_lasting(one: Intervention) -> bool:
    """Whether an intervention goes on for good."""
    return one.until is None and one.lasts is None


def years_in_force(interventions: Iterable[Intervention], horizon: Horizon) -> float:
    """Years of the reported time in which one of the interventions, at least, acts."""
    days, reached = 0, horizon.start
    for first, last in sorted(in_force(one) for one in interventions):
        first, last = max(first, reached), min(last, horizon.end)
        days += max((last - first).days, 0)
        reached = max(reached, last)
    return days / DAYS_A_YEAR


def annuity(rate: float, years: int = YEARS_OF_VALUE) -> float:
    """Present value of one a year for so many years, paid at the end of each."""
    return float(years) if rate == 0 else (1 - (1 + rate) ** -years) / rate
