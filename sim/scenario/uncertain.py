"""Numbers of a scenario that are not known: between which values each lies, and what it is at a quantile.

Also what a draw of a posterior sets. Knows the description only; what is drawn is decided elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sim.ledger.posteriors import Posterior
from sim.scenario.interventions.measures import PlainChange
from sim.scenario.scenario import Between, Scenario
from sim.scenario.setting import Amount, SettingError, Times, amount_at, amounts_at, with_values
from sim.scenario.targets import targets
from sim.ticks import DAY
from sim.units import parse_quantity

OF_WHOLE_DAYS = re.compile(r"interventions\.[^.]+\.(lasts|starts_within)")
OF_CHANGES = re.compile(r"(changes\.[^.]+|interventions\.[^.]+\.measures\.[^.]+)\.(set|add)")
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
        """Its value at a quantile, 0 to 1, as it is set."""
        return self.written(self.quantile(u))

    def quantile(self, u: float) -> float:
        """The same as a number: evenly from low to median, then evenly from median to high; counts are rounded."""
        low, median, high = self.low, self.median.number, self.high
        number = low + 2 * u * (median - low) if u < 0.5 else median + (2 * u - 1) * (high - median)
        return int(number + 0.5) if self.median.is_whole else number

    def written(self, number: float) -> Value:
        """A number as it is set: with its unit, if it has one; dates' spans in whole days."""
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
    found, faults = settable(scenario, scenario.uncertain)
    for error in faults.values():
        raise error
    return tuple(whole_where_counted(scenario, found))


def whole_where_counted(scenario: Scenario, numbers: Iterable[Uncertain]) -> Iterator[Uncertain]:
    """The numbers, those of dated changes whole where what they change is: half a server cannot be added."""
    known = targets(scenario)
    for number in numbers:
        target = known.get(_changed(scenario, number.path) or "")
        if target is None or not target.is_whole:
            yield number
        else:
            yield replace(number, median=Amount(round(number.median.number), number.median.unit))


def _changed(scenario: Scenario, path: str) -> str | None:
    """What a dated change sets or adds to, of the path of its value; None of other paths."""
    if not OF_CHANGES.fullmatch(path):
        return None
    section, name, *rest = path.split(".")
    if section == "changes":
        return scenario.changes[name].change
    measure = scenario.interventions[name].measures[rest[1]]
    return measure.change if isinstance(measure, PlainChange) else None


def uncertain_number(scenario: Scenario, path: str, bounds: Between) -> Uncertain:
    """One number between two values. Raises SettingError if there is no such number, or it cannot have a bound."""
    amount_at(scenario, path)
    low, high = (with_values(scenario, {path: bound}) for bound in bounds)
    return _uncertain(path, *(amount_at(each, path) for each in (low, scenario, high)))


def settable(
    scenario: Scenario, ranges: Mapping[str, Between]
) -> tuple[tuple[Uncertain, ...], dict[str, SettingError]]:
    """Numbers with their bounds, and why some of them cannot have theirs.

    As many as possible at once, for each new scenario is validated as a whole; where that fails, half as many: two
    numbers of one group may not have their bounds together, and yet each alone.
    """
    if len(ranges) < 2:
        return _singly(scenario, ranges)
    try:
        low, high = (with_values(scenario, {path: bounds[end] for path, bounds in ranges.items()}) for end in (0, 1))
        amounts = [amounts_at(each, ranges) for each in (low, scenario, high)]
        return tuple(_uncertain(path, *(each[path] for each in amounts)) for path in ranges), {}
    except SettingError:
        paths = list(ranges)
        halves = paths[: len(paths) // 2], paths[len(paths) // 2 :]
        (first, wrong), (second, also) = (settable(scenario, {path: ranges[path] for path in half}) for half in halves)
        return first + second, wrong | also


def _singly(scenario: Scenario, ranges: Mapping[str, Between]) -> tuple[tuple[Uncertain, ...], dict[str, SettingError]]:
    for path, bounds in ranges.items():
        try:
            return (uncertain_number(scenario, path, bounds),), {}
        except SettingError as error:
            return (), {path: error}
    return (), {}


def _uncertain(path: str, least: Amount, median: Amount, most: Amount) -> Uncertain:
    if least.number > most.number:
        raise SettingError(f"the bounds of '{path}' are {least} and {most}; the first one is the lower one")
    if not least.number <= median.number <= most.number:
        raise SettingError(f"'{path}' is {median}, which does not lie between {least} and {most}")
    return Uncertain(path, float(least.number), median, float(most.number))
