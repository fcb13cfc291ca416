"""The parts of a report in their order: what stands in each, for the templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.language import marked
from sim.report.pictures import Drawn

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """A table: its caption, headings and rows of text, the first column being what a row is."""

    caption: str
    head: Sequence[str]
    rows: Rows


@dataclass(frozen=True)
class Part:
    """One section: sentences, pictures and tables."""

    name: str
    """Name of the section in addresses within the page."""
    title: str
    sentences: Sequence[str] = ()
    pictures: Sequence[Drawn] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    """Small print under it."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What a template of its own shows."""


TITLES = {
    "answer": marked("The answer"),
    "map": marked("The corridor"),
    "differences": marked("Differences"),
    "days": marked("Days from door to door"),
    "volumes": marked("Volumes by month"),
    "queues": marked("Queues and backlogs"),
    "costs": marked("Costs, benefits and emissions"),
    "interventions": marked("What is changed, and when"),
    "assumptions": marked("What rests on assumptions"),
    "stress": marked("How the model was built and run (STRESS-DES)"),
    "manifest": marked("Manifest"),
}
"""The sections in their order."""
