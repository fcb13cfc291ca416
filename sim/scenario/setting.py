"""Sets or scales named numbers of a scenario: what a sweep, a design point or a posterior draw says.

A number is named by its dotted path in the scenario as it is written, `lanes.hrb-svx-charter.on_demand.when_ready`.
Beyond what stands there literally,

- `X.mean` of a distribution of several parts, or without a mean of its own, scales all its quantities;
- `X.fixed` and `X.per_kg` are the two terms of a tariff;
- shares that sum to one keep doing so: those of a group that are not given share what is left as they did before.

Knows the description only; a world is never changed, a new one is made and validated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, closest, shown
from sim.scenario.scenario import Scenario
from sim.units import DIMENSIONS, format_quantity, parse_quantity

Key = str | int
Path = tuple[Key, ...]

QUANTITIES = ("mean", "low", "mode", "high")
"""Fields of a distribution that scale with its mean."""
SLACK = 1e-9
ABOUT_NUMBERS = frozenset({"uncertain", "posterior"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_AMOUNT = re.compile(rf"(?<![A-Za-z])(?:{_NUMBER.pattern})")
"""A number, but not the digit of `m3`."""
_TERM = re.compile(rf"\s*({_NUMBER.pattern})\s*(\S+)\s*")
_TARIFF_UNITS = {"fixed": "CNY", "per_kg": "CNY/kg"}

# Groups of shares that sum to one: `*` is a member, `?` any name, a set the members.
_GROUPS: tuple[tuple[Any, ...], ...] = (
    ("regions", "*", "order_share"),
    ("products", "*", "order_share"),
    ("routes", "?", "gateways", "?", "*"),
    ("market", "origins", "?", "product_shares", "*"),
    ("market", "origins", "?", "region_shares", "*"),
    ("market", "origins", "?", "sellers", "classes", "*"),
    ("market", "origins", "?", "choice", "reference_shares", frozenset({"inside", "other_gateway", "not_bought"})),
    ("market", "origins", "?", "choice", "reference_shares", "routes", "*"),
)


class SettingError(InputError):
    """A value cannot be set: no such number, or none that may stand there; may say at which places it is wrong."""

    def __init__(self, message: str, places: Iterable[Path] = ()) -> None:
        super().__init__(message)
        self.places = tuple(places)


@dataclass(frozen=True)
class Times:
    """Multiplies a number instead of setting it."""

    factor: float


@dataclass(frozen=True)
class Amount:
    """A number of a scenario in its base unit; the unit is empty where a bare number is what the field takes."""

    number: float
    unit: str

    @property
    def is_whole(self) -> bool:
        """Whether the field takes whole numbers only."""
        return isinstance(self.number, int)

    def __str__(self) -> str:
        known = next((name for name, known in DIMENSIONS.items() if self.unit == next(iter(known.units))), "")
        return format_quantity(self.number, known, self.unit) if self.unit else f"{self.number:.6g}"


def with_values(scenario: Scenario, values: Mapping[str, float | str | bool | Times]) -> Scenario:
    """The scenario with the named numbers set (in the unit their field documents, or a text with its unit) or scaled.

    Raises SettingError for an unknown path, with the closest, and for a value that is out of bounds.
    """
    data = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    paths = {text: _path(data, text) for text in values}
    for text, path in paths.items():
        _set(data, path, values[text], text)
    _share_out(data, set(paths.values()))
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        places = [item["loc"] for item in error.errors(include_url=False)]
        raise SettingError(_said(error, paths), places) from error


def paths_of(scenario: Scenario) -> list[str]:
    """All paths that can be set, in order."""
    return sorted(_texts(scenario.model_dump(mode="json", by_alias=True, exclude_none=True)))


def amount_at(scenario: Scenario, text: str) -> Amount:
    """The number at a path. Raises SettingError if there is none."""
    return amounts_at(scenario, [text])[text]


def amounts_at(scenario: Scenario, texts: Iterable[str]) -> dict[str, Amount]:
    """The numbers at many paths. Raises SettingError if there is none at one of them."""
    data = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {text: _amount(data, text) for text in texts}


def _amount(data: dict[str, Any], text: str) -> Amount:
    path = _path(data, text)
    above, last = _at(data, path[:-1]), path[-1]
    if isinstance(above, str):
        return Amount(_terms(above)[str(last)], _TARIFF_UNITS[str(last)])
    if last == "mean" and _is_distribution(above):
        return Amount(_mean(above["parts"], text), _unit(next(iter(_quantities(above["parts"]))), text))
    value = above[last]
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.match(value)):
        raise SettingError(f"'{text}' is {shown(value)} and no number")
    return Amount(_base(value, text), _unit(value, text)) if isinstance(value, str) else Amount(value, "")


def _quantities(parts: list[dict[str, Any]]) -> Iterator[Any]:
    return (part[name] for part in parts for name in QUANTITIES if name in part)


def _said(error: ValidationError, paths: Mapping[str, Path]) -> str:
    errors = error.errors(include_url=False)
    errors = [item for item in errors if item["type"] != "too_short"] or errors  # an echo of a wrong entry
    found = [(".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, ")) for item in errors]
    return "; ".join(f"{where}: {what}" for where, what in found) + f" (after setting {', '.join(paths)})"


def _path(data: Any, text: str) -> Path:
    """The keys of a dotted path, all of which must be there; a key may itself hold dots (`ROUTE.REGION.PATH`)."""
    node, path, parts = data, (), text.split(".")
    while parts:
        if len(parts) == 1 and _key(node, parts[0]) is None and _is_virtual(node, parts[0]):
            return (*path, parts[0])
        n = next((n for n in range(1, len(parts) + 1) if _key(node, ".".join(parts[:n])) is not None), None)
        if n is None:
            raise SettingError(_unknown(data, text))
        key = _key(node, ".".join(parts[:n]))
        node, path, parts = node[key], (*path, key), parts[n:]  # type: ignore[assignment]
    if isinstance(node, dict | list):
        raise SettingError(f"'{text}' names no number but {shown(node)}; name a number in it")
    return path


def _key(node: Any, part: str) -> Key | None:
    if isinstance(node, dict) and part in node:
        return part
    return int(part) if isinstance(node, list) and part.isdigit() and int(part) < len(node) else None


def _is_virtual(node: Any, part: str) -> bool:
    """Whether it stands for a number that is not written as such: a distribution's mean, a tariff's term."""
    return (part == "mean" and _is_distribution(node)) or (isinstance(node, str) and part in _terms(node))


def _is_distribution(node: Any) -> bool:
    return isinstance(node, dict) and "parts" in node


def _unknown(data: Any, text: str) -> str:
    nearest = closest_path(text, _texts(data))
    return f"'{text}' names no number of the scenario" + (f"; did you mean '{nearest}'?" if nearest else "")


def closest_path(text: str, known: Iterable[str]) -> str | None:
    """The known path that was probably meant: of those that share the most parts, the most alike."""
    parts = set(text.split("."))
    by_overlap: dict[int, list[str]] = {}
    for path in known:
        by_overlap.setdefault(len(parts & set(path.split("."))), []).append(path)
    best = by_overlap[max(by_overlap)] if by_overlap else []
    return closest(text, best) or (min(best, key=len) if best and max(by_overlap) > 0 else None)


def _texts(data: dict[str, Any]) -> Iterator[str]:
    """All paths; what is said of numbers, under the paths of these, is no number of the scenario."""
    world = {key: child for key, child in data.items() if key not in ABOUT_NUMBERS}
    return (".".join(map(str, path)) for path in _leaves(world, ()))


def _leaves(node: Any, path: Path) -> Iterator[Path]:
    if _is_distribution(node):
        yield (*path, "mean")
    if isinstance(node, str):
        yield from ((*path, term) for term in _terms(node))
    if not isinstance(node, dict | list):
        yield path
        return
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield from _leaves(child, (*path, key))


# -- setting -----------------------------------------------------------------------------------------------------------


def _set(data: Any, path: Path, value: float | str | bool | Times, text: str) -> None:
    holder = data
    for key in path[:-2]:
        holder = holder[key]
    above = holder[path[-2]] if len(path) > 1 else data
    last = path[-1]
    if isinstance(above, str):
        holder[path[-2]] = _with_term(above, str(last), value)
    elif last == "mean" and _is_distribution(above):
        _set_mean(above, value, text)
    else:
        above[last] = _scaled(above[last], value.factor, text) if isinstance(value, Times) else value


def _scaled(old: Any, factor: float, text: str) -> Any:
    """A written number times a factor: `20 t` by 1.1 is `22.0 t`; whole numbers stay whole."""
    if isinstance(old, bool) or not isinstance(old, int | float | str):
        raise SettingError(f"'{text}' is {shown(old)}: nothing that can be multiplied")
    if isinstance(old, int):
        return int(old * factor + 0.5)
    if isinstance(old, float):
        return old * factor
    if not _NUMBER.match(old):
        raise SettingError(f"'{text}' is {shown(old)}: nothing that can be multiplied")
    return _AMOUNT.sub(lambda found: repr(float(found[0]) * factor), old)


def _set_mean(distribution: dict[str, Any], value: float | str | bool | Times, text: str) -> None:
    """Give a distribution another mean by scaling all its quantities."""
    parts = distribution["parts"]
    if len(parts) == 1 and "mean" in parts[0] and not isinstance(value, Times):
        parts[0]["mean"] = value
        return
    factor = value.factor if isinstance(value, Times) else _base(value, text) / _mean(parts, text)
    for part in parts:
        for name in QUANTITIES:
            if name in part:
                part[name] = _scaled(part[name], factor, text)


def _mean(parts: list[dict[str, Any]], text: str) -> float:
    """Mean of a written distribution in base units."""
    total = 0.0
    for part in parts:
        low, mode, high = (_base(part[name], text) if name in part else 0.0 for name in ("low", "mode", "high"))
        means = {"uniform": (low + high) / 2, "triangular": (low + mode + high) / 3}
        kind = part["distribution"]
        total += _base(part["share"], text) * (means[kind] if kind in means else _base(part["mean"], text))
    return total


def _base(value: Any, text: str) -> float:
    """A text with its unit in the base unit of its dimension."""
    return float(parse_quantity(value, _dimension(value, text), _unit(value, text)))


def _unit(value: Any, text: str) -> str:
    """The base unit of a text with a unit."""
    return next(iter(DIMENSIONS[_dimension(value, text)].units))


def _dimension(value: Any, text: str) -> str:
    term = _TERM.fullmatch(value) if isinstance(value, str) else None
    dimension = next((name for name, known in DIMENSIONS.items() if term and term[2] in known.units), None)
    if dimension is None:
        raise SettingError(f"'{text}' needs a value with its unit, such as '3 d', not {shown(value)}")
    return dimension


def _terms(tariff: str) -> dict[str, float]:
    """The two terms of a tariff such as `12 CNY + 60 CNY/kg`; empty for any other text."""
    found = [_TERM.fullmatch(part) for part in tariff.split("+")]
    units = {unit: name for name, unit in _TARIFF_UNITS.items()}
    if len(found) != len(_TARIFF_UNITS) or not all(term and term[2] in units for term in found):
        return {}
    return {units[term[2]]: float(term[1]) for term in found if term}


def _with_term(tariff: str, name: str, value: float | str | bool | Times) -> str:
    terms: dict[str, Any] = dict(_terms(tariff))
    terms[name] = terms[name] * value.factor if isinstance(value, Times) else value
    written = (term if isinstance(term, str) else f"{term!r} {_TARIFF_UNITS[key]}" for key, term in terms.items())
    return " + ".join(written)


# -- shares ------------------------------------------------------------------------------------------------------------


def _share_out(data: dict[str, Any], given: set[Path]) -> None:
    """Let the shares that are not given divide what those of their group that are given leave."""
    for members in {frozenset(group) for path in given if (group := _group(data, path))}:
        named = sorted(given & members, key=str)
        rest = sorted(members - given, key=str)
        left = 1 - sum(_share(data, path) for path in named)
        before = sum(_share(data, path) for path in rest)
        if left < -SLACK or (abs(left) > SLACK and not before > 0):
            names = ", ".join(".".join(map(str, path)) for path in named)
            said = f"the shares {names} sum to {1 - left:.6g}; they and the others of their group make 1"
            raise SettingError(said, named)
        for path in rest:
            _put(data, path, max(left, 0.0) * _share(data, path) / before if before else 0.0)


def whole_groups(scenario: Scenario, texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Those groups of shares that sum to one of which all members are named: setting them leaves none to give way."""
    data = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    named = {_path(data, text): text for text in texts}
    groups = {frozenset(group) for path in named if (group := _group(data, path))}
    return tuple(sorted(tuple(sorted(named[path] for path in group)) for group in groups if group <= named.keys()))


def shares_together(scenario: Scenario, texts: Iterable[str]) -> dict[str, frozenset[str]]:
    """Of each of some numbers that is in a group of shares that sum to one, those of them that are in the same."""
    data = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    named = {_path(data, text): text for text in texts}
    groups = {path: frozenset(_group(data, path)) & named.keys() for path in named}
    return {named[path]: frozenset(named[each] for each in group) for path, group in groups.items() if group}


def _group(data: dict[str, Any], path: Path) -> list[Path]:
    """All members of the group of shares that a path belongs to; empty if it is in none."""
    if len(path) > 2 and path[-1] == "share" and path[-3] == "parts":
        parts = _at(data, path[:-2])
        return [(*path[:-2], i, "share") for i in range(len(parts))]
    for pattern in _GROUPS:
        if len(path) == len(pattern) and all(_fits(part, key) for part, key in zip(pattern, path, strict=True)):
            where = next(i for i, part in enumerate(pattern) if part == "*" or isinstance(part, frozenset))
            members = pattern[where] if pattern[where] != "*" else _at(data, path[:where])
            return [(*path[:where], name, *path[where + 1 :]) for name in members]
    return []


def _fits(part: Any, key: Key) -> bool:
    return key in part if isinstance(part, frozenset) else part in ("*", "?", key)


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _share(data: dict[str, Any], path: Path) -> float:
    return float(parse_quantity(_at(data, path), "share", ""))


def _put(data: dict[str, Any], path: Path, value: float) -> None:
    _at(data, path[:-1])[path[-1]] = value
