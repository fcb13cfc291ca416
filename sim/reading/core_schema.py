"""What a plain text of YAML 1.2 means: the core schema (specification 1.2.2, section 10.3.2), and nothing else.

No sexagesimals, no timestamps, no yes/no/on/off; numbers are finite and of bounded length.
"""

import re

from sim.errors import shown
from sim.reading.tree import Scalar

MAX_DIGITS = 40
CORE_SCHEMA = {
    "null": re.compile(r"|~|null|Null|NULL"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
    "not finite": re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
}


def kind_of(text: str) -> str:
    """Which type an untagged plain text has."""
    return next((kind for kind, pattern in CORE_SCHEMA.items() if pattern.fullmatch(text)), "str")


def is_surrogate(text: str) -> bool:
    """Whether the text has half of a surrogate pair, which an escape can write and no output can."""
    return any("\ud800" <= char <= "\udfff" for char in text)


def scalar_of(kind: str, text: str) -> Scalar:
    """The value of a text of that type; raises ValueError."""
    found = kind_of(text)
    if kind == "str":
        if is_surrogate(text):
            raise ValueError("half of a surrogate pair is no character")
        return text
    if found == "not finite":
        raise ValueError(f"{text} is not a finite number")
    if found != kind and (found, kind) != ("int", "float"):
        raise ValueError(f"{shown(text)} is tagged as {kind} and is none")
    if kind == "null":
        return None
    return text.lower() == "true" if kind == "bool" else _number(kind, text)


def _number(kind: str, text: str) -> int | float:
    if kind == "int":
        if len(text) > MAX_DIGITS:
            raise ValueError(f"a number of more than {MAX_DIGITS} digits")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError(f"{shown(text)} is too large a number")
    return number
