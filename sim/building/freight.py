"""From described freight to the streams that its actor sends off."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.actors.freight import Stream
from sim.building.network import BuiltNetwork
from sim.kernels import distributions
from sim.scenario.containers import Freight
from sim.scenario.growth import growth_level
from sim.scenario.scenario import World
from sim.ticks import local_day

KeyOf = Callable[..., np.uint64]
Schedule = Sequence[tuple[int, float | bool]]


def streams(world: World, built: BuiltNetwork, key_of: KeyOf, schedules: Mapping[str, Schedule]) -> list[Stream]:
    """All streams of freight; ``schedules`` of all numbers that change, by dotted path."""
    ways = [(path, way) for path, way in enumerate(built.itineraries) if way.kind == "freight"]
    return [
        _stream(world.freight[way.owner], way.owner, number, way.account, path, built, key_of, schedules)
        for number, (path, way) in enumerate(ways)
    ]


def _stream(
    described: Freight,
    name: str,
    number: int,
    account: int,
    path: int,
    built: BuiltNetwork,
    key_of: KeyOf,
    schedules: Mapping[str, Schedule],
) -> Stream:
    return Stream(
        name=name,
        number=number,
        account=account,
        path=path,
        first=built.first_nodes[path],
        batch=described.batch,
        batches_of_week=_batches_of_week(described, schedules.get(f"freight.{name}.level", ())),
        grams=described.mass,
        cm3=described.volume,
        value=distributions.table(described.value) if described.value else None,
        count_key=key_of("freight-count", name),
        instant_key=key_of("freight", name),
        value_key=key_of("freight-value", name),
    )


def _batches_of_week(described: Freight, schedule: Schedule) -> Callable[[int], float]:
    """Expected batches of the week that begins at an instant, by the growth and the level of then."""

    def batches(monday: int) -> float:
        level = described.level
        for at, changed in schedule:
            if at <= monday:
                level = float(changed)
        growth = growth_level(described.growth, local_day(monday))
        return described.containers_per_week / described.batch * growth * level

    return batches
