"""How far a sweep is, from its files alone, also while another command is at work; nothing is written."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import did_you_mean
from sim.experiments.lock import holder, is_at_work
from sim.experiments.parts import DamagedPartError, Parts
from sim.experiments.sweeps.folder import DESIGN, JOBS, MANIFEST, RUNS, NoSweepFolderError, are_written, manifest_in
from sim.experiments.sweeps.outcomes import DONE
from sim.experiments.sweeps.tables import ABOUT_RUNS
from sim.indicators.measures import BY_NAME
from sim.tables import Columns, read_parquet


@dataclass(frozen=True)
class Status:
    """How far a sweep is, and what has come of it so far."""

    sweep: str
    title: str
    total: int
    """Runs; of a sweep by precision, those of the rounds so far."""
    done: int
    failed: int
    damaged: tuple[str, ...]
    at_work: str
    """Who is at work; empty if nobody."""
    seconds_left: float | None
    """At the pace of the command at work; None if none is, or nothing has ended since it started."""
    is_over: bool
    """Whether the final tables are there."""
    design: Columns
    runs: np.ndarray
    """Runs of each point that are done: int64[points]."""
    measures: tuple[str, ...]
    means: np.ndarray
    """Interim means: float64[points, measures]; NaN where no run is done."""

    @property
    def left(self) -> int:
        """Runs that have not ended."""
        return self.total - self.done - self.failed


def status_of(folder: Path, measures: tuple[str, ...]) -> Status:
    """Of a folder. Raises NoSweepFolderError if it is none of a sweep."""
    try:
        return _status(folder, measures)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise NoSweepFolderError(f"{folder} holds what no sweep of this program wrote ({why})") from error


def _status(folder: Path, measures: tuple[str, ...]) -> Status:
    made_from = manifest_in(folder)
    if made_from is not None and (folder / f"{RUNS}.parquet").exists() and not (folder / f"{JOBS}.parquet").exists():
        return _of_tables(folder, made_from, measures)
    if not folder.exists():
        beside = [each.name for each in islice(folder.parent.iterdir(), 1000)] if folder.parent.is_dir() else []
        hint = did_you_mean(folder.name, sorted(beside))
        raise NoSweepFolderError(f"there is no folder {folder}{f'; {hint}' if hint else ''}")
    if made_from is None or not (folder / f"{JOBS}.parquet").exists():
        raise NoSweepFolderError(f"{folder} is no folder of a sweep: it holds no {MANIFEST} with runs")
    jobs, design = _read(folder, JOBS, ("key", "point")), _read(folder, DESIGN, ("point",))
    parts = Parts(folder)
    n_points = len(design["point"])
    ended: dict[str, str] = {}
    damaged: list[str] = []
    sums, counts = np.zeros((n_points, len(measures))), np.zeros((n_points, len(measures)))
    runs = np.zeros(n_points, np.int64)
    for key, points in _points_by_key(jobs).items():
        try:
            found = parts.read(key)
        except DamagedPartError as error:
            damaged.append(str(error))
            continue
        if found is None:
            continue
        ended[key] = found.status
        if found.summary is not None:
            values = [found.summary["measures"].get(name) for name in measures]
            for point in points:
                runs[point] += 1
                sums[point] += [value or 0.0 for value in values]
                counts[point] += [value is not None for value in values]
    who = _at_work(folder)
    total, done = len(set(jobs["key"].tolist())), sum(status == DONE for status in ended.values())
    with np.errstate(invalid="ignore"):
        means = sums / counts
    return Status(
        sweep=made_from["sweep"]["sweep"],
        title=made_from["sweep"].get("title", ""),
        total=total,
        done=done,
        failed=len(ended) - done,
        damaged=tuple(damaged),
        at_work=f"process {who['pid']} on {who['host']} since {who['started']}" if who else "",
        seconds_left=_seconds_left(parts, list(ended), total - len(ended), who),
        is_over=len(ended) == total and not who and are_written(folder),
        design=design,
        runs=runs,
        measures=measures,
        means=means,
    )


def _of_tables(folder: Path, made_from: Mapping[str, Any], measures: tuple[str, ...]) -> Status:
    """Of a sweep whose tables alone are there, as one that ships with the program."""
    table = _read(folder, RUNS, ("point", "replication", "status"))
    points, first, which = np.unique(table["point"], return_index=True, return_inverse=True)
    is_done = table["status"].astype(str) == DONE
    n = len(points)
    means = np.full((n, len(measures)), np.nan)
    for i, name in enumerate(measures):
        if name in table:
            values = np.where(is_done, table[name].astype(float), np.nan)
            is_there = np.isfinite(values)
            sums, counts = np.bincount(which[is_there], values[is_there], n), np.bincount(which[is_there], minlength=n)
            means[:, i] = np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)
    return Status(
        sweep=made_from["sweep"]["sweep"],
        title=made_from["sweep"].get("title", ""),
        total=len(is_done),
        done=int(is_done.sum()),
        failed=int((~is_done).sum()),
        damaged=(),
        at_work="",
        seconds_left=None,
        is_over=True,
        design={"point": points, **{name: table[name][first] for name in table if _varies(name)}},
        runs=np.bincount(which[is_done], minlength=n),
        measures=measures,
        means=means,
    )


def _varies(column: str) -> bool:
    """Whether a column of the runs is a lever or an uncertainty."""
    return column not in BY_NAME and column not in ABOUT_RUNS


def _points_by_key(jobs: Columns) -> dict[str, list[int]]:
    """Points that come to the same share their runs."""
    found: dict[str, list[int]] = {}
    for key, point in zip(jobs["key"].tolist(), jobs["point"].tolist(), strict=True):
        found.setdefault(key, []).append(point)
    return found


def _read(folder: Path, name: str, needed: tuple[str, ...]) -> Columns:
    file = folder / f"{name}.parquet"
    try:
        columns = read_parquet(file)
    except (OSError, ValueError) as error:
        raise NoSweepFolderError(
            f"{file} cannot be read: {error}; the sweep itself, run again, writes it anew"
        ) from None
    if missing := [column for column in needed if column not in columns]:
        raise NoSweepFolderError(f"{file} has no column '{missing[0]}'; the sweep itself, run again, writes it anew")
    if columns["point"].dtype.kind not in "iu":
        raise NoSweepFolderError(f"{file}: points are not numbered; the sweep itself, run again, writes it anew")
    return columns


def _at_work(folder: Path) -> dict[str, Any]:
    """Who holds the folder, unless it is known to have ended."""
    found = holder(folder)
    return found if "started" in found and is_at_work(found) else {}


def _seconds_left(parts: Parts, ended: list[str], left: int, who: dict[str, Any]) -> float | None:
    if not who or not left:
        return 0.0 if who else None
    started = datetime.fromisoformat(who["started"]).timestamp()
    new = sum(parts.path(key).stat().st_mtime >= started for key in ended)
    spent = max(time.time() - started, 0.0)  # a clock may have been set back
    return spent / new * left if new else None
