"""A sweep's runs as cases: a case for each point, with what varied in it and the means of its measures.

Reads `runs.parquet` and `sweep.json` of a folder; runs that are not done, and points without a value, are left out and
counted.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.errors import InputError
from sim.experiments.sweeps.tables import ABOUT_RUNS
from sim.indicators.measures import BY_NAME
from sim.tables import read_json, read_parquet

RUNS, MANIFEST = "runs.parquet", "sweep.json"
DONE = "done"
_HEADING = re.compile(r"(?P<path>\S+)(?: \[(?P<unit>[^\]]+)\])?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class NoSweepError(InputError):
    """A folder that holds no runs of a sweep, or nothing in them that varies."""


@dataclass(frozen=True)
class Factor:
    """A lever or an uncertainty: its column, what it is, and the texts that its categories stand for."""

    column: str
    kind: Literal["number", "date", "category"]
    categories: tuple[str, ...] = ()
    is_lever: bool | None = None
    """None where the folder does not say."""

    @property
    def path(self) -> str:
        """What varies."""
        found = _HEADING.fullmatch(self.column)
        return found["path"] if found else self.column

    @property
    def unit(self) -> str:
        """Its unit; empty if it has none."""
        found = _HEADING.fullmatch(self.column)
        return (found["unit"] or "") if found else ""

    def said(self, number: float) -> str:
        """One of its values, with its unit."""
        if self.kind == "date":
            return date.fromordinal(round(number)).isoformat()
        return f"{number:.4g} {self.unit}".strip() if self.kind == "number" else self.categories[round(number)]


@dataclass(frozen=True)
class Sweep:
    """The points of a sweep."""

    name: str
    factors: tuple[Factor, ...]
    inputs: np.ndarray
    """float64[n, p]: numbers; dates as days; categories by their position."""
    values: Mapping[str, np.ndarray]
    """Means over the runs that are done, by measure float64[n]."""
    points: np.ndarray
    """Numbers of the points: int64[n]."""
    n_runs: int
    n_not_done: int
    """Runs that failed, were killed or timed out."""
    n_without: int = 0
    """Points that are left out, for they have no value."""

    def of(self, measures: Collection[str]) -> "Sweep":
        """The points that have a value of these measures, and of all that varies."""
        values = [self.values[name] for name in measures]
        is_there = np.isfinite([*values, *self.inputs.T]).all(axis=0)
        kept = {name: each[is_there] for name, each in self.values.items()}
        n_out = int((~is_there).sum())
        return Sweep(
            self.name, self.factors, self.inputs[is_there], kept, self.points[is_there],
            self.n_runs, self.n_not_done, self.n_without + n_out,
        )  # fmt: skip


def sweep_in(folder: Path) -> Sweep:
    """The sweep of a folder. Raises NoSweepError."""
    columns, said = _columns(folder), _said(folder)
    try:
        return _sweep(folder, columns, said)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise NoSweepError(f"{folder / RUNS} is no table of a sweep's runs: {error}") from error


def _sweep(folder: Path, columns: Mapping[str, np.ndarray], said: Mapping[str, Any]) -> Sweep:
    if missing := [name for name in ("point", "status") if name not in columns]:
        raise NoSweepError(f"{folder / RUNS} has no column '{missing[0]}': it is no table of a sweep's runs")
    measures = [name for name in columns if name in BY_NAME]
    names = [name for name in columns if name not in BY_NAME and name not in ABOUT_RUNS]
    points, first, which = np.unique(columns["point"], return_index=True, return_inverse=True)
    factors = [_factor(name, columns[name][first], said) for name in names]
    varying = [each for each in factors if len(set(map(str, columns[each.column][first]))) > 1]
    if not varying:
        raise NoSweepError(f"nothing varies in {folder}: there is one point, or all are alike")
    is_done = columns["status"].astype(str) == DONE
    inputs = np.column_stack([_numbers(each, columns[each.column][first]) for each in varying])
    values = {name: _means(columns[name].astype(float), which, is_done, len(points)) for name in measures}
    name = str(said.get("sweep", {}).get("sweep", folder.name))
    return Sweep(name, tuple(varying), inputs, values, points, len(is_done), int((~is_done).sum()))


def _columns(folder: Path) -> dict[str, np.ndarray]:
    try:
        return read_parquet(folder / RUNS)
    except FileNotFoundError:
        raise NoSweepError(
            f"there is no {RUNS} in {folder}: name the folder of a sweep that has ended (sim sweep --status says so)"
        ) from None
    except (OSError, ValueError) as error:
        raise NoSweepError(f"{folder / RUNS} cannot be read: {error}") from None


def _said(folder: Path) -> dict[str, Any]:
    try:
        found = read_json(folder / MANIFEST)
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _factor(column: str, values: np.ndarray, said: Mapping[str, Any]) -> Factor:
    known = {each.get("column"): each.get("is") == "lever" for each in said.get("factors", ())}
    is_lever = known.get(column)
    if values.dtype.kind in "iuf":
        return Factor(column, "number", (), is_lever)
    texts = list(map(str, values))
    if all(map(_DATE.fullmatch, texts)):
        return Factor(column, "date", (), is_lever)
    return Factor(column, "category", tuple(sorted(set(texts))), is_lever)


def _numbers(factor: Factor, values: np.ndarray) -> np.ndarray:
    if factor.kind == "number":
        return values.astype(float)
    if factor.kind == "date":
        return np.array([date.fromisoformat(str(each)).toordinal() for each in values], float)
    return np.array([factor.categories.index(str(each)) for each in values], float)


def _means(values: np.ndarray, which: np.ndarray, is_done: np.ndarray, n: int) -> np.ndarray:
    """Means by point; NaN where a point has no run that is done, or one without a value."""
    sums = np.bincount(which[is_done], values[is_done], n)
    counts = np.bincount(which[is_done], minlength=n)
    return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)
