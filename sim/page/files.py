"""Small JSON files of the page: read if they can be, written whole or not at all; and times as they stand in them."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import Any

LARGEST = 30_000_000
"""Bytes of a JSON file that is read at all."""


def read_json(file: Path) -> dict[str, Any]:
    """A mapping; empty if there is none, or the file holds anything else."""
    try:
        if file.stat().st_size > LARGEST:
            return {}
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Write it beside, then put it in its place."""
    aside = file.with_name(f".{file.name}.{os.getpid()}.{get_ident()}")
    try:
        aside.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def looks(file: Path) -> tuple[int, int]:
    """What of a file differs when its content does, as far as that is seen without reading it: time and size."""
    said = file.stat()
    return said.st_mtime_ns, said.st_size


def now() -> str:
    """The time, as the files of results write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def seconds_since(text: object) -> float | None:
    """Seconds since a time of a file; None if it is none."""
    with suppress(ValueError, TypeError):
        then = datetime.fromisoformat(str(text))
        return (datetime.now(UTC) - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()
    return None


def last_lines(file: Path, n: int, most: int = 4000) -> str:
    """The last lines of a text file."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(file.stat().st_size - most, 0))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-n:])
