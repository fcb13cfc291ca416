"""What draws of the parameters make of the numbers of the scenario: the table that runs draw their worlds from.

Columns are as `sim.ledger.posteriors` reads them. The first row, `central`, is one of the draws and so possible as a
whole: a mixture of readings, or of draws, might not be.
"""

from collections.abc import Mapping

import numpy as np

from calibration.formula import worked_out
from calibration.problem import ROOT, Problem
from calibration.tables import Columns
from sim.ledger.posteriors import CENTRAL, Moved
from sim.scenario.loading import load
from sim.scenario.setting import paths_of


def numbers_table(problem: Problem, draws: Mapping[str, np.ndarray]) -> Columns:
    """The central draw, then each; ``draws`` has a column for each parameter, as in `posterior.csv`."""
    values = np.stack([np.asarray(draws[name], float) for name in problem.space.names], axis=1)
    rows = np.concatenate([values[[central(problem, values)]], values])
    points = [dict(zip(problem.space.names, row, strict=True)) for row in rows.tolist()]
    names = np.empty(len(rows), object)
    names[:] = [CENTRAL, *map(str, range(len(values)))]
    return {"draw": names} | {
        Moved(path, problem.moves[path].unit, problem.moves[path].is_factor).heading: np.array(
            [worked_out(problem.moves[path].formula, point) for point in points]
        )
        for path in moved_paths(problem)
    }


def central(problem: Problem, values: np.ndarray) -> int:
    """Which of the draws float64[n, d] lies nearest to the medians, in normal scores over their standard deviations."""
    z = problem.space.scores(values)
    spread = np.maximum(z.std(axis=0), 1e-9)
    return int(np.argmin(np.sum(((z - np.median(z, axis=0)) / spread) ** 2, axis=1)))


def moved_paths(problem: Problem) -> list[str]:
    """The numbers of the base scenario that are moved. What only the calibration's overlay describes, such as levels of
    earlier years, is no number of it."""
    there = set(paths_of(load(ROOT / problem.base, is_for_calibration=True).scenario))
    return [path for path in problem.moves if path in there]
