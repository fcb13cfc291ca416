"""Interventions of a scenario, read: found by name or file, laid over by what the scenario says, and what they add.

Files lie in `interventions/` and `disruptions/` of the library. Knows trees, and of the models their keys only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean, listed, shown
from sim.reading import Mark, Source, Tree, overlay, problem_at, read_tree, union, without_sources
from sim.reading.tree import Path as TreePath
from sim.scenario.library import claimed, near
from sim.scenario.scenario import World

KEY = "interventions"
FOLDERS = ("interventions", "disruptions")
Named = str | Path
"""The name of an intervention of the library, or a file of one."""


@dataclass
class Taken:
    """A scenario's tree with its interventions in it whole, what they add to the world, and what is wrong with them."""

    tree: Tree
    added: dict[TreePath, Source] = field(default_factory=dict)
    """Sources of what interventions add, by path in the world."""
    problems: list[Problem] = field(default_factory=list)


def is_file(named: Named) -> bool:
    """Whether a file is meant rather than a name."""
    return isinstance(named, Path) or named.endswith((".yaml", ".yml"))


def as_mapping(own: Tree) -> tuple[Tree, bool]:
    """A layer with its list of interventions written as a mapping of empty overlays; and whether it was a list."""
    node = own.children.get(KEY)
    if node is not None and node.is_scalar and node.value is not None:
        message = "a list of names is expected, such as [more-flights], or a mapping by name"
        raise ScenarioError([problem_at(own, (KEY,), message)])
    if node is None or not isinstance(node.value, tuple):
        return own, False
    problems, found = [], {}
    for i, item in enumerate(node.items):
        if not isinstance(item.value, str):
            problems.append(problem_at(own, (KEY, i), f"{shown(item.plain())} is not the name of an intervention"))
        elif item.value in found:
            problems.append(problem_at(own, (KEY, i), f"'{item.value}' is named twice"))
        else:
            found[item.value] = Tree({}, item.mark, item.mark)
    if problems:
        raise ScenarioError(problems)
    return replace(own, value={**own.children, KEY: replace(node, value=found)}), True


def taken(tree: Tree, library: Path, own: Path, more: Sequence[Named]) -> Taken:
    """The interventions that a scenario's tree names, and ``more``, whole; what they add is united with the world."""
    found, problems = dict(_named(tree)), []
    for named in more:
        try:
            name, content = _of_file(Path(named)) if is_file(named) else (str(named), Tree({}, Mark(str(own), 1, 1)))
            found[name] = overlay(content, found[name]) if name in found else content
        except ScenarioError as error:
            problems += error.problems
    result = Taken(tree, problems=problems)
    whole: dict[str, Tree] = {}
    for name, content in found.items():
        try:
            intervention = _whole(name, content, library)
            whole[name] = _without(intervention, "adds")
            _add(result, name, intervention)
        except ScenarioError as error:
            result.problems += error.problems
    if KEY in tree.children or whole:
        above = tree.children.get(KEY, Tree({}, tree.mark))
        if above.is_mapping:
            result.tree = replace(result.tree, value={**result.tree.children, KEY: replace(above, value=whole)})
    return result


def _named(tree: Tree) -> Mapping[str, Tree]:
    node = tree.children.get(KEY)
    return node.children if node is not None else {}


def _of_file(file: Path) -> tuple[str, Tree]:
    """The name and content of an intervention's file."""
    content = read_tree(near(file.absolute()) if file.exists() else file)
    name = content.children.get("intervention")
    if name is None or not isinstance(name.value, str):
        message = "the key 'intervention' is missing: an intervention has its own name"
        raise ScenarioError([problem_at(content, ("intervention",), message)])
    return name.value, content


def _whole(name: str, content: Tree, library: Path) -> Tree:
    """What a scenario says of an intervention, over its file if it has one."""
    at: TreePath = (KEY, name)
    if content.value is None:
        message = f"null takes an intervention away, and there is no '{name}' below"
        raise ScenarioError([content.mark.problem(message, at, f"to add it, write `{name}: {{}}`")])
    if "intervention" in content.children or not content.is_mapping:
        return _of_its_name(name, content)
    files = known_files(library)
    if name in files:
        of_file, below = _of_file(files[name])
        if of_file != name:
            message = f"an intervention has the name of its file, '{name}', not '{of_file}'"
            raise ScenarioError([problem_at(below, ("intervention",), message)])
        return claimed(overlay(below, content), content) if content.children else below
    if "measures" not in content.children:
        hint = did_you_mean(name, files) or (f"known here: {listed(sorted(files), 'and')}" if files else None)
        mark = content.key_mark or content.mark
        raise ScenarioError([mark.problem(f"there is no intervention '{name}'", at, hint)])
    own = Tree(name, content.key_mark or content.mark, content.key_mark)
    return replace(content, value={"intervention": own, **content.children})


def _of_its_name(name: str, content: Tree) -> Tree:
    own = content.children.get("intervention")
    if own is not None and own.value != name:
        raise ScenarioError([own.mark.problem(f"it is called '{name}' here", (KEY, name, "intervention"))])
    return content


def known_files(library: Path) -> dict[str, Path]:
    """The files of all interventions of a library by their names."""
    return {file.stem: file for folder in FOLDERS for file in sorted((library / folder).glob("*.yaml"))}


def _without(tree: Tree, key: str) -> Tree:
    return replace(tree, value={k: v for k, v in tree.children.items() if k != key}) if tree.is_mapping else tree


def _add(result: Taken, name: str, intervention: Tree) -> None:
    """Unite the world with what an intervention adds."""
    adds = intervention.children.get("adds")
    if adds is None:
        return
    if problems := list(_not_of_a_world(name, adds)):
        raise ScenarioError(problems)
    result.tree = union(result.tree, adds)
    _, sources, _ = without_sources(adds)
    result.added |= sources


def _not_of_a_world(name: str, adds: Tree) -> Iterator[Problem]:
    if not adds.is_mapping:
        yield adds.name_mark.problem("a mapping of keys is expected: sections of a world", (KEY, name, "adds"))
    for key, child in adds.children.items():
        if key not in World.model_fields:
            hint = did_you_mean(key, World.model_fields)
            mark = child.key_mark or child.mark
            yield mark.problem(f"'{key}' is no section of a world", (KEY, name, "adds", key), hint)
