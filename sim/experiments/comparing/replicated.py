"""One replication of one plan: run in its world, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.experiments.comparing.network import BY_MONTH, kept_of
from sim.experiments.pace import SETTLING
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import Measured, measured
from sim.model import build


@dataclass(frozen=True)
class Replicated:
    """What one replication of one plan came to."""

    measured: Measured
    is_settled: bool
    """Whether the market's expectations settled, if they were to."""
    network: BY_MONTH
    """What went on in its network, month by month."""


def measure_replication(worlds: Worlds, replication: int, tell: Callable[[float], None]) -> Replicated:
    """Run one replication of a plan in its world, and keep its measures."""
    scenario = worlds.scenario(replication)
    model = build(scenario, replication, on_settling=lambda share: tell(SETTLING * share))
    model.run(lambda share: tell(SETTLING + (1 - SETTLING) * share))
    settlement = model.settlement
    run = Run(model.record, scenario)
    return Replicated(measured(run), settlement is None or settlement.is_settled, kept_of(run))
