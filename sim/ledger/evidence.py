"""The tables of the evidence: what the documents report, what others have published, how the model uses the reports.

`reported.csv` and `published.csv` hold the rows that sources name; `uses.csv` says what the model does with each
reported row, and `rivals.csv` which readings of the same thing contradict each other.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.errors import ScenarioError
from sim.reading import Mark, text_of

FOLDER = Path("calibration") / "evidence"
REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = {"reported": "reported.csv", "published": "published.csv"}
USES = ("target", "prior", "input", "check", "not used")


@dataclass(frozen=True)
class Row:
    """A row of the evidence: its cells by column."""

    id: str
    table: str
    cells: Mapping[str, str]

    def cell(self, column: str) -> str:
        """What stands there; empty if nothing does, or if its table has no such column."""
        return self.cells.get(column) or ""

    @property
    def said(self) -> str:
        """Value and unit; a unit that the value already names is not said again."""
        value, unit = self.cell("value"), self.cell("unit")
        if not value:
            return f"no figure ({unit})" if unit else "no figure"
        if unit.startswith("1e"):
            return f"{value} x {unit}"
        return value if unit in value else f"{value} {unit}"

    @property
    def origin(self) -> str:
        """Who says so."""
        document = self.cell("seed")
        return f"source document {document}" if document else self.cell("source") or self.cell("provenance")

    @property
    def confidence(self) -> str:
        """How far it is believed; of a reported row, whether it agrees with itself."""
        if self.table == "published":
            return f"confidence {self.cell('confidence')}"
        return f"consistent: {self.cell('consistent')}"

    @property
    def is_from_memory(self) -> bool:
        """Whether nobody looked it up, or not all of it: its table says so."""
        return any("from memory" in self.cell(column) for column in ("source", "provenance"))


@dataclass(frozen=True)
class Purpose:
    """What the model does with a reported row, and why."""

    use: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """One of several ways to read the same thing; `rows` are those that speak for it."""

    question: str
    reading: str
    rows: tuple[str, ...]
    handling: str


@dataclass(frozen=True)
class Evidence:
    """All tables of one folder."""

    folder: Path
    rows: Mapping[str, Row]
    purposes: Mapping[str, Purpose]
    readings: tuple[Reading, ...]

    @property
    def library(self) -> Path:
        """The scenarios that rest on it."""
        return self.folder.parents[1] / "scenarios"

    def ids(self, status: str) -> frozenset[str]:
        """The rows that a number of that status may name."""
        tables = {"derived": tuple(TABLES)}.get(status, (status,))
        return frozenset(id for id, row in self.rows.items() if row.table in tables)

    def rivals(self, id: str) -> list[Reading]:
        """All readings of the questions on which a row speaks."""
        questions = {reading.question for reading in self.readings if id in reading.rows}
        return [reading for reading in self.readings if reading.question in questions]


def evidence_near(path: Path) -> Evidence:
    """The evidence of the nearest folder at or above a path that has one, else that of the program."""
    start = path.resolve()
    folders = (above / FOLDER for above in (start, *start.parents))
    return evidence_in(next((folder for folder in folders if folder.is_dir()), REPOSITORY / FOLDER))


@cache
def evidence_in(folder: Path) -> Evidence:
    """The evidence of a folder; ScenarioError with the line if a table is missing, torn, or names a row twice."""
    rows: dict[str, Row] = {}
    for table, name in TABLES.items():
        for line, cells in _table(folder / name, ("id",)):
            if cells["id"] in rows:
                raise _wrong(folder / name, line, f"the row '{cells['id']}' stands twice")
            rows[cells["id"]] = Row(cells["id"], table, cells)
    uses = _optional(folder / "uses.csv", ("id", "use", "reason"))
    purposes = {cells["id"]: Purpose(cells["use"], cells["reason"]) for cells in uses}
    rivals = _optional(folder / "rivals.csv", ("question", "reading", "rows", "handling"))
    return Evidence(folder, rows, purposes, tuple(map(_reading, rivals)))


def _reading(cells: dict[str, str]) -> Reading:
    return Reading(cells["question"], cells["reading"], tuple(cells["rows"].split()), cells["handling"])


def _optional(file: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    return (cells for _, cells in _table(file, columns)) if file.exists() else iter(())


def _table(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table by column, with their lines; a row has as many cells as there are columns."""
    reader = csv.reader(io.StringIO(text_of(file), newline=""), strict=True)
    try:
        head = next(reader, [])
        if missing := [name for name in columns if name not in head]:
            raise _wrong(file, 1, f"the column '{missing[0]}' is missing")
        for row in filter(None, reader):
            if len(row) != len(head):
                raise _wrong(file, reader.line_num, f"{len(row)} cells stand here under {len(head)} columns")
            if any("\0" in cell for cell in row):
                raise _wrong(file, reader.line_num, "a character that is no text (U+0000) stands here")
            yield reader.line_num, dict(zip(head, row, strict=True))
    except csv.Error as error:
        raise _wrong(file, reader.line_num, f"this is no row of a table: {error}") from None


def _wrong(file: Path, line: int, message: str) -> ScenarioError:
    return ScenarioError([Mark(str(file), line, 1).problem(message)])
