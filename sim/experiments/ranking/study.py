"""A question with all its portfolios: their scenarios, and the capital they take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.errors import SimError
from sim.experiments.comparing.plans import AND, Plan, base_plan, plan_of
from sim.experiments.ranking.enumerating import Portfolio, with_required
from sim.experiments.ranking.reading import Question
from sim.experiments.ranking.runs import Runs
from sim.experiments.store import Store
from sim.experiments.worlds import quantile_in
from sim.ledger.posteriors import Posterior, posterior_in
from sim.scenario.scenario import Scenario
from sim.scenario.uncertain import uncertain_number

NOTHING = 0
"""Number of the portfolio in which nothing is done."""
DRAWS_OF_CAPITAL = 2000


class RankingError(SimError):
    """A ranking cannot be made."""


@dataclass
class Study:
    """A question with all portfolios, and their scenarios as far as they are needed."""

    question: Question
    store: Store
    workers: int
    _plans: dict[Portfolio, Plan] = field(default_factory=dict, repr=False)

    @cached_property
    def portfolios(self) -> tuple[Portfolio, ...]:
        """All portfolios, nothing first."""
        return ((), *self.question.portfolios)

    @cached_property
    def posteriors(self) -> tuple[Posterior, ...]:
        """Calibrations that move the numbers of the base, and so of all."""
        base = self.plan(())
        return tuple(posterior_in(base.posteriors, name) for name in base.scenario.posterior)

    def plan(self, portfolio: Portfolio) -> Plan:
        """A portfolio laid over the base, its title and its files. Raises ScenarioError if that cannot be."""
        if () not in self._plans:
            self._plans[()] = base_plan(self.question.base_file)
        if portfolio not in self._plans:
            self._plans[portfolio] = plan_of(self._plans[()], AND.join(portfolio))
        return self._plans[portfolio]

    def scenario(self, portfolio: Portfolio, rows: int) -> Scenario:
        """What is run of a portfolio, as described."""
        scenario = self.question.overlaid(self.plan(portfolio).scenario)
        return scenario.model_copy(update={"parcels_per_row": rows})

    @property
    def horizon(self) -> str:
        """The reported time."""
        found = self.question.overlaid(self.plan(()).scenario).horizon
        return f"{found.start} to {found.end}"

    def runs(self, portfolios: Sequence[Portfolio], rows: int) -> Runs:
        """Runs of some portfolios, none yet."""
        texts = [self.scenario(each, rows).model_dump_json(by_alias=True) for each in portfolios]
        return Runs(texts, self.posteriors, self.unit, self.store, self.workers)

    @cached_property
    def per_draw(self) -> int | None:
        """Replications of a draw; None if nothing is drawn in any portfolio."""
        names = self.question.interventions
        wholes = [(), *(with_required((name,), self.question.choices) for name in names)]
        is_drawn = any(self.plan(each).scenario.uncertain for each in wholes) or bool(self.posteriors)
        return self.plan(()).scenario.replications_per_draw if is_drawn else None

    @property
    def unit(self) -> int:
        """Replications that make one observation: those of a draw."""
        return self.per_draw or 1

    def in_units(self, replications: int) -> int:
        """So many replications, or a few more, as observations: two at least."""
        return max(2, math.ceil(replications / self.unit))

    @cached_property
    def capitals(self) -> tuple[np.ndarray, np.ndarray]:
        """Central capital of each portfolio float64[portfolios], and the share of draws in which it overruns."""
        drawn = {name: self._capital_drawn(name) for name in self.question.interventions}
        central = np.array([sum(self.question.interventions[n].capital for n in each) for each in self.portfolios])
        budget = math.inf if self.question.asked.budget is None else self.question.asked.budget
        zero = np.zeros(DRAWS_OF_CAPITAL)
        overrun = [float((sum((drawn[n] for n in each), zero) > budget).mean()) for each in self.portfolios]
        return central, np.array(overrun)

    def _capital_drawn(self, name: str) -> np.ndarray:
        """Capital of an intervention over draws, the first ones those of the runs."""
        scenario = self.plan(with_required((name,), self.question.choices)).scenario
        path = f"interventions.{name}.capital"
        if path not in scenario.uncertain:
            return np.full(DRAWS_OF_CAPITAL, self.question.interventions[name].capital)
        number = uncertain_number(scenario, path, scenario.uncertain[path])
        return np.array([number.quantile(quantile_in(scenario.seed, d, path)) for d in range(DRAWS_OF_CAPITAL)])
