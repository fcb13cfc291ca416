"""Small tables of HTML, with which objects show themselves in a notebook. Everything is escaped.

Knows texts and nothing of what they say; may not import anything slow.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

LONGEST_CELL = 300


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """A table with a caption, and sentences under it; a line feed in a cell is kept."""
    first = "".join(f"<th>{cell(text)}</th>" for text in head)
    body = "".join("<tr>" + "".join(f"<td>{cell(text)}</td>" for text in row) + "</tr>" for row in rows)
    top = f"<thead><tr>{first}</tr></thead>" if head else ""
    return f"<table><caption>{escape(caption)}</caption>{top}<tbody>{body}</tbody></table>{paragraphs(notes)}"


def paragraphs(sentences: Iterable[str]) -> str:
    """Each sentence as a paragraph."""
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def cell(text: str) -> str:
    """A text as the content of a cell, cut where it is far too long."""
    short = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
    return escape(short).replace("\n", "<br>")


def plain(value: Any) -> str:
    """A described value in one line: units as they stand, no more figures than were written."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return _quantity(value) if isinstance(value, str) else str(value)


def _quantity(text: str) -> str:
    """`8000000.0 CNY` as `8,000,000 CNY`; any other text as it is."""
    number, space, unit = text.partition(" ")
    try:
        return f"{float(number):,.10g} {unit}" if space and number[-1:].isdigit() else text
    except ValueError:
        return text
