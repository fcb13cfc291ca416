"""Timetables: the instants at which a lane is scheduled to depart."""

from datetime import timedelta

from sim.scenario.lanes import Lane, TimetableEntry
from sim.ticks import local_day, midnight


def departure_instants(lane: Lane, utc_offset: int, start: int, end: int) -> list[int]:
    """Scheduled departures of a timetable whose cutoff lies from ``start`` to before ``end``, in order, each once."""
    found: set[int] = set()
    for entry in lane.timetable or ():
        found.update(_instants(entry, utc_offset, start, end + lane.cutoff))
    return sorted(at for at in found if start <= at - lane.cutoff < end)


def _instants(entry: TimetableEntry, utc_offset: int, start: int, end: int) -> list[int]:
    if entry.every is not None:
        low = midnight(entry.from_, utc_offset) if entry.from_ else start
        high = min(midnight(entry.until, utc_offset), end) if entry.until else end
        first = max(-(-(low - start) // entry.every), 1)
        return list(range(start + first * entry.every, high, entry.every))
    assert entry.at is not None
    if entry.on is not None:
        return [midnight(entry.on, utc_offset) + entry.at]
    assert entry.weekdays is not None
    day = max(entry.from_, local_day(start, utc_offset)) if entry.from_ else local_day(start, utc_offset)
    last = local_day(end, utc_offset) + timedelta(days=1)
    if entry.until is not None:
        last = min(last, entry.until)
    result = []
    while day < last:
        if day.weekday() in entry.weekdays:
            result.append(midnight(day, utc_offset) + entry.at)
        day += timedelta(days=1)
    return result
