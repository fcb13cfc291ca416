"""From a scenario file to a scenario: its base, its corridors, what is laid on top, its interventions, and all checks.

Files are looked for inside one library only: the nearest folder above the scenario file that holds `corridors/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean, listed, shown
from sim.ledger.posteriors import posteriors_near
from sim.reading import Source, Tree, also_wrong, build, overlay, problem_at, read_tree, union, without_sources
from sim.reading.tree import Path as TreePath
from sim.scenario.checks import problems_across, problems_of_draws
from sim.scenario.checks.as_written import besides, misspelt
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.interventions.files import KEY, Named, as_mapping, taken
from sim.scenario.interventions.ranges import as_settable, ranges_of
from sim.scenario.library import claimed, file_called, library_of, near, of_no_library
from sim.scenario.scenario import Scenario
from sim.scenario.setting import paths_of

LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Loaded:
    """A described scenario that passed all checks, also as the world that runs; the source of its numbers by path."""

    scenario: Scenario
    sources: Mapping[TreePath, Source]
    tree: Tree
    posteriors: Path
    """The folder of the calibrations that it names."""


def load(
    path: str | Path,
    interventions: Sequence[Named] = (),
    *,
    is_bare: bool = False,
    is_for_calibration: bool = False,
) -> Loaded:
    """Read, assemble, validate and check a scenario file. Raises ScenarioError with every problem found.

    ``interventions`` are laid over it besides its own, by name or file; a bare scenario is without its own.
    What is loaded to be calibrated has nothing to draw: an earlier posterior may not fit it any more.
    """
    path = Path(path)
    assembled = _assembled(path, ())
    found = taken(_without_interventions(assembled) if is_bare else assembled, library_of(path), path, interventions)
    tree, sources, problems = without_sources(found.tree)
    problems = [*found.problems, *problems]
    try:
        scenario = build(Scenario, tree)
    except ScenarioError as error:
        # Without an intervention that is wrong, names that it adds are not there and would be told as misspelt.
        told = [*problems, *error.problems]
        if not found.problems:
            told = besides(besides(told, misspelt(tree)), also_wrong(Scenario, tree, partial(_across, path=path)))
        raise ScenarioError(told) from None
    if found.problems:
        raise ScenarioError(problems)
    ranges = ranges_of(tree, sources, found.added)
    ranges = (as_settable(ranges, set(paths_of(scenario))) if ranges else ranges) | scenario.uncertain
    scenario = scenario.model_copy(update={"uncertain": ranges}) if ranges else scenario
    if is_for_calibration:
        scenario = scenario.model_copy(update={"posterior": (), "uncertain": {}})
    posteriors = posteriors_near(path.parent)
    problems += _across(scenario, tree, path)
    problems += problems_of_draws(scenario, tree, str(path), posteriors)
    if problems:
        raise ScenarioError(problems)
    return Loaded(scenario.as_read_from(path), sources, tree, posteriors)


def _across(scenario: Scenario, tree: Tree, path: Path) -> list[Problem]:
    """What is wrong between the parts of a scenario that could be built."""
    expansion = expansion_of(scenario)
    return problems_across(expansion.scenario, tree, str(path), expansion.found, expansion.place)


def _assembled(path: Path, above: tuple[Path, ...]) -> Tree:
    """The file over its corridors over its base."""
    own, is_list = as_mapping(read_tree(path))
    if not above and "scenario" not in own.children:
        message = "the key 'scenario' is missing: a scenario has its own name"
        raise ScenarioError([problem_at(own, ("scenario",), message)])
    below, corridors = _below(path, own, above)
    if corridors:
        world = corridors[0]
        for other in corridors[1:]:
            world = union(world, other)
        below.append(world)
    layers = [*below, own]
    result = layers[0]
    for layer in layers[1:]:
        replaced = _without_interventions(result) if layer is own and is_list else result
        result = claimed(overlay(replaced, layer), layer)
    return result


def _below(path: Path, own: Tree, above: tuple[Path, ...]) -> tuple[list[Tree], list[Tree]]:
    """The base that a file names, and the corridors. Raises ScenarioError with what is wrong with either."""
    base: list[Tree] = []
    corridors: list[Tree] = []
    problems: list[Problem] = []
    try:
        base = [_untitled(_base(path, own, above))] if "base" in own.children else []
    except ScenarioError as error:
        problems += error.problems
    try:
        corridors = _corridors(path, own)
    except ScenarioError as error:
        problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return base, corridors


def _without_interventions(tree: Tree) -> Tree:
    return replace(tree, value={key: child for key, child in tree.children.items() if key != KEY})


def _untitled(base: Tree) -> Tree:
    """A base without its title, which would say of another scenario what it shows."""
    return replace(base, value={key: child for key, child in base.children.items() if key != "title"})


def _base(path: Path, own: Tree, above: tuple[Path, ...]) -> Tree:
    node = own.children["base"]
    if not isinstance(node.value, str):
        raise ScenarioError([problem_at(own, ("base",), "the base is the name of one file")])
    target = file_called(path.parent, node.value)
    chain = (*above, path.resolve())
    hint = None
    if not target.is_relative_to(library_of(path)):
        message = f"the base {shown(node.value)} lies outside the folder {library_of(path).name}/"
        hint = of_no_library(library_of(path))
    elif target in chain:
        message = f"bases in a circle: {' -> '.join(file.name for file in (*chain, target))}"
    elif len(chain) > LONGEST_CHAIN:
        message = f"more than {LONGEST_CHAIN} bases upon each other"
    elif not target.is_file():
        message = f"there is no file {shown(node.value)}"
        beside = [file.name for file in sorted(target.parent.glob("*.yaml"))]
        hint = did_you_mean(target.name, beside) or of_no_library(library_of(path))
    else:
        return _assembled(near(target), chain)
    raise ScenarioError([problem_at(own, ("base",), message, hint)])


def _corridors(path: Path, own: Tree) -> list[Tree]:
    node = own.children.get("corridors")
    if node is None:
        return []
    if not isinstance(node.value, tuple):
        raise ScenarioError([problem_at(own, ("corridors",), "a list of corridors is expected, such as [harbin]")])
    folder = library_of(path) / "corridors"
    known = [file.stem for file in sorted(folder.glob("*.yaml"))]
    found: list[Tree] = []
    problems: list[Problem] = []
    for i, item in enumerate(node.items):
        if item.value in known:
            found.append(read_tree(near(folder / f"{item.value}.yaml")))
            continue
        here = f"known here: {listed(known, 'and')}" if known else of_no_library(folder.parent)
        hint = did_you_mean(str(item.plain()), known) or here
        problems.append(problem_at(own, ("corridors", i), f"there is no corridor {shown(item.plain())}", hint))
    if problems:
        raise ScenarioError(problems)
    return found
