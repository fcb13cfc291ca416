"""One measured piece of work in a process of its own: ``python -m benchmarks.child NAME N [--seed S]``.

Prints one line of JSON. The clock runs around drawing, simulating and summing up, and around nothing else: the
interpreter has started, the modules are imported, and a small run of the same work has had kernels compiled and caches
filled before it. The peak memory is that of the whole process, interpreter and libraries included.
"""

import argparse
import gc
import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter

WARM_UP = 500
"""Expected parcels of the run before the clock starts."""
WARM_UPS = {"h-engine": 20_000, "h-floor": 20_000, "h-simpy": 2_000, "sweep": 1, "sweep-settled": 1}
WARM_UPS |= {"both-rows-200": 0, "both-rows-50": 0}
WARM_UPS |= dict.fromkeys(("years", "lanes", "stations"), 1) | {"workers": 0}
"""The same for works that need more, or less, to have been everywhere; those named sweep or both count years, and those
named after years, lanes, stations or workers count these."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a piece of work hands back: parcels really simulated, and its figures."""

    n_parcels: int
    outputs: dict[str, float]


Work = Callable[[int, int], Result]
"""(expected parcels, seed) -> result, all of it measured."""


def peer(module: str) -> Work:
    """Work of one of the peers: draw the table, take every parcel through, sum up."""
    from benchmarks.workload import corridor, draw_table, outputs

    simulate = import_module(f"benchmarks.peers.{module}").simulate

    def work(n: int, seed: int) -> Result:
        table = draw_table(n, seed)
        journeys = simulate(table, corridor(n))
        return Result(n_parcels=len(table["arrived_at"]), outputs=outputs(table, journeys))

    return work


def least() -> Work:
    """The floor: draw the same table and sort it once."""
    from benchmarks.peers.reference import floor
    from benchmarks.workload import draw_table

    def work(n: int, seed: int) -> Result:
        table = draw_table(n, seed)
        floor(table)
        return Result(n_parcels=len(table["arrived_at"]), outputs={})

    return work


def engine() -> Work:
    """W on this engine."""
    from benchmarks import tandem

    tandem.described()

    def work(n: int, seed: int) -> Result:
        n_parcels, outputs = tandem.simulate(n, seed)
        return Result(n_parcels=n_parcels, outputs=outputs)

    return work


def harbin_engine() -> Work:
    """H on this engine: ``n`` orders placed, or about so."""
    from benchmarks import harbin

    harbin.described()

    def work(n: int, seed: int) -> Result:
        n_parcels, outputs = harbin.simulate(n, seed)
        return Result(n_parcels=n_parcels, outputs=outputs)

    return work


def harbin_simpy() -> Work:
    """H in plain SimPy."""
    from benchmarks import harbin
    from benchmarks.peers import simpy_harbin

    harbin.described()

    def work(n: int, seed: int) -> Result:
        n_parcels, outputs = simpy_harbin.summed_up(simpy_harbin.simulate(harbin.year(n, seed), seed))
        return Result(n_parcels=n_parcels, outputs=outputs)

    return work


def harbin_floor() -> Work:
    """The floor of H."""
    from benchmarks import harbin
    from benchmarks.floor import floor

    harbin.described()

    def work(n: int, seed: int) -> Result:
        drawn = floor(harbin.year(n, seed))
        return Result(n_parcels=drawn.n_placed, outputs=drawn.figures())

    return work


def sweep(is_settled: bool) -> Work:
    """``n`` years of Harbin, 2016 on, as one run of a sweep."""
    from datetime import date

    from benchmarks import harbin

    harbin.described()

    def work(n: int, seed: int) -> Result:
        scenario = harbin.five_years(seed, date(2016 + n, 1, 1))
        n_parcels, outputs = harbin.sweep_run(scenario, is_settled)
        return Result(n_parcels=n_parcels, outputs=outputs)

    return work


def both_corridors(parcels_per_row: int) -> Work:
    """``n`` years (none: January) of both corridors together, 2016 on, and the settling of the market before them."""
    from datetime import date

    from benchmarks import harbin

    harbin.both_corridors(parcels_per_row)

    def work(n: int, seed: int) -> Result:
        end = date(2016 + n, 1, 1) if n else date(2016, 2, 1)
        scenario = harbin.both_corridors(parcels_per_row, seed, end)
        n_parcels, outputs = harbin.sweep_run(scenario, is_settled=True)
        return Result(n_parcels=n_parcels, outputs=outputs)

    return work


def growing(direction: str) -> Work:
    """A corridor of ``n`` years, lanes or stations (`benchmarks.growing`)."""
    from benchmarks import growing

    def work(n: int, seed: int) -> Result:
        scenario = getattr(growing, direction)(n)
        return Result(n_parcels=growing.simulate(scenario, seed), outputs={})

    return work


def on_workers() -> Work:
    """Four replications of the five years of a sweep on ``n`` workers (none: of January, on one)."""
    from datetime import date

    import sim
    from benchmarks import harbin

    harbin.described()

    def work(n: int, seed: int) -> Result:
        scenario = harbin.five_years(seed, date(2021, 1, 1) if n else date(2016, 2, 1))
        results = sim.run(scenario, replications=4, workers=max(n, 1))
        return Result(n_parcels=int(results.columns("summary")["placed"].sum()), outputs={})

    return work


WORKS: dict[str, Callable[[], Work]] = {
    "engine": engine,
    "h-engine": harbin_engine,
    "h-floor": harbin_floor,
    "h-simpy": harbin_simpy,
    "sweep": lambda: sweep(False),
    "sweep-settled": lambda: sweep(True),
    "both-rows-200": lambda: both_corridors(200),
    "both-rows-50": lambda: both_corridors(50),
    "years": lambda: growing("years"),
    "lanes": lambda: growing("lanes"),
    "stations": lambda: growing("stations"),
    "workers": on_workers,
    "floor": least,
    "reference": lambda: peer("reference"),
    "simpy": lambda: peer("plain_simpy"),
    "salabim": lambda: peer("salabim_peer"),
    "ciw": lambda: peer("ciw_peer"),
}
"""Name to what imports and returns the work; nothing is imported for a name that is not asked for."""


def peak_mb() -> float:
    """Largest resident memory of this process so far, in millions of bytes.

    Linux's VmHWM starts at zero with the program; ``ru_maxrss``, used elsewhere, can inherit the parent's peak.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def measure(name: str, n: int, seed: int) -> dict[str, object]:
    """Warm up, run once under the clock, and describe the run."""
    work = WORKS[name]()
    work(min(n, WARM_UPS.get(name, WARM_UP)), seed)
    gc.collect()
    began = perf_counter()
    result = work(n, seed)
    seconds = perf_counter() - began
    return {"name": name, "n": n, "seed": seed, "seconds": seconds, "peak_mb": peak_mb(), **asdict(result)}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.child", description=__doc__)
    parser.add_argument("name", choices=sorted(WORKS))
    parser.add_argument("n", type=int, help="expected number of parcels (of a sweep or both corridors, years)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(measure(given.name, given.n, given.seed)))


if __name__ == "__main__":
    main()
