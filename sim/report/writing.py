"""Writes a report: one HTML file that needs nothing else, in one language, for one or several results."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from re import sub
from typing import Any

from sim.atlas import FAMILY, font_for
from sim.report.assumption_parts import assumptions_part, manifest_part
from sim.report.network_parts import map_part, queues_part, volumes_part
from sim.report.parts import Part
from sim.report.pictures.drawn import drawing
from sim.report.plan_parts import answer_part, costs_part, days_part, differences_part, interventions_part
from sim.report.results import NoResultError, Result
from sim.report.speaking import Speaking
from sim.report.stress import stress_part

LARGEST = 3_000_000
"""Bytes; more cannot be sent on by every mail."""


@dataclass(frozen=True)
class Chapter:
    """One result in a report."""

    name: str
    title: str
    said: str
    """Title of the scenario as its author wrote it."""
    parts: Sequence[Part]


def report(results: Sequence[Result], language: str) -> str:
    """The whole page as text; NoResultError if it would be too large to hand on."""
    with drawing():
        chapters = [_chapter(result, language, f"r{i}") for i, result in enumerate(results)]
    speaking = Speaking(results[0], language)
    page = _page(speaking, chapters, font="")
    text = unescape(sub(r"<[^>]*>", " ", page))
    page = _page(speaking, chapters, font=font_for("".join(sorted({*text, *"0123456789 "}))))
    size = len(page.encode())
    if size > LARGEST:
        raise NoResultError(
            f"the report would have {size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}; name fewer folders at once"
        )
    return page


def _chapter(result: Result, language: str, prefix: str) -> Chapter:
    """A result whose tables lack columns or hold texts for numbers is refused by its name, whatever it fails at."""
    try:
        return chapter(Speaking(result, language), prefix)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise NoResultError(
            f"{result.folder}: its tables or its manifest are not what this version writes ({why}); run it again"
        ) from error


def chapter(speaking: Speaking, prefix: str) -> Chapter:
    """All sections on one result, in their order."""
    parts = [
        answer_part(speaking),
        map_part(speaking, f"{prefix}-map"),
        differences_part(speaking, f"{prefix}-differences"),
        days_part(speaking, f"{prefix}-days"),
        volumes_part(speaking, f"{prefix}-volumes"),
        queues_part(speaking, f"{prefix}-queues"),
        costs_part(speaking),
        interventions_part(speaking),
        assumptions_part(speaking),
        stress_part(speaking),
        manifest_part(speaking),
    ]
    scenario = speaking.result.scenario
    return Chapter(prefix, speaking.title, speaking.t(scenario.title or scenario.scenario), parts)


def write(page: str, file: Path) -> None:
    """Write the page whole or not at all, in a folder that is there."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(page)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _page(speaking: Speaking, chapters: Sequence[Chapter], font: str) -> str:
    from markupsafe import Markup

    template = _environment().get_template("report.html")
    return template.render(
        t=speaking.t, language=speaking.language, chapters=chapters, family=FAMILY, font=Markup(font), svg=Markup
    )


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sim.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
