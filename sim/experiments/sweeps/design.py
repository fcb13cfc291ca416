"""The points of a sweep: which value every lever and uncertainty has at each; the base is always the first.

The design's luck is its own seed's; that of the runs is the scenario's. Knows factors; knows no scenario.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from sim.experiments.sweeps.contract import Factorial, LatinHypercube, OneAtATime, Sobol, Value
from sim.experiments.sweeps.factors import Factor

AnyDesign = Factorial | OneAtATime | LatinHypercube | Sobol


@dataclass(frozen=True)
class Point:
    """One row of a design: a value for each factor, None where it is as in the base."""

    number: int
    values: tuple[Value | None, ...]


def points_of(design: AnyDesign, factors: Sequence[Factor], seed: int) -> list[Point]:
    """All points of a design, the base first."""
    rows = [(None,) * len(factors), *_rows(design, factors, seed)]
    return [Point(number, row) for number, row in enumerate(rows)]


def _rows(design: AnyDesign, factors: Sequence[Factor], seed: int) -> Iterator[tuple[Value | None, ...]]:
    if isinstance(design, Factorial):
        yield from product(*(factor.options for factor in factors))
    elif isinstance(design, OneAtATime):
        for i, factor in enumerate(factors):
            for value in factor.ends:
                yield (*((None,) * i), value, *((None,) * (len(factors) - i - 1)))
    else:
        for row in _quantiles(design, len(factors), seed).tolist():
            yield tuple(factor.at(u) for factor, u in zip(factors, row, strict=True))


def _quantiles(design: LatinHypercube | Sobol, d: int, seed: int) -> np.ndarray:
    """Points of the unit cube: float64[points, d]."""
    from scipy.stats import qmc

    if isinstance(design, Sobol):
        return np.asarray(qmc.Sobol(d, rng=seed).random_base2(int(math.log2(design.points))))
    return np.asarray(qmc.LatinHypercube(d, rng=seed).random(design.points))
