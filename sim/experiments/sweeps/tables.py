"""The tables of a sweep: its design, its runs, and its points with their differences from the base."""

import math
from collections.abc import Sequence

import numpy as np

from sim.experiments.over_replications import numbers_of
from sim.experiments.sweeps.contract import Value
from sim.experiments.sweeps.design import Point
from sim.experiments.sweeps.factors import Factor
from sim.experiments.sweeps.jobs import Jobs
from sim.experiments.sweeps.outcomes import Outcomes
from sim.indicators.measures import BY_NAME
from sim.tables import Columns

BASE = 0
ABOUT_RUNS = ("point", "replication", "status", "reason")
"""Columns of the runs that are neither measures nor what varies."""
STATISTICS = ("mean", "standard_error", "low_95", "high_95", "replications", "credible_low", "credible_high", "draws")
OF_DIFFERENCE = ("difference", *(f"difference_{name}" for name in STATISTICS[1:4]), *(
    f"difference_{name}" for name in STATISTICS[5:7]))  # fmt: skip


def shown_values(jobs: Jobs, point: Point) -> list[Value | None]:
    """What each factor is at a point, as the base says where the design does not; None where it has no such number."""
    ground = jobs.ground(point)
    values: list[Value | None] = []
    for factor, value in zip(jobs.study.factors, point.values, strict=True):
        is_there = factor.kind == "plans" or factor.path in ground.paths
        values.append((jobs.base_of(factor, ground) if value is None else value) if is_there else None)
    return values


def design_table(jobs: Jobs, points: Sequence[Point]) -> Columns:
    """A row for each point: what its levers and uncertainties are."""
    rows = [shown_values(jobs, point) for point in points]
    columns: dict[str, np.ndarray] = {"point": np.arange(len(points))}
    for i, factor in enumerate(jobs.study.factors):
        columns[factor.heading] = _cells(factor, [row[i] for row in rows])
    return columns


def _cells(factor: Factor, values: Sequence[Value | None]) -> np.ndarray:
    if factor.kind == "number":
        return np.array([math.nan if value is None else factor.number(value) for value in values])
    return _texts(["" if value is None else factor.text(value) for value in values])


def runs_table(design: Columns, outcomes: Outcomes) -> Columns:
    """A row for each run: its point and replication, how it ended, and its measures."""
    n_points, n, _ = outcomes.values.shape
    ended = [one for row in outcomes.ended for one in row]
    columns: dict[str, np.ndarray] = {
        "point": np.repeat(np.arange(n_points), n),
        "replication": np.tile(np.arange(n), n_points),
        "status": _texts([one.status for one in ended]),
        "reason": _texts([one.reason for one in ended]),
    }
    columns |= {name: np.repeat(cells, n) for name, cells in design.items() if name != "point"}
    columns |= {name: outcomes.values[:, :, i].ravel() for i, name in enumerate(outcomes.measures)}
    return columns


def points_table(design: Columns, outcomes: Outcomes) -> Columns:
    """A row for each measure of each point: its mean, how sure it is, and how it differs from the base.

    Differences are of pairs: the same replications, so the same worlds and the same luck.
    """
    names, rows = outcomes.measures, []
    for point in outcomes.points:
        used, layout = outcomes.used(point.number)
        both, pairs = outcomes.used(point.number, BASE)
        for name in names:
            own = numbers_of(outcomes.of_measure(point.number, name, used), layout) if len(used) else NOTHING
            paired = outcomes.of_measure(point.number, name, both) - outcomes.of_measure(BASE, name, both)
            difference = numbers_of(paired, pairs) if len(both) else NOTHING
            rows.append((*own, *difference[:4], *difference[5:7]))
    n = len(names)
    columns = {name: np.repeat(cells, n) for name, cells in design.items()}
    columns["measure"] = _texts([name for _ in outcomes.points for name in names])
    columns["unit"] = _texts([BY_NAME[name].unit for _ in outcomes.points for name in names])
    for i, name in enumerate((*STATISTICS, *OF_DIFFERENCE)):
        kind = np.int64 if name in ("replications", "draws") else np.float64
        columns[name] = np.array([row[i] for row in rows], kind)
    return columns


NOTHING = (math.nan, math.nan, math.nan, math.nan, 0, math.nan, math.nan, 0)


def _texts(values: Sequence[str]) -> np.ndarray:
    result: np.ndarray = np.empty(len(values), object)
    result[:] = values
    return result
