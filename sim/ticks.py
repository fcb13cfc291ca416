"""Time: integer microseconds, and where weeks and days begin.

An instant is a number of microseconds since the epoch, Monday 1 January 2001, 00:00 Beijing time; one epoch for all
scenarios, so that the same moment has the same number in each. Knows the calendar, knows no scenario.
"""

from datetime import date, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
SECONDS_A_DAY = DAY // SECOND

BEIJING_OFFSET = 8 * HOUR
EPOCH = date(2001, 1, 1)
NEVER = 2**62
"""An instant after all others; sums with any duration of a run still fit 64 bits."""


def midnight(day: date, utc_offset: int = BEIJING_OFFSET) -> int:
    """Instant at which ``day`` begins in a place whose local time is UTC plus ``utc_offset`` microseconds."""
    return (day - EPOCH).days * DAY + BEIJING_OFFSET - utc_offset


def local_day(at: int, utc_offset: int = BEIJING_OFFSET) -> date:
    """Local date at instant ``at``."""
    return EPOCH + timedelta(days=(at - BEIJING_OFFSET + utc_offset) // DAY)


def local_time(at: int, utc_offset: int = BEIJING_OFFSET) -> datetime:
    """Local date and time at instant ``at``, without a time zone."""
    return datetime.combine(EPOCH, datetime.min.time()) + timedelta(microseconds=at - BEIJING_OFFSET + utc_offset)


def week_of(at: int) -> int:
    """Number of the week, from Monday 00:00 Beijing time, that holds instant ``at``."""
    return at // WEEK
