"""Checks of dates: the horizon, timetables and changes within it, and the values that changes set."""

from collections.abc import Iterator
from datetime import timedelta

from sim.errors import UnitError, shown
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.checks.shifts import of_no_share
from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target, UnknownTargetError, find, targets
from sim.ticks import DAY, EPOCH
from sim.units import Quantity

LAST_YEAR = 2199


def horizon(s: Scenario) -> Iterator[Found]:
    """The simulated time must lie where instants are counted and calendars are known."""
    first = (s.horizon.start - EPOCH).days
    if s.horizon.warm_up > first * DAY:
        yield ("horizon", "warm_up"), f"the warm-up begins before {EPOCH}; at most {first} d are possible", None


def outside_the_horizon(s: Scenario) -> Iterator[Found]:
    """What never acts because the simulated time does not reach it."""
    first = s.horizon.start - timedelta(days=s.horizon.warm_up // DAY)
    last = s.horizon.end + timedelta(days=s.horizon.drain // DAY)
    for name, lane in s.lanes.items():
        for i, entry in enumerate(lane.timetable or ()):
            begins, ends = entry.from_ or entry.on, entry.until or entry.on
            if (begins and begins >= last) or (ends and ends < first):
                path: Path = ("lanes", name, "timetable", i)
                yield path, f"the timetable lies outside the simulated time, {first} to {last}", None
            if entry.every and entry.every >= (last - first).days * DAY:
                yield ("lanes", name, "timetable", i, "every"), "the interval is longer than the simulated time", None
    for path, interval in _intervals(s):
        if interval > (last - first).days * DAY:
            yield path, "the interval is longer than the simulated time", None
    for name, change in s.changes.items():
        if change.at >= last or (change.until is not None and change.until <= first):
            yield ("changes", name), f"the change lies outside the simulated time, {first} to {last}", None


def _intervals(s: Scenario) -> Iterator[tuple[Path, int]]:
    """The intervals of checks and reviews."""
    for name, lane in s.lanes.items():
        if lane.on_demand:
            yield ("lanes", name, "on_demand", "check_every"), lane.on_demand.check_every
    for name, consolidation in s.consolidations.items():
        yield ("consolidations", name, "check_every"), consolidation.check_every
    for name, warehouse in s.warehouses.items():
        yield ("warehouses", name, "review_every"), warehouse.review_every


def changes(s: Scenario) -> Iterator[Found]:
    """Whether each dated change names a number, and a value that this number takes."""
    known = targets(s)
    for name, change in s.changes.items():
        at: Path = ("changes", name)
        if change.at.year > LAST_YEAR:
            yield (*at, "at"), f"the change lies after {LAST_YEAR}", None
        try:
            target = find(known, change.change)
        except UnknownTargetError as error:
            message, hint = of_no_share(s, change.change) or (str(error), error.hint)
            yield (*at, "change"), message, hint
            continue
        for operation in ("set", "add", "multiply"):
            if (value := getattr(change, operation)) is not None:
                for message, hint in _of_operation(target, operation, value):
                    yield (*at, operation), message, hint


def _of_operation(target: Target, operation: str, value: float | str | bool) -> Iterator[tuple[str, str | None]]:
    """What is wrong with the value of one operation on a number."""
    said = shown(int(value) if isinstance(value, float) and value.is_integer() else value)
    if target.is_switch and operation != "set":
        yield f"{target.path} is a switch: only `set` changes it", None
    elif target.is_switch != isinstance(value, bool):
        yield f"{target.path} takes {'true or false' if target.is_switch else 'a number'}, not {said}", None
    elif not target.is_switch and operation != "multiply":
        try:
            parsed = target.parsed(value)
        except UnitError as error:
            yield str(error), error.hint
            return
        if operation == "set" and not target.least <= parsed <= target.most:
            words, bound = ("at least", target.least) if parsed < target.least else ("at most", target.most)
            yield f"{said} is out of bounds; {target.path} is {words} {_bound(target, bound)}", None


def _bound(target: Target, bound: float) -> object:
    """A bound as it is written; levels are plain numbers, not percentages."""
    bound = int(bound) if float(bound).is_integer() else bound
    is_level = target.dimension == "share" and target.most > 1
    return f"{bound:,}" if is_level else Quantity(target.dimension, target.bare).write(bound)
