"""What is of interest: `p95_days > 30 and placed < 1e6`, read strictly and never executed."""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError, did_you_mean, listed
from sim.indicators.measures import BY_NAME

_OPERATIONS: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_CONDITION = re.compile(
    r"\s*(?P<measure>[a-z][a-z0-9_]*)\s*(?P<operation>>=|<=|>|<)\s*"
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<percent>%?)\s*"
)
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
            f"'{text}' is no condition; 'MEASURE > NUMBER' is expected (or >=, <, <=), several with 'and' between them"
        )
    if found["measure"] not in measures:
        hint = did_you_mean(found["measure"], measures) or f"there are {listed(sorted(measures), 'and')}"
        raise WhereError(f"'{found['measure']}' is no measure of this sweep; {hint}")
    return Condition(found["measure"], found["operation"], float(found["number"]) / (100 if found["percent"] else 1))


def holds(found: Collection[Condition], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where all conditions hold: bool[n]; ``values`` by measure float64[n]. NaN holds for none."""
    return np.all([_OPERATIONS[one.operation](values[one.measure], one.number) for one in found], axis=0)
