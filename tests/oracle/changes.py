"""What a number of the world is at an instant, with all dated changes applied, worked out afresh every time.

Knows the description and the calendar; has no state, so nothing that was asked before can matter.
"""

import math
from typing import NamedTuple

from sim.scenario.scenario import Change, Scenario
from sim.ticks import BEIJING_OFFSET, DAY, NEVER, midnight
from sim.units import parse_quantity

# Last part of a dotted path -> dimension and the unit of a bare number.
QUANTITIES = {
    "mean": ("duration", "h"),
    "min_gap": ("duration", "h"),
    "max_gap": ("duration", "h"),
    "mass": ("mass", "g"),
    "when_ready": ("mass", "g"),
    "volume": ("volume", "cm3"),
    "storage": ("volume", "cm3"),
    "close_after": ("duration", "h"),
    "delay": ("duration", "h"),
    "assortment": ("share", ""),
    "exits_per_year": ("share", ""),
    "fixed": ("money", "CNY"),
    "per_kg": ("money per mass", "CNY/kg"),
    "share": ("share", ""),
    "share_above_duty_free": ("share", ""),
    "cancellation": ("share", ""),
    "duty_free_limit": ("money", "CNY"),
    "subsidy": ("money", "CNY"),
    "trust": ("money", "CNY"),
}

# Whole in their unit, also after a change: grams, cm3, ticks. Means are not: a changed mean scales a distribution.
WHOLE = {"mass", "volume", "storage", "when_ready", "min_gap", "max_gap", "close_after", "delay"}


# Section of a dotted path -> dimension of what it ends in, which is a name.
OF_NAMED = {"share_by_product": "share", "gateways": "share"}

MOST = {"share": 1.0, "trust": 1000.0, "product_levels": 30.0}


class Force(NamedTuple):
    """A change as it acts: from when, until when, growing over how many days."""

    at: int
    until: int
    ramp_days: int
    name: str
    change: Change

    def fraction(self, now: int) -> float:
        """The part of its size with which it acts."""
        if not self.at <= now < self.until:
            return 0.0
        if not self.ramp_days:
            return 1.0
        day = (now - self.at) // DAY + 1
        return min(day, self.ramp_days) / self.ramp_days


class Numbers:
    """All numbers that dated changes can change."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.by_path: dict[str, list[Force]] = {}
        for name, change in scenario.changes.items():
            self.by_path.setdefault(change.change, []).append(self._force(name, change))
        for forces in self.by_path.values():
            forces.sort(key=lambda force: (force.change.at, force.name))

    def _force(self, name: str, change: Change) -> Force:
        offset = self._utc_offset(change.change)
        until = midnight(change.until, offset) if change.until else NEVER
        return Force(midnight(change.at, offset), until, math.ceil(change.ramp / DAY), name, change)

    def _utc_offset(self, path: str) -> int:
        section, name, *rest = path.split(".")
        world = self.scenario
        if section == "freight" or (section == "market" and rest[1] == "sellers"):
            return BEIJING_OFFSET
        place = {
            "stations": lambda: world.stations[name].place,
            "customs": lambda: world.customs[name].place,
            "lanes": lambda: world.lanes[name].from_,
            "consolidations": lambda: world.consolidations[name].place,
            "warehouses": lambda: world.warehouses[name].place,
            "last_miles": lambda: rest[1],
            "routes": lambda: world.routes[name].origin,
            "market": lambda: rest[0],
        }[section]()
        return world.places[place].utc_offset

    def number(self, path: str, base: float, now: int) -> float:
        """The number at ``now``: the last set, then all multiply, then all add, each by its fraction; not below 0."""
        acting = [force for force in self.by_path.get(path, []) if force.fraction(now) > 0]
        value = base
        for force in acting:
            if force.change.set is not None:
                value += (_quantity(path, force.change.set) - value) * force.fraction(now)
        for force in acting:
            if force.change.multiply is not None:
                value *= 1 + (force.change.multiply - 1) * force.fraction(now)
        for force in acting:
            if force.change.add is not None:
                value += _quantity(path, force.change.add) * force.fraction(now)
        field = path.rsplit(".", 1)[-1]
        value = min(max(value, 0.0), most(path))
        return math.floor(value + 0.5) if field in WHOLE else value

    def is_changed(self, path: str, now: int) -> bool:
        """Whether a change of the number is in force."""
        return any(force.at <= now < force.until for force in self.by_path.get(path, []))

    def count(self, path: str, base: int, now: int, least: int = 1) -> int:
        """A number that counts: whole, halves up, not below its least."""
        return max(least, math.floor(self.number(path, base, now) + 0.5))

    def switch(self, path: str, base: bool, now: int) -> bool:
        """A switch: what the last change in force sets."""
        acting = [force for force in self.by_path.get(path, []) if force.fraction(now) > 0]
        return bool(acting[-1].change.set) if acting else base

    def instants(self, path: str) -> set[int]:
        """All instants at which the number may change."""
        found = set()
        for force in self.by_path.get(path, []):
            days = range(max(force.ramp_days, 1))
            found |= {force.until, *(force.at + day * DAY for day in days)}
        return found


def dimension_of(path: str) -> tuple[str, str]:
    """Dimension of a number and the unit of a bare one."""
    named = [dimension for section, dimension in OF_NAMED.items() if f".{section}." in path]
    return (named[0], "") if named else QUANTITIES.get(path.rsplit(".", 1)[-1], ("", ""))


def most(path: str) -> float:
    """The largest value of a number."""
    if dimension_of(path)[0] == "share":
        return MOST["share"]
    return next((bound for part, bound in MOST.items() if part in path.split(".")[3:]), math.inf)


def _quantity(path: str, value: float | str) -> float:
    dimension, bare = dimension_of(path)
    return parse_quantity(value, dimension, bare) if dimension else float(value)
