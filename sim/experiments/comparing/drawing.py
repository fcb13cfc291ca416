"""What the worlds of a plan's replications say of its interventions, and what was drawn in them."""

from collections.abc import Mapping

from sim.experiments.worlds import Worlds
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.setting import amount_at


def interventions_in(worlds: Worlds, replication: int) -> Mapping[str, Intervention]:
    """Interventions as they are in the world of a replication: costs and sizes of its draw."""
    return worlds.described_in(replication).interventions


def drawn_in(worlds: Worlds, draw: int) -> dict[str, float]:
    """What a draw set, by path: amounts in the unit of the description, and factors."""
    world = worlds.described_in(draw * worlds.described.replications_per_draw)
    found = {number.path: float(amount_at(world, number.path).number) for number in worlds.uncertain}
    for posterior in worlds.posteriors:
        for moved, number in zip(posterior.moved, posterior.row(draw), strict=True):
            found[moved.path] = float(number)
    return found
