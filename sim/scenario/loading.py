"""From a scenario file to a scenario: its base, its corridors, what is laid on top, and the checks across all of it.

Files are looked for inside one library only: the nearest folder above the scenario file that holds `corridors/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean, listed, shown
from sim.ledger.posteriors import posteriors_near
from sim.reading import Source, Tree, build, overlay, problem_at, read_tree, union, without_sources
from sim.reading.tree import Path as TreePath
from sim.scenario.checks import problems_across, problems_of_draws
from sim.scenario.scenario import Scenario

LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Loaded:
    """A scenario that passed all checks, with the source of its numbers by path."""

    scenario: Scenario
    sources: Mapping[TreePath, Source]
    tree: Tree
    posteriors: Path
    """The folder of the calibrations that it names."""


def load(path: str | Path, *, is_for_calibration: bool = False) -> Loaded:
    """Read, assemble, validate and check a scenario file. Raises ScenarioError with every problem found.

    What is loaded to be calibrated has nothing to draw: the posterior of an earlier calibration may no longer fit it.
    """
    path = Path(path)
    tree, sources, problems = without_sources(_assembled(path, ()))
    try:
        scenario = build(Scenario, tree)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    if is_for_calibration:
        scenario = scenario.model_copy(update={"posterior": (), "uncertain": {}})
    posteriors = posteriors_near(path.parent)
    problems += problems_across(scenario, tree, str(path))
    problems += problems_of_draws(scenario, tree, str(path), posteriors)
    if problems:
        raise ScenarioError(problems)
    return Loaded(scenario, sources, tree, posteriors)


def _assembled(path: Path, above: tuple[Path, ...]) -> Tree:
    """The file over its corridors over its base."""
    own = read_tree(path)
    if not above and "scenario" not in own.children:
        message = "the key 'scenario' is missing: a scenario has its own name"
        raise ScenarioError([problem_at(own, ("scenario",), message)])
    below = [_untitled(_base(path, own, above))] if "base" in own.children else []
    corridors = _corridors(path, own)
    if corridors:
        world = corridors[0]
        for other in corridors[1:]:
            world = union(world, other)
        below.append(world)
    layers = [*below, own]
    result = layers[0]
    for layer in layers[1:]:
        result = _claimed(overlay(result, layer), layer)
    return result


def _untitled(base: Tree) -> Tree:
    """A base without its title, which would say of another scenario what it shows."""
    return replace(base, value={key: child for key, child in base.children.items() if key != "title"})


def _claimed(tree: Tree, layer: Tree) -> Tree:
    """The tree with its mappings standing where the layer speaks of them: there lies what is wrong with them."""
    if not (tree.is_mapping and layer.is_mapping):
        return tree
    children = {
        key: _claimed(child, layer.children[key]) if key in layer.children else child
        for key, child in tree.children.items()
    }
    return replace(tree, value=children, mark=layer.mark, key_mark=layer.key_mark)


def _base(path: Path, own: Tree, above: tuple[Path, ...]) -> Tree:
    node = own.children["base"]
    if not isinstance(node.value, str):
        raise ScenarioError([problem_at(own, ("base",), "the base is the name of one file")])
    target = (path.parent / node.value).resolve()
    chain = (*above, path.resolve())
    hint = None
    if not target.is_relative_to(_library(path)):
        message = f"the base {node.value!r} lies outside the folder {_library(path).name}/"
    elif target in chain:
        message = f"bases in a circle: {' -> '.join(file.name for file in (*chain, target))}"
    elif len(chain) > LONGEST_CHAIN:
        message = f"more than {LONGEST_CHAIN} bases upon each other"
    elif not target.is_file():
        message = f"there is no file {node.value!r}"
        hint = did_you_mean(target.name, [file.name for file in sorted(target.parent.glob("*.yaml"))])
    else:
        return _assembled(_near(target), chain)
    raise ScenarioError([problem_at(own, ("base",), message, hint)])


def _corridors(path: Path, own: Tree) -> list[Tree]:
    node = own.children.get("corridors")
    if node is None:
        return []
    if not isinstance(node.value, tuple):
        raise ScenarioError([problem_at(own, ("corridors",), "a list of corridors is expected, such as [harbin]")])
    folder = _library(path) / "corridors"
    known = [file.stem for file in sorted(folder.glob("*.yaml"))]
    found: list[Tree] = []
    problems: list[Problem] = []
    for i, item in enumerate(node.items):
        if item.value in known:
            found.append(read_tree(_near(folder / f"{item.value}.yaml")))
            continue
        hint = did_you_mean(str(item.plain()), known) or (f"known here: {listed(known, 'and')}" if known else None)
        problems.append(problem_at(own, ("corridors", i), f"there is no corridor {shown(item.plain())}", hint))
    if problems:
        raise ScenarioError(problems)
    return found


def _near(path: Path) -> Path:
    """The same file as messages name it: from the working folder, if it lies inside."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _library(path: Path) -> Path:
    """The nearest folder above a file that holds `corridors/`; else the folder of the file."""
    folder = path.resolve().parent
    return next((above for above in (folder, *folder.parents) if (above / "corridors").is_dir()), folder)
