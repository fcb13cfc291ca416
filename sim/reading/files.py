"""The content of a file that may be anything: a folder, a pipe, a device, too large, in another encoding.

Whatever cannot be read is a ScenarioError at the file's beginning, or at the first byte that is not UTF-8.
"""

from itertools import islice
from pathlib import Path

from sim.errors import ScenarioError, closest
from sim.reading.tree import Mark

MAX_BYTES = 5_000_000
MOST_LOOKED_AT = 2000
"""Names of a folder that are held against one that is not there."""


def text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file of ``most`` bytes at most, in UTF-8, without a mark of byte order."""
    return _decoded(bytes_of(path, most), str(path))


def bytes_of(path: Path, most: int = MAX_BYTES) -> bytes:
    """The content of a file of ``most`` bytes at most; a pipe or a device is none, so that reading always ends."""
    start = Mark(str(path), 1, 1)
    try:
        if not path.is_file():
            message, hint = ("not a file", None) if path.exists() else ("no such file", _meant(path))
            raise ScenarioError([start.problem(message, hint=hint)])
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([start.problem(f"the file cannot be read: {why}")]) from None
    if len(data) > most:
        raise ScenarioError([start.problem(f"the file is larger than {most:,} bytes")])
    return data


def _meant(path: Path) -> str | None:
    """The file that was probably meant: every part of its path that is not there as the closest that is."""
    parts = path.parts
    found = next((n for n in range(len(parts) - 1, 0, -1) if Path(*parts[:n]).is_dir()), 0)
    at = Path(*parts[:found])
    for part in parts[found:]:
        names = [each.name for each in islice(at.iterdir(), MOST_LOOKED_AT)] if at.is_dir() else []
        if path.suffix and part == parts[-1]:
            names = [name for name in names if Path(name).suffix == path.suffix]
        name = part if part in names else closest(part, sorted(names))
        if name is None:
            break
        at = at / name
    else:
        if at.is_file():
            return f"did you mean '{at}'?"
    below = sorted(path.parent.glob(f"*/{path.stem}.yaml")) if path.stem.replace("-", "").isalnum() else []
    return f"did you mean '{below[0]}'?" if below else None


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lines = data[: error.start].decode("utf-8-sig").splitlines(keepends=True)
        whole = data.decode("utf-8", errors="replace").splitlines()
        at_line_start = not lines or lines[-1].endswith("\n")
        n_line = len(lines) + at_line_start
        col = 1 if at_line_start else len(lines[-1]) + 1
        mark = Mark(file, n_line, col, whole[n_line - 1])
        problem = mark.problem(f"the byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8")
        raise ScenarioError([problem]) from None
