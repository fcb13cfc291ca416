"""Quantities with a unit, and the times of a calendar: how they are written in a file, and what they become.

In a file a value is a text with its unit (``3 d``, ``21.9 t``) or a bare number, which takes the unit that its field
documents. In the program it is a plain number in the dimension's base unit, the first of each row in `DIMENSIONS`.
Dumped as JSON it is a text with its unit again. Knows no field of any model.
"""

import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic_core import CoreSchema, core_schema

from sim.clock import (
    WEEKDAYS,
    OpenSpan,
    format_month_day,
    format_opening_hours,
    format_time,
    parse_date,
    parse_month_day,
    parse_opening_hours,
    parse_time_of_day,
    parse_weekday,
)
from sim.errors import EngineError, UnitError, closest, listed, shown
from sim.ticks import DAY, HOUR, MINUTE, SECOND, WEEK

LARGEST = 2**62  # a sum of two such numbers still fits 64 bits
MAX_EXPONENT = 30
LONGEST_TEXT = 400
TEXTS_REMEMBERED = 20_000

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_UNIT = r"(?:1(?=/))?[^\s\d.+-][^\s+]*"
_QUANTITY = re.compile(rf"([+-]?)\s*({_NUMBER}\s*{_UNIT}(?:\s+{_NUMBER}\s*{_UNIT})*)", re.ASCII)
_TERM = re.compile(rf"({_NUMBER})\s*({_UNIT})", re.ASCII)


@dataclass(frozen=True)
class Dimension:
    """What is measured, and the value of each of its units in base units."""

    noun: str
    units: Mapping[str, int | Decimal]
    is_whole: bool = False


_THOUSANDTH, _HUNDREDTH = Decimal("0.001"), Decimal("0.01")
DIMENSIONS = {
    "duration": Dimension(
        "a duration", {"us": 1, "ms": 1000, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}, is_whole=True
    ),
    "mass": Dimension("a mass", {"g": 1, "kg": 1000, "t": 10**6}, is_whole=True),
    "volume": Dimension("a volume", {"cm3": 1, "l": 1000, "m3": 10**6}, is_whole=True),
    "count": Dimension("a count", {"": 1}, is_whole=True),
    "share": Dimension("a share", {"": 1, "%": _HUNDREDTH}),
    "distance": Dimension("a distance", {"km": 1, "m": _THOUSANDTH}),
    "speed": Dimension("a speed", {"km/h": 1}),
    "money": Dimension("an amount of money", {"CNY": 1}),
    "money per mass": Dimension("an amount of money per mass", {"CNY/kg": 1, "CNY/g": 1000, "CNY/t": _THOUSANDTH}),
    "money per day": Dimension("an amount of money per day", {"CNY/d": 1, "CNY/h": 24}),
    "money per volume-day": Dimension("an amount of money per volume and day", {"CNY/m3/d": 1}),
    "density": Dimension("a density", {"kg/m3": 1, "g/cm3": 1000, "kg/l": 1000, "t/m3": 1000}),
    "emission": Dimension("an emission per tonne-km", {"g/tkm": 1, "kg/tkm": 1000}),
    "yearly rate": Dimension("a yearly rate", {"1/y": 1, "/y": 1, "%/y": _HUNDREDTH}),
}
# What people write for a unit that does not look like it.
_SPOKEN = {"day": "d", "hour": "h", "hr": "h", "minute": "min", "m": "min", "second": "s", "sec": "s", "week": "w"}
_SPOKEN |= {"tonne": "t", "ton": "t", "gram": "g", "litre": "l", "liter": "l", "yuan": "CNY", "rmb": "CNY"}


def parse_quantity(value: object, dimension: str, bare: str) -> int | float:
    """The value in base units; a bare number is taken in the unit ``bare``. Raises UnitError."""
    if isinstance(value, str):
        return _of_text(value, dimension, bare)
    known = DIMENSIONS[dimension]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnitError(f"{shown(value)} is not {known.noun}; write it as {_example(known, bare)}")
    number = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    if not number.is_finite():
        raise UnitError(f"{_quoted(value, bare)} is not a finite number")
    return _rounded(number * known.units[bare], known, _quoted(value, bare))


@lru_cache(TEXTS_REMEMBERED)
def _of_text(text: str, dimension: str, bare: str) -> int | float:
    """The same of a text; a dated change is read again for every day of its ramp."""
    known = DIMENSIONS[dimension]
    return _rounded(_sum_of_terms(text.strip(), known, bare), known, shown(text))


def _sum_of_terms(text: str, known: Dimension, bare: str) -> Decimal:
    match = _QUANTITY.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        has_no_unit = re.fullmatch(rf"[+-]?{_NUMBER}", text[:LONGEST_TEXT])
        fault = "a text without a unit" if has_no_unit else f"not {known.noun}"
        raise UnitError(f"{shown(text)} is {fault}; write it as {_example(known, bare)}")
    terms = _TERM.findall(match[2])
    factors = [_factor(unit, text, known, bare) for _, unit in terms]
    if len(terms) > 1 and known is not DIMENSIONS["duration"]:
        raise UnitError(f"{shown(text)} has {len(terms)} parts; only a duration can have several")
    total = sum((Decimal(number) * factor for (number, _), factor in zip(terms, factors, strict=True)), Decimal(0))
    return -total if match[1] == "-" else total


def _factor(unit: str, text: str, known: Dimension, bare: str) -> int | Decimal:
    if unit in known.units:
        return known.units[unit]
    units = [name for name in known.units if name]
    meant = _SPOKEN.get(unit.lower().rstrip("s."), "")
    meant = meant if meant in units else closest(unit, units) or ""
    hint = f"did you mean '{meant}'?" if meant else None
    for other in DIMENSIONS.values():
        if unit in other.units:
            example = _example(known, bare)
            raise UnitError(f"{shown(text)} is {other.noun}; {known.noun} is expected (for example {example})", hint)
    takes = f"takes {listed(units)}" if units else "has no unit"
    raise UnitError(f"unknown unit '{unit}' in {shown(text)}; {known.noun} {takes}", hint)


def _rounded(number: Decimal, known: Dimension, quoted: str) -> int | float:
    # The exponent is looked at first: 10**999999 written out as an integer would take all memory.
    if number.adjusted() > MAX_EXPONENT or abs(number) > LARGEST:
        raise UnitError(f"{quoted} is too large for {known.noun}")
    if not known.is_whole:
        return float(number) + 0.0  # no negative zero
    if known is DIMENSIONS["count"] and number % 1:
        raise UnitError(f"{quoted} is not a whole number")
    return int(number.to_integral_value(ROUND_HALF_EVEN))


def _example(known: Dimension, bare: str) -> str:
    return f"3 {bare}" if bare else "5 %" if "%" in known.units else "3"


def _quoted(value: object, bare: str) -> str:
    return shown(value) if isinstance(value, str) else f"{shown(value)} {bare}".strip()


def format_quantity(value: float, dimension: str, bare: str) -> str:
    """A short text that parses to exactly this value; whole quantities in the largest unit that divides them."""
    known = DIMENSIONS[dimension]
    if dimension == "share":
        return f"{(Decimal(repr(value)) * 100).normalize():f} %"
    if not known.is_whole:
        return f"{value!r} {next(iter(known.units))}"
    divisors = [unit for unit, factor in known.units.items() if not value % int(factor)] if value else [bare]
    return f"{int(value) // int(known.units[divisors[-1]])} {divisors[-1]}".strip()


class Written(ABC):
    """A pydantic annotation that says how a value is read from a file, and written back into one."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """What a value of a file means; raises UnitError."""

    @abstractmethod
    def write(self, value: Any) -> Any:
        """Its text in a file."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema of what may stand in a file."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        writing = core_schema.plain_serializer_function_ser_schema(self.write, when_used="json")
        return core_schema.no_info_plain_validator_function(self.read, serialization=writing)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return self.schema()


@dataclass(frozen=True)
class Quantity(Written):
    """As in ``Annotated[int, Quantity("duration", bare="h", ge=0, le=366 * DAY)]``; the bounds are in base units."""

    dimension: str
    bare: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None

    def __post_init__(self) -> None:
        if self.bare not in DIMENSIONS[self.dimension].units:
            raise EngineError(f"{self.dimension} has no unit '{self.bare}'")

    def read(self, value: Any) -> int | float:
        """In base units and within the bounds."""
        base = parse_quantity(value, self.dimension, self.bare)
        bounds = (
            (self.ge, operator.ge, "at least"),
            (self.gt, operator.gt, "above"),
            (self.le, operator.le, "at most"),
        )
        for bound, is_kept, words in bounds:
            if bound is not None and not is_kept(base, bound):
                fault = "negative" if base < 0 else "out of bounds"
                noun = DIMENSIONS[self.dimension].noun
                raise UnitError(
                    f"{_quoted(value, self.bare)} is {fault}; {noun} {words} {self.write(bound)} is expected"
                )
        return base

    def write(self, value: float) -> Any:
        """With its unit; a count is a bare number."""
        return value if self.dimension == "count" else format_quantity(value, self.dimension, self.bare)

    def schema(self) -> dict[str, Any]:
        """A number in the documented unit, or a text with a unit."""
        factor = DIMENSIONS[self.dimension].units[self.bare]
        bounds = {"minimum": self.ge, "exclusiveMinimum": self.gt, "maximum": self.le}
        number = {name: _plain(bound, factor) for name, bound in bounds.items() if bound is not None}
        if self.dimension == "count":
            return {"type": "integer", "unit": "1", **number}
        units = "|".join(re.escape(unit) for unit in DIMENSIONS[self.dimension].units if unit)
        term = rf"{_NUMBER}\s*(?:{units})"
        more = rf"(?:\s+{term})*" if self.dimension == "duration" else ""
        text = {"type": "string", "pattern": rf"^\s*[+-]?\s*{term}{more}\s*$"}
        return {"anyOf": [{"type": "number", **number}, text], "unit": self.bare or "1"}


def _plain(bound: float, factor: int | Decimal) -> int | float:
    number = Decimal(repr(bound)) / factor
    return int(number) if number == int(number) else float(number)


@dataclass(frozen=True)
class Notation(Written):
    """A text that is no number with a unit; ``parse`` answers None to what it cannot read."""

    noun: str
    example: str
    pattern: str
    parse: Callable[[str], Any]
    format: Callable[[Any], str]

    def read(self, value: Any) -> Any:
        """What the text means."""
        parsed = self.parse(value.strip()) if isinstance(value, str) and len(value) <= LONGEST_TEXT else None
        if parsed is None:
            raise UnitError(f"{shown(value)} is not {self.noun}; write it as {self.example}")
        return parsed

    def write(self, value: Any) -> str:
        """Its text."""
        return self.format(value)

    def schema(self) -> dict[str, Any]:
        """A text of the pattern."""
        return {"type": "string", "pattern": self.pattern, "examples": [self.example]}


@dataclass(frozen=True)
class Tariff:
    """Price of a parcel: a fixed part and a part by weight."""

    fixed_cny: float = 0.0
    per_kg_cny: float = 0.0


@dataclass(frozen=True)
class TariffNotation(Written):
    """``12 CNY + 60 CNY/kg``, either part alone, or a bare number of CNY."""

    def read(self, value: Any) -> Tariff:
        """Both parts; a part that is not given is zero."""
        parts = value.split("+") if isinstance(value, str) else [value]
        kinds = ["money per mass" if isinstance(part, str) and "/" in part else "money" for part in parts]
        units = {"money": "CNY", "money per mass": "CNY/kg"}
        found = {kind: Quantity(kind, units[kind], ge=0).read(part) for kind, part in zip(kinds, parts, strict=True)}
        if len(found) < len(parts):
            raise UnitError(f"{shown(value)} is not a tariff; write it as 12 CNY + 60 CNY/kg")
        return Tariff(found.get("money", 0.0), found.get("money per mass", 0.0))

    def write(self, value: Tariff) -> str:
        """Both parts."""
        return f"{value.fixed_cny!r} CNY + {value.per_kg_cny!r} CNY/kg"

    def schema(self) -> dict[str, Any]:
        """A number of CNY, or a text."""
        fixed, by_mass = rf"{_NUMBER}\s*CNY", rf"{_NUMBER}\s*CNY/(?:kg|g|t)"
        either = rf"^\s*(?:{fixed}(?:\s*\+\s*{by_mass})?|{by_mass}(?:\s*\+\s*{fixed})?)\s*$"
        return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": either}], "unit": "CNY"}


LONGEST = 3660 * DAY
Duration = Annotated[int, Quantity("duration", bare="h", ge=0, le=LONGEST)]
Offset = Annotated[int, Quantity("duration", bare="h", ge=-12 * HOUR, le=14 * HOUR)]
Mass = Annotated[int, Quantity("mass", bare="g", ge=0)]
Volume = Annotated[int, Quantity("volume", bare="cm3", ge=0)]
Count = Annotated[int, Quantity("count", bare="", ge=0)]
Share = Annotated[float, Quantity("share", bare="", ge=0, le=1)]
Distance = Annotated[float, Quantity("distance", bare="km", ge=0)]
Money = Annotated[float, Quantity("money", bare="CNY", ge=0)]
MoneyPerMass = Annotated[float, Quantity("money per mass", bare="CNY/kg", ge=0)]
MoneyPerDay = Annotated[float, Quantity("money per day", bare="CNY/d", ge=0)]
MoneyPerVolumeDay = Annotated[float, Quantity("money per volume-day", bare="CNY/m3/d", ge=0)]
Density = Annotated[float, Quantity("density", bare="kg/m3", ge=1)]
Emission = Annotated[float, Quantity("emission", bare="g/tkm", ge=0)]
TariffField = Annotated[Tariff, TariffNotation()]

_DAY = f"(?:{'|'.join(WEEKDAYS)})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_OPEN = rf"(?:(?:{_DAY}(?:-{_DAY})?|daily)\s+)?{_CLOCK}-{_CLOCK}"
TimeOfDay = Annotated[int, Notation("a time of day", "18:00", rf"^{_CLOCK}$", parse_time_of_day, format_time)]
Date = Annotated[date, Notation("a date", "2016-11-12", r"^\d{4}-\d{2}-\d{2}$", parse_date, date.isoformat)]
MonthDay = Annotated[
    tuple[int, int],
    Notation("a month and day", "11-11", r"^\d{2}-\d{2}$", parse_month_day, format_month_day),
]
Weekday = Annotated[
    int,
    Notation("a weekday", "mon", r"^[A-Za-z]{3,9}$", parse_weekday, lambda day: WEEKDAYS[day].lower()),
]
OpeningHours = Annotated[
    tuple[OpenSpan, ...],
    Notation(
        "a text of opening hours",
        "Mon-Fri 08:00-20:00, Sat 09:00-13:00",
        rf"^(?:always|{_OPEN}(?:\s*,\s*{_OPEN})*)$",
        parse_opening_hours,
        format_opening_hours,
    ),
]
