"""Results as files: tables (Parquet and CSV) and pictures in a folder that appears whole or not at all.

Knows columns and folders; knows nothing of what the tables say.
"""

import csv
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import SimError
from sim.pictures import save
from sim.workbooks import write_workbook

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

Columns = Mapping[str, np.ndarray]
PROGRAM = "parcel-corridors"
MANIFEST, SIDE_FILE = "manifest.json", "run.json"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_ROWS_AT_ONCE = 100_000


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
    """Refuse a folder that holds anything but earlier results of this program."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ResultsFolderError(f"{folder} is not a folder; name another one with --out")
    above = next(path for path in folder.absolute().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ResultsFolderError(f"{folder} cannot be made: {above} is not a folder that can be written to")
    try:
        Path(tempfile.mkdtemp(prefix=".try-", dir=above)).rmdir()
    except OSError as error:
        raise ResultsFolderError(f"{folder} cannot be made: {error.strerror}; name another one with --out") from error
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        message = f"{folder} holds files that are not results of this program; name another folder with --out"
        raise ResultsFolderError(message)


def _is_ours(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_text("utf-8")).get("program") == PROGRAM)
    except (OSError, ValueError, AttributeError):
        return False


def finished_at(folder: Path) -> str | None:
    """When the results that lie in a folder were finished; None if there are none."""
    try:
        return str(json.loads((folder / SIDE_FILE).read_text("utf-8"))["finished_at"])
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

    With the name of a workbook, the tables are also written as one of Excel.
    """
    check_destination(folder)
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
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
        _write_json({**side_file, "files": _hashes(new)}, new / SIDE_FILE)
        new.chmod(0o755)
        _put_in_place(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _put_in_place(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    folder.replace(old)
    try:
        new.rename(folder)
    except OSError:
        old.replace(folder)
        raise
    for path in _files_of_others(old):
        path.replace(folder / path.name)
    shutil.rmtree(old)


def _files_of_others(old: Path) -> list[Path]:
    """What somebody else put into a folder of results, unless something of that name is new."""
    try:
        ours = {*json.loads((old / SIDE_FILE).read_text("utf-8"))["files"], MANIFEST, SIDE_FILE}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [path for path in old.iterdir() if path.name not in ours]


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
