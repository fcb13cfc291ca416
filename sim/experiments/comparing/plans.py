"""Plans: a baseline with interventions, or another scenario of the same origins and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.errors import SimError, listed
from sim.experiments.comparing.costs import in_force
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario


class PlanError(SimError):
    """Plans that cannot be compared."""


@dataclass(frozen=True)
class Plan:
    """One alternative: its name, what it is called, and its scenario as described, interventions and all."""

    name: str
    title: str
    scenario: Scenario

    @property
    def interventions(self) -> Mapping[str, Intervention]:
        """What it consists of, as described."""
        return self.scenario.interventions

    def own(self, base: "Plan") -> dict[str, Intervention]:
        """Interventions that it has and the baseline has not, or not so."""
        return {name: one for name, one in self.interventions.items() if base.interventions.get(name) != one}


def checked(base: Plan, plans: Sequence[Plan]) -> None:
    """Refuse plans that cannot be compared with the baseline, naming the plan and what is in the way."""
    names = [base.name]
    for plan in plans:
        if plan.name in names:
            raise PlanError(f"two plans are called '{plan.name}'; each is compared once, under a name of its own")
        names.append(plan.name)
        _same(plan, "origins", list(plan.scenario.market.origins), list(base.scenario.market.origins))
        ours, theirs = plan.scenario.horizon, base.scenario.horizon
        for field in ("start", "end", "warm_up", "drain"):
            _same(plan, f"horizon.{field}", [str(getattr(ours, field))], [str(getattr(theirs, field))])


def _same(plan: Plan, what: str, ours: list[str], theirs: list[str]) -> None:
    if sorted(ours) != sorted(theirs):
        raise PlanError(
            f"the plan '{plan.name}' cannot be compared: its {what} is {listed(ours, 'and')}, that of the baseline "
            f"{listed(theirs, 'and')}; a plan has the origins and the time of its baseline"
        )


def starts(interventions: Mapping[str, Intervention]) -> list[str]:
    """Names of interventions in the order in which they begin."""
    return sorted(interventions, key=lambda name: (in_force(interventions[name])[0], name))
