"""From described interventions to the world that runs: measures as dated changes and as departures of timetables.

A change is named INTERVENTION-MEASURE, with a number behind it where a measure makes several. What is wrong is found
with the place in the intervention that says it; an expanded scenario has no interventions, so it is never expanded
twice.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sim.errors import SimError
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.interventions.company import company
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.kinds import parts_of
from sim.scenario.interventions.measures import AnyMeasure
from sim.scenario.interventions.naming import unknown_names, why_not
from sim.scenario.interventions.parts import Act, Departing, Wrong
from sim.scenario.scenario import Change, Scenario
from sim.scenario.targets import Target, targets

LONGEST_NAME = 60
MOST_CHANGES = 1000
MOST_ENTRIES = 500


class InterventionError(SimError):
    """Interventions cannot act in the world that they are laid over."""


@dataclass(frozen=True)
class Acting:
    """When a measure acts."""

    at: date
    until: date | None
    ramp: int


@dataclass
class Expansion:
    """The world that runs, where in the interventions each of its additions is described, and what is wrong."""

    scenario: Scenario
    changes: dict[str, Path] = field(default_factory=dict)
    entries: dict[tuple[str, int], Path] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    _plain: set[str] = field(default_factory=set)

    def place(self, path: Path) -> Path:
        """Where something of the expanded world is described; a path itself if no intervention describes it."""
        if len(path) > 1 and path[0] == "changes" and path[1] in self.changes:
            name = str(path[1])
            return (*self.changes[name], *(path[2:] if name in self._plain else ()))
        if len(path) > 3 and path[0] == "lanes" and path[2] == "timetable":
            return (*self.entries.get((str(path[1]), int(path[3])), path[:4]), *path[4:])
        return path


def expanded(scenario: Scenario, starts: Mapping[str, date] | None = None) -> Scenario:
    """The world that runs: interventions as dated changes, those named in ``starts`` from that day on.

    Raises InterventionError if they cannot act there.
    """
    if not scenario.interventions:
        return scenario
    expansion = expansion_of(scenario, starts)
    if expansion.found:
        told = [f"{'.'.join(map(str, path))}: {message}" for path, message, _ in expansion.found]
        raise InterventionError("; ".join(told))
    return expansion.scenario


def expansion_of(scenario: Scenario, starts: Mapping[str, date] | None = None) -> Expansion:
    """The world that runs, as far as it can be made, and everything that keeps it from being made."""
    expanding = _Expanding(scenario, dict(starts or {}))
    for name, intervention in scenario.interventions.items():
        for measure in intervention.measures:
            expanding.measure(name, intervention, measure)
    expanding.result.found += company(scenario)
    return expanding.finished()


def starting(name: str, intervention: Intervention, starts: Mapping[str, date] | None = None) -> date:
    """The first day on which an intervention acts: as drawn, else as described."""
    return (starts or {}).get(name, intervention.at)


class _Expanding:
    """One expansion under way."""

    def __init__(self, scenario: Scenario, starts: dict[str, date]) -> None:
        self.scenario, self.starts = scenario, starts
        self.known: Mapping[str, Target] = targets(scenario)
        self.changes = dict(scenario.changes)
        self.timetables = {name: list(lane.timetable or ()) for name, lane in scenario.lanes.items()}
        self.result = Expansion(scenario)

    def measure(self, name: str, intervention: Intervention, key: str) -> None:
        """Add what one measure does."""
        measure, at = intervention.measures[key], ("interventions", name, "measures", key)
        acting = self._acting(name, intervention, measure, at)
        wrong = list(unknown_names(self.scenario, measure))
        parts = list(parts_of(self.scenario, measure))
        wrong += [part for part in parts if isinstance(part, Wrong)]
        for fault in wrong:
            self._report(at, fault)
        unknown = {fault.name for fault in wrong}
        acts = [part for part in parts if isinstance(part, Act)]
        source = " ".join(filter(None, (intervention.document, intervention.section))) or None
        for i, act in enumerate(acts):
            if act.is_plain or act.number in self.known:
                named = shortened(f"{name}-{key}" + (f"-{i + 1}" if len(acts) > 1 else ""))
                self._change(named, act, acting, at, source)
            elif unknown.isdisjoint(act.number.split(".")):
                self._report(at, Wrong(act.field, *why_not(self.scenario, act.number, self.known)))
        shift = starting(name, intervention, self.starts) - intervention.at
        for part in parts:
            if isinstance(part, Departing) and part.lane in self.timetables:
                self._departing(part, acting, at, shift)

    def _acting(self, name: str, intervention: Intervention, measure: AnyMeasure, at: Path) -> Acting:
        start = starting(name, intervention, self.starts)
        end = intervention.ending(start)
        shift = start - intervention.at
        first = measure.at + shift if measure.at else start
        last = measure.until + shift if measure.until else end
        if first < start:
            self._report(at, Wrong(("at",), f"the measure acts from {first}, before its intervention ({start})"))
        if end and last and last > end:
            self._report(at, Wrong(("until",), f"the measure acts until {last}, longer than its intervention ({end})"))
        if last and last <= first:
            self._report(at, Wrong(("at",), f"the measure acts from {first} and only until {last}"))
            last = first + timedelta(days=1)
        return Acting(first, last, intervention.ramp if measure.ramp is None else measure.ramp)

    def _change(self, name: str, act: Act, acting: Acting, at: Path, source: str | None) -> None:
        if name in self.changes:
            whose = ".".join(map(str, self.result.changes.get(name, ("changes", name))))
            self._report(at, Wrong(act.field, f"it would make a change '{name}', and {whose} has that name; rename it"))
            return
        ramp = "0 h" if isinstance(act.value, bool) else f"{acting.ramp} us"
        said = {"at": acting.at, "until": acting.until, "change": act.number, "ramp": ramp, "source": source}
        self.changes[name] = Change.model_validate({**said, act.operation: act.value})
        self.result.changes[name] = (*at, *act.field)
        if act.is_plain:
            self.result._plain.add(name)

    def _departing(self, part: Departing, acting: Acting, at: Path, shift: timedelta) -> None:
        entry, entries = part.entry, self.timetables[part.lane]
        dates: dict[str, date | None] = {"from_": acting.at, "until": acting.until}
        if entry.on is not None:
            dates = {"on": entry.on + shift}
            if entry.on + shift < acting.at or (acting.until and entry.on + shift >= acting.until):
                self._report(at, Wrong((*part.field, "on"), "the departure lies outside the time of its measure"))
        self.result.entries[part.lane, len(entries)] = (*at, *part.field)
        entries.append(entry.model_copy(update=dates))

    def _report(self, at: Path, wrong: Wrong) -> None:
        self.result.found.append(((*at, *wrong.field), wrong.message, wrong.hint))

    def finished(self) -> Expansion:
        """The expansion with its scenario."""
        self.result.found += self._too_many()
        lanes = {
            name: lane.model_copy(update={"timetable": tuple(self.timetables[name])})
            if len(self.timetables[name]) > len(lane.timetable or ())
            else lane
            for name, lane in self.scenario.lanes.items()
        }
        update = {"changes": self.changes, "lanes": lanes, "interventions": {}, "uncertain": {}}
        self.result.scenario = self.scenario.model_copy(update=update)
        return self.result

    def _too_many(self) -> Iterator[Found]:
        if len(self.changes) > MOST_CHANGES:
            yield (
                ("interventions",),
                f"they make {len(self.changes)} changes; at most {MOST_CHANGES} are possible",
                None,
            )
        for name, entries in self.timetables.items():
            if len(entries) > MOST_ENTRIES:
                message = f"the timetable of the lane '{name}' gets {len(entries)} entries; at most {MOST_ENTRIES}"
                yield self.result.entries[name, len(entries) - 1], message, None


def shortened(name: str) -> str:
    """A name as it is, or its beginning and a hash of the whole if it is too long."""
    if len(name) <= LONGEST_NAME:
        return name
    code = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name[: LONGEST_NAME - 9].rstrip('-')}-{code}"
