"""The check that stations form no circle between lanes: what travels is advanced upstream first."""

from collections.abc import Iterator
from itertools import pairwise

from sim.scenario.checks.findings import Found
from sim.scenario.checks.ways import section_of
from sim.scenario.itineraries import itineraries
from sim.scenario.scenario import Scenario


def circles(s: Scenario) -> Iterator[Found]:
    """Between lanes, and consolidations, stations must form no circle."""
    after: dict[str, set[str]] = {}
    for steps in _sequences(s):
        if len(set(steps)) < len(steps):
            continue  # reported by itself
        for step, following in pairwise(steps):
            if not {step, following} & (s.lanes.keys() | s.consolidations.keys()):
                after.setdefault(step, set()).add(following)
    done: set[str] = set()
    for start in after:
        circle = _circle(after, start, done)
        if circle:
            section = section_of(s, circle[0]) or "stations"
            yield (section, circle[0]), f"stations stand in a circle between lanes: {' -> '.join(circle)}", None
            return


def _sequences(s: Scenario) -> Iterator[tuple[str, ...]]:
    """All steps that follow one another: loads end at their warehouse, orders go on from it to the fallback."""
    for way in itineraries(s):
        inner = {"order": way.steps[1:], "return": way.steps[:-1]}.get(way.kind, way.steps)
        if s.warehouses.keys().isdisjoint(inner):  # else reported by itself
            yield (*way.steps, way.owner) if way.kind == "load" else way.steps
    for name, warehouse in s.warehouses.items():
        fallback = s.routes.get(warehouse.fallback.route) if warehouse.fallback else None
        for path in fallback.paths.values() if fallback else ():
            yield name, path.steps[0]


def _circle(after: dict[str, set[str]], start: str, done: set[str]) -> list[str]:
    """The first circle reached from ``start``, without recursion; ``done`` is known to lead to none."""
    trail: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(after.get(start, ()))))]
    trail.append(start)
    while stack:
        following = next(stack[-1][1], None)
        if following is None:
            done.add(stack.pop()[0])
            trail.pop()
        elif following in trail:
            return [*trail[trail.index(following) :], following]
        elif following not in done:
            stack.append((following, iter(sorted(after.get(following, ())))))
            trail.append(following)
    return []
