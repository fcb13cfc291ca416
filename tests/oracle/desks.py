"""The queues of stations and customs offices.

Knows which part of the description makes which queue.
"""

from oracle.stations import Desk
from oracle.world import World


def station(world: World, name: str) -> Desk:
    """The queue of a station."""
    described = world.scenario.stations[name]
    path = f"stations.{name}"
    clock = world.clock(described, described.place)
    return Desk(world, described, clock, step=name, path=path, office=path, luck=("station", name))


def release(world: World, name: str) -> Desk | None:
    """The queue of documentary release."""
    return _part_of_customs(world, name, "release")


def examination(world: World, name: str) -> Desk | None:
    """The queue of the examination bays."""
    return _part_of_customs(world, name, "examination")


def _part_of_customs(world: World, name: str, part: str) -> Desk | None:
    office = world.scenario.customs[name]
    described = getattr(office, part)
    if described is None:
        return None
    path = f"customs.{name}"
    clock = world.clock(office, office.place)
    return Desk(world, described, clock, step=f"{name}.{part}", path=f"{path}.{part}", office=path, luck=(part, name))
