"""Runs a sweep in a folder: rounds of whole draws, each run kept as it ends, and the tables in the end."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.experiments.executors import Executor, Limits
from sim.experiments.keeping import Progress, run_kept
from sim.experiments.lock import Locked
from sim.experiments.parts import Parts
from sim.experiments.sweeps.design import Point, points_of
from sim.experiments.sweeps.folder import DESIGN, POINTS, RUNS, begin, refuse_foreign, write_jobs, write_tables
from sim.experiments.sweeps.jobs import Jobs, SweepJob
from sim.experiments.sweeps.outcomes import Outcomes, enough
from sim.experiments.sweeps.reading import Study
from sim.experiments.sweeps.showing import swept_html
from sim.experiments.sweeps.tables import design_table, points_table, runs_table
from sim.tables import Columns, Tabled

FIRST = 4
"""Replications before precision is asked for the first time, in whole draws and at least two of them."""


@dataclass(frozen=True)
class Swept(Tabled):
    """A sweep that is done: how its runs ended, and its tables; ``swept.points`` is a pandas frame."""

    study: Study
    outcomes: Outcomes
    tables: Mapping[str, Columns] = field(repr=False)
    """`design`, `runs` and `points`."""
    damaged: tuple[str, ...]
    """What was wrong with parts that were found and run again."""

    def _repr_html_(self) -> str:
        return swept_html(self.study, self.outcomes, self.tables)


@dataclass(frozen=True)
class Told:
    """Who hears how far it is."""

    progress: Callable[[Progress], None] = lambda _: None
    message: Callable[[str], None] = lambda _: None


def run_sweep(study: Study, folder: Path, executor: Executor, told: Told = Told(), *, retry: bool = False) -> Swept:
    """Run what is not on disk yet, and write the tables.

    With ``retry``, runs that failed before are run again. Raises SweepFolderError and FolderInUseError for a folder
    that cannot be used, PartsFolderError for one that cannot be written; what has ended by then is kept.
    """
    refuse_foreign(folder, study.sweep.sweep)
    with Locked(folder, told.message):
        refuse_foreign(folder, study.sweep.sweep)  # another command may have made it one in between
        points = points_of(study.sweep.design, study.factors, study.sweep.seed)
        design = design_table(Jobs(study, 1), points)
        begin(folder, study, design)
        parts = Parts(folder)
        outcomes = _in_rounds(study, points, parts, executor, told, retry=retry)
        tables = {RUNS: runs_table(design, outcomes), POINTS: points_table(design, outcomes)}
        write_tables(folder, tables)
        return Swept(study, outcomes, {DESIGN: design, **tables}, tuple(parts.damaged.values()))


def _in_rounds(
    study: Study, points: list[Point], parts: Parts, executor: Executor, told: Told, *, retry: bool
) -> Outcomes:
    """Replications of all points, more of them until the precision that is asked for is reached."""
    n, precision = first_replications(study), study.sweep.precision
    tried: set[str] = set()
    while True:
        outcomes = _round(study, points, n, parts, executor, told, tried if retry else None)
        wider = enough(outcomes, precision) if precision is not None else 0.0
        more = next_replications(study, n, wider)
        if more <= n:
            return outcomes
        n = more


def _round(
    study: Study, points: list[Point], n: int, parts: Parts, executor: Executor, told: Told, tried: set[str] | None
) -> Outcomes:
    """One round; what failed is run again unless it was ``tried`` by this command, or that is None."""
    limits = Limits(study.sweep.limits.seconds, study.sweep.limits.memory)
    jobs = Jobs(study, n)
    rows: list[list[SweepJob]] = [[jobs.job(point, r) for r in range(n)] for point in points]
    keys = [[job.key for job in row] for row in rows]
    write_jobs(parts.top, keys)
    in_order = [row[r] for r in range(n) for row in rows]  # so that what is there when it is stopped is of all points
    retry = tried is not None
    ended = run_kept(in_order, parts, executor, limits, told.progress, retry=retry, tried=tried or ())
    if tried is not None:
        tried.update(ended)
    return Outcomes.of(points, jobs.per_draw, keys, ended)


def first_replications(study: Study) -> int:
    """Replications of the first round: all, or as few as tell luck from draws."""
    if study.sweep.replications is not None:
        return study.sweep.replications
    unit = _unit(study)
    return min(max(math.ceil(FIRST / unit), 2) * unit, study.most_replications // unit * unit)


def next_replications(study: Study, n: int, wider: float) -> int:
    """Replications that there should be next, in whole draws, at most twice as many; ``n`` if there are enough."""
    if wider <= 1 or study.sweep.precision is None:
        return n
    unit = _unit(study)
    called_for = min(n * wider**2, 2.0 * n)
    return max(min(max(n + unit, math.ceil(called_for / unit) * unit), study.most_replications // unit * unit), n)


def _unit(study: Study) -> int:
    """Replications are added in so many."""
    return study.base.scenario.replications_per_draw
