"""The sizes of an intervention that a planner may move: what each is called, its unit, and between what it may lie.

Paths are those of the intervention's file, `measures.fly-sooner.fleet`. A number whose own range is known moves in
that; any other from nothing, or a quarter of it, to some times itself, within the bounds of the schema.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from sim.language.changing import Changing
from sim.language.sizes import LABELS
from sim.ledger.amounts import amount
from sim.reading import Source, Tree, without_sources
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.measures import AnyMeasure, Factor, PlainChange
from sim.ticks import DAY, HOUR
from sim.units import DIMENSIONS, Quantity

STEPS = 100
"""A slider has about so many places, unless it counts."""
TIMES = 4.0
MOST_NAMED = 3
OWN = ("ramp", "capital", "running_per_year")
"""Numbers of the intervention itself, beside those of its measures; what comes first is shown first."""


@dataclass(frozen=True)
class Size:
    """A number that may be moved, in its unit."""

    path: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    step: float
    is_whole: bool
    least: float | None
    """Bounds of the schema, in the same unit; None where there is none."""
    most: float | None
    part: str
    """`measure`, `time` or `cost`."""

    def written(self, value: float) -> str | int | float:
        """A value as a file says it."""
        if self.is_whole:
            return round(value)
        return f"{float(f'{value:.9g}')!r} {self.unit}" if self.unit in _UNITS else float(f"{value:.9g}")

    def record(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


_UNITS = frozenset(unit for known in DIMENSIONS.values() for unit in known.units if unit)


@dataclass(frozen=True)
class _Kind:
    """What the schema says of a field that holds a number."""

    dimension: str = ""
    least: float | None = None
    most: float | None = None
    is_whole: bool = False
    is_factor: bool = False


def sizes_of(tree: Tree, changing: Changing) -> list[Size]:
    """All sizes of an intervention's file."""
    plain, sources, _ = without_sources(tree)
    return [
        _size(path, _of_change(plain, path, kind), value, sources.get(path), _label(changing, plain, path))
        for path, kind, value in _numbers(plain)
    ]


def _of_change(plain: Tree, path: tuple[str, ...], kind: _Kind) -> _Kind:
    """Of the new value of a share, that it lies between nothing and all."""
    if path[0] != "measures" or path[2] != "set":
        return kind
    number = str(plain.children["measures"].children[path[1]].children["change"].value)
    is_share = ".gateways." in number or number.endswith((".share", ".cancellation", ".share_above_duty_free"))
    return replace(kind, least=0.0, most=1.0) if is_share else kind


def _numbers(plain: Tree) -> Iterator[tuple[tuple[str, ...], _Kind, str | float]]:
    measures = plain.children.get("measures")
    for name, measure in (measures.children if measures is not None else {}).items():
        kind = measure.children.get("kind")
        fields = _kinds().get(str(kind.value) if kind is not None else "", {})
        for field, node in measure.children.items():
            for path, child in (
                [((), node)] if node.is_scalar else [((key,), one) for key, one in node.children.items()]
            ):
                if field in fields and (value := _value(child)) is not None:
                    yield ("measures", name, field, *path), fields[field], value
    for field in OWN:
        own = plain.children.get(field)
        if own is not None and (value := _value(own)) is not None:
            yield (field,), _own()[field], value


def _value(node: Tree) -> str | float | None:
    """A number, or a text with a unit; None for anything else."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, str | int | float) or amount(value) is None:
        return None
    return value


# -- one size ----------------------------------------------------------------------------------------------------------


def _size(path: tuple[str, ...], kind: _Kind, value: str | float, source: Source | None, label: str) -> Size:
    found = amount(value)
    assert found is not None
    dimension = found.dimension if isinstance(value, str) and found.dimension in DIMENSIONS else kind.dimension
    unit, size = _unit(dimension, found.base, is_text=isinstance(value, str))
    number = found.base / size if isinstance(value, str) else float(value)
    low, high = _range(number, source, size, kind)
    scale = size if isinstance(value, str) else 1.0
    least, most = (None if bound is None else bound / scale for bound in (kind.least, kind.most))
    low, high = max(low, low if least is None else least), min(high, high if most is None else most)
    step = 1.0 if kind.is_whole else _step(high - low)
    part = {"ramp": "time", "capital": "cost", "running_per_year": "cost"}.get(path[0], "measure")
    return Size(".".join(path), label, unit, number, low, high, step, kind.is_whole, least, most, part)


def _unit(dimension: str, base: float, *, is_text: bool) -> tuple[str, float]:
    """The unit in which a number is shown, and its size in base units."""
    if not is_text:
        return "", 1.0
    if dimension == "duration":
        return ("d", DAY) if base >= 2 * DAY or not base else ("h", HOUR)
    units = DIMENSIONS[dimension].units
    fitting = [(name, float(size)) for name, size in units.items() if name and abs(base) >= float(size)]
    plain = next(((name, float(size)) for name, size in units.items() if name), ("", 1.0))
    return max(fitting, key=lambda pair: pair[1], default=plain) if dimension in ("mass", "volume") else plain


def _range(number: float, source: Source | None, size: float, kind: _Kind) -> tuple[float, float]:
    """Between what a slider moves."""
    if source is not None and isinstance(source.range, tuple):
        ends = [amount(end) for end in source.range]
        if all(end is not None for end in ends):
            low, high = sorted((end.base / size if isinstance(said, str) else end.base)
                               for end, said in zip(ends, source.range, strict=True) if end is not None)  # fmt: skip
            if low < high:
                return min(low, number), max(high, number)
    if kind.is_whole:
        return min(1.0, number), max(number * TIMES, 4.0)
    if kind.is_factor:
        return (0.0, max(2.0, number * 2)) if number else (0.0, 2.0)
    return (0.0, _round_up(number * TIMES)) if number > 0 else (min(number * TIMES, 0.0), max(-number, 1.0))


def _round_up(value: float) -> float:
    """The next number with two figures."""
    place = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / place) * place


def _step(width: float) -> float:
    """A round step of about a hundredth."""
    if width <= 0:
        return 1.0
    exact = width / STEPS
    place = 10.0 ** math.floor(math.log10(exact))
    return next(times * place for times in (1.0, 2.0, 5.0, 10.0) if times * place >= exact * 0.999)


def _label(changing: Changing, plain: Tree, path: tuple[str, ...]) -> str:
    """What a number is called: what it is a number of, and which of its numbers."""
    t = changing.t
    if path[0] != "measures":
        return t(LABELS[path[0]])
    measure, field = plain.children["measures"].children[path[1]], path[2]
    if "change" in measure.children:
        return t(LABELS[field], number=changing.number(str(measure.children["change"].value)))
    said = LABELS.get(field, field)
    said = t(said, what=changing.what(path[3])) if len(path) > 3 else t(said)
    things = list(dict.fromkeys(_things(changing, measure)))
    if not things:
        return said
    named = changing.numbers.listed(things) if len(things) <= MOST_NAMED else t("{n} places", n=len(things))
    return t("{thing}: {what}", thing=named, what=said)


def _things(changing: Changing, measure: Tree) -> Iterator[str]:
    """What a measure acts on."""
    names = changing.names
    called = {"lane": names.lane, "lanes": names.lane, "queues": _queue(changing), "customs": names.queue,
              "consolidations": names.queue, "warehouse": names.queue, "route": names.route, "routes": names.route,
              "origin": names.place, "origins": names.place}  # fmt: skip
    for field, name in called.items():
        node = measure.children.get(field)
        for one in (node.items or (node,)) if node is not None else ():
            yield name(str(one.value))


def _queue(changing: Changing) -> Callable[[str], str]:
    return lambda path: changing.names.queue(path.partition(".")[2])


# -- what the schema says ----------------------------------------------------------------------------------------------


@cache
def _kinds() -> Mapping[str, Mapping[str, _Kind]]:
    """Fields that hold numbers, by the kind of a measure."""
    union = get_args(AnyMeasure)[0]
    found = {}
    for model in get_args(union):
        kind = get_args(model.model_fields["kind"].annotation)[0]
        found[kind] = dict(_fields(model.model_fields))
        if model is PlainChange:
            found[kind] |= {"set": _Kind(), "add": _Kind()}
    return found


@cache
def _own() -> Mapping[str, _Kind]:
    return dict(_fields(Intervention.model_fields))


def _fields(fields: Mapping[str, FieldInfo]) -> Iterator[tuple[str, _Kind]]:
    for name, field in fields.items():
        for kind in _of_type(field.annotation, list(field.metadata)):
            yield name, kind


def _of_type(said: Any, metadata: list[Any]) -> Iterator[_Kind]:
    """What a type says, if it is one of numbers, or of numbers by name."""
    origin = get_origin(said)
    if origin is Annotated:
        inner, *more = get_args(said)
        yield from _of_type(inner, [*metadata, *more])
    elif origin in (Union, UnionType):
        yield from (kind for one in get_args(said) if one is not type(None) for kind in _of_type(one, metadata))
    elif origin is dict:
        yield from _of_type(get_args(said)[1], [])
    elif said in (int, float):
        yield _kind(said, metadata)


def _kind(said: type, metadata: list[Any]) -> _Kind:
    flat = [item for one in metadata for item in (one.metadata if isinstance(one, FieldInfo) else [one])]
    quantity = next((one for one in flat if isinstance(one, Quantity)), None)
    if quantity is not None:
        least = quantity.ge if quantity.ge is not None else quantity.gt
        return _Kind(quantity.dimension, least, quantity.le)
    least = next((getattr(one, "ge", getattr(one, "gt", None)) for one in flat if isinstance(one, Ge | Gt)), None)
    most = next((getattr(one, "le", getattr(one, "lt", None)) for one in flat if isinstance(one, Le | Lt)), None)
    is_factor = (least, most) == _factor_bounds()
    return _Kind("", least, most, said is int, is_factor)


@cache
def _factor_bounds() -> tuple[float, float]:
    """Bounds by which a factor is known."""
    field = next(one for one in get_args(Factor)[1:] if isinstance(one, FieldInfo))
    ends = {type(one): one for one in field.metadata}
    return float(ends[Ge].ge), float(ends[Le].le)
