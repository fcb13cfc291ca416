"""What the worlds of a plan's replications say of its interventions, and what was drawn in them."""

from collections.abc import Mapping

from sim.experiments.worlds import Worlds
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.setting import Times
from sim.scenario.uncertain import Value


def interventions_in(worlds: Worlds, replication: int) -> Mapping[str, Intervention]:
    """Interventions as they are in the world of a replication: costs, sizes and starts as drawn."""
    starts = worlds.starts(replication)
    found = worlds.described_in(replication).interventions
    return {
        name: one.model_copy(update={"at": starts[name], "starts_within": 0}) if name in starts else one
        for name, one in found.items()
    }


def drawn_in(worlds: Worlds, draw: int) -> dict[str, float]:
    """What a draw set, by path: amounts in the unit of the description, and factors."""
    return {path: _number(value) for path, value in worlds.values_in(draw).items()}


def _number(value: Value) -> float:
    if isinstance(value, Times):
        return value.factor
    return float(value.split()[0]) if isinstance(value, str) else float(value)
