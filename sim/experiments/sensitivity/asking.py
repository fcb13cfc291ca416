"""What is asked, and what runs answer: an indicator of a scenario, or what a plan adds to its baseline's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.experiments.kept_runs import summaries
from sim.experiments.sensitivity.factors import Described
from sim.experiments.sensitivity.points import CheckJob, Point, World, jobs_at
from sim.experiments.store import Store, Summary
from sim.experiments.variance.runs import INDICATORS, values_of_runs
from sim.scenario.uncertain import Uncertain


@dataclass(frozen=True)
class Question:
    """What is to be told, and how hard to look."""

    base: Described
    plan: Described | None
    plan_name: str | None
    """What the plan is called, if it is a plan's difference that is asked about."""
    indicators: tuple[str, ...]
    route: str | None
    trajectories: int
    points: int
    """Blocks of points for the indices; 0 for screening alone."""
    most: int
    """Numbers for which indices are worked out, at most."""

    @property
    def described(self) -> tuple[Described, ...]:
        """The baseline, and the plan if there is one."""
        return (self.base,) if self.plan is None else (self.base, self.plan)

    @property
    def whole(self) -> Described:
        """The scenario that has all the numbers."""
        return self.plan or self.base

    @cached_property
    def numbers(self) -> tuple[Uncertain, ...]:
        """All numbers that vary, in either."""
        found = {number.path: number for one in reversed(self.described) for number in one.inputs.numbers}
        return tuple(found.values())

    @property
    def n_rows(self) -> int:
        """Rows of the posterior; 0 without one."""
        return max(one.n_rows for one in self.described)

    @property
    def seed(self) -> int:
        """Seed of the design: that of the scenario."""
        return self.base.scenario.seed

    def unit(self, indicator: str) -> str:
        """Unit of an indicator."""
        return INDICATORS[indicator].unit

    def said(self, indicator: str) -> str:
        """What is told, in words."""
        of = self.route or self.base.scenario.scenario
        less = f", {self.plan_name} less baseline" if self.plan else ""
        return f"{indicator} of {of}{less} ({INDICATORS[indicator].said})"


@dataclass(frozen=True)
class Ran:
    """What runs at some points came to."""

    values: Mapping[str, np.ndarray]
    """By indicator float64[n]; NaN where there is none."""
    failures: tuple[str | None, ...]
    """Why the run of a point failed, [n]."""


@dataclass(frozen=True)
class Runner:
    """Runs points of a question; those in the store are not run again."""

    question: Question
    store: Store
    workers: int

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """The baseline, and the plan if there is one."""
        return tuple(map(World.of, self.question.described))

    def ran(self, points: Sequence[Point], stage: str, replication: int = 0) -> Ran:
        """Every indicator at the points, all with the luck of one replication."""
        jobs = jobs_at(self.worlds, points, replication)
        kept = summaries(jobs, self.store, stage, self.workers) if jobs else []
        n = len(self.worlds)
        by_world = [kept[i::n] for i in range(n)]
        failures = tuple(
            next((str(each["failed"]) for each in of_point if "failed" in each), None)
            for of_point in zip(*by_world, strict=True)
        )
        return Ran({name: self._values(by_world, name) for name in self.question.indicators}, failures)

    def refused(self, candidates: Sequence[Sequence[Point]], stage: str) -> list[str | None]:
        """Of each set of points why it is left out: at one of them there is no valid scenario; None if there is."""
        checks = [CheckJob(self.worlds, tuple(points)) for points in candidates]
        kept = summaries(checks, self.store, stage, self.workers) if checks else []
        return [None if each["why"] is None else str(each["why"]) for each in kept]

    def _values(self, by_world: Sequence[Sequence[Summary]], indicator: str) -> np.ndarray:
        found = [
            self._of_world(kept, indicator, one) for kept, one in zip(by_world, self.question.described, strict=True)
        ]
        return found[0] if len(found) == 1 else found[1] - found[0]

    def _of_world(self, kept: Sequence[Summary], indicator: str, one: Described) -> np.ndarray:
        good = [i for i, each in enumerate(kept) if "failed" not in each]
        values = np.full(len(kept), np.nan)
        values[good] = values_of_runs([kept[i] for i in good], indicator, one.scenario, self.question.route)
        return values
