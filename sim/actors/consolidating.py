"""Consolidating: at fixed intervals a consolidation fills containers and closes those that are full or due.

One shape with departures: wait until the check; advance the consolidation; fill; close and send off.
"""

from collections.abc import Generator

import simpy

from sim.actors.moments import Moment
from sim.flow.consolidation import Consolidation
from sim.flow.network import Network


def consolidating(
    env: simpy.Environment, consolidation: Consolidation, check_every: int, network: Network, rank: int, end: int
) -> Generator[simpy.Event, None, None]:
    """One consolidation: checks at every whole multiple of ``check_every`` ticks since the epoch, before ``end``."""
    for at in range(-(-int(env.now) // check_every) * check_every, end, check_every):
        yield Moment(env, at, rank)
        network.advance(consolidation, at)
        consolidation.fill_and_close(at)
