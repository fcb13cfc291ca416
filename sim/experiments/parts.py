"""Ended runs on disk, one Parquet file each, so that whatever was killed goes on where it was.

A part is written aside and moved into place, so it is there whole or not at all. It is sealed: it carries the hash of
its own bytes, so one that was cut short or altered is noticed, named and set aside. Nothing is ever unpickled, and what
differs from one run of the same job to the next, its time, lies beside the parts, in `times.csv`.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import SimError, remedy_of
from sim.experiments.executors.protocol import STATUSES, Ended

SEAL = b"sha256="
UNSEALED = SEAL + b"0" * 64
SCHEMA = pa.schema([(name, pa.string()) for name in ("key", "status", "reason", "summary")])
"""Columns of a part; the summary is JSON."""


class PartsFolderError(SimError):
    """A folder of runs cannot be written; what it holds already stays as it is."""


class DamagedPartError(SimError):
    """A part is not what was written."""


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """Within it, an OSError becomes a PartsFolderError that says why the folder cannot be written, and what to do."""
    try:
        yield
    except OSError as error:
        raise PartsFolderError(
            f"{folder}: {remedy_of(error)}, then run the command again; what is done is kept"
        ) from error


class Parts:
    """The runs of a folder that have ended: `FOLDER/parts/KEY.parquet`; one command at a time writes (see Locked)."""

    def __init__(self, folder: Path) -> None:
        self.top = folder
        self.folder = folder / "parts"
        self.damaged: dict[str, str] = {}
        """What was wrong with the parts that were set aside, by key: a sentence for each."""

    def path(self, key: str) -> Path:
        """Where a run lies."""
        return self.folder / f"{key}.parquet"

    def prepare(self) -> None:
        """Make the folder, see that it can be written, and remove what was being written when a command was killed."""
        with written_to(self.top):
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f".try.{os.getpid()}").touch()
            for aside in self.folder.glob(".*.*"):
                aside.unlink()

    def read(self, key: str) -> Ended | None:
        """How a run ended, if it is there; nothing on disk is touched. Raises DamagedPartError."""
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError:
            return None
        ended = _ended(key, data)
        return replace(ended, seconds=self._seconds.get(key, 0.0))

    def get(self, key: str) -> Ended | None:
        """How a run ended, if it is there; a damaged part is set aside as `KEY.damaged` and counts as not there."""
        try:
            return self.read(key)
        except DamagedPartError as error:
            self.damaged[key] = f"{error}; it is set aside as {key}.damaged and run again"
            with written_to(self.top):
                self.path(key).replace(self.folder / f"{key}.damaged")
            return None

    def put(self, ended: Ended) -> None:
        """Keep how a run ended."""
        aside = self.folder / f".{ended.key}.{os.getpid()}"
        with written_to(self.top):
            try:
                _write(aside, _sealed(_table(ended)))
                aside.replace(self.path(ended.key))
                self._keep_time(ended)
            finally:
                with suppress(OSError):
                    aside.unlink()

    def _keep_time(self, ended: Ended) -> None:
        self._seconds[ended.key] = ended.seconds
        with (self.top / "times.csv").open("a", encoding="utf-8") as file:
            file.write(f"{ended.key},{ended.status},{ended.seconds:.3f}\n")

    @cached_property
    def _seconds(self) -> dict[str, float]:
        try:
            lines = (self.top / "times.csv").read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        found = (re.fullmatch(r"([^,]+),[a-z_]+,([0-9.]+)", line) for line in lines)
        return {match[1]: float(match[2]) for match in found if match}


def _table(ended: Ended) -> pa.Table:
    summary = None if ended.summary is None else json.dumps(ended.summary)
    values = (ended.key, ended.status, ended.reason, summary)
    return pa.table([[value] for value in values], schema=SCHEMA)


def _sealed(table: pa.Table) -> bytes:
    """A table as the bytes of a file that carries their hash, taken while zeros stand in its place."""
    sink = pa.BufferOutputStream()
    plain = {"compression": "zstd", "write_statistics": False, "store_schema": False, "use_dictionary": False}
    with pq.ParquetWriter(sink, SCHEMA, **plain) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"seal": UNSEALED.decode()})
    data: bytes = sink.getvalue().to_pybytes()
    return _with_seal(data, data.rindex(UNSEALED), hashlib.sha256(data).hexdigest().encode())


def _with_seal(data: bytes, at: int, digest: bytes) -> bytes:
    return data[: at + len(SEAL)] + digest + data[at + len(UNSEALED) :]


def _ended(key: str, data: bytes) -> Ended:
    at = data.rfind(SEAL)
    sealed = data[at + len(SEAL) : at + len(UNSEALED)]
    if at < 0 or hashlib.sha256(_with_seal(data, at, b"0" * 64)).hexdigest().encode() != sealed:
        raise DamagedPartError(f"the part {key} was cut short or altered")
    row = pq.read_table(pa.BufferReader(data)).to_pylist()[0]
    if row["key"] != key or row["status"] not in STATUSES:
        raise DamagedPartError(f"the part {key} holds another run, {row['key']} ({row['status']})")
    summary = None if row["summary"] is None else json.loads(row["summary"])
    return Ended(key, row["status"], row["reason"], summary)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
