"""Results that are tables and sentences: what the page shows of sweeps, rankings and sitings, as JSON has it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 300
Cell = str | float | bool | None | tuple[float | None, float | None, float | None]
"""A text, a number, a flag, or a number with both ends of its interval."""


@dataclass(frozen=True)
class Column:
    """A column of a table: `text`, `number`, `interval` or `flag`, and the unit of its numbers."""

    name: str
    label: str
    kind: Literal["text", "number", "interval", "flag"] = "text"
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table of few columns; of very many rows the first."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def record(self) -> dict[str, Any]:
        """For the page."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": [vars(column) for column in self.columns],
            "rows": [list(row) for row in self.rows[:MOST_ROWS]],
            "n_more": max(len(self.rows) - MOST_ROWS, 0),
        }


@dataclass(frozen=True)
class Told:
    """What is told of a result."""

    heading: str
    answer: Sequence[str]
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    """What it rests on."""
    warnings: Sequence[str] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """For the page."""
        return {
            "heading": self.heading,
            "answer": list(self.answer),
            "tables": [table.record() for table in self.tables],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
            "manifest": dict(self.manifest),
            "objective": None,
            "plans": [],
            "months": None,
            "map": None,
            "queues": None,
            "days": None,
        }


def table_in(folder: Path, name: str) -> "pd.DataFrame":
    """A table of a folder; OSError or ValueError if there is none that can be read."""
    import pandas as pd

    return pd.read_parquet(folder / f"{name}.parquet")


def number(value: Any) -> float | None:
    """A number as JSON has it, to a few more figures than are shown; None where there is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return float(f"{found:.6g}") if math.isfinite(found) else None


def interval(
    row: Mapping[str, Any], value: str, low: str, high: str
) -> tuple[float | None, float | None, float | None]:
    """A number of a row with the ends of its interval."""
    return number(row[value]), number(row[low]), number(row[high])
