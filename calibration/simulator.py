"""From a point of the parameters to what the model gives there: scenarios, runs, and what is kept of them.

Runs are kept on disk as soon as they are done (`sim.experiments.store`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from calibration.formula import worked_out
from calibration.problem import ROOT, Output, Problem, Term
from sim.experiments.store import OneRun
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


# -- runs ---------------------------------------------------------------------------------------------------------


class Job(OneRun):
    """One run, of which the sums are kept."""

    def run(self) -> Summary:
        """Run it here."""
        from sim.experiments.run import replicate

        return summary_of(replicate(self.worlds, self.replication, False, lambda _: None).tables)


def jobs_at(problem: Problem, base: Scenario, values: np.ndarray, replications: Iterable[int]) -> list[Job]:
    """The runs at points float64[n, d], each with its replication."""
    names = problem.space.names
    return [
        Job(scenario_at(problem, base, dict(zip(names, row.tolist(), strict=True))).model_dump_json(by_alias=True), r)
        for row, r in zip(values, replications, strict=True)
    ]
