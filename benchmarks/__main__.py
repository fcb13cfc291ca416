"""``python -m benchmarks``: measure everything, print the rates and ratios, write them to ``results/``."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from benchmarks.measure import (
    ROOT,
    Run,
    growth_exponent,
    interleave_children,
    ratios_of_runs,
    run_child,
)
from benchmarks.telling import page, show

LATEST = ROOT / "results" / "benchmarks.json"
QUICK = ROOT / "results" / "runs" / "benchmark-quick.json"
PACKAGES = ("numpy", "numba", "simpy", "salabim", "ciw")
BOTH = ("both-rows-200", "both-rows-50")
"""Years of both corridors, at two sizes of rows."""
Runs = dict[tuple[str, int], list[Run]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Sizes of all runs: parcels, of the sweep years. The engine runs W at all of ``engine``, the last one compared."""

    rounds: int
    engine: tuple[int, ...]
    simpy: tuple[int, ...]
    """SimPy's sizes, also of H, end with the largest that can be afforded; its growth is taken over all."""
    others: int
    h_engine: int
    h_simpy: tuple[int, ...]
    years: int
    both_years: int
    """Years of both corridors; 0 is January alone."""
    years_of_growth: tuple[int, ...] = (1, 2, 4, 8)
    lanes: tuple[int, ...] = (1, 4, 16, 64)
    stations: tuple[int, ...] = (2, 8, 32)
    workers: tuple[int, ...] = (1, 2)
    """How long, wide and deep corridors grow (`benchmarks.growing`), and on how many workers replications run."""
    growth_from: int = 100_000
    """Sizes below are left out of the engine's growth: there building the model takes longest."""


FULL_PLAN = Plan(
    rounds=3,
    engine=(10_000, 100_000, 1_000_000),
    simpy=(100_000, 1_000_000),
    others=10_000,
    h_engine=13_600_000,
    h_simpy=(20_000, 80_000),
    years=5,
    both_years=5,
)
QUICK_PLAN = Plan(
    rounds=1,
    engine=(100_000, 300_000),
    simpy=(10_000, 50_000),
    others=2_000,
    h_engine=400_000,
    h_simpy=(4_000, 16_000),
    years=1,
    both_years=0,
    years_of_growth=(1, 2),
    lanes=(1, 8),
    stations=(2, 8),
)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times more seconds per parcel ``slow`` takes than ``fast``: median, least and largest of the rounds."""

    slow: str
    fast: str
    median: float
    least: float
    largest: float


def measure(plan: Plan, runner: Callable[..., Run] = run_child, tell: Callable[[Run], None] = lambda _: None) -> Runs:
    """All runs of a plan, those that are compared with one another interleaved."""
    w = [("engine", n) for n in plan.engine] + [("simpy", n) for n in plan.simpy]
    w += [("salabim", plan.others), ("ciw", plan.others), ("floor", plan.engine[-1])]
    h = [("h-engine", plan.h_engine), ("h-floor", plan.h_engine), *(("h-simpy", n) for n in plan.h_simpy)]
    h += [(name, plan.both_years) for name in BOTH]
    sweeps = [("sweep", plan.years), ("sweep-settled", plan.years)]
    runs: Runs = {}
    grown = [(name, n) for name, sizes in _directions(plan).items() for n in sizes]
    for group in (w, h, sweeps, grown):
        runs |= interleave_children(group, plan.rounds, runner=runner, tell=tell)
    return runs


def _directions(plan: Plan) -> dict[str, tuple[int, ...]]:
    """What grows, and on how many workers the same work runs."""
    return {
        "years": plan.years_of_growth,
        "lanes": plan.lanes,
        "stations": plan.stations,
        "workers": plan.workers,
    }


def ratios(plan: Plan, runs: Runs) -> dict[str, Ratio]:
    """All ratios by name."""
    w, h = ("engine", plan.engine[-1]), ("h-engine", plan.h_engine)
    return {
        "w_vs_simpy": _ratio(runs, ("simpy", plan.simpy[-1]), w),
        "w_vs_salabim": _ratio(runs, ("salabim", plan.others), w),
        "w_vs_ciw": _ratio(runs, ("ciw", plan.others), w),
        "w_vs_floor": _ratio(runs, w, ("floor", plan.engine[-1])),
        "vs_simpy": _ratio(runs, ("h-simpy", plan.h_simpy[-1]), h),
        "vs_floor": _ratio(runs, h, ("h-floor", plan.h_engine)),
        **{
            f"{_key(name)}_vs_simpy": _ratio(runs, ("h-simpy", plan.h_simpy[-1]), (name, plan.both_years))
            for name in BOTH
        },
        **{
            f"{_key(name)}_vs_floor": _ratio(runs, (name, plan.both_years), ("h-floor", plan.h_engine)) for name in BOTH
        },
    }


def _key(name: str) -> str:
    return name.replace("-", "_")


def _ratio(runs: Runs, slow: tuple[str, int], fast: tuple[str, int]) -> Ratio:
    each = ratios_of_runs(runs[slow], runs[fast])
    named = [f"{name} {n:,}" for name, n in (slow, fast)]
    return Ratio(slow=named[0], fast=named[1], median=median(each), least=min(each), largest=max(each))


def growth(runs: Runs, name: str, least: int = 0) -> float:
    """Growth exponent of one program's time with the parcels really simulated."""
    points = [run for (who, n), of_size in runs.items() if who == name and n >= least for run in of_size]
    return growth_exponent([run.n_parcels for run in points], [run.seconds for run in points])


def report(plan: Plan, runs: Runs) -> dict[str, Any]:
    """Everything ``results/benchmarks.json`` holds."""
    found = ratios(plan, runs)
    return {
        **{name: round(found[name].median, 3) for name in ("w_vs_simpy", "vs_simpy", "vs_floor")},
        "peak_mb": round(max(run.peak_mb for run in runs["h-engine", plan.h_engine])),
        "growth_exponent": round(growth(runs, "engine", plan.growth_from), 3),
        "sweep_run_s": round(median(run.seconds for run in runs["sweep", plan.years]), 2),
        "sweep_run_with_settling_s": round(median(run.seconds for run in runs["sweep-settled", plan.years]), 2),
        **_of_both(plan, runs),
        "ratios": {name: asdict(ratio) for name, ratio in found.items()},
        "growth_exponents": {
            "engine": growth(runs, "engine", plan.growth_from),
            "simpy": growth(runs, "simpy"),
            "h-simpy": growth(runs, "h-simpy"),
            **{name: growth_with_size(runs, name) for name in ("years", "lanes", "stations")},
        },
        "grown": {name: _grown(runs, name, sizes) for name, sizes in _directions(plan).items()},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu(),
        "cpus": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "platform": platform.platform(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "plan": asdict(plan),
        "runs": [asdict(run) for of_size in runs.values() for run in of_size],
    }


def growth_with_size(runs: Runs, name: str) -> float:
    """Growth exponent of time with years, lanes or stations."""
    points = [run for (who, _), of_size in runs.items() if who == name for run in of_size]
    return growth_exponent([run.n for run in points], [run.seconds for run in points])


def _grown(runs: Runs, name: str, sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """Median seconds and largest peak memory by size."""
    found: dict[str, dict[str, float]] = {}
    for n in sizes:
        of_size = runs[name, n]
        found[str(n)] = {
            "seconds": round(median(run.seconds for run in of_size), 3),
            "peak_mb": round(max(run.peak_mb for run in of_size)),
        }
    return found


def _of_both(plan: Plan, runs: Runs) -> dict[str, float]:
    """Seconds and memory of the years of both corridors."""
    found: dict[str, float] = {}
    for name in BOTH:
        of_size = runs[name, plan.both_years]
        found[f"{_key(name)}_s"] = round(median(run.seconds for run in of_size), 2)
        found[f"{_key(name)}_mb"] = round(max(run.peak_mb for run in of_size))
    return found


def cpu() -> str:
    """Name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: to see that it works")
    parser.add_argument("--long", action="store_true", help="W at ten million parcels as well")
    parser.add_argument("--rounds", type=int, help="rounds in which everything runs once")
    parser.add_argument(
        "--out",
        type=Path,
        help="where the figures go, a page beside them; else results/",
    )
    given = parser.parse_args(arguments)
    plan = QUICK_PLAN if given.quick else FULL_PLAN
    if given.long:
        plan = replace(plan, engine=(*plan.engine[:-1], 10_000_000, plan.engine[-1]))
    if given.rounds:
        plan = replace(plan, rounds=given.rounds)
    console = Console()

    def tell(run: Run) -> None:
        console.print(f"{run.name:>14} {run.n:>12,}  {run.seconds:8.2f} s  {run.peak_mb:6.0f} MB", highlight=False)

    runs = measure(plan, tell=tell)
    figures = report(plan, runs)
    show(console, runs, figures)
    out = given.out or (QUICK if given.quick else LATEST)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    out.with_suffix(".md").write_text(page(runs, figures), "utf-8")
    console.print(f"written to {out}, as a page to {out.with_suffix('.md')}")


if __name__ == "__main__":
    sys.exit(main())
