"""Plans checked: written as files, read by the strict reader, told with what they cost, change and take."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import Any

from sim.errors import AbsurdScenarioError, ScenarioError
from sim.experiments.estimate import Estimate, refuse_if_absurd, workers_that_fit
from sim.language import LANGUAGES, Names, Numbers, catalogue, marked
from sim.language.changing import Changing
from sim.page.library import Library
from sim.page.plan_files import overlay_of, slugs_of, text_of
from sim.page.saying import PageError
from sim.page.sizes import Size, sizes_of
from sim.page.wanted import Chosen, Wanted, WantedPlan
from sim.report.interventions import changes_of
from sim.scenario.interventions.explaining import explained
from sim.scenario.interventions.laying import with_required
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario

UNNAMED = "plan"
"""What a plan is called while it is read, so that it is not read again for another name."""
COSTS = ("capital", "running_per_year")
CHECKED = 256
"""Plans whose check is remembered."""
END, ENDS = "until", ("until", "lasts")
"""How the page calls the field of an intervention's end, and how files do."""
COST_STAYS = marked(
    "Sizes were changed and costs were not: what it costs does not follow its size; set capital and running cost too."
)
TOO_EARLY = marked("It has to end after the day on which it begins.")
NO_CHOICE = marked("Nothing is chosen: it is the corridor as it is.")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a plan, and in which intervention."""

    where: str
    message: str
    field: str = ""
    """`at`, `until` or the path of a size, if it lies in one."""


@dataclass(frozen=True)
class Read:
    """A plan as a file, and what the reader made of it."""

    name: str
    """What the planner calls it."""
    slug: str
    text: str
    scenario: Scenario | None
    faults: tuple[Fault, ...]
    required: tuple[str, ...]
    """Interventions that came along, as chosen ones require them."""


class Plans:
    """Checks plans of a library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._scenario = lru_cache(CHECKED)(self._scenario_of)
        self._estimate = lru_cache(CHECKED)(_estimate_of)

    def read(self, wanted: Wanted) -> list[Read]:
        """Each plan; those that cannot be read say why."""
        base = self.library.baseline(wanted.corridor)
        slugs = slugs_of([plan.name for plan in wanted.plans], [one.name for one in self.library.baselines()])
        return [self._read(base.name, plan, own) for plan, own in zip(wanted.plans, slugs, strict=True)]

    def _read(self, base: str, plan: WantedPlan, own: str) -> Read:
        faults = list(self._unknown(plan)) or ([] if plan.chosen else [Fault("", NO_CHOICE)])
        if faults:
            return Read(plan.name, own, "", None, tuple(faults), ())
        chosen = {one.name: one for one in plan.chosen}
        there = self.library.loaded(base).scenario.interventions
        names = [str(one) for one in with_required(self.library.file_of(base), there, list(chosen))]
        names += [name for name in chosen if name not in names]
        required = tuple(name for name in names if name not in chosen)
        sizes = {name: self.sizes(base, name, "en") for name, one in chosen.items() if one.sizes}
        if faults := list(_not_sizes(chosen, sizes)):
            return Read(plan.name, own, "", None, tuple(faults), required)
        overlays = {
            name: overlay_of(one, self.library.intervention(name), sizes.get(name, {})) for name, one in chosen.items()
        }
        scenario, found = self._scenario(text_of(base, UNNAMED, UNNAMED, names, overlays), self.library.stamp)
        return Read(plan.name, own, text_of(base, own, plan.name, names, overlays), scenario, found, required)

    def _unknown(self, plan: WantedPlan) -> Iterator[Fault]:
        seen: set[str] = set()
        for one in plan.chosen:
            try:
                self.library.intervention(one.name)
            except PageError as error:
                yield Fault(one.name, error.text)
            if one.name in seen:
                yield Fault(one.name, marked("It is chosen twice."))
            seen.add(one.name)

    def sizes(self, base: str, name: str, language: str) -> dict[str, Size]:
        """The sizes of an intervention by their paths."""
        changing = changing_of(self.library.loaded(base).scenario, language)
        return {size.path: size for size in sizes_of(self.library.intervention(name), changing)}

    def _scenario_of(self, text: str, stamp: int) -> tuple[Scenario | None, tuple[Fault, ...]]:
        """What the strict reader makes of a plan's text beside the library's files."""
        file = self.library.folder / f".plan-{os.getpid()}-{get_ident()}.yaml"
        try:
            file.write_text(text, "utf-8")
            return load(file).scenario, ()
        except ScenarioError as error:
            return None, tuple(faults_of(error))
        finally:
            file.unlink(missing_ok=True)

    # -- what a check tells --------------------------------------------------------------------------------------------

    def check(self, wanted: Wanted, language: str) -> dict[str, Any]:
        """Of all plans: what is wrong, what they cost and change, and roughly what running them takes."""
        t, read = catalogue(language), self.read(wanted)
        errors = [
            {"plan": one.name, "where": fault.where, "field": fault.field, "message": t(fault.message)}
            for one in read
            for fault in one.faults
        ]
        good = [
            (plan, one, one.scenario) for plan, one in zip(wanted.plans, read, strict=True) if one.scenario is not None
        ]
        effort: dict[str, Any] = {"seconds": None, "memory_bytes": None, "workers": None}
        if not errors:
            base = self.library.loaded(wanted.corridor).scenario
            try:
                effort = self._effort([base, *(scenario for _, _, scenario in good)], wanted)
            except AbsurdScenarioError as error:
                errors.append({"plan": "", "where": "", "field": "", "message": str(error).removeprefix("error: ")})
        return {
            "ok": not errors,
            "errors": errors,
            "plans": [
                _told(one, scenario, language) | {"cost_note": t(COST_STAYS) if _is_cost_left(plan.chosen) else None}
                for plan, one, scenario in good
            ],
            **effort,
            "yaml": {one.name: one.text for one in read if one.text},
        }

    def _effort(self, scenarios: Sequence[Scenario], wanted: Wanted) -> dict[str, Any]:
        """Seconds and memory of a comparison, as `sim compare` would share it out; AbsurdScenarioError if too much."""
        n = wanted.replications
        single = [self._estimate(_ById(scenario), wanted.parcels_per_row, n) for scenario in scenarios]
        peaks = [one.peak_bytes for one in single for _ in range(n)]
        workers = workers_that_fit(peaks, min(os.cpu_count() or 1, len(peaks)))
        seconds = sum(one.seconds for one in single) / workers
        return {"seconds": seconds, "memory_bytes": sum(sorted(peaks)[-workers:]), "workers": workers}


@dataclass(frozen=True)
class _ById:
    """A scenario that is remembered as the object it is: comparing two takes longer than they are worth."""

    scenario: Scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.scenario is self.scenario


def _estimate_of(one: _ById, parcels_per_row: int, n: int) -> Estimate:
    scenario = one.scenario.model_copy(update={"parcels_per_row": parcels_per_row})
    return refuse_if_absurd(scenario, replications=n, workers=1)


def _told(plan: Read, scenario: Scenario, language: str) -> dict[str, Any]:
    found, changing = explained(scenario), changing_of(scenario, language)
    own = [each.intervention for each in found]
    return {
        "name": plan.name,
        "slug": plan.slug,
        "capital_cny": sum(one.capital for one in own),
        "yearly_cny": sum(one.running_per_year for one in own),
        "required": [{"name": name, "title": changing.names.intervention(name)} for name in plan.required],
        "changes": [f"{change.when} {change.what}" for each in found for change in changes_of(changing, each)],
    }


def _is_cost_left(chosen: Sequence[Chosen]) -> bool:
    """Whether an intervention is of another size at the same cost."""
    return any(
        any(path.startswith("measures.") for path in one.sizes) and not any(path in COSTS for path in one.sizes)
        for one in chosen
    )


def changing_of(scenario: Scenario, language: str) -> Changing:
    """Numbers of a scenario in the words of a language."""
    t = catalogue(language if language in LANGUAGES else "en")
    return Changing(Names(scenario, t), t, Numbers(t.language))


def faults_of(error: ScenarioError) -> Iterator[Fault]:
    """Each problem of a plan, at the intervention that it lies in."""
    for problem in error.problems:
        above, _, rest = problem.path.partition(".")
        where, _, field = rest.partition(".") if above == "interventions" else ("", "", "")
        said = f"{problem.message}{f' ({problem.hint})' if problem.hint else ''}"
        if problem.message == f"`{END}` must lie after `at`":
            said, field = TOO_EARLY, END
        yield Fault(where, said, END if field in ENDS else field)
    if not error.problems:
        yield Fault("", str(error).removeprefix("error: "))


def _not_sizes(chosen: Mapping[str, Chosen], sizes: Mapping[str, Mapping[str, Size]]) -> Iterator[Fault]:
    for name, one in chosen.items():
        for path in one.sizes:
            if path not in sizes.get(name, {}):
                yield Fault(name, marked("There is no such size."), path)
