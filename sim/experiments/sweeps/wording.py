"""What is wrong with a value that is set, in the words in which the same value is refused in a scenario's file."""

import re
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.experiments.sweeps.placing import Fault
from sim.reading import Mark, Tree, build, problem_at
from sim.reading.tree import Path as TreePath
from sim.scenario.scenario import Scenario

_AFTER = re.compile(r" \(after setting [^)]*\)$")


def spoken(fault: Fault, tree: Tree, at: TreePath) -> Problem:
    """A fault at its place in the file of the sweep."""
    message, hint = _of_the_reader(fault) or (_AFTER.sub("", str(fault.error)), None)
    return problem_at(tree, at, message, hint)


def _of_the_reader(fault: Fault) -> tuple[str, str | None] | None:
    """What the reader of scenarios says if the value stands at its path; None if it finds nothing wrong there."""
    path = tuple(fault.number.split("."))
    data = fault.scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    try:
        build(Scenario, _as_tree(data, path, fault.value))
    except ScenarioError as error:
        own = (each for each in error.problems if fault.number == each.path or fault.number.startswith(f"{each.path}."))
        return next(((each.message, each.hint) for each in own), None)
    return None


def _as_tree(node: Any, path: tuple[str, ...], value: Any) -> Tree:
    """Plain data as a tree, with a value at a path."""
    nowhere = Mark("", 1, 1)
    if isinstance(node, dict):
        return Tree({key: _below(child, key, path, value) for key, child in node.items()}, nowhere)
    if isinstance(node, list):
        return Tree(tuple(_below(child, str(i), path, value) for i, child in enumerate(node)), nowhere)
    return Tree(node, nowhere)


def _below(node: Any, key: str, path: tuple[str, ...], value: Any) -> Tree:
    if path == (key,):
        return Tree(value, Mark("", 1, 1))
    return _as_tree(node, path[1:] if path[:1] == (key,) else (), value)
