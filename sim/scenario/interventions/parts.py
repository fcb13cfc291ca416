"""The parts that a measure consists of: changes that have no date yet, added departures, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.reading.tree import Path
from sim.scenario.lanes import TimetableEntry

Operation = Literal["set", "add", "multiply"]


@dataclass(frozen=True)
class Act:
    """What is done to one number; ``field`` is the place in the measure that says so."""

    field: Path
    number: str
    operation: Operation
    value: float | str | bool
    is_plain: bool = False
    """Whether the measure is written as a change, so that it has the keys of one."""


@dataclass(frozen=True)
class Departing:
    """A further entry of a lane's timetable."""

    field: Path
    lane: str
    entry: TimetableEntry


@dataclass(frozen=True)
class Wrong:
    """Why nothing can be made of a field of the measure."""

    field: Path
    message: str
    hint: str | None = None
    name: str | None = None
    """The name that is not known, if that is what is wrong: what follows from it is not told again."""


Part = Act | Departing | Wrong
Parts = Iterator[Part]


def opens(field: Path, number: str) -> Act:
    """A switch that is turned on."""
    return Act(field, number, "set", True)


def closes(field: Path, number: str) -> Act:
    """A switch that is turned off."""
    return Act(field, number, "set", False)


def sets(field: Path, number: str, value: float) -> Act:
    """Another value."""
    return Act(field, number, "set", value)


def adds(field: Path, number: str, value: float | None) -> Parts:
    """Something more; nothing where there is nothing to add."""
    if value:
        yield Act(field, number, "add", value)


def multiplies(field: Path, number: str, factor: float | None) -> Parts:
    """A factor; nothing where it is 1."""
    if factor is not None and factor != 1:
        yield Act(field, number, "multiply", factor)
