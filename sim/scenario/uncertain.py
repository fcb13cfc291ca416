"""Numbers of a scenario that are not known: between which values each lies, and what it is at a quantile.

Also what a draw of a posterior sets. Knows the description only; what is drawn is decided elsewhere.
"""

import re
from dataclasses import dataclass

from sim.ledger.posteriors import Posterior
from sim.scenario.scenario import Between, Scenario
from sim.scenario.setting import Amount, SettingError, Times, amount_at, with_values
from sim.ticks import DAY
from sim.units import parse_quantity

OF_WHOLE_DAYS = re.compile(r"interventions\.[^.]+\.(lasts|starts_within)")
Value = float | str | Times
"""What `with_values` takes."""


@dataclass(frozen=True)
class Uncertain:
    """A number with its bounds, all three in the unit of `median`; distributed in two even halves about the median."""

    path: str
    low: float
    median: Amount
    high: float

    def at(self, u: float) -> Value:
        """Its value at a quantile, 0 to 1: evenly from low to median, then evenly from median to high.

        Counts are rounded, and so are dates' spans to whole days.
        """
        low, median, high = self.low, self.median.number, self.high
        number = low + 2 * u * (median - low) if u < 0.5 else median + (2 * u - 1) * (high - median)
        if self.median.is_whole:
            return int(number + 0.5)
        if OF_WHOLE_DAYS.fullmatch(self.path):
            ticks = parse_quantity(f"{number!r} {self.median.unit}", "duration", "h")
            return f"{int(ticks / DAY + 0.5)} d"
        return f"{number!r} {self.median.unit}" if self.median.unit else number


def values_of(posterior: Posterior, draw: int | None) -> dict[str, Value]:
    """What a draw of a posterior sets, by path; the central one for None."""
    values: dict[str, Value] = {}
    for moved, number in zip(posterior.moved, posterior.row(draw), strict=True):
        values[moved.path] = Times(number) if moved.is_factor else f"{number!r} {moved.unit}" if moved.unit else number
    return values


def uncertain_numbers(scenario: Scenario) -> tuple[Uncertain, ...]:
    """All uncertain numbers of a scenario. Raises SettingError if one cannot have one of its bounds."""
    if not scenario.uncertain:
        return ()
    try:  # all at once: each new scenario is validated as a whole
        low, high = (
            with_values(scenario, {path: bounds[end] for path, bounds in scenario.uncertain.items()}) for end in (0, 1)
        )
    except SettingError:  # two numbers of one group may not have their bounds together, and yet each alone
        return tuple(uncertain_number(scenario, path, bounds) for path, bounds in scenario.uncertain.items())
    return tuple(_uncertain(scenario, low, high, path) for path in scenario.uncertain)


def uncertain_number(scenario: Scenario, path: str, bounds: Between) -> Uncertain:
    """One number between two values. Raises SettingError if there is no such number, or it cannot have a bound."""
    amount_at(scenario, path)
    low, high = (with_values(scenario, {path: bound}) for bound in bounds)
    return _uncertain(scenario, low, high, path)


def _uncertain(scenario: Scenario, low: Scenario, high: Scenario, path: str) -> Uncertain:
    median, least, most = (amount_at(each, path) for each in (scenario, low, high))
    if not least.number <= median.number <= most.number:
        raise SettingError(
            f"'{path}' is {median}, which does not lie between {least} and {most}; the first bound is the lower one"
        )
    return Uncertain(path, float(least.number), median, float(most.number))
