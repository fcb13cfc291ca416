"""What a comparison came to, as numbers: each plan's measures, and by arithmetic differences, rankings and returns.

Knows no tables, no pictures and no words: those are made of it (see `sim.experiments.comparing.comparison`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.experiments.comparing.accounts import Lasting, Returns, returns
from sim.experiments.comparing.costs import Cost
from sim.experiments.comparing.network import BY_MONTH
from sim.experiments.comparing.objectives import Objective
from sim.experiments.comparing.plans import Plan
from sim.experiments.comparing.replicating import Rule
from sim.experiments.comparing.samples import Samples
from sim.experiments.differences import Difference, Layout, Ranking, difference, ranking
from sim.indicators import Backlog, Columns
from sim.ledger.posteriors import Posterior

OF_A_DRAW = "its draw is not complete"
"""Why a replication is left out that did not fail itself."""


@dataclass(frozen=True)
class Compared:
    """One alternative and what it came to."""

    plan: Plan
    samples: Samples
    costs: Sequence[Cost]
    """What all its interventions cost, by replication."""
    years: float
    """Years of the reported time in which what it has beyond the baseline is in force."""
    lasting: Lasting
    backlogs: Sequence[Backlog]
    """Where work piles up, each of the replication where it is worst."""
    posteriors: Sequence[Posterior]
    """Calibrations whose draws moved its numbers."""
    unsettled: int
    """Replications in which the market's expectations did not settle."""
    piled_up: Mapping[str, int]
    """In how many replications work piles up, by place."""
    network: BY_MONTH
    """What goes on in its network, month by month: means over replications."""


@dataclass(frozen=True)
class ComparedPlans:
    """Plans against a baseline, replication by replication on the same luck and draws."""

    base: Compared
    alternatives: tuple[Compared, ...]
    layout: Layout
    objective: Objective
    rule: Rule
    by: tuple[str, ...]
    """Dimensions that differences are also given by."""
    replications: tuple[int, ...]
    """Numbers of those that are complete in all plans."""
    left_out: Mapping[int, str]
    """Replications that are not used, and why."""
    drawn: Mapping[str, np.ndarray] = field(default_factory=dict)
    """What was drawn, by its path in the scenarios: float64[draws]."""
    more: Mapping[str, Columns] = field(default_factory=dict)
    """Further tables: `portfolio`, `decomposition`."""
    notes: tuple[str, ...] = ()
    """What else to beware of: what was asked for and is not there."""
    was_stopped: bool = False
    seconds: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether nothing of what was asked for is missing."""
        return not (self.was_stopped or self.left_out or self.notes)

    @property
    def everything(self) -> tuple[Compared, ...]:
        """The baseline, then the plans."""
        return (self.base, *self.alternatives)

    @property
    def ranked(self) -> tuple[Compared, ...]:
        """The plans, the one with the best mean by the objective first; as they were named where it is not known."""
        means = [float(self.objective.of(one.samples).mean()) for one in self.alternatives]
        order = sorted(range(len(means)), key=lambda i: math.inf if math.isnan(means[i]) else -means[i])
        return tuple(self.alternatives[i] for i in order)

    def difference(self, one: Compared, measure: str, dimension: str = "whole", group: int = 0) -> Difference:
        """A plan less the baseline in one measure."""
        values = one.samples.values[dimension][measure][group]
        against = self.base.samples.values[dimension][measure][group]
        return difference(values, against, self.layout, self.rule.relative, self.rule.floor)

    @cached_property
    def ranking(self) -> Ranking:
        """Baseline and plans ranked by the objective."""
        return ranking(np.stack([self.objective.of(one.samples) for one in self.everything]), self.layout)

    def returns_of(self, one: Compared) -> Returns:
        """What a plan gives for what it costs."""
        return returns(one.samples, self.base.samples, self.layout, one.lasting)
