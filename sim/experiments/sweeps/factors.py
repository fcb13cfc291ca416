"""What varies, understood: which values a lever or an uncertainty takes, in which unit, and how tables show them.

Knows the description only; knows nothing of files and places.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sim.experiments.sweeps.contract import PLANS, Value, Varied
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, amount_at, with_values
from sim.scenario.uncertain import OF_WHOLE_DAYS
from sim.ticks import DAY

NONE = "none"
"""How tables show the empty set of interventions."""
_WRITTEN = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d+][^\s+]*)?\s*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
Kind = Literal["number", "date", "text", "plans"]


@dataclass(frozen=True)
class Factor:
    """A lever or an uncertainty; its low and high are in its unit, of dates the days since year 1."""

    path: str
    is_lever: bool
    kind: Kind
    unit: str = ""
    scale: float = 1.0
    """What one of its unit is in the base unit of the field."""
    is_whole: bool = False
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    levels: int = 2

    @property
    def heading(self) -> str:
        """Of its column: `PATH` or `PATH [unit]`."""
        return f"{self.path} [{self.unit}]" if self.unit else self.path

    @property
    def n_options(self) -> int:
        """How many values a factorial takes of it."""
        return len(self.values) or len(self._evenly())

    @property
    def options(self) -> tuple[Value, ...]:
        """The values that a factorial takes of it."""
        return self.values or tuple(self._written(number) for number in self._evenly())

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that it takes when it varies alone."""
        return self.values or (self._written(self.low), self._written(self.high))

    def at(self, u: float) -> Value:
        """Its value at a quantile, 0 to 1: all values are equally likely, and anything between low and high is."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.is_whole or self.kind == "date":
            n = int(self.high) - int(self.low) + 1
            return self._written(int(self.low) + min(int(u * n), n - 1))
        return self._written(self.low + u * (self.high - self.low))

    def number(self, value: Value) -> float:
        """A value as a number in its unit."""
        if isinstance(value, str):
            amount, unit = _parts(value)
            return amount if unit == self.unit else amount * _size(unit, self.unit)
        assert isinstance(value, int | float)
        return float(value)

    def text(self, value: Value) -> str:
        """A value as tables show it that have texts."""
        if isinstance(value, tuple):
            return "+".join(value) or NONE
        return str(value).lower() if isinstance(value, bool) else str(value)

    def is_same(self, one: Value, other: Value) -> bool:
        """Whether two values set the same."""
        return self.number(one) == self.number(other) if self.kind == "number" else one == other

    def base_of(self, scenario: Scenario) -> Value:
        """What the scenario itself says of it."""
        if self.kind == "plans":
            return ()
        if self.kind == "number":
            amount = amount_at(scenario, self.path)
            number = amount.number / self.scale
            return self._written(int(number + 0.5) if self.is_whole else _short(number))
        return written_at(scenario, self.path)

    def _evenly(self) -> tuple[float, ...]:
        steps = [self.low + (self.high - self.low) * i / (self.levels - 1) for i in range(self.levels)]
        whole = self.is_whole or self.kind == "date"
        return tuple(dict.fromkeys(float(int(step + 0.5)) if whole else step for step in steps))

    def _written(self, number: float) -> Value:
        """A number of it as a scenario has it."""
        if self.kind == "date":
            return date.fromordinal(int(number)).isoformat()
        if OF_WHOLE_DAYS.fullmatch(self.path):
            number = int(number * self.scale / DAY + 0.5) * DAY / self.scale
        if not self.unit:
            return int(number) if self.is_whole else number
        return f"{number!r} {self.unit}"


def factor_of(path: str, varied: Varied, scenario: Scenario, *, is_lever: bool) -> Factor:
    """How a number varies in a scenario that has it. Raises SettingError if its range is none."""
    if path == PLANS:
        return Factor(path, is_lever, "plans", values=varied.values or ())
    values = varied.values or ()
    said = values or (varied.low, varied.high)
    if all(isinstance(value, str) and _DATE.fullmatch(value) for value in said):
        return _of_dates(path, varied, is_lever)
    if not _are_numbers(said):
        if not values:
            raise SettingError("a range lies between two numbers, or between two dates; give values instead")
        return Factor(path, is_lever, "text", values=values)
    return _of_numbers(path, varied, scenario, is_lever)


def _of_dates(path: str, varied: Varied, is_lever: bool) -> Factor:
    if varied.values:
        return Factor(path, is_lever, "date", values=varied.values)
    low, high = (_day(str(end)) for end in (varied.low, varied.high))
    _refuse_reversed(low, high, varied)
    return Factor(path, is_lever, "date", low=low, high=high, levels=varied.levels or 2)


def _of_numbers(path: str, varied: Varied, scenario: Scenario, is_lever: bool) -> Factor:
    said: Sequence[Value] = varied.values or tuple(end for end in (varied.low, varied.high) if end is not None)
    unit = next((found for value in said if isinstance(value, str) and (found := _parts(value)[1])), "")
    amounts = [amount_at(with_values(scenario, {path: value}), path) for value in said if not isinstance(value, tuple)]
    numbers = [_parts(str(value)) for value in said]
    bare = (amount.number / number for amount, (number, _) in zip(amounts, numbers, strict=True) if number)
    scale = _size(unit, amounts[0].unit) if unit else next(bare, 1.0)
    is_whole = all(amount.is_whole for amount in amounts) and not unit
    plain = Factor(path, is_lever, "number", unit, scale, is_whole)
    if varied.values:
        same = tuple(plain._written(_short(amount.number / scale)) if its != unit else value
                     for value, amount, (_, its) in zip(said, amounts, numbers, strict=True))  # fmt: skip
        return Factor(path, is_lever, "number", unit, scale, is_whole, same)
    low, high = (_short(amount.number / scale) for amount in amounts)
    _refuse_reversed(low, high, varied)
    return Factor(path, is_lever, "number", unit, scale, is_whole, (), low, high, varied.levels or 2)


def _refuse_reversed(low: float, high: float, varied: Varied) -> None:
    if not low < high:
        raise SettingError(f"low is {varied.low} and high is {varied.high}; low lies below high")


def _are_numbers(said: Sequence[Value | None]) -> bool:
    """Whether all are numbers, with a unit or without."""
    return all(
        isinstance(value, int | float | str)
        and not isinstance(value, bool)
        and (not isinstance(value, str) or (bool(_WRITTEN.fullmatch(value)) and not _DATE.fullmatch(value)))
        for value in said
    )


def _parts(text: str) -> tuple[float, str]:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise SettingError(f"'{text}' is no number with a unit")
    return float(found[1]), found[2] or ""


def _size(unit: str, in_unit: str) -> float:
    """One of a unit in another of the same dimension; not from an amount, for that may be zero."""
    from sim.units import DIMENSIONS

    for known in DIMENSIONS.values():
        if unit in known.units and in_unit in known.units:
            return float(known.units[unit]) / float(known.units[in_unit])
    raise SettingError(f"'{unit}' is no unit of what is given in '{in_unit}'")


def _short(number: float) -> float:
    """A number without the noise of a division."""
    return float(f"{number:.12g}")


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise SettingError(f"'{text}' is no date such as 2016-11-12") from None


def written_at(scenario: Scenario, path: str) -> Value:
    """What stands at a path, as it is written; empty for what stands nowhere literally."""
    node = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    for key in path.split("."):
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return ""
    return node if isinstance(node, bool | int | float | str) else ""


def same_number(one: str, other: str) -> bool:
    """Whether two paths set the same number, wholly or in part."""
    return _covers(one, other) or _covers(other, one)


def _covers(whole: str, part: str) -> bool:
    is_part = whole.endswith(".mean") and part.startswith(f"{whole.removesuffix('.mean')}.parts.")
    return whole == part or is_part or part in (f"{whole}.fixed", f"{whole}.per_kg")
