"""From a point of the parameters to what the model gives there: scenarios, runs, and the store that remembers them.

A run is kept on disk as soon as it is done, written aside and moved into place. Its name is a hash of everything that
it depends on: the resolved scenario, the replication, and the program. So whatever was killed goes on where it was,
and gives what it would have given.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import sim
from calibration.formula import worked_out
from calibration.problem import ROOT, Output, Problem, Term
from sim.indicators import Columns
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import Times, with_values

KEPT = {
    "flows": (("month", "route", "region"), ("placed", "shipped", "delivered", "mass_kg", "value_cny")),
    "lanes": (("month", "lane"), ("departed", "mass_kg", "pieces")),
}
"""What is kept of a run: by table, the names it is summed by and the columns."""
LEAST = 0.5
"""An output of nothing counts as this, so that it has a logarithm."""

Summary = Mapping[str, Mapping[str, Sequence[Any]]]


def base_scenario(problem: Problem, parcels_per_row: int) -> Scenario:
    """The shipped baseline, as described and not as calibrated before, with what the calibration lays over it."""
    described = load(ROOT / problem.base, is_for_calibration=True).scenario
    data = described.model_dump(mode="json", by_alias=True, exclude_none=True)
    merged = _merged(data, problem.overlay)
    merged |= {"scenario": f"calibration-{problem.corridor}", "parcels_per_row": parcels_per_row, "seed": problem.seed}
    return Scenario.model_validate(merged)


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}


def scenario_at(problem: Problem, base: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario at a point: every number that parameters move, set to what its formula gives."""
    given: dict[str, float | str | Times] = {}
    for path, move in problem.moves.items():
        number = worked_out(move.formula, values)
        given[path] = Times(number) if move.is_factor else f"{number!r} {move.unit}" if move.unit else number
    return with_values(base, given)


# -- what a run gives --------------------------------------------------------------------------------------------------


def summary_of(tables: Mapping[str, Columns]) -> Summary:
    """The sums that are kept of a run."""
    return {name: _summed(tables[name], by, columns) for name, (by, columns) in KEPT.items()}


def _summed(table: Columns, by: Sequence[str], columns: Sequence[str]) -> dict[str, list[Any]]:
    keys = np.array([list(map(str, table[name])) for name in by])
    groups, where = np.unique(keys, axis=1, return_inverse=True)
    result: dict[str, list[Any]] = {name: groups[i].tolist() for i, name in enumerate(by)}
    for column in columns:
        sums = np.bincount(where.ravel(), np.asarray(table[column], float), groups.shape[1])
        result[column] = [round(value, 3) for value in sums.tolist()]
    return result


def outputs_of(summary: Summary, outputs: Mapping[str, Output]) -> np.ndarray:
    """Logarithms of the outputs of a run: float64[outputs]."""
    sums = [sum(term.times * _term(summary, term) for term in output.terms) for output in outputs.values()]
    return np.log(np.maximum(sums, LEAST))


def _term(summary: Summary, term: Term) -> float:
    table = {name: np.asarray(values) for name, values in summary[term.table].items()}
    counts = (table["month"] >= term.months[0]) & (table["month"] <= term.months[1])
    for name, wanted in term.where.items():
        if unknown := set(wanted) - set(table[name]):
            raise KeyError(f"no run has the {name} {', '.join(sorted(unknown))}; there are {sorted(set(table[name]))}")
        counts &= np.isin(table[name], wanted)
    return float(np.asarray(table[term.column], float)[counts].sum())


# -- the store ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One run: the scenario as text, and its luck."""

    scenario: str
    replication: int

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        text = "\0".join((program(), str(self.replication), self.scenario))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def run(self) -> Summary:
        """Run it here."""
        from sim.experiments.run import replicate
        from sim.experiments.worlds import Worlds

        scenario = Scenario.model_validate_json(self.scenario)
        worlds = Worlds.of(scenario, self.replication + 1)
        return summary_of(replicate(worlds, self.replication, False, lambda _: None).tables)


@cache
def program() -> str:
    """Hash of the program's source and of what computes with it."""
    digest = hashlib.sha256()
    for file in sorted(Path(sim.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    for package in ("numpy", "numba", "holidays"):
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()


class Store:
    """Runs on disk, one file each; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Where a run lies."""
        return self.folder / f"{key}.json.gz"

    def get(self, key: str) -> Summary | None:
        """A run, if it is there."""
        try:
            return json.loads(gzip.decompress(self.path(key).read_bytes()))
        except FileNotFoundError:
            return None

    def put(self, key: str, summary: Summary) -> None:
        """Keep a run."""
        aside = self.folder / f".{key}.{os.getpid()}"
        aside.write_bytes(gzip.compress(json.dumps(summary).encode(), mtime=0))
        aside.replace(self.path(key))


def jobs_at(problem: Problem, base: Scenario, values: np.ndarray, replications: Iterable[int]) -> list[Job]:
    """The runs at points float64[n, d], each with its replication."""
    names = problem.space.names
    return [
        Job(scenario_at(problem, base, dict(zip(names, row.tolist(), strict=True))).model_dump_json(by_alias=True), r)
        for row, r in zip(values, replications, strict=True)
    ]
