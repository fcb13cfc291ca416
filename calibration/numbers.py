"""What draws of the parameters make of the numbers of the scenario: the table that runs draw their worlds from.

Columns are as `sim.ledger.posteriors` reads them. The first row, `central`, is worked out of the medians of the
parameters, so that a single run shows the middle of what is believed and not the odds and ends of one draw.
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
    """The centre, then each draw; ``draws`` has a column for each parameter, as in `posterior.csv`."""
    values = np.stack([np.asarray(draws[name], float) for name in problem.space.names], axis=1)
    rows = np.concatenate([np.median(values, axis=0)[None], values])
    points = [dict(zip(problem.space.names, row, strict=True)) for row in rows.tolist()]
    names = np.empty(len(rows), object)
    names[:] = [CENTRAL, *map(str, range(len(values)))]
    return {"draw": names} | {
        Moved(path, problem.moves[path].unit, problem.moves[path].is_factor).heading: np.array(
            [worked_out(problem.moves[path].formula, point) for point in points]
        )
        for path in moved_paths(problem)
    }


def moved_paths(problem: Problem) -> list[str]:
    """The numbers of the base scenario that are moved. What only the calibration's overlay describes, such as levels of
    earlier years, is no number of it."""
    there = set(paths_of(load(ROOT / problem.base, is_for_calibration=True).scenario))
    return [path for path in problem.moves if path in there]
