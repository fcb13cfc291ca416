"""Folders of results as a report reads them: the manifest, the scenarios in it, and tables of one shape for all."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.scenario.scenario import Scenario
from sim.tables import MANIFEST, PROGRAM, SIDE_FILE, read_json

NETWORK = {
    "flows": (("month", "origin", "route"), ("placed", "shipped", "delivered", "lost", "mass_kg"), {}),
    "stations": (("month", "queue"), ("arrivals", "started", "backlog", "largest_backlog"), {"mean_wait_hours": "started"}),
    "lanes": (("month", "lane"), ("departed", "mass_kg", "pieces", "rolled_over", "cost_cny"), {"load_factor": "departed"}),
}  # fmt: skip
"""Tables by month that a comparison has for each plan, and that the tables of a run are brought to: the columns that
tell rows apart, those added up within a replication, and those weighted by another."""


class NoResultError(InputError):
    """A folder holds no results that a report can be made of; says what is missing and what to do."""


@dataclass(frozen=True)
class Result:
    """One folder of results."""

    folder: Path
    kind: Literal["comparison", "run"]
    manifest: Mapping[str, Any]
    side: Mapping[str, Any]
    """What differs from run to run: when, where, how long."""
    plans: Mapping[str, Scenario]
    """Scenarios as described, by the name of the plan; the baseline, or the scenario that ran, first."""
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def base(self) -> str:
        """Name of the baseline, or of the scenario that ran."""
        return next(iter(self.plans))

    @property
    def scenario(self) -> Scenario:
        """The baseline, or the scenario that ran."""
        return self.plans[self.base]

    @cached_property
    def manifest_hash(self) -> str:
        """SHA-256 of the manifest."""
        return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()

    def table(self, name: str) -> pd.DataFrame:
        """A table; NoResultError if it is not there or cannot be read."""
        if name not in self._read:
            file = self.folder / f"{name}.parquet"
            try:
                if file.exists() and not file.is_file():
                    raise ValueError("it is not a file")
                self._read[name] = pd.read_parquet(file)
            except (OSError, ValueError) as error:
                why = str(error) if file.exists() else "it is missing"
                raise NoResultError(f"{self.folder}: the table {file.name} cannot be read: {why}") from None
        return self._read[name]

    def has(self, name: str) -> bool:
        """Whether a table is there; older comparisons have fewer."""
        return (self.folder / f"{name}.parquet").exists()

    def network(self, name: str) -> pd.DataFrame:
        """`flows`, `stations` or `lanes` by plan and month: means over replications. See NETWORK."""
        table = self.table(name)
        return table if self.kind == "comparison" else _means(table, name).assign(plan=self.base)


def read_result(folder: Path) -> Result:
    """A folder of `sim compare` or `sim run`; NoResultError if it is none."""
    manifest = _json(folder, MANIFEST)
    if manifest.get("program") != PROGRAM:
        raise NoResultError(f"{folder}: {MANIFEST} is of another program; name a folder of sim compare or sim run")
    kind: Literal["comparison", "run"] = "comparison" if "comparison" in manifest else "run"
    described = manifest.get("scenarios") if kind == "comparison" else {"": manifest.get("scenario")}
    if not isinstance(described, dict) or not all(isinstance(one, dict) for one in described.values()):
        raise NoResultError(f"{folder}: {MANIFEST} holds no scenario; name a folder of sim compare or sim run")
    try:
        read = {name: Scenario.model_validate(one) for name, one in described.items()}
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise NoResultError(
            f"{folder}: the scenario in {MANIFEST} cannot be read ({first}); it may be of another version: run it again"
        ) from None
    plans = {name or one.scenario: one for name, one in read.items()}
    side = _json(folder, SIDE_FILE) if (folder / SIDE_FILE).is_file() else {}
    return Result(folder, kind, manifest, side, plans)


def _json(folder: Path, name: str) -> dict[str, Any]:
    if not os.path.isdir(folder):  # a Path of a name that is too long would raise
        raise NoResultError(f"there is no folder {folder}; name a folder of sim compare or sim run")
    try:
        found = read_json(folder / name)
    except FileNotFoundError:
        raise NoResultError(f"{folder} holds no {name}; name a folder of sim compare or sim run") from None
    except (OSError, ValueError) as error:
        raise NoResultError(f"{folder / name} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise NoResultError(f"{folder / name} is no manifest; name a folder of sim compare or sim run")
    return found


def _means(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of a run brought to the shape of a comparison's: means over replications."""
    keys, sums, weighted = NETWORK[name]
    n = max(table["replication"].nunique(), 1)
    parts = table[[*keys, *sums]].copy()
    for column, by in weighted.items():
        parts[column] = table[column].fillna(0.0) * table[by]
    found = parts.groupby(list(keys), sort=False, as_index=False).sum()
    for column, by in weighted.items():
        found[column] = np.divide(found[column], found[by], out=np.full(len(found), np.nan), where=found[by] > 0)
    found[list(sums)] = found[list(sums)] / n
    return found
