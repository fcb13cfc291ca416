"""Quantities and calendar texts: what they become, what is refused and in which words, and that they round-trip."""

import re
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter

from sim import clock, units
from sim.errors import EngineError, UnitError
from sim.ticks import DAY, HOUR, MINUTE, SECOND
from sim.units import DIMENSIONS, Quantity, Tariff, format_quantity, parse_quantity

WHOLE = [name for name, dimension in DIMENSIONS.items() if dimension.is_whole and name != "count"]
REAL = [name for name, dimension in DIMENSIONS.items() if not dimension.is_whole]


def read(annotation: Any, value: object) -> Any:
    return TypeAdapter(annotation).validate_python(value)


def refusal(value: object, dimension: str = "duration", bare: str = "h") -> UnitError:
    with pytest.raises(UnitError) as caught:
        parse_quantity(value, dimension, bare)
    return caught.value


def number_or_message(value: object, dimension: str, bare: str) -> int | float | str:
    """What reading anything must come to; nothing else may escape."""
    try:
        return parse_quantity(value, dimension, bare)
    except UnitError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        ("3 d", "duration", 3 * DAY),
        ("3d", "duration", 3 * DAY),
        ("2 d 12 h", "duration", 60 * HOUR),
        ("-2 d 12 h", "duration", -60 * HOUR),
        ("1.5 min", "duration", 90 * SECOND),
        ("0.1 us", "duration", 0),
        ("2.5 us", "duration", 2),
        ("21.9 t", "mass", 21_900_000),
        ("222 g", "mass", 222),
        ("1.5 m3", "volume", 1_500_000),
        ("2 l", "volume", 2000),
        ("500 m", "distance", 0.5),
        ("12 CNY", "money", 12.0),
        ("1.2e6 CNY", "money", 1_200_000.0),
        ("60 CNY/kg", "money per mass", 60.0),
        ("900 CNY/t", "money per mass", 0.9),
        ("1.2 CNY/d", "money per day", 1.2),
        ("1 CNY/h", "money per day", 24.0),
        ("3 CNY/m3/d", "money per volume-day", 3.0),
        ("5 %", "share", 0.05),
        ("200 kg/m3", "density", 200.0),
        ("60 km/h", "speed", 60.0),
        ("650 g/tkm", "emission", 650.0),
        ("0.3 1/y", "yearly rate", 0.3),
        ("8 %/y", "yearly rate", 0.08),
    ],
)
def test_text_with_a_unit_becomes_base_units(text: str, dimension: str, expected: float) -> None:
    parsed = parse_quantity(text, dimension, next(iter(DIMENSIONS[dimension].units)))
    assert parsed == expected
    assert type(parsed) is (int if DIMENSIONS[dimension].is_whole else float)


def test_bare_number_takes_the_documented_unit() -> None:
    assert parse_quantity(3, "duration", "d") == 3 * DAY
    assert parse_quantity(0.1, "duration", "h") == 6 * MINUTE
    assert parse_quantity(0.05, "share", "") == 0.05
    assert parse_quantity(7, "count", "") == 7


@given(st.sampled_from(WHOLE), st.integers(-(2**62), 2**62))
def test_whole_quantity_is_read_back_as_it_was_written(dimension: str, value: int) -> None:
    bare = next(iter(DIMENSIONS[dimension].units))
    assert parse_quantity(format_quantity(value, dimension, bare), dimension, bare) == value


@given(st.sampled_from(REAL), st.floats(-(2.0**61), 2.0**61))
def test_real_quantity_is_read_back_as_it_was_written(dimension: str, value: float) -> None:
    bare = next(iter(DIMENSIONS[dimension].units))
    assert parse_quantity(format_quantity(value, dimension, bare), dimension, bare) == value


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59))
def test_compound_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int) -> None:
    text = f"{days} d {hours} h {minutes} min"
    assert parse_quantity(text, "duration", "h") == days * DAY + hours * HOUR + minutes * MINUTE


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.integers())))
def test_anything_else_is_refused_and_never_crashes(value: object) -> None:
    for dimension, described in DIMENSIONS.items():
        read_or_told = number_or_message(value, dimension, next(iter(described.units)))
        assert abs(read_or_told) <= 2**62 if isinstance(read_or_told, int | float) else read_or_told


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3 kg", "'3 kg' is a mass; a duration is expected (for example 3 h)"),
        ("3 CNY/kg", "'3 CNY/kg' is an amount of money per mass; a duration is expected (for example 3 h)"),
        ("3 y", "unknown unit 'y' in '3 y'; a duration takes us, ms, s, min, h, d or w"),
        ("3", "'3' is a text without a unit; write it as 3 h"),
        ("soon", "'soon' is not a duration; write it as 3 h"),
        ("nan d", "'nan d' is not a duration; write it as 3 h"),
        ("", "'' is not a duration; write it as 3 h"),
        ("٣ d", "'٣ d' is not a duration; write it as 3 h"),
        (float("nan"), "nan h is not a finite number"),
        (float("inf"), "inf h is not a finite number"),
        (True, "true is not a duration; write it as 3 h"),
        (None, "null is not a duration; write it as 3 h"),
        ([1], "a list is not a duration; write it as 3 h"),
        ("1e12 w", "'1e12 w' is too large for a duration"),
        ("1e999 w", "'1e999 w' is too large for a duration"),
        ("1e9999 w", "'1e9999 w' is not a duration; write it as 3 h"),
        (10**40, f"{10**40} h is too large for a duration"),
        (-1e300, "-1e+300 h is too large for a duration"),
    ],
)
def test_refusal_names_the_value_and_what_is_expected(value: object, message: str) -> None:
    assert str(refusal(value)) == message


@pytest.mark.parametrize(
    ("text", "dimension", "hint"),
    [
        ("3 days", "duration", "did you mean 'd'?"),
        ("3 hrs", "duration", "did you mean 'h'?"),
        ("3 m", "duration", "did you mean 'min'?"),
        ("3 mins", "duration", "did you mean 'min'?"),
        ("3 KG", "mass", "did you mean 'kg'?"),
        ("3 yuan", "money", "did you mean 'CNY'?"),
        ("3 kg/m33", "density", "did you mean 'kg/m3'?"),
        ("3 furlongs", "duration", None),
    ],
)
def test_unknown_unit_suggests_the_one_that_was_meant(text: str, dimension: str, hint: str | None) -> None:
    assert refusal(text, dimension, next(iter(DIMENSIONS[dimension].units))).hint == hint


def test_only_a_duration_has_several_parts() -> None:
    assert str(refusal("1 t 3 kg", "mass", "g")) == "'1 t 3 kg' has 2 parts; only a duration can have several"


def test_count_is_whole_and_without_a_unit() -> None:
    assert str(refusal(2.5, "count", "")) == "2.5 is not a whole number"
    assert str(refusal("3 pcs", "count", "")) == "unknown unit 'pcs' in '3 pcs'; a count has no unit"


def test_bounds_are_told_with_their_unit() -> None:
    limited = Quantity("duration", bare="d", ge=0, le=366 * DAY)
    with pytest.raises(UnitError, match=re.escape("'-3 h' is negative; a duration at least 0 d is expected")):
        limited.read("-3 h")
    with pytest.raises(UnitError, match=re.escape("400 d is out of bounds; a duration at most 366 d is expected")):
        limited.read(400)
    with pytest.raises(UnitError, match=re.escape("0 h is out of bounds; a duration above 0 h is expected")):
        Quantity("duration", bare="h", gt=0).read(0)


def test_quantity_of_an_unknown_unit_is_a_fault_of_the_program() -> None:
    with pytest.raises(EngineError, match="mass has no unit 'd'"):
        Quantity("mass", bare="d")


def test_share_lies_between_zero_and_one() -> None:
    assert read(units.Share, "100 %") == 1.0
    with pytest.raises(ValueError, match=re.escape("1.2 is out of bounds; a share at most 100 % is expected")):
        read(units.Share, 1.2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12 CNY + 60 CNY/kg", Tariff(12.0, 60.0)),
        ("60 CNY/kg + 12 CNY", Tariff(12.0, 60.0)),
        ("12 CNY+60 CNY/kg", Tariff(12.0, 60.0)),
        ("12 CNY", Tariff(12.0, 0.0)),
        ("60 CNY/kg", Tariff(0.0, 60.0)),
        (12, Tariff(12.0, 0.0)),
    ],
)
def test_tariff_has_a_fixed_part_and_a_part_by_weight(value: object, expected: Tariff) -> None:
    assert read(units.TariffField, value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("12 CNY + 3 CNY", "'12 CNY + 3 CNY' is not a tariff; write it as 12 CNY + 60 CNY/kg"),
        ("12 CNY + 3 d", "'3 d' is a duration; an amount of money is expected (for example 3 CNY)"),
        ("12 CNY +", "'' is not an amount of money; write it as 3 CNY"),
        ("-2 CNY", "'-2 CNY' is negative; an amount of money at least 0 CNY is expected"),
    ],
)
def test_tariff_that_is_none_is_refused(value: object, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.TariffNotation().read(value)
    assert str(caught.value) == message


def test_times_of_a_calendar_are_read() -> None:
    assert read(units.TimeOfDay, "18:00") == 18 * HOUR
    assert read(units.TimeOfDay, "18:00:30") == 18 * HOUR + 30 * SECOND
    assert read(units.MonthDay, "02-29") == (2, 29)
    assert read(units.Date, "2016-11-12") == date(2016, 11, 12)
    assert [read(units.Weekday, text) for text in ("mon", "Sun", "friday")] == [0, 6, 4]


@pytest.mark.parametrize(
    ("annotation", "text", "noun"),
    [
        (units.TimeOfDay, "24:00", "a time of day"),
        (units.TimeOfDay, "12:60", "a time of day"),
        (units.MonthDay, "02-30", "a month and day"),
        (units.Date, "2017-02-29", "a date"),
        (units.Date, "20170228", "a date"),
        (units.Weekday, "mo", "a weekday"),
        (units.OpeningHours, "Mon-Fri 8-20", "a text of opening hours"),
        (units.OpeningHours, "Mon 08:00-08:00", "a text of opening hours"),
        (units.OpeningHours, "Mon, Tue 08:00-09:00", "a text of opening hours"),
        (units.OpeningHours, "", "a text of opening hours"),
    ],
)
def test_times_that_do_not_exist_are_refused(annotation: Any, text: str, noun: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'{text}' is not {noun}; write it as ")):
        read(annotation, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("always", ()),
        ("Sat 09:00-13:00", ((5, 9 * HOUR, 13 * HOUR),)),
        ("Sat-Mon 00:00-24:00", ((0, 0, DAY), (5, 0, DAY), (6, 0, DAY))),
        ("Mon 08:00-12:00, Mon 13:00-17:00", ((0, 8 * HOUR, 12 * HOUR), (0, 13 * HOUR, 17 * HOUR))),
        ("Sun 22:00-06:00", ((0, 0, 6 * HOUR), (6, 22 * HOUR, DAY))),
        ("Mon 22:00-00:00", ((0, 22 * HOUR, DAY),)),
        ("daily 08:00-20:00", tuple((day, 8 * HOUR, 20 * HOUR) for day in range(7))),
    ],
)
def test_opening_hours_become_spans_within_days(text: str, expected: tuple[clock.OpenSpan, ...]) -> None:
    assert read(units.OpeningHours, text) == expected


def test_overlapping_opening_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="the opening hours 'Mon 08:00-12:00, Mon 11:00-17:00' overlap"):
        read(units.OpeningHours, "Mon 08:00-12:00, Mon 11:00-17:00")


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 11)), max_size=20))
def test_opening_hours_are_read_back_as_they_were_written(slots: set[tuple[int, int]]) -> None:
    spans = tuple((day, slot * 2 * HOUR, (slot * 2 + 1) * HOUR + 5 * SECOND) for day, slot in sorted(slots))
    assert clock.parse_opening_hours(clock.format_opening_hours(spans)) == spans


class Shipment(BaseModel):
    dwell: Annotated[units.Duration, Field(le=30 * DAY, description="time in the yard")] = 0
    weight: units.Mass | None = None
    tariff: units.TariffField = Tariff()
    hours: units.OpeningHours = ()
    lost: units.Share = 0.0
    at: units.TimeOfDay = 0


def test_dump_as_json_can_be_read_again() -> None:
    shipment = Shipment.model_validate(
        {
            "dwell": "36 h",
            "weight": "21.9 t",
            "tariff": "3 CNY",
            "hours": "Mon 08:00-20:00",
            "lost": "7 %",
            "at": "18:00",
        }
    )
    dumped = shipment.model_dump(mode="json")
    assert (dumped["dwell"], dumped["weight"], dumped["lost"], dumped["at"]) == ("36 h", "21900 kg", "7 %", "18:00")
    assert Shipment.model_validate(dumped) == shipment


def test_json_schema_takes_a_number_in_the_documented_unit_or_a_text() -> None:
    schema = TypeAdapter(Annotated[int, Quantity("duration", bare="d", ge=0, le=366 * DAY)]).json_schema()
    number, text = schema["anyOf"]
    assert schema["unit"] == "d"
    assert number == {"type": "number", "minimum": 0, "maximum": 366}
    assert re.search(text["pattern"], "2 d 12 h")
    assert not re.search(text["pattern"], "3 kg")


@pytest.mark.parametrize("text", ["12 CNY + 60 CNY/kg", "60 CNY/kg + 12 CNY", "12 CNY", "60 CNY/kg"])
def test_json_schema_of_a_tariff_takes_what_is_read(text: str) -> None:
    pattern = TypeAdapter(units.TariffField).json_schema()["anyOf"][1]["pattern"]
    assert re.search(pattern, text)
    assert not re.search(pattern, text + " + 3 d")
