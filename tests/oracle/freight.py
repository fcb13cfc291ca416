"""Freight: the batches of containers that are no parcels, week by week."""

import math
from collections.abc import Iterator

from scipy.stats import poisson

from oracle.items import Item, Way
from oracle.world import World
from sim.ids import first_container_id
from sim.scenario.growth import growth_level
from sim.ticks import WEEK, local_day, week_of


def batches(world: World, name: str) -> Iterator[tuple[int, list[Item]]]:
    """Instant and containers of every batch that comes in the simulated time."""
    stream = world.scenario.freight[name]
    way = Way(stream.steps, stream.priority)
    for week in range(week_of(world.start), week_of(world.end - 1) + 1):
        for number in range(n_batches(world, name, week)):
            first_id = first_container_id(f"freight/{name}", week, number)
            u, _ = world.fine(first_id, "freight", name)
            at = week * WEEK + math.floor(u * WEEK)
            if world.start <= at < world.end:
                ids = range(first_id, first_id + stream.batch)
                yield at, [Item(container_id, way, round(stream.mass), round(stream.volume)) for container_id in ids]


def n_batches(world: World, name: str, week: int) -> int:
    """Batches of a week, by what is in force on its Monday."""
    stream, monday = world.scenario.freight[name], week * WEEK
    level = max(0.0, world.numbers.number(f"freight.{name}.level", stream.level, monday))
    mean = stream.containers_per_week / stream.batch * growth_level(stream.growth, local_day(monday)) * level
    u, _ = world.fine(week, "freight-count", name)
    return int(poisson.ppf(u, mean)) if mean > 0 else 0
