"""The assumed ranges of interventions and of what they add: which numbers a comparison draws, and between what.

A range stands beside a number, or as '+-50 %' beside a number, a distribution or a mapping of numbers. Of a
distribution the mean is drawn, and where its ends (`low`, `mode`, `high`) have ranges they move together, so that they
keep their order. Dates, times and lists say how sure they are, but are not drawn; nor is what has one value as its
range, such as the size that a plan decides on.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from sim.errors import UnitError
from sim.ledger.amounts import Amount, amount
from sim.reading import Scalar, Source, Tree
from sim.reading.tree import Path, nearest
from sim.units import DIMENSIONS, Tariff, TariffNotation

Range = tuple[float | str, float | str]
Ends = tuple[Scalar, Scalar]
ENDS = ("low", "mode", "high")
_PERCENT = re.compile(r"\d+(?:\.\d+)?")


def ranges_of(tree: Tree, sources: Mapping[Path, Source], added: Mapping[Path, Source]) -> dict[str, Range]:
    """Ranges by dotted path, as `sim.scenario.setting.with_values` names numbers."""
    own = {
        path: source
        for path, source in sources.items()
        if path[:1] == ("interventions",) or (path in added and added[path].mark == source.mark)
    }
    found: dict[str, Range] = {}
    for path, source in own.items():
        node, is_there = nearest(tree, path)
        if source.range is not None and is_there:
            found |= _of_source(tree, node, path, source.range, own)
    return {name: (low, high) for name, (low, high) in found.items() if low != high}


def as_settable(ranges: Mapping[str, Range], known: Collection[str]) -> dict[str, Range]:
    """The ranges by the paths that can be set: a bare `30 s` where a distribution is asked for is its mean."""
    return {
        name if name in known or f"{name}.mean" not in known else f"{name}.mean": ends for name, ends in ranges.items()
    }


def _of_source(
    tree: Tree, node: Tree, path: Path, given: Ends | str, sources: Mapping[Path, Source]
) -> dict[str, Range]:
    if path[-1] in ENDS and (above := nearest(tree, path[:-1])[0]) and _is_distribution(above):
        return dict(_of_ends(above, path[:-1], in_model(tree, path[:-1]), sources))
    if isinstance(given, tuple):
        return dict(_between(in_model(tree, path), node.value, given)) if node.is_scalar else {}  # type: ignore[arg-type]
    return {
        name: ends
        for below, number in _numbers(node, in_model(tree, path))
        for name, ends in _between(below, number, _around(number, given))
    }


def _is_distribution(node: Tree) -> bool:
    return "distribution" in node.children


def _numbers(node: Tree, path: Path) -> Iterator[tuple[Path, Scalar]]:
    """The numbers of a mapping, and of a distribution its mean; of a list none."""
    if node.is_scalar:
        yield path, node.value  # type: ignore[misc]
    elif _is_distribution(node):
        if mean := _mean(node, {}):
            yield (*path, "mean"), mean
    else:
        for key, child in node.children.items():
            yield from _numbers(child, (*path, key))


def _between(path: Path, value: Scalar, ends: Ends) -> Iterator[tuple[str, Range]]:
    """The range of a number; of a tariff those of its two terms; of a text that is neither, none."""
    name = ".".join(map(str, path))
    if amount(value) is not None:
        if all(amount(end) is not None for end in ends):
            low, high = (end if isinstance(end, str) else float(end or 0) for end in ends)
            yield name, (low, high)
    elif _tariff(value) != Tariff():
        tariffs = [_tariff(end) for end in ends]
        yield f"{name}.fixed", (tariffs[0].fixed_cny, tariffs[-1].fixed_cny)
        yield f"{name}.per_kg", (tariffs[0].per_kg_cny, tariffs[-1].per_kg_cny)


def _tariff(value: Scalar) -> Tariff:
    """A text as a tariff; one of nothing if it is none."""
    try:
        return TariffNotation().read(value) if isinstance(value, str) and "CNY" in value else Tariff()
    except UnitError:
        return Tariff()


# -- '+-50 %' ----------------------------------------------------------------------------------------------------------


def _around(value: Scalar, given: str) -> Ends:
    """The ends of a range such as '+-50 %' around a number or tariff, in its unit."""
    share = float(_PERCENT.findall(given)[0]) / 100
    return _times(value, 1 - share), _times(value, 1 + share)


def _times(value: Scalar, factor: float) -> Scalar:
    found = amount(value)
    if found is not None:
        return _written(found, factor) if isinstance(value, str) else found.base * factor
    tariff = _tariff(value)
    return TariffNotation().write(Tariff(tariff.fixed_cny * factor, tariff.per_kg_cny * factor))


def _written(found: Amount, factor: float = 1.0) -> str | float:
    """An amount in the base unit of its dimension."""
    unit = next(iter(DIMENSIONS[found.dimension].units))
    return f"{found.base * factor!r} {unit}" if unit else found.base * factor


# -- distributions -----------------------------------------------------------------------------------------------------


def _of_ends(node: Tree, path: Path, to: Path, sources: Mapping[Path, Source]) -> Iterator[tuple[str, Range]]:
    """The range of the mean of a distribution whose ends have ranges, all at their lower or all at their upper end."""
    sides = [_mean(node, _ends_at(side, node, path, sources)) for side in (0, 1)]
    if None not in sides:
        yield ".".join(map(str, (*to, "mean"))), (sides[0], sides[1])  # type: ignore[misc]


def _ends_at(side: int, node: Tree, path: Path, sources: Mapping[Path, Source]) -> dict[str, Scalar]:
    """The ends of a distribution that have a range, at its lower (0) or upper (1) end."""
    found = {}
    for name in ENDS:
        source, child = sources.get((*path, name)), node.child(name)
        if source and source.range is not None and child is not None:
            given = source.range
            found[name] = (given if isinstance(given, tuple) else _around(child.plain(), given))[side]
    return found


def _mean(node: Tree, instead: Mapping[str, Scalar]) -> Scalar:
    """The mean of a distribution, with other values for some of its ends; None if it cannot be read."""
    if node.child("of") is not None:
        return _mean_of_mixture(node)
    if (mean := node.child("mean")) is not None:
        return mean.value if mean.is_scalar else None  # type: ignore[return-value]
    ends = [instead.get(name, child.plain()) for name in ENDS if (child := node.child(name)) is not None]
    found = [amount(end) for end in ends]
    if not found or None in found:
        return None
    return _written(Amount(None, sum(each.base for each in found if each) / len(found), _dimension(found)))


def _mean_of_mixture(node: Tree) -> Scalar:
    """The mean of several distributions by their shares."""
    total, found = 0.0, None
    for part in node.children["of"].items:
        share, mean = amount(part.children["share"].plain()), amount(_mean(part, {}))
        if share is None or mean is None:
            return None
        total, found = total + share.base * mean.base, mean
    return _written(Amount(None, total, found.dimension)) if found else None


def _dimension(found: list[Amount | None]) -> str:
    return next(each.dimension for each in found if each)


def in_model(tree: Tree, path: Path) -> Path:
    """A path in a file as it is in the model, where a distribution has parts."""
    result: Path = ()
    for i, key in enumerate(path):
        above, rest = nearest(tree, path[:i])[0], path[i:]
        if not _is_distribution(above):
            result = (*result, key)
        elif key == "of":
            return (*result, "parts", *rest[1:])
        else:
            return (*result, *(rest if rest == ("mean",) else ("parts", 0, *rest)))
    return result
