"""``python -m benchmarks.where [H|W|baseline] [N]``: where the engine's time goes, by kernel and method.

Every function of the kernels that Python calls, and the methods around them, are wrapped by a clock that counts own
time only: what a wrapped call inside takes is the other's. The clocks cost about a microsecond a call, which the
figures contain.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from time import perf_counter_ns
from types import FunctionType
from typing import Any

from numba.core.registry import CPUDispatcher
from rich.console import Console
from rich.table import Table

from benchmarks import harbin, tandem
from sim import model
from sim.actors import departures, freight, market, reviews
from sim.flow import (
    consolidation,
    containers,
    customs,
    last_mile,
    loading,
    network,
    parcels,
    replenishment,
    returns,
    sink,
    station,
    unpacking,
    warehouse,
)
from sim.kernels import births, choice, distributions, draws, ordering, queueing, shelf, tallying
from sim.scenario.loading import load

KERNELS = (
    *(births, choice, distributions, draws, ordering, queueing, shelf, tallying),
    *(consolidation, containers, customs, loading, parcels, replenishment, freight),
)


def baseline(parcels_per_row: int, seed: int) -> tuple[int, dict[str, float]]:
    """The Harbin baseline with all its routes, and the settling before it, at a size of rows."""
    whole = load(harbin.FILE).scenario.model_copy(update={"parcels_per_row": parcels_per_row, "seed": seed})
    return harbin.sweep_run(whole, is_settled=True)


WORKLOADS = {"H": (harbin.simulate, harbin.FULL), "W": (tandem.simulate, 1_000_000), "baseline": (baseline, 1)}
WARM_UPS = {"baseline": 10_000}
"""What the run before the clock is told, where it is not up to 20,000 parcels."""
METHODS: dict[type, tuple[str, ...]] = {
    parcels.ParcelTable: ("take", "give_back", "_grow", "mark_posted"),
    network.Inbox: ("put", "take"),
    network.Node: ("forward", "advance", "receive", "_without_lost"),
    network.Network: ("advance",),
    network.Handling: ("count",),
    network.Pool: ("put", "take"),
    station.Queue: ("_serve", "_commit", "count_backlog", "_write_down"),
    station.Fifo: ("append",),
    station.WorkClock: ("work", "wall_start", "wall_end"),
    customs.Selection: ("_serve",),
    last_mile.LastMile: ("_serve",),
    loading.Gateway: ("_serve", "load", "dispatch"),
    departures.Departure: ("attempt",),
    market.Market: ("review",),
    market.OriginMarket: ("place", "_send_off", "_layer"),
    model.Model: ("_build",),
    consolidation.Consolidation: ("_serve", "fill_and_close", "_take_closed", "_send_off"),
    warehouse.Warehouse: ("_serve", "_unload", "_work", "_send_to_pick", "_fall_back", "_rerouted"),
    returns.Returns: ("put", "take", "_of_route"),
    replenishment.Supply: ("send",),
    unpacking.UnpackingQueue: ("forward",),
    sink.Sink: ("_serve",),
    reviews.StockReview: ("act", "_order"),
}


class Clock:
    """Own time and calls by name."""

    def __init__(self) -> None:
        self.ns: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._inside: list[int] = [0]

    def wrapped(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its own time counted."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inside.append(0)
            began = perf_counter_ns()
            try:
                return function(*args, **kwargs)
            finally:
                took = perf_counter_ns() - began
                self.ns[name] += took - self._inside.pop()
                self.calls[name] += 1
                self._inside[-1] += took

        return timed

    def wrap_everything(self) -> None:
        """Put a clock around every kernel called by name of its module, and around the methods named here."""
        for module in KERNELS:
            short = module.__name__.removeprefix("sim.")
            for name, thing in list(vars(module).items()):
                is_own = getattr(thing, "__module__", module.__name__) == module.__name__
                if isinstance(thing, (CPUDispatcher, FunctionType)) and is_own:
                    setattr(module, name, self.wrapped(f"{short}.{name}", thing))
        for kind, names in METHODS.items():
            for name in names:
                if name in vars(kind):
                    setattr(kind, name, self.wrapped(f"{kind.__name__}.{name}", getattr(kind, name)))


def main() -> None:
    """Warm up, wrap, run once, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.where", description=__doc__)
    parser.add_argument("workload", choices=sorted(WORKLOADS), nargs="?", default="H")
    parser.add_argument("n", type=int, nargs="?", help="parcels; of the baseline, parcels a row")
    given = parser.parse_args()
    simulate, full = WORKLOADS[given.workload]
    n = given.n or full
    simulate(WARM_UPS.get(given.workload, min(n, 20_000)), 1)
    clock = Clock()
    clock.wrap_everything()
    began = perf_counter_ns()
    placed, _ = simulate(n, 1)
    total = perf_counter_ns() - began
    table = Table(title=f"{placed:,} orders placed in {total / 1e9:.2f} s: {total / placed:.0f} ns each")
    for column in ("own time of", "ns per placed", "share", "calls"):
        table.add_column(column, justify="left" if column == "own time of" else "right")
    rest = total - sum(clock.ns.values())
    for name, ns in [*clock.ns.most_common(), ("the rest: SimPy and what else is Python", rest)]:
        if ns > total / 2000:
            table.add_row(name, f"{ns / placed:.1f}", f"{ns / total:.1%}", f"{clock.calls[name]:,}")
    Console().print(table)


if __name__ == "__main__":
    main()
