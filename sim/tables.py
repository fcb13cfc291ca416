"""Results as files: tables (Parquet and CSV) and pictures in a folder, whole or not there.

Knows columns and folders; knows nothing of what the tables say.
"""

import csv
import fcntl
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EEXIST, ENAMETOOLONG, ENOTEMPTY
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import SimError, remedy_of
from sim.pictures import save
from sim.workbooks import write_workbook

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

Columns = Mapping[str, np.ndarray]
PROGRAM = "parcel-corridors"
MANIFEST, SIDE_FILE, PROGRESS_FILE = "manifest.json", "run.json", "progress.json"
LOCK = "lock"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_ROWS_AT_ONCE = 100_000
LARGEST_JSON = 50_000_000


class Tabled:
    """What has tables by name, arrays by column: each is an attribute of its name as a pandas frame."""

    if TYPE_CHECKING:  # a field or a property, as the class has it

        @property
        def tables(self) -> Mapping[str, Columns]:
            """All tables by name."""

    def columns(self, name: str) -> Columns:
        """A table as arrays by column. Raises KeyError if there is none of that name."""
        return self.tables[name]

    def frame(self, name: str) -> "pd.DataFrame":
        """A table as a pandas frame. Raises KeyError if there is none of that name."""
        return arrow(self.tables[name]).to_pandas()

    def __getattr__(self, name: str) -> "pd.DataFrame":
        if name.startswith("_") or name == "tables" or not self.__dict__:  # a copy has no fields yet
            raise AttributeError(name)
        if name not in self.tables:
            raise AttributeError(f"no table or attribute '{name}'; tables are {', '.join(self.tables)}")
        return self.frame(name)


class ResultsFolderError(SimError):
    """A folder of results cannot be written, or holds something that is not to be overwritten."""


def check_destination(folder: Path) -> None:
    """Refuse a folder that holds anything but earlier results of this program, or that cannot be made."""
    try:
        _check_destination(folder)
    except OSError as error:
        raise ResultsFolderError(f"{folder} cannot be made: {remedy_of(error)}") from error


def _check_destination(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ResultsFolderError(f"{folder} is not a folder; name another one with --out")
    above = next(path for path in folder.absolute().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ResultsFolderError(f"{folder} cannot be made: {above} is not a folder that can be written to")
    if max(len(os.fsencode(part)) for part in folder.absolute().parts) > os.pathconf(above, "PC_NAME_MAX"):
        raise OSError(ENAMETOOLONG, "File name too long")
    Path(tempfile.mkdtemp(prefix=".try-", dir=above)).rmdir()
    if folder.exists() and any(map(_counts, folder.iterdir())) and not _is_ours(folder):
        message = f"{folder} holds files that are not results of this program; name another folder with --out"
        raise ResultsFolderError(message)


def _counts(path: Path) -> bool:
    """Whether a file says that a folder is in use; a command that was killed as it began leaves others."""
    return path.name != LOCK and not path.name.startswith(f".{PROGRESS_FILE}")


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds results, runs that are kept for some, or what was being put in its place when killed."""
    said = (_read_json(folder / name).get("program") for name in (MANIFEST, PROGRESS_FILE, SIDE_FILE))
    return any(program == PROGRAM for program in said)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def read_json(path: Path) -> Any:
    """What a file of JSON holds; OSError or ValueError if it is no such file, also if it is a pipe or far too large."""
    if not path.is_file() and path.exists():
        raise ValueError("not a file")
    with path.open("rb") as stream:
        data = stream.read(LARGEST_JSON + 1)
    if len(data) > LARGEST_JSON:
        raise ValueError(f"larger than {LARGEST_JSON:,} bytes")
    try:
        return json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def finished_at(folder: Path) -> str | None:
    """When the results that lie in a folder were finished; None if there are none."""
    try:
        return str(read_json(folder / SIDE_FILE)["finished_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_results(
    folder: Path,
    tables: Mapping[str, Columns],
    manifest: Mapping[str, Any],
    side_file: Mapping[str, Any],
    parquet_only: Mapping[str, Columns],
    pictures: "Mapping[str, Figure]",
    workbook: str | None = None,
) -> None:
    """Write everything beside the folder, then put it in its place; earlier results of this program are replaced.

    With the name of a workbook, the tables are also written as one of Excel. Of two that write at once, the later ones
    stay. When it returns, all of it is on the disk itself, so that what it was made of may go. Raises
    ResultsFolderError for a folder that cannot be used, or a disk that is full.
    """
    check_destination(folder)
    folder = folder.absolute()
    try:
        _write_results(folder, tables, manifest, side_file, parquet_only, pictures, workbook)
    except OSError as error:
        said = f"{folder}: {remedy_of(error)}; the new results are not written, earlier ones stay"
        raise ResultsFolderError(said) from error


def _write_results(
    folder: Path,
    tables: Mapping[str, Columns],
    manifest: Mapping[str, Any],
    side_file: Mapping[str, Any],
    parquet_only: Mapping[str, Columns],
    pictures: "Mapping[str, Figure]",
    workbook: str | None,
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}-", dir=folder.parent))
    try:
        for name, columns in tables.items():
            write_parquet(columns, new / f"{name}.parquet")
            write_csv(columns, new / f"{name}.csv")
        for name, columns in parquet_only.items():
            write_parquet(columns, new / f"{name}.parquet")
        if workbook:
            write_workbook(tables, new / f"{workbook}.xlsx")
        for name, figure in pictures.items():
            save(figure, new / f"{name}.png")
        _write_json({"program": PROGRAM, **manifest}, new / MANIFEST)
        _write_json({"program": PROGRAM, **side_file, "files": _hashes(new)}, new / SIDE_FILE)
        new.chmod(0o755)
        for path in new.iterdir():
            _onto_disk(path)
        _put_in_place(new, folder)
        for names in (folder, folder.parent):
            with suppress(OSError):  # the content is there; not every disk knows this of names
                _onto_disk(names)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _onto_disk(path: Path) -> None:
    """Have the system write a file, or the names in a folder, from its memory to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(new: Path, folder: Path) -> None:
    """Put new files in the place of earlier ones; what others put there stays.

    A folder holds results if it has a manifest: that of the earlier ones goes first, and the new one comes last.
    """
    if not folder.exists():
        try:
            new.rename(folder)
            return
        except OSError as error:
            if error.errno not in (EEXIST, ENOTEMPTY):  # another command may have made it in between
                raise
    with _alone_in(folder):
        _move_all(new, folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One command at a time puts its files there; the system lets go however the command ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a disk of another machine may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _move_all(new: Path, folder: Path) -> None:
    earlier = set(_read_json(folder / SIDE_FILE).get("files", ()))
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in sorted(earlier - {path.name for path in new.iterdir()}):
        if Path(name).name == name and (folder / name).is_file():
            (folder / name).unlink()
    rank = {SIDE_FILE: 0, MANIFEST: 2}
    for path in sorted(new.iterdir(), key=lambda path: (rank.get(path.name, 1), path.name)):
        path.replace(folder / path.name)


def remove_leftovers(folder: Path) -> None:
    """Take away what a command that was killed was writing beside a folder; only for one that holds it alone."""
    folder = folder.absolute()
    aside = re.compile(rf"\.{re.escape(folder.name[:100])}-[a-z0-9_]{{8}}")  # as mkdtemp names them
    for path in folder.parent.iterdir() if folder.parent.is_dir() else ():
        if aside.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


def remove_results(folder: Path) -> None:
    """Take away the results that lie in a folder, and the folder if nothing else is in it; what others put there stays.

    Raises OSError where that may not be done.
    """
    written = set(_read_json(folder / SIDE_FILE).get("files", ()))
    for name in [MANIFEST, *sorted(written - {MANIFEST}), SIDE_FILE]:
        if Path(name).name == name and (folder / name).is_file():
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path) for path in sorted(folder.iterdir())}


def sha256(path: Path) -> str:
    """Hash of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")


def arrow(columns: Columns) -> "pa.Table":
    """The columns for Arrow; NaN becomes null."""
    import pyarrow as pa

    return pa.table(
        {
            name: pa.array(values, pa.string() if values.dtype == object else None, from_pandas=True)
            for name, values in columns.items()
        }
    )


def write_parquet(columns: Columns, path: Path) -> None:
    """A Parquet file whose bytes depend on nothing but the columns."""
    from pyarrow import parquet

    parquet.write_table(arrow(columns), path, compression="zstd")


def read_parquet(path: Path) -> dict[str, np.ndarray]:
    """The columns of a Parquet file; OSError or ValueError if it is no such file, also if it is a pipe or a folder."""
    from pyarrow import ArrowException, parquet

    if not path.is_file() and path.exists():
        raise ValueError("not a file")
    try:
        table = parquet.read_table(path)
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
    except ArrowException as error:
        raise ValueError(str(error)) from None


def write_csv(columns: Columns, path: Path) -> None:
    r"""A CSV file in UTF-8 with `\n`; numbers as short as they can be read back, nothing for NaN.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    n = len(next(iter(columns.values())))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for first in range(0, n, CSV_ROWS_AT_ONCE):
            parts = [_cells(values[first : first + CSV_ROWS_AT_ONCE]) for values in columns.values()]
            writer.writerows(zip(*parts, strict=True))


def _cells(values: np.ndarray) -> list[Any]:
    if values.dtype == object:
        return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in map(str, values)]
    if values.dtype.kind == "f":
        return ["" if math.isnan(value) else repr(value) for value in values.tolist()]
    return list(values.tolist())
