"""Ever: the values that a number has in the simulated time, as described or under dated changes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sim.errors import UnitError, listed
from sim.reading.tree import Path
from sim.scenario.scenario import Change, Scenario
from sim.scenario.targets import Target, days_of, is_in_force, targets, value_on
from sim.ticks import DAY

Changes = dict[str, list[tuple[str, Change]]]
"""The named changes of numbers, by dotted path."""


@dataclass(frozen=True)
class Held:
    """A value that a number has from one local day to another, and the changes in force then."""

    value: float
    since: date
    until: date
    changes: tuple[str, ...]

    @property
    def said(self) -> str:
        """The changes in words, to begin a message with; empty where there are none."""
        names = [f"'{name}'" for name in self.changes]
        return f"under the change{'s' if len(names) > 1 else ''} {listed(names, 'and')} " if names else ""

    def at(self, path: Path) -> Path:
        """Where to look: the last change; the description's own place where there is none."""
        return ("changes", self.changes[-1]) if self.changes else path


class Ever:
    """The numbers of a scenario over its simulated time. Changes with wrong values are reported by themselves."""

    def __init__(self, s: Scenario) -> None:
        self._known: Mapping[str, Target] = targets(s)
        self._first = s.horizon.start - timedelta(days=s.horizon.warm_up // DAY)
        self._last = s.horizon.end + timedelta(days=s.horizon.drain // DAY)
        self._changes: Changes = {}
        for name, change in sorted(s.changes.items(), key=lambda item: (item[1].at, item[0])):
            if (target := self._known.get(change.change)) and _is_right(target, change):
                self._changes.setdefault(change.change, []).append((name, change))

    def days(self, *paths: str) -> list[date]:
        """The first day, and those on which one of the numbers may change."""
        changes = [change for path in paths for _, change in self._changes.get(path, ())]
        return [self._first, *(day for day in days_of(changes) if self._first < day < self._last)]

    def on(self, path: str, day: date) -> float:
        """The value of a number on a day."""
        return float(value_on(self._known[path], self._changes.get(path, []), day))

    def values(self, path: str) -> list[Held]:
        """All values of a number, in order; none if the number is not described."""
        if path not in self._known:
            return []
        days, changes = self.days(path), self._changes.get(path, [])
        return [
            Held(self.on(path, day), day, end, tuple(name for name, change in changes if is_in_force(change, day)))
            for day, end in zip(days, [*days[1:], self._last], strict=True)
        ]

    def least(self, path: str) -> list[Held]:
        """The smallest of all values, the first of them; none if the number is not described."""
        return sorted(self.values(path), key=lambda held: held.value)[:1]


def _is_right(target: Target, change: Change) -> bool:
    try:
        value_on(target, [("", change)], change.at)
    except (UnitError, TypeError):
        return False
    return True
