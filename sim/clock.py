"""Times of day, dates, weekdays and opening hours as texts; a reader answers None to what it cannot read."""

import re
from datetime import date
from itertools import pairwise

from sim.errors import UnitError, shown
from sim.ticks import DAY, HOUR, MINUTE, SECOND

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def parse_time(text: str) -> int | None:
    """Microseconds after midnight, up to 24:00."""
    match = _TIME.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    at = hour * HOUR + minute * MINUTE + second * SECOND
    return at if minute < 60 and second < 60 and at <= DAY else None


def format_time(at: int) -> str:
    """The text of it, without seconds where there are none."""
    seconds = f":{at % MINUTE // SECOND:02}" if at % MINUTE else ""
    return f"{at // HOUR:02}:{at % HOUR // MINUTE:02}{seconds}"


def parse_time_of_day(text: str) -> int | None:
    """The same below 24:00."""
    at = parse_time(text)
    return at if at != DAY else None


def parse_date(text: str) -> date | None:
    """`2016-11-12`."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def parse_month_day(text: str) -> tuple[int, int] | None:
    """`11-12` as month and day."""
    day = parse_date(f"2000-{text}")  # a leap year, so that 02-29 is a day
    return (day.month, day.day) if day else None


def format_month_day(day: tuple[int, int] | str) -> str:
    """The text of it."""
    return day if isinstance(day, str) else f"{day[0]:02}-{day[1]:02}"  # a field may take other words beside it


def parse_weekday(text: str) -> int | None:
    """0 for Monday, of `mon` or `Monday`."""
    is_known = text.lower() in FULL_WEEKDAYS or text.title() in WEEKDAYS
    return WEEKDAYS.index(text[:3].title()) if is_known else None


OpenSpan = tuple[int, int, int]
"""Weekday (0 is Monday), opening and closing in microseconds after that day's midnight; a close may be 24:00."""


def parse_opening_hours(text: str) -> tuple[OpenSpan, ...] | None:
    """Spans in the order of the week, each within one day; ``always`` is the empty tuple."""
    if text.lower() == "always":
        return ()
    spans: list[OpenSpan] = []
    for entry in text.split(","):
        days, _, times = entry.strip().rpartition(" ")
        opens, closes = (parse_time(part.strip()) for part in [*times.split("-"), ""][:2])
        weekdays = _weekday_range(days.strip())
        if weekdays is None or times.count("-") != 1 or opens is None or closes is None or opens == closes:
            return None
        spans += [span for weekday in weekdays for span in _split_at_midnight(weekday, opens, closes)]
    spans.sort()
    if any(a[0] == b[0] and b[1] < a[2] for a, b in pairwise(spans)):
        raise UnitError(f"the opening hours {shown(text)} overlap")
    return tuple(spans)


def _weekday_range(text: str) -> list[int] | None:
    if text.lower() in ("", "daily"):
        return list(range(7))
    ends = [parse_weekday(part.strip()) for part in text.split("-")]
    if None in ends or len(ends) > 2:
        return None
    first, last = ends[0] or 0, ends[-1] or 0
    return [(first + i) % 7 for i in range((last - first) % 7 + 1)]


def _split_at_midnight(weekday: int, opens: int, closes: int) -> list[OpenSpan]:
    if opens < closes:
        return [(weekday, opens, closes)]
    after = [((weekday + 1) % 7, 0, closes)] if closes else []
    return [(weekday, opens, DAY), *after] if opens < DAY else after


def format_opening_hours(spans: tuple[OpenSpan, ...]) -> str:
    """The text that parses to these spans."""
    texts = [f"{WEEKDAYS[day]} {format_time(opens)}-{format_time(closes)}" for day, opens, closes in spans]
    return ", ".join(texts) or "always"
