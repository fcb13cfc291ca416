"""Draws of what a siting file only assumes: each number within its range, half the luck below its value, half above.

Numbers whose reasons differ by nothing but figures rest on one assumption (a rate times many distances) and are drawn
together: else a candidate would win by the luck of a rate that is the same for all. With `assumptions: apart` each is
drawn by itself, which shows how much hangs on that. Weights of clusters are
parts of one whole and drawn each by itself. Where a candidate lies on the map and what is asked (how many, the bound,
the shortlist) are not drawn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.experiments.siting.contract import Siting
from sim.experiments.siting.reading import Asked
from sim.ledger.amounts import amount
from sim.luck import key, uniforms
from sim.reading import Scalar, Source, Tree, build
from sim.reading.tree import Path, nearest
from sim.units import DIMENSIONS

PURPOSE = "siting"
_FIGURES = re.compile(r"\d[\d.,]*")
NOT_DRAWN = frozenset({"latitude", "longitude", "choose", "shortlist", "within", "at", "utc_offset"})


@dataclass(frozen=True)
class Assumed:
    """A number with its range, in the base unit of its dimension."""

    path: Path
    low: float
    middle: float
    high: float
    unit: str
    assumption: tuple[str, ...]
    """What it rests on: numbers of one assumption have one luck."""

    def at(self, u: float) -> Scalar:
        """Its value at a quantile, as it is written."""
        low, middle, high = self.low, self.middle, self.high
        number = low + 2 * u * (middle - low) if u < 0.5 else middle + (2 * u - 1) * (high - middle)
        return f"{number!r} {self.unit}" if self.unit else number


def assumed_in(asked: Asked) -> tuple[Assumed, ...]:
    """All numbers of a siting file that have a range, in the order of the file."""
    found = (_assumed(asked.tree, path, source) for path, source in asked.sources.items())
    return tuple(each for each in found if each is not None and each.low < each.high)


def _assumed(tree: Tree, path: Path, source: Source) -> Assumed | None:
    node, is_there = nearest(tree, path)
    if NOT_DRAWN & set(path) or source.range is None or not is_there or not node.is_scalar:
        return None
    value = amount(node.value)  # type: ignore[arg-type]
    if value is None:
        return None
    if isinstance(source.range, str):
        part = float(source.range.lstrip("+-±").rstrip("% ")) / 100
        low, high = value.base * (1 - part), value.base * (1 + part)
    else:
        ends = [amount(end) for end in source.range]
        if any(end is None for end in ends):
            return None
        low, high = (end.base for end in ends if end is not None)
    unit = next(iter(DIMENSIONS[value.dimension].units))
    return Assumed(path, low, value.base, high, unit, _assumption(path, source))


def _assumption(path: Path, source: Source) -> tuple[str, ...]:
    """The reason without its figures; of a part of a whole its place."""
    if path[0] == "clusters" or not source.why:
        return tuple(map(str, path))
    return (_FIGURES.sub("#", source.why),)


def drawn(asked: Asked, numbers: tuple[Assumed, ...], draw: int) -> Siting:
    """The siting file in one draw."""
    seed, is_apart = asked.scenario.seed, asked.siting.assumptions == "apart"
    names = {number: tuple(map(str, number.path)) if is_apart else number.assumption for number in numbers}
    values = {
        number.path: number.at(float(uniforms(key(seed, draw, PURPOSE, *name), 0)[0])) for number, name in names.items()
    }
    return build(Siting, _with(asked.tree, values, ()))


def _with(tree: Tree, values: Mapping[Path, Scalar], at: Path) -> Tree:
    if at in values:
        return replace(tree, value=values[at])
    if not tree.is_mapping:
        return tree
    return replace(tree, value={name: _with(child, values, (*at, name)) for name, child in tree.children.items()})
