"""What else is wrong with a file in which values are wrong: what would be, whatever right ones stood in their place.

A wrong value keeps a model from being built, and so from the checks that need the whole of it. It is built with a small
and with a large value there instead: what is wrong with both does not hang on the value, and can be told at once.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.reading.annotations import Located
from sim.reading.building import AnyModel, build, faults
from sim.reading.tree import Path, Scalar, Tree, dotted, nearest
from sim.units import DIMENSIONS, Quantity

Check = Callable[[AnyModel, Tree], Iterable[Problem]]
SMALL_UNITS = {"duration": "min"}
"""Units of small values, where that of the field would be too large."""
LARGE = 1008
"""Of the unit of a field; so many hours are whole days, which some durations have to be."""
PAIRS: dict[type, tuple[Scalar, Scalar]] = {int: (1, LARGE), float: (0.5, float(LARGE)), bool: (False, True)}
DATES = ("2005-01-02", "2060-12-30")


def also_wrong(model_class: type[AnyModel], tree: Tree, check: Check[AnyModel]) -> list[Problem]:
    """Problems besides those for which a model cannot be built: of its own rules, and those that a check finds.

    Empty where a wrong value is not a single number, switch or date: then nothing is known of the rest.
    """
    pairs: dict[Path, tuple[Scalar, Scalar]] = {}
    for _, at in faults(model_class, tree):
        pair = _pair(tree, at)
        if pair is None:
            return []
        pairs[at.path] = pair
    if not pairs:
        return []
    small, large = (_problems(model_class, _with(tree, pairs, end), check) for end in (0, 1))
    mended = {dotted(path) for path in pairs}
    return [each for each in small if each in large and each.path not in mended]


def _problems(model_class: type[AnyModel], tree: Tree, check: Check[AnyModel]) -> list[Problem]:
    try:
        return list(check(build(model_class, tree), tree))
    except ScenarioError as error:
        return error.problems


def _pair(tree: Tree, at: Located) -> tuple[Scalar, Scalar] | None:
    """A small and a large value that may stand at a place; None where it is no single number, switch or date."""
    node, is_there = nearest(tree, at.path)
    if not is_there or not node.is_scalar or at.is_key:
        return None
    known = at.expected
    if isinstance(known.written, Quantity):
        return _of_quantity(known.written)
    kind = known.annotation if isinstance(known.annotation, type) else object
    if kind.__name__ == "date":
        return DATES
    pair = PAIRS.get(kind)
    if pair is None or kind is bool:
        return pair
    return _bound(known.metadata, "ge", pair[0]), _bound(known.metadata, "le", pair[1])


def _bound(metadata: Iterable[Any], name: str, otherwise: Scalar) -> Scalar:
    return next((bound for item in metadata if (bound := getattr(item, name, None)) is not None), otherwise)


def _of_quantity(written: Quantity) -> tuple[Scalar, Scalar]:
    known = DIMENSIONS[written.dimension]
    least, bare = (
        float(known.units[unit]) for unit in (SMALL_UNITS.get(written.dimension, written.bare), written.bare)
    )
    large = min(LARGE * bare, written.le or math.inf)
    small = min(max(least, written.ge or 0.0), large / 10)
    kind = int if known.is_whole else float
    return written.write(kind(small)), written.write(kind(large))


def _with(tree: Tree, pairs: dict[Path, tuple[Scalar, Scalar]], end: int) -> Tree:
    """The tree with one of each pair in its place."""
    for path, pair in pairs.items():
        tree = _set(tree, path, pair[end])
    return tree


def _set(tree: Tree, path: Path, value: Scalar) -> Tree:
    if not path:
        return replace(tree, value=value)
    if tree.is_mapping:
        children = dict(tree.children)
        children[str(path[0])] = _set(children[str(path[0])], path[1:], value)
        return replace(tree, value=children)
    items = list(tree.items)
    items[int(path[0])] = _set(items[int(path[0])], path[1:], value)
    return replace(tree, value=tuple(items))
