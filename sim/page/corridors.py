"""Corridors and what can be done in them, as the page shows them."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from sim.errors import ScenarioError
from sim.language import Names, catalogue
from sim.ledger import numbers_in
from sim.page.library import Baseline, Library
from sim.page.plans import changing_of
from sim.page.sizes import sizes_of
from sim.reading import Tree, without_sources
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

REMEMBERED = 64


class Corridors:
    """What a library holds, in a language."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._detail = lru_cache(REMEMBERED)(self._make_detail)
        self._interventions = lru_cache(REMEMBERED)(self._make_interventions)

    def listed(self, language: str) -> list[dict[str, Any]]:
        """All of them."""
        return [_head(one, language) for one in self.library.baselines()]

    def detail(self, name: str, language: str) -> dict[str, Any]:
        """Places, lanes and routes of one, and how many of its numbers are assumed."""
        return self._detail(name, language, self.library.stamp)

    def interventions(self, name: str, language: str) -> list[dict[str, Any]]:
        """What can be chosen in one: proposals first, then what may happen."""
        return self._interventions(name, language, self.library.stamp)

    def _make_detail(self, name: str, language: str, stamp: int) -> dict[str, Any]:
        baseline, loaded = self.library.baseline(name), self.library.loaded(name)
        names = Names(loaded.scenario, catalogue(language))
        numbers = [number for number in numbers_in(loaded.tree, loaded.sources) if not number.is_setting]
        return {
            **_head(baseline, language),
            "places": _places(loaded.scenario, names),
            "lanes": _lanes(loaded.scenario, names),
            "routes": _routes(loaded.scenario, names),
            "n_assumed": sum(number.status == "assumed" for number in numbers),
            "n_numbers": len(numbers),
        }

    def _make_interventions(self, name: str, language: str, stamp: int) -> list[dict[str, Any]]:
        baseline = self.library.baseline(name)
        changing = changing_of(self.library.loaded(name).scenario, language)
        found = []
        for slug, tree in self.library.interventions(baseline).items():
            with suppress(ValueError, ArithmeticError, ScenarioError):  # a spoilt one does not hide the others
                sizes = [size.record() for size in sizes_of(tree, changing)]
                found.append(_record(slug, tree, language) | {"sizes": sizes})
        return sorted(found, key=lambda one: (one["kind"] == "disruption", one["title"]))


def _head(one: Baseline, language: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": catalogue(language)(one.title),
        "title_en": one.title,
        "start": one.start,
        "end": one.end,
        "illustrative": one.is_illustrative,
        "uploaded": one.is_uploaded,
    }


def _places(scenario: Scenario, names: Names) -> list[dict[str, Any]]:
    """Places that lanes join: where orders come from, where mail crosses a border or is sorted, and the others."""
    joined = {end for lane in scenario.lanes.values() for end in (lane.from_, lane.to)}
    customs = {office.place for office in scenario.customs.values()}
    stock = {warehouse.place for warehouse in scenario.warehouses.values()}
    stations = {station.place for station in scenario.stations.values()}

    def kind(slug: str) -> str:
        if slug in scenario.market.origins:
            return "origin"
        return next((word for word, those in (("warehouse", stock), ("customs", customs), ("station", stations))
                     if slug in those), "transit")  # fmt: skip

    return [
        {"id": slug, "name": names.place(slug), "name_en": place.name.en, "name_zh": place.name.zh,
         "lat": place.latitude, "lon": place.longitude, "country": place.country, "kind": kind(slug)}
        for slug, place in scenario.places.items()
        if slug in joined
    ]  # fmt: skip


def _lanes(scenario: Scenario, names: Names) -> list[dict[str, Any]]:
    return [
        {"id": slug, "from": lane.from_, "to": lane.to, "mode": lane.mode, "name": names.lane(slug)}
        for slug, lane in scenario.lanes.items()
    ]


def _routes(scenario: Scenario, names: Names) -> list[dict[str, Any]]:
    """Service classes with the lanes of each of their paths."""
    return [
        {
            "id": slug,
            "name": names.route(slug),
            "class": route.service_class,
            "origin": route.origin,
            "is_open": route.is_open,
            "paths": [_lanes_of(path.steps, scenario) for path in route.paths.values()],
        }
        for slug, route in scenario.routes.items()
    ]


def _lanes_of(steps: Sequence[str], scenario: Scenario) -> list[str]:
    return [step for step in steps if step in scenario.lanes]


# -- an intervention's file --------------------------------------------------------------------------------------------


def _record(slug: str, tree: Tree, language: str) -> dict[str, Any]:
    plain, _, _ = without_sources(tree)
    said: dict[str, Any] = {key: child.plain() for key, child in plain.children.items() if key != "adds"}
    one = Intervention.model_validate(said)
    t = catalogue(language)
    name = (one.name.zh if language == "zh" else None) or one.name.en
    end = one.ending(one.at)
    return {
        "name": slug,
        "title": name,
        "title_en": one.name.en,
        "title_zh": one.name.zh,
        "describes": t(one.proposes),
        "describes_language": language if one.proposes in t.texts else "en",
        "proposed_in": ", ".join(filter(None, (t(one.document or ""), one.section))),
        "kind": "disruption" if one.is_disruption else "intervention",
        "at": one.at.isoformat(),
        "until": end.isoformat() if end else None,
        "starts_within_days": one.starts_within // DAY,
        "capital_cny": one.capital,
        "yearly_cny": one.running_per_year,
        "paid_by": one.paid_by,
        "requires": list(one.requires),
        "excludes": list(one.excludes),
    }
