"""Plans as scenario files: written from what was chosen, read by the strict reader, told with their cost and effort."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sim.errors import AbsurdScenarioError, ScenarioError
from sim.experiments.estimate import refuse_if_absurd, workers_that_fit
from sim.language import LANGUAGES, Names, Numbers, catalogue, marked
from sim.language.changing import Changing
from sim.page.library import Library
from sim.page.saying import PageError
from sim.page.sizes import Size, sizes_of
from sim.page.wanted import Chosen, Wanted, WantedPlan
from sim.report.interventions import changes_of
from sim.scenario.altering import slug
from sim.scenario.interventions.explaining import explained
from sim.scenario.interventions.laying import with_required
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario

CHECKED = 256
"""Plans whose check is remembered."""
NO_CHOICE = marked("Nothing is chosen: it is the corridor as it is.")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a plan, and in which intervention."""

    where: str
    message: str


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

    def read(self, wanted: Wanted) -> list[Read]:
        """Each plan; those that cannot be read say why."""
        base = self.library.baseline(wanted.corridor)
        slugs = _slugs([plan.name for plan in wanted.plans], base.name)
        return [self._read(base.name, plan, own) for plan, own in zip(wanted.plans, slugs, strict=True)]

    def _read(self, base: str, plan: WantedPlan, own: str) -> Read:
        faults = list(self._unknown(plan)) or ([] if plan.chosen else [Fault("", NO_CHOICE)])
        if faults:
            return Read(plan.name, own, "", None, tuple(faults), ())
        chosen = {one.name: one for one in plan.chosen}
        names = [str(one) for one in with_required(self.library.file_of(base), (), list(chosen))]
        required = tuple(name for name in names if name not in chosen)
        sizes = {name: self.sizes(base, name, "en") for name, one in chosen.items() if one.sizes}
        if faults := list(_not_sizes(chosen, sizes)):
            return Read(plan.name, own, "", None, tuple(faults), required)
        overlays = {name: self._overlay(one, sizes.get(name, {})) for name, one in chosen.items()}
        text = text_of(base, own, plan.name, names, overlays)
        scenario, found = self._scenario(text, self.library.stamp)
        return Read(plan.name, own, text, scenario, found, required)

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

    def _end(self, one: Chosen) -> dict[str, Any]:
        """How a plan's file says until when an intervention acts: one whose start is drawn lasts so long instead."""
        assert one.until is not None
        tree = self.library.intervention(one.name)
        at = one.at or date.fromisoformat(str(tree.children["at"].plain()))
        if "starts_within" in tree.children:
            return {"lasts": f"{max((one.until - at).days, 1)} d"}
        return {"until": one.until.isoformat()} | ({"lasts": None} if "lasts" in tree.children else {})

    def _overlay(self, one: Chosen, sizes: Mapping[str, Size]) -> dict[str, Any]:
        """What is laid over an intervention's file."""
        said: dict[str, Any] = {}
        if one.at is not None:
            said["at"] = one.at.isoformat()
        if one.until is not None:
            said |= self._end(one)
        for path, value in one.sizes.items():
            *above, last = _keys(path)
            node = said
            for key in above:
                node = node.setdefault(key, {})
            node[last] = sizes[path].written(value)
        return said

    def sizes(self, base: str, name: str, language: str) -> dict[str, Size]:
        """The sizes of an intervention by their paths."""
        changing = changing_of(self.library.loaded(base).scenario, language)
        return {size.path: size for size in sizes_of(self.library.intervention(name), changing)}

    def _scenario_of(self, text: str, stamp: int) -> tuple[Scenario | None, tuple[Fault, ...]]:
        """What the strict reader makes of a plan's text beside the library's files."""
        file = self.library.folder / f".plan-{os.getpid()}-{abs(hash((text, stamp))):x}.yaml"
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
            {"plan": one.name, "where": fault.where, "message": t(fault.message)}
            for one in read
            for fault in one.faults
        ]
        good = [(one, one.scenario) for one in read if one.scenario is not None]
        effort: dict[str, Any] = {"seconds": None, "memory_bytes": None, "workers": None}
        if not errors:
            base = self.library.loaded(wanted.corridor).scenario
            try:
                effort = effort_of([base, *(scenario for _, scenario in good)], wanted)
            except AbsurdScenarioError as error:
                errors.append({"plan": "", "where": "", "message": str(error).removeprefix("error: ")})
        return {
            "ok": not errors,
            "errors": errors,
            "plans": [_told(one, scenario, language) for one, scenario in good],
            **effort,
            "yaml": {one.name: one.text for one in read if one.text},
        }


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


def changing_of(scenario: Scenario, language: str) -> Changing:
    """Numbers of a scenario in the words of a language."""
    t = catalogue(language if language in LANGUAGES else "en")
    return Changing(Names(scenario, t), t, Numbers(t.language))


def faults_of(error: ScenarioError) -> Iterator[Fault]:
    """Each problem of a plan, at the intervention that it lies in."""
    for problem in error.problems:
        parts = problem.path.split(".")
        where = parts[1] if parts[0] == "interventions" and len(parts) > 1 else ""
        yield Fault(where, f"{problem.message}{f' ({problem.hint})' if problem.hint else ''}")
    if not error.problems:
        yield Fault("", str(error).removeprefix("error: "))


def effort_of(scenarios: Sequence[Scenario], wanted: Wanted) -> dict[str, Any]:
    """Seconds and memory of a comparison, as `sim compare` would share it out; AbsurdScenarioError if too much."""
    n = wanted.replications
    same = {"parcels_per_row": wanted.parcels_per_row}
    found = [scenario.model_copy(update=same) for scenario in scenarios]
    single = [refuse_if_absurd(scenario, replications=n, workers=1) for scenario in found]
    peaks = [one.peak_bytes for one in single for _ in range(n)]
    workers = workers_that_fit(peaks, min(os.cpu_count() or 1, len(peaks)))
    seconds = sum(one.seconds for one in single) / workers
    return {"seconds": seconds, "memory_bytes": sum(sorted(peaks)[-workers:]), "workers": workers}


# -- files -------------------------------------------------------------------------------------------------------------


def text_of(base: str, own: str, title: str, names: Sequence[str], overlays: Mapping[str, Any]) -> str:
    """A plan as a scenario file that may stand beside its base: what differs from the interventions' files only."""
    lines = [f"base: {base}.yaml", f"scenario: {own}", f"title: {_quoted(title)}", "interventions:"]
    lines += [line for name in names for line in _block(name, overlays.get(name, {}), 1)]
    return "\n".join(lines) + "\n"


def _keys(path: str) -> list[str]:
    """The keys of a path: what stands under a field of a measure is one key, dots and all."""
    return path.split(".", 3) if path.startswith("measures.") else [path]


def _block(key: str, value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if not isinstance(value, dict):
        return [f"{pad}{_key(key)}: {_scalar(value)}"]
    if not value:
        return [f"{pad}{_key(key)}: {{}}"]
    return [f"{pad}{_key(key)}:", *(line for name, one in value.items() for line in _block(name, one, depth + 1))]


def _key(key: str) -> str:
    return key if "." not in key else _quoted(key)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    return value if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """A text in quotes, as JSON, of which YAML 1.2 is a superset."""
    return json.dumps("".join(sign for sign in text if sign.isprintable()), ensure_ascii=False)


def _slugs(names: Sequence[str], base: str) -> list[str]:
    """A name for each plan's tables: of its own letters where it has any, else its number; each once."""
    taken, found = {base}, []
    for number, name in enumerate(names, 1):
        stem = slug(name)[:50].strip("-") or f"plan-{number}"
        own = next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if each not in taken)
        taken.add(own)
        found.append(own)
    return found


def _not_sizes(chosen: Mapping[str, Chosen], sizes: Mapping[str, Mapping[str, Size]]) -> Iterator[Fault]:
    for name, one in chosen.items():
        for path in one.sizes:
            if path not in sizes.get(name, {}):
                yield Fault(name, marked("There is no such size."))
