"""Ways: all itineraries with where they stand in a scenario, and whether their steps follow one another in space."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.errors import listed
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found, near
from sim.scenario.gateways import candidates
from sim.scenario.itineraries import Itinerary, itineraries
from sim.scenario.routes import Route
from sim.scenario.scenario import World

NOUNS = {
    "stations": "station",
    "customs": "customs office",
    "lanes": "lane",
    "last_miles": "last mile",
    "consolidations": "consolidation",
    "warehouses": "warehouse",
}
"""The sections whose things are steps, and what one of them is called."""


@dataclass(frozen=True)
class Way:
    """An itinerary, and the path at which its steps stand."""

    itinerary: Itinerary
    at: Path

    @property
    def said(self) -> str:
        """What travels by it, in words."""
        way = self.itinerary
        return {
            "order": f"the path '{way.path}' of the route '{way.owner}'",
            "return": f"returns of the path '{way.path}' of the route '{way.owner}'",
            "freight": f"the freight '{way.owner}'",
            "load": f"the loads of the warehouse '{way.owner}'",
        }[way.kind]


def ways(s: World) -> Iterator[Way]:
    """All itineraries, with where they stand."""
    for way in itineraries(s):
        yield Way(
            way,
            {
                "order": ("routes", way.owner, "paths", way.path, "steps"),
                "return": ("routes", way.owner, "paths", way.path, "return_steps"),
                "freight": ("freight", way.owner, "steps"),
                "load": ("warehouses", way.owner, "replenishment", "steps"),
            }[way.kind],
        )


def section_of(s: World, step: str) -> str | None:
    """The section in which a step is described; None if there is no such step."""
    return next((section for section in ("lanes", *NOUNS) if step in getattr(s, section)), None)


def are_known(s: World, *steps: str) -> bool:
    """Whether there are all these steps."""
    return all(section_of(s, step) for step in steps)


def ends_of(s: World, step: str, here: str | None) -> tuple[str | None, str | None]:
    """Where a step must begin, and where it ends; None for a place that there is not."""
    section = section_of(s, step)
    if section == "last_miles":
        return here, here
    if section is None:
        return None, None
    thing = getattr(s, section)[step]
    begins, ends = (thing.from_, thing.to) if section == "lanes" else (thing.place, thing.place)
    return begins if begins in s.places else None, ends if ends in s.places else None


def end_of(s: World, steps: Iterable[str], here: str | None = None) -> str | None:
    """The place at which steps end."""
    for step in steps:
        here = ends_of(s, step, here)[1]
    return here


def walk(s: World, at: Path, steps: tuple[str, ...], here: str | None, sections: Iterable[str]) -> Iterator[Found]:
    """Whether steps are of these sections and follow one another in space from a place, each once."""
    known = [name for section in sections for name in getattr(s, section)]
    nouns = [NOUNS[section] for section in sections]
    for i, step in enumerate(steps):
        if step not in known:
            section = section_of(s, step)
            is_other = f"'{step}' is a {NOUNS[section]}; a {listed(nouns)} is expected here" if section else None
            yield (*at, i), is_other or f"there is no {listed(nouns)} '{step}'", None if section else near(step, known)
            here = ends_of(s, step, here)[1]
            continue
        if step in steps[:i]:
            yield (*at, i), f"the path passes '{step}' twice", None
        begins, ends = ends_of(s, step, here)
        if None not in (here, begins) and begins != here:
            yield (*at, i), f"the path cannot be walked: it is in {here}, but '{step}' begins in {begins}", None
        here = ends


def regions_of(s: World, name: str, path: str) -> list[str]:
    """The regions of a promise whose parcels take a path of a route, as described or under a dated change."""
    route = s.routes[name]
    changes = [change for change in s.changes.values() if ".gateways." in change.change]
    return [
        region
        for region in route.gateways
        if region in route.promise and path in candidates(route, region, changes, name)
    ]


def carried(s: World, route: Route) -> tuple[str, ...]:
    """The products that a route carries; unknown names are left out, they are reported by themselves."""
    products = s.products if route.products is None else route.products
    return tuple(product for product in products if product in s.products)
