"""Catalogues: a text in English is the key of its translation, which stands in a file `LANGUAGE.po` beside this one.

The files are those of gettext, without plurals: `msgid "..."`, `msgstr "..."`, texts that go on in further lines.
Texts of the library (titles of scenarios, what interventions propose) have one of their own, `LANGUAGE-library.po`.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = {"en": "English", "zh": "中文"}
FOLDER = Path(__file__).parent


def marked(text: str) -> str:
    """The text itself: marks one that is translated only where it is shown, so that a test sees it."""
    return text


@dataclass(frozen=True)
class Catalogue:
    """Texts in one language. ``t("{n} plans", n=3)`` translates and fills in; an unknown text stays English."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, text: str, /, **values: Any) -> str:
        """A text in this language, with its blanks filled in."""
        found = self.texts.get(text) or text
        return found.format(**values) if values else found


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; English is the keys themselves."""
    if language not in LANGUAGES:
        raise ValueError(f"there is no language '{language}'; known are {', '.join(LANGUAGES)}")
    return Catalogue(language, {**texts_in(f"{language}-library.po"), **texts_in(f"{language}.po")})


@cache
def texts_in(name: str) -> Mapping[str, str]:
    """The texts of one file; none if there is no such file."""
    file = FOLDER / name
    return dict(entries(file.read_text("utf-8"))) if file.exists() else {}


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Texts and their translations in a catalogue; ValueError at a line that is none."""
    key, parts = "", {"msgid": "", "msgstr": ""}
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "msgid" and parts["msgid"]:
            yield parts["msgid"], parts["msgstr"]
        if word in parts:
            key = word
            parts |= {"msgid": "", "msgstr": ""} if word == "msgid" else {}
        elif not line.startswith('"') or not key:
            raise ValueError(f"line {number} of the catalogue is no msgid, msgstr or text in quotes: {line[:60]}")
        parts[key] += str(ast.literal_eval(rest if word in parts else line.strip()))
    if parts["msgid"]:
        yield parts["msgid"], parts["msgstr"]
