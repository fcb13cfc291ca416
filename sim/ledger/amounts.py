"""What counts as a number in a file, and how much it is in which unit."""

import re
from dataclasses import dataclass

from sim.clock import parse_opening_hours
from sim.errors import UnitError
from sim.reading import Scalar
from sim.units import DIMENSIONS, TariffNotation, parse_quantity

ONE_TERM = re.compile(r"([+-]?\s*[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*[^\s0-9.][^\s]*")


@dataclass(frozen=True)
class Amount:
    """A number as written, without its unit (None if it has several), and in the base unit of its dimension."""

    number: float | None
    base: float
    dimension: str


def amount(value: Scalar) -> Amount | None:
    """What a scalar measures, if it is one number with or without a unit; a bare number measures a share."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return Amount(float(value), float(value), "share")
    for dimension, known in DIMENSIONS.items():
        try:
            base = float(parse_quantity(value, dimension, next(iter(known.units))))
        except UnitError:
            continue
        one = ONE_TERM.fullmatch(value.strip())
        return Amount(float(one[1].replace(" ", "")) if one else None, base, dimension)
    return None


def is_number(value: Scalar) -> bool:
    """Whether a scalar is a number, a quantity, a tariff, a date, or a time of the day or week."""
    if not isinstance(value, str):
        return value is not None and not isinstance(value, bool)
    if amount(value) is not None or value[:1].isdigit():
        return True
    try:
        return parse_opening_hours(value) not in (None, ()) or bool(TariffNotation().read(value))
    except UnitError:
        return False
