"""The content of a file that may be anything: a folder, a pipe, a device, too large, in another encoding.

Whatever cannot be read is a ScenarioError at the file's beginning, or at the first byte that is not UTF-8.
"""

from pathlib import Path

from sim.errors import ScenarioError
from sim.reading.tree import Mark

MAX_BYTES = 5_000_000


def text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file of ``most`` bytes at most, in UTF-8, without a mark of byte order."""
    return _decoded(bytes_of(path, most), str(path))


def bytes_of(path: Path, most: int = MAX_BYTES) -> bytes:
    """The content of a file of ``most`` bytes at most; a pipe or a device is none, so that reading always ends."""
    start = Mark(str(path), 1, 1)
    try:
        if not path.is_file():
            raise ScenarioError([start.problem("not a file" if path.exists() else "no such file")])
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([start.problem(f"the file cannot be read: {why}")]) from None
    if len(data) > most:
        raise ScenarioError([start.problem(f"the file is larger than {most:,} bytes")])
    return data


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
