"""What travels: a parcel, a container with parcels in it, freight, a load for a warehouse, a parcel that comes back.

Knows what it weighs and which way it takes; knows nothing of where it stands in a queue.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import simpy

from oracle.changes import Numbers
from oracle.trace import Order
from sim.scenario.lanes import Payload


class Way(NamedTuple):
    """Steps in order; a way that is the path of a route knows it."""

    steps: tuple[str, ...]
    priority: int
    route: str = ""
    path: str = ""


@dataclass(eq=False)
class Item:
    """One thing on its way, at the step of its position."""

    item_id: int
    way: Way
    grams: int
    volume: int
    order: Order | None = None
    contents: list["Item"] = field(default_factory=list)
    is_returned: bool = False
    position: int = 0
    unpacked: simpy.Event | None = None


class Sized(Protocol):
    """Whatever has a weight and a volume."""

    grams: int
    volume: int


class Limits(NamedTuple):
    """What fits in a vehicle or a container."""

    mass: float
    volume: float
    pieces: float

    def prefix(self, things: Sequence[Sized]) -> int:
        """Length of the longest prefix that fits."""
        mass, volume, pieces = self
        for n, thing in enumerate(things):
            mass, volume, pieces = mass - thing.grams, volume - thing.volume, pieces - 1
            if mass < 0 or volume < 0 or pieces < 0:
                return n
        return len(things)


def limits(described: Payload, numbers: Numbers, path: str, now: int) -> Limits:
    """Limits of a payload as they are now."""
    return Limits(
        math.inf if described.mass is None else numbers.number(f"{path}.mass", described.mass, now),
        math.inf if described.volume is None else numbers.number(f"{path}.volume", described.volume, now),
        math.inf if described.pieces is None else numbers.count(f"{path}.pieces", described.pieces, now),
    )
