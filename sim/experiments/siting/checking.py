"""The shortlist checked by simulation: each set is a plan against the base, on common luck and draws.

The solver promises by a sum over demand and ways; the simulation lets parcels queue, stock run out and orders move. So
the promise stands beside what was simulated, and pairs of sets are told apart that keep their order, that turn it
round, and that the runs cannot tell apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np

from sim.errors import ScenarioError
from sim.experiments.comparing.compare import chosen, compare_plans
from sim.experiments.comparing.compared import Compared
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.plans import Plan, base_plan, plan_of
from sim.experiments.comparing.replicating import Rule
from sim.experiments.differences import Difference, difference
from sim.experiments.run import Tell
from sim.experiments.siting.opening import far_route, is_of_library, plan_name, written
from sim.experiments.siting.shortlist import Solved
from sim.experiments.siting.solving import Answer

Verdict = Literal["kept", "turned", "not told apart"]


@dataclass(frozen=True)
class Simulated:
    """One shortlisted set: what the solver promised, and what it came to; or why it could not be simulated."""

    answer: Answer
    names: tuple[str, ...]
    promised: float
    """In the unit of a parcel: see `unit_of`."""
    compared: Compared | None
    why_not: str = ""

    @property
    def name(self) -> str:
        """The plan's name."""
        return plan_name(self.names)


@dataclass(frozen=True)
class Check:
    """The shortlist beside the simulation."""

    comparison: Comparison | None
    """None if no set could be simulated."""
    sets: tuple[Simulated, ...]
    routes: tuple[str, ...]
    """Routes whose days are those that the solver promised; none where it promised cost."""
    is_covering: bool = False
    """Whether more is promised by a larger number."""
    files: tuple[Path, ...] = ()
    """Interventions that were made for it."""

    @property
    def simulated(self) -> tuple[Simulated, ...]:
        """The sets that ran, in the solver's order."""
        return tuple(each for each in self.sets if each.compared is not None)

    def outcome(self, one: Compared) -> np.ndarray:
        """What sets are ordered by, less being better: days of the routes, or the objective turned: float64[n]."""
        assert self.comparison is not None
        if self.routes:
            return days_of(one, self.routes)
        return -self.comparison.objective.of(one.samples)

    def pairs(self) -> list[tuple[Simulated, Simulated, Verdict]]:
        """All pairs of simulated sets, the one that the solver promised more of first."""
        by_promise = sorted(self.simulated, key=self._promised)
        return [(one, other, self._verdict(one, other)) for one, other in combinations(by_promise, 2)]

    def _promised(self, one: Simulated) -> float:
        return -one.promised if self.is_covering else one.promised

    def _verdict(self, one: Simulated, other: Simulated) -> Verdict:
        assert self.comparison is not None
        assert one.compared is not None
        assert other.compared is not None
        found = difference(self.outcome(other.compared), self.outcome(one.compared), self.comparison.layout)
        if np.isnan(found.half_width) or abs(found.difference) <= found.half_width:
            return "not told apart"
        return "kept" if found.difference > 0 else "turned"

    def against_base(self, one: Simulated, measure: str) -> Difference:
        """A measure less that of the base."""
        assert self.comparison is not None
        assert one.compared is not None
        return self.comparison.difference(one.compared, measure)


def days_of(one: Compared, routes: Sequence[str]) -> np.ndarray:
    """Mean days over all orders of some routes that arrived: float64[n]; routes that a plan has not count nothing."""
    groups = list(one.samples.groups["route"])
    values = one.samples.values["route"]
    at = [groups.index(route) for route in routes if route in groups]
    orders = np.nan_to_num(values["timed_orders"][at])
    days = np.nan_to_num(values["mean_days"][at])
    return (orders * days).sum(axis=0) / orders.sum(axis=0)


def checked(
    solved: Solved, folder: Path, replications: int, rows: int, workers: int, on_progress: Tell | None = None
) -> Check:
    """Simulate the shortlist; what is made for it is written to a folder."""
    base = base_plan(solved.asked.base_file)
    plans: dict[int, Plan] = {}
    reasons: dict[int, str] = {}
    files: list[Path] = []
    for i, answer in enumerate(solved.shortlisted):
        try:
            plans[i] = _plan(solved, answer, base, folder, files)
        except ScenarioError as error:
            reasons[i] = str(error).splitlines()[0].removeprefix("error: ")
    comparison = None
    if plans:
        comparison = compare_plans(
            base,
            list(plans.values()),
            Rule(fixed=replications),
            chosen(solved.siting.judge),
            parcels_per_row=rows,
            workers=workers,
            on_progress=on_progress,
        )
    found = dict(zip(plans, comparison.alternatives, strict=True)) if comparison else {}
    sets = tuple(
        Simulated(answer, solved.names(answer), promise_of(solved, answer), found.get(i), reasons.get(i, ""))
        for i, answer in enumerate(solved.shortlisted)
    )
    built = solved.siting.warehouse
    routes = (built.route, far_route(built)) if built and solved.siting.weigh == "time" else ()
    return Check(comparison, sets, routes, solved.instance.is_covering, tuple(files))


def promise_of(solved: Solved, answer: Answer) -> float:
    """A set's value as it is told: days of a parcel, CNY a year, or share of the demand covered."""
    return told_of(solved, answer.value)


def told_of(solved: Solved, value: float) -> float:
    """A value of the solver, or a difference of two, in the unit in which it is told: see `unit_of`."""
    if solved.instance.is_covering or solved.siting.weigh == "time":
        return value / solved.reached
    return value


def unit_of(solved: Solved) -> str:
    """The unit of what is promised."""
    if solved.instance.is_covering:
        return "share"
    return "d" if solved.siting.weigh == "time" else "CNY a year"


def _plan(solved: Solved, answer: Answer, base: Plan, folder: Path, files: list[Path]) -> Plan:
    """The plan of a set; a file that is made for it is added to ``files``."""
    names = solved.names(answer)
    if is_of_library(solved, answer):
        named = [str(solved.siting.candidates[name].intervention) for name in names]
        plan = plan_of(base, plan_name(tuple(named)))
    else:
        file = written(solved, answer, folder)
        plan = plan_of(base, file)
        files.append(file)
    return replace(plan, name=plan_name(names))
