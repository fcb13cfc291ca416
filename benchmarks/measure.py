"""How times become figures: interleaved rounds, medians, paired ratios, growth. Knows no workload.

A machine's speed drifts, so two things are compared only within a round: A B, then B A, then A B again. A ratio is the
median over rounds of the ratio within each.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import numpy as np

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of ``benchmarks.child``; ``n`` is the expected, ``n_parcels`` the drawn number of parcels."""

    name: str
    n: int
    seed: int
    seconds: float
    peak_mb: float
    n_parcels: int
    outputs: dict[str, float]

    @property
    def seconds_per_parcel(self) -> float:
        """The figure that runs of different size are compared by."""
        return self.seconds / self.n_parcels


def run_child(name: str, n: int, *, seed: int = 1, timeout: float | None = None) -> Run:
    """Run one piece of work in a fresh process, on this interpreter."""
    command = [sys.executable, "-m", "benchmarks.child", name, str(n), "--seed", str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with code {done.returncode}:\n{done.stderr}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def interleave_children(
    slices: Sequence[tuple[str, int]],
    rounds: int,
    *,
    seed: int = 1,
    timeout: float | None = None,
    runner: Callable[..., Run] = run_child,
    tell: Callable[[Run], None] = lambda _: None,
) -> dict[tuple[str, int], list[Run]]:
    """Run every (name, n) once per round, each run in a fresh process; round ``r`` draws with ``seed + r``.

    ``runner`` is what runs one, and ``tell`` is told of each run.
    """
    runs: dict[tuple[str, int], list[Run]] = {piece: [] for piece in slices}
    for r, order in enumerate(_orders(list(runs), rounds)):
        for name, n in order:
            runs[name, n].append(runner(name, n, seed=seed + r, timeout=timeout))
            tell(runs[name, n][-1])
    return runs


def interleave(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every callable, once per round, in this process. Warm up before calling."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for order in _orders(list(works), rounds):
        for name in order:
            times[name].append(seconds(works[name]))
    return times


def _orders(items: list[T], rounds: int) -> Iterator[list[T]]:
    for r in range(rounds):
        yield items if r % 2 == 0 else items[::-1]


def seconds(work: Callable[[], object]) -> float:
    """Seconds one call takes, with no garbage left over from the call before."""
    gc.collect()
    began = perf_counter()
    work()
    return perf_counter() - began


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """How many times longer ``slow`` takes than ``fast``: median of the ratios within each round."""
    return median(s / f for s, f in zip(slow, fast, strict=True))


def ratios_of_runs(slow: Sequence[Run], fast: Sequence[Run]) -> list[float]:
    """How many times longer a parcel takes in each round, for runs that may differ in size."""
    return [s.seconds_per_parcel / f.seconds_per_parcel for s, f in zip(slow, fast, strict=True)]


def parcels_per_second(runs: Sequence[Run]) -> float:
    """Median rate."""
    return median(1 / run.seconds_per_parcel for run in runs)


def growth_exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Slope of log time against log size by least squares: 1 is linear, 2 quadratic. Needs two sizes or more."""
    if len(set(sizes)) < 2:
        raise ValueError(f"growth needs at least two different sizes, got {sorted(set(sizes))}")
    x, y = np.log(np.asarray(sizes, float)), np.log(np.asarray(times, float))
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))
