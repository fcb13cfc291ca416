"""What interventions do to a scenario: each dated change from which value to which, and every number that differs.

Values are those of the described world under its dated changes; nothing is simulated. Knows no way of showing it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sim.reading.tree import Path
from sim.scenario.interventions.expanding import Expansion, expanded, expansion_of
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.lanes import TimetableEntry
from sim.scenario.scenario import Change, Scenario, World
from sim.scenario.targets import Target, changes_by_path, schedules, targets, value_on
from sim.ticks import DAY, local_day

Value = float | bool
CLOSE_DAYS = 31
"""Steps of a ramp, or of growth month by month, lie no farther apart: of a row of them the ends are told."""


@dataclass(frozen=True)
class Step:
    """A dated change of an intervention, from the value without it to the value at its full size."""

    name: str
    measure: str
    change: Change
    target: Target
    before: Value
    after: Value
    is_cut: bool
    """Whether a bound of the number keeps it from having all of its effect."""
    n_others: int
    """Other changes of the same number that act while it does."""
    outside: str | None
    """Where it lies when the simulated time does not reach all of it: `before`, `after`, or `begins before`."""


@dataclass(frozen=True)
class Departures:
    """Further entries of a lane's timetable."""

    measure: str
    lane: str
    entry: TimetableEntry


@dataclass(frozen=True)
class Explained:
    """An intervention with all that it does."""

    name: str
    intervention: Intervention
    end: date | None
    steps: tuple[Step, ...]
    departures: tuple[Departures, ...]


@dataclass(frozen=True)
class Moment:
    """The two values of a number from a day on; None where the number is not described."""

    day: date
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class Difference:
    """A number that differs over time, and the changes that act on it in the scenario that is explained."""

    number: str
    target: Target
    moments: tuple[Moment, ...]
    changes: tuple[str, ...]


def explained(scenario: Scenario) -> list[Explained]:
    """Each intervention of a scenario."""
    expansion = expansion_of(scenario)
    known = targets(expansion.scenario)
    by_path = changes_by_path(expansion.scenario, known)
    return [
        Explained(
            name,
            intervention,
            intervention.ending(intervention.at),
            tuple(_steps(expansion, name, known, by_path)),
            tuple(_departures(expansion, name)),
        )
        for name, intervention in scenario.interventions.items()
    ]


def _steps(
    expansion: Expansion, name: str, known: Mapping[str, Target], by_path: Mapping[str, list[tuple[str, Change]]]
) -> Iterator[Step]:
    world = expansion.scenario
    for key, place in expansion.changes.items():
        if place[1] != name:
            continue
        change, target = world.changes[key], known[world.changes[key].change]
        full = change.at + timedelta(days=max(-(-change.ramp // DAY) - 1, 0))
        own = [(each, other) for each, other in by_path[change.change] if each not in expansion.changes]
        before, after = (value_on(target, acting, full) for acting in (own, [*own, (key, change)]))
        others = [
            other
            for each, other in by_path[change.change]
            if each != key and _meet(change, other) and _acts(world, other)
        ]
        is_cut = _unbounded(target, [*own, (key, change)], full) != after
        outside = _outside(world, change)
        yield Step(key, str(place[3]), change, target, before, after, is_cut, len(others), outside)


def _unbounded(target: Target, changes: list[tuple[str, Change]], day: date) -> Value:
    """The value as it would be without bounds."""
    if target.is_switch:
        return value_on(target, changes, day)
    return value_on(replace(target, least=-math.inf, most=math.inf), changes, day)


def _meet(one: Change, other: Change) -> bool:
    """Whether two changes ever act together."""
    return (one.until is None or other.at < one.until) and (other.until is None or one.at < other.until)


def _acts(scenario: Scenario, change: Change) -> bool:
    """Whether the simulated time reaches a change."""
    return _outside(scenario, change) in (None, "begins before")


def span(scenario: Scenario) -> tuple[date, date]:
    """The first simulated day, and the first that is not simulated any more."""
    first = scenario.horizon.start - timedelta(days=scenario.horizon.warm_up // DAY)
    return first, scenario.horizon.end + timedelta(days=scenario.horizon.drain // DAY)


def _outside(scenario: Scenario, change: Change) -> str | None:
    first, last = span(scenario)
    if change.at >= last:
        return "after"
    if change.until is not None and change.until <= first:
        return "before"
    return "begins before" if change.at < first else None


def _departures(expansion: Expansion, name: str) -> Iterator[Departures]:
    for (lane, i), place in expansion.entries.items():
        if place[1] == name:
            yield Departures(str(place[3]), lane, (expansion.scenario.lanes[lane].timetable or ())[i])


@dataclass(frozen=True)
class Cut:
    """A dated change that a bound keeps from having all of its effect."""

    path: Path
    """Where it stands in the scenario as it is described."""
    number: str
    meant: float
    """What the number would be without bounds, at the change's full size."""
    target: Target
    after: Value


def cuts(scenario: Scenario) -> list[Cut]:
    """The dated changes of a scenario that a bound cuts, on the first day on which they have their full size."""
    expansion = expansion_of(scenario)
    world = expansion.scenario
    known, found = targets(world), []
    by_path = changes_by_path(world, known)
    for name, change in world.changes.items():
        target = known[change.change]
        full = change.at + timedelta(days=max(-(-change.ramp // DAY) - 1, 0))
        acting = by_path[change.change]
        meant, after = _unbounded(target, acting, full), value_on(target, acting, full)
        if meant != after and _outside(world, change) in (None, "begins before"):
            path = expansion.place(("changes", name))
            found.append(Cut(path, change.change, float(meant), target, after))
    return found


# -- what differs over time --------------------------------------------------------------------------------------------


def differences(base: Scenario, plan: Scenario) -> list[Difference]:
    """Every number of which the two differ on some simulated day; one that only one of them has is told of that one."""
    worlds = expanded(base), expanded(plan)
    known = targets(worlds[0]), targets(worlds[1])
    dated = _by_day(worlds[0], known[0]), _by_day(worlds[1], known[1])
    acting = changes_by_path(worlds[1], known[1])
    found = []
    for number in sorted(dated[0].keys() | dated[1].keys()):
        moments = _moments(number, known, dated, span(plan))
        if any(moment.before != moment.after for moment in moments):
            target = known[1].get(number) or known[0][number]
            names = tuple(name for name, change in acting.get(number, ()) if _acts(worlds[1], change))
            found.append(Difference(number, target, tuple(_told(moments)), names))
    return found


Dated = Mapping[str, list[tuple[date, Value]]]


def _by_day(world: Scenario, known: Mapping[str, Target]) -> Dated:
    """The values of every number that changes, by local day."""
    return {
        number: [(local_day(at, known[number].utc_offset), value) for at, value in values]
        for number, values in schedules(world).items()
    }


def _moments(
    number: str, known: tuple[Mapping[str, Target], ...], dated: tuple[Dated, ...], simulated: tuple[date, date]
) -> list[Moment]:
    first, last = simulated
    days = {first, *(day for each in dated for day, _ in each.get(number, ()) if first < day < last)}
    pairs = [(known[i].get(number), dated[i].get(number, [])) for i in (0, 1)]
    return [Moment(day, *(_on(target, values, day) for target, values in pairs)) for day in sorted(days)]


def _on(target: Target | None, values: list[tuple[date, Value]], day: date) -> Value | None:
    past = [value for since, value in values if since <= day]
    return past[-1] if past else target.value if target else None


def _told(moments: list[Moment]) -> Iterator[Moment]:
    """The moments at which it begins or ceases to differ or jumps, without the steps within a ramp."""
    differing = [
        moment
        for i, moment in enumerate(moments)
        if moment.before != moment.after or (i and moments[i - 1].before != moments[i - 1].after)
    ]
    for i, moment in enumerate(differing):
        is_inside = 0 < i < len(differing) - 1 and _is_step(*differing[i - 1 : i + 2])
        if not is_inside:
            yield moment


def _is_step(before: Moment, moment: Moment, after: Moment) -> bool:
    """Whether a moment is one of a row of steps in one direction."""
    is_near = all((later.day - sooner.day).days <= CLOSE_DAYS for sooner, later in ((before, moment), (moment, after)))
    return is_near and _direction(before, moment) == _direction(moment, after)


def _direction(sooner: Moment, later: Moment) -> tuple[tuple[bool, bool], ...]:
    """Whether each of the two values rises, and whether it falls."""
    pairs = ((sooner.before or 0, later.before or 0), (sooner.after or 0, later.after or 0))
    return tuple((one < other, one > other) for one, other in pairs)


# -- what is described differently -------------------------------------------------------------------------------------

_COMPARED = {*World.model_fields, "horizon", "parcels_per_row", "seed", "replications"} - {"changes"}


@dataclass(frozen=True)
class Described:
    """What is described differently: things that only one has, as `stations.x`, and values as written of both."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    values: Mapping[str, tuple[object, object]]


def described_differently(base: Scenario, plan: Scenario) -> Described:
    """What two scenarios describe differently, before any date."""
    one, other = (scenario.model_dump(mode="json", by_alias=True, exclude_none=True) for scenario in (base, plan))
    added, removed, values = [], [], {}
    for path, before, after in _unlike(one, other, ()):
        if before is None:
            added.append(path)
        elif after is None:
            removed.append(path)
        else:
            values[path] = (before, after)
    return Described(tuple(added), tuple(removed), values)


def _unlike(one: object, other: object, path: tuple[str, ...]) -> Iterator[tuple[str, object, object]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if path or key in _COMPARED:
                yield from _unlike(one.get(key), other.get(key), (*path, str(key)))
    elif one != other:
        yield ".".join(path), one, other
