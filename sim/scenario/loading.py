"""From a scenario file to a scenario: its base, its corridors, what is laid on top, and the checks across all of it.

Files are looked for inside one library only: the nearest folder above the scenario file that holds `corridors/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean
from sim.reading import Source, Tree, build, overlay, problem_at, read_tree, union, unwrap_sources
from sim.reading.tree import Path as TreePath
from sim.scenario.checks import problems_across
from sim.scenario.scenario import Scenario

LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Loaded:
    """A scenario that passed all checks, with the source of its numbers by path."""

    scenario: Scenario
    sources: Mapping[TreePath, Source]
    tree: Tree


def load(path: str | Path) -> Loaded:
    """Read, assemble, validate and check a scenario file. Raises ScenarioError with every problem found."""
    tree, sources = unwrap_sources(_assembled(Path(path), ()))
    scenario = build(Scenario, tree)
    problems = problems_across(scenario, tree)
    if problems:
        raise ScenarioError(problems)
    return Loaded(scenario, sources, tree)


def _assembled(path: Path, above: tuple[Path, ...]) -> Tree:
    """The file over its corridors over its base."""
    own = read_tree(path)
    below = [_base(path, own, above)] if "base" in own.children else []
    corridors = _corridors(path, own)
    if corridors:
        world = corridors[0]
        for other in corridors[1:]:
            world = union(world, other)
        below.append(world)
    result = below[0] if below else own
    for layer in [*below[1:], own][0 if below else 1 :]:
        result = overlay(result, layer)
    return result


def _base(path: Path, own: Tree, above: tuple[Path, ...]) -> Tree:
    node = own.children["base"]
    if not isinstance(node.value, str):
        raise ScenarioError([problem_at(own, ("base",), "the base is the name of a file")])
    target = (path.parent / node.value).resolve()
    if not target.is_relative_to(_library(path)):
        raise ScenarioError(
            [problem_at(own, ("base",), f"the base {node.value!r} lies outside {_library(path).name}/")]
        )
    chain = (*above, path.resolve())
    if target in chain or len(chain) > LONGEST_CHAIN:
        raise ScenarioError([problem_at(own, ("base",), f"the base {node.value!r} leads back to this file")])
    if not target.is_file():
        hint = did_you_mean(target.name, [file.name for file in sorted(target.parent.glob("*.yaml"))])
        raise ScenarioError([problem_at(own, ("base",), f"there is no file {node.value!r}", hint)])
    return _assembled(target, chain)


def _corridors(path: Path, own: Tree) -> list[Tree]:
    node = own.children.get("corridors")
    if node is None:
        return []
    folder = _library(path) / "corridors"
    known = [file.stem for file in sorted(folder.glob("*.yaml"))]
    found: list[Tree] = []
    problems: list[Problem] = []
    for i, item in enumerate(node.items):
        if item.value in known:
            found.append(read_tree(folder / f"{item.value}.yaml"))
            continue
        hint = did_you_mean(str(item.value), known)
        problems.append(problem_at(own, ("corridors", i), f"there is no corridor {item.value!r}", hint))
    if problems:
        raise ScenarioError(problems)
    return found


def _library(path: Path) -> Path:
    """The nearest folder above a file that holds `corridors/`; else the folder of the file."""
    folder = path.resolve().parent
    return next((above for above in (folder, *folder.parents) if (above / "corridors").is_dir()), folder)
