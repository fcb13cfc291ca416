"""Checks of containers: they are unpacked once, where they are packed, and share no servers with single parcels."""

from collections.abc import Iterator

from sim.scenario.checks.findings import Found
from sim.scenario.checks.ways import NOUNS, Way, section_of, ways
from sim.scenario.itineraries import steps_in_containers
from sim.scenario.scenario import Scenario

_TRAVELS = {
    "order": "parcels arrive singly here; it belongs after a consolidation",
    "return": "parcels come back singly",
    "freight": "freight is never unpacked",
    "load": "loads are unpacked by the receiving of their warehouse",
}


def packing(s: Scenario) -> Iterator[Found]:
    """What is wrong with containers on their ways."""
    all_ways = list(ways(s))
    for way in all_ways:
        if way.itinerary.kind == "order":
            yield from _packs(s, way)
        yield from _unpacks(s, way)
    yield from _mixed(s, all_ways)
    passed = {step for way in all_ways for step in way.itinerary.steps}
    for name in s.consolidations:
        if name not in passed:
            yield (
                ("consolidations", name),
                f"no path passes the consolidation '{name}': make it a step, or leave it out",
                None,
            )


def _packs(s: Scenario, way: Way) -> Iterator[Found]:
    """A path passes one consolidation at most, and a station that unpacks its containers further on."""
    steps = way.itinerary.steps
    packs = [i for i, step in enumerate(steps) if step in s.consolidations]
    for i in packs[1:]:
        message = f"a path passes one consolidation at most; '{steps[packs[0]]}' comes before '{steps[i]}'"
        yield (*way.at, i), message, None
    if packs and not any(_is_unpacking(s, step) for step in steps[packs[0] :]):
        message = f"the containers of '{steps[packs[0]]}' are never unpacked: no later station of the path has"
        yield (*way.at, packs[0]), f"{message} unpacks_containers: true", None


def _unpacks(s: Scenario, way: Way) -> Iterator[Found]:
    """A station that unpacks is passed in containers of a consolidation only, and once."""
    steps, kind = way.itinerary.steps, way.itinerary.kind
    packed = steps_in_containers(s, way.itinerary) if kind == "order" else set()
    for i, step in enumerate(steps):
        if _is_unpacking(s, step) and step not in packed:
            yield (*way.at, i), f"'{step}' unpacks containers of a consolidation, but {_TRAVELS[kind]}", None


def _is_unpacking(s: Scenario, step: str) -> bool:
    return step in s.stations and s.stations[step].unpacks_containers


def _mixed(s: Scenario, all_ways: list[Way]) -> Iterator[Found]:
    """Servers, and limits of pieces, that take single parcels and containers alike."""
    singly: dict[str, str] = {}
    packed: dict[str, str] = {}
    for way in all_ways:
        in_containers = steps_in_containers(s, way.itinerary)
        for step in way.itinerary.steps:
            (packed if step in in_containers else singly).setdefault(step, way.said)
    for step in singly.keys() & packed.keys():
        both = f"single parcels ({singly[step]}) and containers ({packed[step]})"
        section = section_of(s, step)
        if section in ("stations", "customs") and _has_servers(s, step) and not _is_unpacking(s, step):
            message = f"'{step}' serves {both} by the same servers; give each a {NOUNS[section]} of its own"
            yield (section, step), message, None
        elif section == "lanes" and s.lanes[step].payload.pieces is not None:
            message = f"pieces of this lane would be {both}; give mass or volume instead, or each a lane of its own"
            yield ("lanes", step, "payload", "pieces"), message, None


def _has_servers(s: Scenario, step: str) -> bool:
    queues = (s.stations[step],) if step in s.stations else (s.customs[step].release, s.customs[step].examination)
    return any(queue is not None and queue.servers is not None for queue in queues)
