"""A description with some of its numbers replaced: everything described is frozen, so each way leads through copies."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def replaced(thing: Any, changes: Mapping[str, Any]) -> Any:
    """A copy in which each dotted path of ``changes`` has its value; parts of tuples go by their number."""
    for path, value in changes.items():
        thing = _replaced(thing, path.split("."), value)
    return thing


def _replaced(thing: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(thing, BaseModel):
        return thing.model_copy(update={name: _replaced(getattr(thing, name), rest, value)})
    if isinstance(thing, tuple):
        number = int(name)
        return (*thing[:number], _replaced(thing[number], rest, value), *thing[number + 1 :])
    if name not in thing:
        raise KeyError(f"{name!r} is none of {sorted(thing)}")
    return {**thing, name: _replaced(thing[name], rest, value)}
