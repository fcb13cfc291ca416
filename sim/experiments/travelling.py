"""Jobs as text: made of dataclasses, tuples, texts and numbers, they are at the other end what they were, to the bit.

A dataclass is an object of JSON whose `kind` names it, ``module:Class``; a tuple is an array. Nothing is pickled.
"""

import json
from dataclasses import fields, is_dataclass
from importlib import import_module
from numbers import Integral
from typing import Any, Self


class Travelling:
    """Base of dataclasses that travel."""

    @property
    def text(self) -> str:
        """It, as it travels."""
        return json.dumps(_plain(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """It again."""
        made: Self = _made(json.loads(text))
        return made


def kind_of(kind: type) -> str:
    """The name by which a class is found again."""
    return f"{kind.__module__}:{kind.__qualname__}"


def class_of(kind: str) -> Any:
    """The class of a name. Raises ImportError, AttributeError and ValueError."""
    module, _, name = kind.partition(":")
    return getattr(import_module(module), name)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {"kind": kind_of(type(value))} | {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Integral):  # numpy's
        return int(value)
    raise TypeError(f"a job that travels holds a {type(value).__name__}; give it tuples and dataclasses instead")


def _made(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_made, value))
    if isinstance(value, dict):
        return class_of(value["kind"])(**{name: _made(each) for name, each in value.items() if name != "kind"})
    return value
