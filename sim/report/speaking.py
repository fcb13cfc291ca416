"""The words of one report: texts, numbers and names in its language, for the scenarios of one result."""

from dataclasses import dataclass
from functools import cached_property

from sim.language import Catalogue, Names, Numbers, catalogue
from sim.language.changing import Changing
from sim.report.results import Result

MOST_NAMED = 3
"""A plan of more interventions is called by its own name."""


@dataclass(frozen=True)
class Speaking:
    """Texts, numbers and names of a result in one language."""

    result: Result
    language: str

    @property
    def t(self) -> Catalogue:
        """Texts."""
        return catalogue(self.language)

    @property
    def numbers(self) -> Numbers:
        """Numbers."""
        return Numbers(self.language)

    @cached_property
    def names(self) -> Names:
        """Names of the things of all plans: those of the plan that has most of them."""
        return self.names_of(max(self.result.plans, key=lambda plan: self._size(plan)))

    def names_of(self, plan: str) -> Names:
        """Names of the things of one plan."""
        return Names(self.result.plans[plan], self.t)

    def changing(self, plan: str) -> Changing:
        """Numbers of one plan in words."""
        return Changing(self.names_of(plan), self.t, self.numbers)

    def plan(self, name: str) -> str:
        """What a plan is called: by its own title, else by its interventions, joined by a plus; or the baseline."""
        if name == self.result.base:
            return self.t("baseline") if self.result.kind == "comparison" else self.title
        own_title = self.result.plans[name].title
        if own_title not in ("", self.result.scenario.title):
            return own_title
        return self.interventions(name)

    def interventions(self, name: str) -> str:
        """What a plan consists of beyond the baseline; its name if that is nothing."""
        below = self.result.scenario.interventions
        own = [key for key, one in self.result.plans[name].interventions.items() if below.get(key) != one]
        said = [self.names_of(name).intervention(key) for key in own]
        if len(said) > MOST_NAMED:
            return self.t("{n} together: {name}", n=len(said), name=name)
        return " + ".join(said) or name

    @property
    def title(self) -> str:
        """The corridor: origins to Russia, or to where the regions lie, and the time."""
        scenario = self.result.scenario
        names = self.names_of(self.result.base)
        origins = self.numbers.listed([names.place(origin) for origin in scenario.market.origins])
        first, last = scenario.horizon.start.year, scenario.horizon.end.year
        last -= (scenario.horizon.end.month, scenario.horizon.end.day) == (1, 1)
        years = str(first) if first == last else f"{first}–{last}"
        return self.t("Parcels from {origins}, {years}", origins=origins, years=years)

    def _size(self, plan: str) -> int:
        scenario = self.result.plans[plan]
        return len(scenario.places) + len(scenario.lanes) + len(scenario.stations) + len(scenario.routes)
