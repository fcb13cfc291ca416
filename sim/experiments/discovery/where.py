"""What is of interest: `p95_days > 30 and placed < 1e6`, read strictly and never executed."""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError, UnitError, did_you_mean, listed
from sim.indicators.measures import BY_NAME
from sim.units import DIMENSIONS, parse_quantity

_OPERATIONS: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_CONDITION = re.compile(
    r"\s*(?P<measure>[a-z][a-z0-9_]*)\s*(?P<operation>>=|<=|>|<)\s*(?P<amount>[+-]?[\d.][^<>=]*?)\s*"
)
_DIMENSIONS = {"d": ("duration", "d"), "kg": ("mass", "kg"), "CNY": ("money", "CNY"), "share": ("share", "")}
"""Dimensions of the units of measures, and what a bare number is in."""
_AND = re.compile(r"\s+and\s+")


class WhereError(InputError):
    """A condition that cannot be read, or that names no measure of the table."""


@dataclass(frozen=True)
class Condition:
    """A measure held against a number."""

    measure: str
    operation: str
    number: float

    def __str__(self) -> str:
        return f"{self.measure} {self.operation} {self.number:.6g} {BY_NAME[self.measure].unit}".strip()


def conditions(text: str, measures: Collection[str]) -> tuple[Condition, ...]:
    """The conditions of a text, all of which are to hold. Raises WhereError."""
    return tuple(_condition(part, measures) for part in _AND.split(text.strip()))


def _condition(text: str, measures: Collection[str]) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise WhereError(
            f"'{text}' is no condition; 'MEASURE > NUMBER' is expected (or >=, <, <=), such as 'p95_days > 19 d', "
            "several with 'and' between them"
        )
    if found["measure"] not in measures:
        hint = did_you_mean(found["measure"], measures) or f"there are {listed(sorted(measures), 'and')}"
        raise WhereError(f"'{found['measure']}' is no measure of this sweep; {hint}")
    return Condition(found["measure"], found["operation"], _number(found["amount"], found["measure"]))


def _number(text: str, measure: str) -> float:
    """An amount in the unit of a measure: `19`, `19 d`, `456 h`, `60 %`. Raises WhereError."""
    if _NUMBER.fullmatch(text):
        return float(text)
    unit = BY_NAME[measure].unit
    text = text.removesuffix(unit.removeprefix(unit.split()[0])).strip()  # of `CNY of 2016` the unit is CNY
    number = text.removesuffix(unit.split()[0]).strip()
    if _NUMBER.fullmatch(number):
        return float(number)
    dimension, bare = _DIMENSIONS.get(unit.split()[0], ("", ""))
    if not dimension:
        raise WhereError(f"'{text}' is no amount of {measure}, which is in {unit}; write a number alone")
    try:
        return parse_quantity(text, dimension, bare) / float(DIMENSIONS[dimension].units[bare])
    except UnitError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise WhereError(f"{measure}, which is in {unit}: {error}{hint}") from None


def holds(found: Collection[Condition], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where all conditions hold: bool[n]; ``values`` by measure float64[n]. NaN holds for none."""
    return np.all([_OPERATIONS[one.operation](values[one.measure], one.number) for one in found], axis=0)
