"""`sim sources` for programs: JSON and CSV."""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sim.errors import SimError
from sim.ledger import STATUSES, Account, Evidence, Number, Row, Use
from sim.ledger.placing import Believed
from sim.reading import Mark

COLUMNS = (
    "path", "value", "status", "rows", "evidence", "range", "formula", "result", "why", "note", "is_setting", "file",
    "line", "in_place_of", "changes", "posterior",
)  # fmt: skip


def print_json(record: Any) -> None:
    """To stdout."""
    click.echo(json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False))


def file_record(name: str, numbers: list[Number], shown: Iterable[Account], evidence: Evidence) -> dict[str, Any]:
    """A scenario: how many of its numbers have which status, and the numbers that are asked for."""
    return {
        "scenario": name,
        "counts": counts(numbers),
        "from_memory": from_memory(numbers, evidence),
        "numbers": [number_record(each, evidence) for each in shown],
    }


def counts(numbers: Iterable[Number]) -> dict[str, int]:
    """How many numbers have which status."""
    found = Counter(number.status for number in numbers)
    return {status: found[status] for status in STATUSES}


def from_memory(numbers: Iterable[Number], evidence: Evidence) -> dict[str, int]:
    """How many numbers of each status rest on a row that nobody looked up; statuses without such are not there."""
    remembered = {id for id, row in evidence.rows.items() if row.is_from_memory}
    return dict(Counter(number.status for number in numbers if remembered & set(number.rows)))


def number_record(account: Account, evidence: Evidence) -> dict[str, Any]:
    """All that is known of a number."""
    number, source, below = account.number, account.number.source, account.below
    return {
        "path": number.name,
        "value": number.value,
        "status": number.status,
        "rows": [_row_cells(evidence.rows[id]) if id in evidence.rows else {"id": id} for id in number.rows],
        "range": list(source.range) if source and isinstance(source.range, tuple) else number.range,
        "formula": source.formula if source else None,
        "result": number.result,
        "why": source.why if source else None,
        "note": source.note if source else None,
        "is_setting": number.is_setting,
        **_place(number.mark),
        "in_place_of": {"value": below.value, "status": below.status, **_place(below.mark)} if below else None,
        "changes": [
            {"name": each.name, "at": each.at, "does": each.does, **_place(each.mark)} for each in account.changes
        ],
        "posterior": [
            {"calibration": each.calibration, "is_factor": each.moved.is_factor, "unit": each.moved.unit}
            | {"low_95": each.low, "median": each.median, "high_95": each.high}
            for each in account.believed
        ],
    }


def row_record(row: Row, evidence: Evidence, uses: Iterable[Use]) -> dict[str, Any]:
    """A row of the evidence, what contradicts it, and what rests on it."""
    purpose = evidence.purposes.get(row.id)
    return {
        **_row_cells(row),
        "use": {"use": purpose.use, "reason": purpose.reason} if purpose else None,
        "rival_readings": [
            {"question": each.question, "reading": each.reading, "rows": list(each.rows), "handling": each.handling}
            for each in evidence.rivals(row.id)
        ],
        "used_by": [
            {
                "path": use.path,
                "value": use.value,
                "status": use.status,
                "is_mention": use.is_mention,
                **_place(use.mark),
            }
            for use in uses
        ],
    }


def _row_cells(row: Row) -> dict[str, str]:
    return {"id": row.id, "table": row.table, **{name: text or "" for name, text in row.cells.items() if name != "id"}}


def _place(mark: Mark) -> dict[str, Any]:
    return {"file": mark.file, "line": mark.line}


def write_csv(shown: Iterable[Account], file: Path, evidence: Evidence) -> None:
    """One line for each number; the file is there whole or as it was. Raises SimError if it cannot be written."""
    write_lines(COLUMNS, (_flat(each, evidence) for each in shown), file)


def write_lines(columns: Sequence[str], lines: Iterable[Mapping[str, Any]], file: Path) -> None:
    """Lines as CSV under the names of their columns; the file is there whole or as it was. Raises SimError."""
    aside = file.with_name(f".{file.name[:100]}.{os.getpid()}")
    try:
        try:
            with aside.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(lines)
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise SimError(f"cannot write {file}: {error.strerror}") from None


def said_of(believed: Believed) -> str:
    """What a posterior makes of a number, in words."""
    numbers = (f"{number:.4g}" for number in (believed.median, believed.low, believed.high))
    median, low, high = (f"{number} {believed.moved.unit}".strip() for number in numbers)
    times = "times " if believed.moved.is_factor else ""
    return f"posterior {believed.calibration}: {times}{median} (95 %: {low} to {high})"


def _flat(account: Account, evidence: Evidence) -> dict[str, Any]:
    """The record with what has parts written as one text."""
    record = number_record(account, evidence)
    rows, below, given = record["rows"], record["in_place_of"], record["range"]
    where = f" ({below['status']}, {below['file']}:{below['line']})" if below else ""
    return {
        **record,
        "rows": " ".join(row["id"] for row in rows),
        "evidence": " | ".join(f"{row['id']}: {row.get('value', '')} {row.get('unit', '')}".strip() for row in rows),
        "range": " to ".join(map(str, given)) if isinstance(given, list) else given,
        "in_place_of": f"{below['value']}{where}" if below else None,
        "changes": " | ".join(f"{each['at']} {each['does']} ({each['name']})" for each in record["changes"]),
        "posterior": " | ".join(said_of(each) for each in account.believed),
    }
