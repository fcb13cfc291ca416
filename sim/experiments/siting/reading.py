"""From a siting file to what is asked: read strictly, checked against the base it names. Imports no numpy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError, did_you_mean, gathered, listed, shown
from sim.experiments.siting.contract import SLACK, Built, Candidate, Siting
from sim.ledger import range_faults
from sim.reading import Source, Tree, build, problem_at, read_tree, without_sources
from sim.reading.tree import Path as TreePath
from sim.reading.tree import nearest
from sim.scenario.interventions.files import known_files
from sim.scenario.library import file_called, library_of, near
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario

KEY = "siting"
Found = tuple[TreePath, str, str | None]
"""Where something is wrong, what, and a hint."""


@dataclass(frozen=True)
class Asked:
    """A siting file that passed all checks, and the scenario that it is asked of."""

    file: Path
    siting: Siting
    tree: Tree
    """As read, without the sources."""
    sources: Mapping[TreePath, Source]
    base: Loaded
    base_file: Path

    @property
    def scenario(self) -> Scenario:
        """The base, as described."""
        return self.base.scenario

    @property
    def files(self) -> tuple[Path, ...]:
        """All files below the answer."""
        return (self.file, self.base_file)


def is_siting(tree: Tree) -> bool:
    """Whether a file asks where something should stand, rather than describing a scenario."""
    return KEY in tree.children and "scenario" not in tree.children


def read_siting(file: Path) -> Asked:
    """Read and check a siting file and its base. Raises ScenarioError with everything that is wrong, at its line."""
    tree, sources, problems = without_sources(read_tree(file))
    try:
        siting = build(Siting, tree)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    problems += _of_ranges(tree, sources)
    if siting.siting != file.stem:
        problems.append(problem_at(tree, (KEY,), f"a siting has the name of its file, '{file.stem}'"))
    with gathered(problems):
        base_file = _base(file, siting, tree)
        base = load(base_file)
        known = known_files(library_of(file))
        problems += [problem_at(tree, *found) for found in _faults(siting, base.scenario, known)]
    if problems:
        raise ScenarioError(problems)
    return Asked(file, siting, tree, sources, base, base_file)


def _base(file: Path, siting: Siting, tree: Tree) -> Path:
    library = library_of(file)
    target = file_called(library, siting.base)
    if target.is_relative_to(library) and target.is_file():
        return near(target)
    hint = did_you_mean(target.name, [each.name for each in sorted(library.glob("*.yaml"))])
    message = f"there is no file {shown(siting.base)} in the folder {library.name}/"
    raise ScenarioError([problem_at(tree, ("base",), message, hint)])


def _of_ranges(tree: Tree, sources: Mapping[TreePath, Source]) -> Iterator[Problem]:
    for path, source in sources.items():
        if isinstance(source.range, tuple):
            for message, hint in range_faults(nearest(tree, path)[0], *source.range):
                yield source.mark.problem(message, path, hint)


def _faults(siting: Siting, base: Scenario, files: Mapping[str, Path]) -> Iterator[Found]:
    yield from _of_demand(siting, base)
    for name, candidate in siting.candidates.items():
        at: TreePath = ("candidates", name)
        yield from _of_reach(siting, candidate, at)
        if candidate.intervention is not None:
            yield from _unknown([candidate.intervention], files, "intervention", (*at, "intervention"))
        elif siting.warehouse is None:
            yield at, "nothing opens it: give `intervention`, or `warehouse` for the whole file", None
        if candidate.supply is not None:
            yield from _of_supply(candidate, base, at)
    if siting.warehouse is not None:
        yield from _of_built(siting, siting.warehouse, base)
    yield from _unreached(siting, base)


def _unknown(names: Iterable[str], known: Iterable[str], what: str, path: TreePath) -> Iterator[Found]:
    known = list(known)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"known here: {listed(known[:20], 'and')}"
            yield path, f"there is no {what} '{name}'", hint


def _of_demand(siting: Siting, base: Scenario) -> Iterator[Found]:
    for route, hauled in siting.demand.routes.items():
        yield from _unknown([route], base.routes, "route", ("demand", "routes", route))
        if hauled.gateway is not None:
            for name, candidate in siting.candidates.items():
                yield from _missing_gateway(hauled.gateway, candidate, ("candidates", name, "to_gateways"))
    for region in siting.regions:
        yield from _unknown([region], base.regions, "region", ("regions", region))
    total = sum(cluster.weight for cluster in siting.clusters.values())
    if siting.clusters and abs(total - 1) > SLACK:
        yield ("clusters",), f"the weights sum to {total:g}, not 1", None
    by_container = any(
        haul.cost_per_container is not None for each in siting.candidates.values() for haul in each.to_gateways.values()
    )
    if by_container and siting.demand.kg_per_container is None:
        yield ("demand",), "a cost_per_container needs `kg_per_container`", None


def _missing_gateway(gateway: str, candidate: Candidate, at: TreePath) -> Iterator[Found]:
    if gateway not in candidate.to_gateways:
        yield at, f"the way to the gateway '{gateway}' is missing, to which routes of the demand go", None


def _of_reach(siting: Siting, candidate: Candidate, at: TreePath) -> Iterator[Found]:
    for key, given in (("inland_cost_per_kg", candidate.inland_cost_per_kg), ("inland_days", candidate.inland_days)):
        for point in given:
            yield from _unknown([point], siting.points, "cluster or region", (*at, key, point))


def _of_supply(candidate: Candidate, base: Scenario, at: TreePath) -> Iterator[Found]:
    supply = candidate.supply
    assert supply is not None
    steps = [*base.stations, *base.customs, *base.lanes]
    for i, step in enumerate(supply.steps):
        yield from _unknown([step], steps, "step", (*at, "supply", "steps", i))
    if supply.customs is not None:
        yield from _unknown([supply.customs], base.customs, "customs office", (*at, "supply", "customs"))
    if supply.onward is not None:
        yield from _unknown([supply.onward.like], base.lanes, "lane", (*at, "supply", "onward", "like"))
    if candidate.place is None:
        yield at, "a warehouse that is built needs `place`", None


def _of_built(siting: Siting, built: Built, base: Scenario) -> Iterator[Found]:
    yield from _unknown([built.like], base.warehouses, "warehouse", ("warehouse", "like"))
    yield from _unknown([built.route], base.routes, "route", ("warehouse", "route"))
    yield from _unknown([built.last_mile], base.last_miles, "last mile", ("warehouse", "last_mile"))
    for region in built.far:
        yield from _unknown([region], siting.regions, "region", ("warehouse", "far", region))
    if built.like not in base.warehouses:
        return
    for name, candidate in siting.candidates.items():
        stands = candidate.place == base.warehouses[built.like].place
        if not stands and candidate.supply is None and candidate.intervention is None:
            yield ("candidates", name), "what is built there needs `supply`: how its stock comes", None


def known_times(siting: Siting, base: Scenario, candidate: Candidate) -> set[str]:
    """Regions to which the base's last mile has a time from a candidate."""
    if siting.warehouse is None or siting.warehouse.last_mile not in base.last_miles or candidate.place is None:
        return set()
    return set(base.last_miles[siting.warehouse.last_mile].times.get(candidate.place, {}))


def _unreached(siting: Siting, base: Scenario) -> Iterator[Found]:
    """Demand that no candidate can serve, and times that are there twice."""
    reached: set[str] = set()
    for name, candidate in siting.candidates.items():
        known = known_times(siting, base, candidate)
        for region in sorted(known & set(candidate.inland_days)):
            at: TreePath = ("candidates", name, "inland_days", region)
            yield at, f"the base has a time of its own from '{candidate.place}'; leave this one out", None
        of_time = known | set(candidate.inland_days)
        reached |= of_time if siting.weigh == "time" else set(candidate.inland_cost_per_kg)
    key = "inland_days" if siting.weigh == "time" else "inland_cost_per_kg"
    for point in siting.points:
        if point not in reached:
            section = "clusters" if siting.clusters else "regions"
            yield (section, point), f"no candidate can serve it: none has it in `{key}`", None


def asked_otherwise(asked: Asked, changes: Mapping[str, Any]) -> Asked:
    """The same with keys of the file set to something else, as the command line says. Raises ScenarioError."""
    children = {key: child for key, child in asked.tree.children.items() if key not in changes}
    for key, value in changes.items():
        children[key] = _as_tree(value, asked.tree.child(key) or asked.tree)
    tree = replace(asked.tree, value=children)
    siting = build(Siting, tree)
    if found := list(_unreached(siting, asked.scenario)):
        raise ScenarioError([problem_at(tree, *each) for each in found])
    return replace(asked, siting=siting, tree=tree)


def _as_tree(value: Any, at: Tree) -> Tree:
    inner = {key: _as_tree(each, at) for key, each in value.items()} if isinstance(value, dict) else value
    return Tree(inner, at.mark, at.key_mark)
