"""The folder of a sweep: what it was made from, which runs it consists of, and the tables, each whole or not there.

`parts/`, `times.csv` and `lock` lie beside them, and are others' business. What is written here depends on the sweep,
its base, the program and the runs alone, so however often it was interrupted, the bytes are the same.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, SimError
from sim.experiments.lock import NAME as LOCK
from sim.experiments.manifest import files_of, hashes, versions
from sim.experiments.parts import written_to
from sim.experiments.store import program
from sim.experiments.sweeps.reading import Study
from sim.ledger.posteriors import ENDING
from sim.tables import PROGRAM, Columns, read_json, write_csv, write_parquet

MANIFEST, DESIGN, JOBS, RUNS, POINTS = "sweep.json", "design", "jobs", "runs", "points"
ENDINGS = {".parquet": write_parquet, ".csv": write_csv}
_ASIDE = re.compile(rf"\.({re.escape(MANIFEST)}|({DESIGN}|{JOBS}|{RUNS}|{POINTS})\.(parquet|csv))\.\d+")


class SweepFolderError(SimError):
    """A folder holds something else, or nothing of a sweep."""


class NoSweepFolderError(SweepFolderError, InputError):
    """A folder that is to be read, and that is none of a sweep, or whose tables are not what was written."""


def refuse_foreign(folder: Path, sweep: str) -> None:
    """Refuse a folder that holds anything but runs of this sweep."""
    if folder.exists() and not folder.is_dir():
        raise SweepFolderError(f"{folder} is not a folder; name another one with --out")
    if not folder.exists() or not {path.name for path in folder.iterdir() if not _is_aside(path)} - {LOCK}:
        return
    found = manifest_in(folder)
    if found is None:
        raise SweepFolderError(f"{folder} holds files that are not of a sweep; name another folder with --out")
    if (other := found["sweep"].get("sweep")) != sweep:
        raise SweepFolderError(f"{folder} holds the sweep '{other}', not '{sweep}'; name another folder with --out")


def _is_aside(path: Path) -> bool:
    """Whether it is what was being written here when a command was killed, or when the disk was full."""
    return _ASIDE.fullmatch(path.name) is not None


def manifest_in(folder: Path) -> dict[str, Any] | None:
    """What a folder of a sweep was made from; None if it is none."""
    try:
        found = read_json(folder / MANIFEST)
        return found if found["program"] == PROGRAM and isinstance(found["sweep"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def begin(folder: Path, study: Study, design: Columns) -> None:
    """Write what the sweep is made from, and its points; final tables of something else are taken away."""
    text = json.dumps(manifest(study), ensure_ascii=False, indent=1) + "\n"
    with written_to(folder):
        for aside in filter(_is_aside, list(folder.iterdir())):
            aside.unlink()
        path = folder / MANIFEST
        if not path.exists() or path.read_text("utf-8") != text:
            for name in (RUNS, POINTS, JOBS):  # the runs of other points say nothing of these
                for ending in ENDINGS:
                    (folder / f"{name}{ending}").unlink(missing_ok=True)
            _put(path, text.encode())
    write_tables(folder, {DESIGN: design})


def are_written(folder: Path) -> bool:
    """Whether all final tables are there."""
    return all((folder / f"{name}{ending}").exists() for name in (RUNS, POINTS) for ending in ENDINGS)


def write_jobs(folder: Path, keys: Sequence[Sequence[str]]) -> None:
    """Write which runs there are, so that others can see from files alone how far they are."""
    n = len(keys[0])
    flat: np.ndarray = np.empty(len(keys) * n, object)
    flat[:] = [key for of_point in keys for key in of_point]
    table = {
        "point": np.repeat(np.arange(len(keys)), n),
        "replication": np.tile(np.arange(n), len(keys)),
        "key": flat,
    }
    write_tables(folder, {JOBS: table}, [".parquet"])


def write_tables(folder: Path, tables: Mapping[str, Columns], endings: Iterable[str] = tuple(ENDINGS)) -> None:
    """Write tables aside and move each into its place."""
    with written_to(folder):
        for name, columns in tables.items():
            for ending in endings:
                aside = folder / f".{name}{ending}.{os.getpid()}"
                try:
                    ENDINGS[ending](columns, aside)
                    aside.replace(folder / f"{name}{ending}")
                finally:
                    aside.unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def manifest(study: Study) -> dict[str, Any]:
    """Everything that the tables depend on: same manifest, same bytes."""
    grounds = study.grounds.values()
    files = {study.file, *(file for each in grounds for file in files_of(each.tree))}
    read = {posterior.name: posterior.sha256 for each in grounds for posterior in each.posteriors}
    return {
        "program": PROGRAM,
        "sweep": study.sweep.model_dump(mode="json", exclude_none=True),
        "points": study.n_points,
        "factors": [
            {"path": each.path, "column": each.heading, "unit": each.unit, "kind": each.kind,
             "is": "lever" if each.is_lever else "uncertainty"}
            for each in study.factors
        ],
        "scenarios": {"+".join(plans): _hash(each.scenario) for plans, each in study.grounds.items()},
        "source": program(),
        "versions": versions(),
        "scenario_files": hashes(files),
        "posterior_files": {f"{name}{ENDING}": sha256 for name, sha256 in read.items()},
    }  # fmt: skip


def _hash(scenario: Any) -> str:
    """Of a resolved scenario, interventions and all."""
    return hashlib.sha256(scenario.model_dump_json(by_alias=True, exclude_none=True).encode()).hexdigest()
