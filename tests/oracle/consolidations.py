"""A consolidation: parcels wait for one another until they fill a container or the first has waited long enough.

Knows nothing of what becomes of a container that it has closed.
"""

from collections.abc import Callable, Generator
from typing import NamedTuple

import simpy

from oracle.items import Item, Way, limits
from oracle.trace import Row
from oracle.world import CONSOLIDATIONS, At, World
from sim.ids import MAX_ORDINAL, first_container_id
from sim.ticks import SECOND, WEEK, week_of


class Ready(NamedTuple):
    """A parcel that can be put into a container."""

    ready_at: int
    item_id: int
    item: Item


class Consolidation:
    """Those that wait, and the checks at which containers are filled."""

    def __init__(self, world: World, name: str, send: Callable[[Item], object]) -> None:
        self.world, self.env, self.name, self.send = world, world.env, name, send
        self.described = world.scenario.consolidations[name]
        self.rank = CONSOLIDATIONS + sorted(world.scenario.consolidations).index(name)
        self.waiting: list[Ready] = []

    def run(self) -> Generator[simpy.Event, None, None]:
        """Check at whole multiples of the interval."""
        for instant in self.world.multiples(self.described.check_every):
            yield At(self.env, instant, self.rank)
            self.check()

    def hold(self, item: Item) -> simpy.Event:
        """A parcel comes; the event happens where its container is unpacked."""
        item.unpacked = self.env.event()
        self.waiting.append(Ready(self.env.now, item.item_id, item))
        return item.unpacked

    def check(self) -> None:
        """Fill containers path by path."""
        ready = sorted(parcel for parcel in self.waiting if parcel.ready_at < self.env.now)
        for way in sorted({parcel.item.way for parcel in ready}):
            self.fill([parcel for parcel in ready if parcel.item.way == way], way)

    def fill(self, parcels: list[Ready], way: Way) -> None:
        """Close those containers that are full or old."""
        now, numbers, path = self.env.now, self.world.numbers, f"consolidations.{self.name}"
        room = limits(self.described.container, numbers, f"{path}.container", now)
        close_after = numbers.number(f"{path}.close_after", self.described.close_after, now)
        first_id = first_container_id(f"container/{way.route}/{way.path}", week_of(now), now % WEEK // SECOND)
        n_closed = 0
        while parcels and n_closed < MAX_ORDINAL:
            n = max(1, room.prefix([parcel.item for parcel in parcels]))
            if n == len(parcels) and now - parcels[0].ready_at < close_after:
                return
            self.close(first_id + n_closed, parcels[:n])
            parcels, n_closed = parcels[n:], n_closed + 1

    def close(self, container_id: int, parcels: list[Ready]) -> None:
        """One container goes on from here."""
        for parcel in parcels:
            self.waiting.remove(parcel)
            row = Row(parcel.item_id, self.name, parcel.ready_at, self.env.now, self.env.now)
            self.world.trace.log.append(row)
        self.world.trace.contents[container_id] = [parcel.item_id for parcel in parcels]
        items = [parcel.item for parcel in parcels]
        grams, volume = sum(item.grams for item in items), sum(item.volume for item in items)
        way, position = items[0].way, items[0].position + 1
        self.send(Item(container_id, way, grams, volume, contents=items, position=position))
