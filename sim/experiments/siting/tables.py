"""The tables of a siting: demand, candidates, sets, who serves whom, what is risked, and the check."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.experiments.comparing.costs import DAYS_A_YEAR
from sim.experiments.siting.checking import Check, Simulated, promise_of, unit_of
from sim.experiments.siting.demand import flows_of
from sim.experiments.siting.shortlist import Solved
from sim.indicators import Columns

AND = "+"
MEASURES = ("placed", "mean_days", "p95_days", "operators_result_cny", "net_benefit_cny", "cost_cny", "co2e_kg")
"""Differences from the base that the check shows, over the reported time."""


def tables_of(solved: Solved, check: Check | None) -> dict[str, Columns]:
    """All tables by name; that of the check only if there was one."""
    tables = {
        "demand": _demand(solved),
        "candidates": _candidates(solved),
        "sets": _sets(solved),
        "serving": _serving(solved),
        "regret": _regret(solved),
    }
    return tables | ({"check": _check(solved, check), "pairs": _pairs(check)} if check else {})


def _columns(names: Iterable[str], rows: list[tuple[Any, ...]]) -> dict[str, np.ndarray]:
    """Rows as columns: texts as objects, all else numbers."""
    columns: dict[str, np.ndarray] = {}
    for i, name in enumerate(names):
        values = [row[i] for row in rows]
        kind: Any = object if any(isinstance(value, str) for value in values) else None
        columns[name] = np.array(values, kind if kind or values else np.float64)
    return columns


def _demand(solved: Solved) -> Columns:
    siting, flows = solved.siting, flows_of(solved.siting, solved.demands.central)
    points = siting.clusters or siting.regions
    rows = [
        (name, point.latitude, point.longitude, float(flows.parcels[i].sum()), float(flows.kg[i].sum()))
        for i, (name, point) in enumerate(points.items())
    ]
    return _columns(("point", "latitude", "longitude", "parcels_per_year", "kg_per_year"), rows)


def _candidates(solved: Solved) -> Columns:
    parcels = solved.instance.volume
    rows = []
    for of_size in solved.by_size:
        first = of_size.answers[0]
        for j, (name, site) in enumerate(solved.siting.candidates.items()):
            a_day = float(parcels @ first.served[:, j])
            is_in = "yes" if j in first.chosen else "no"
            share = float(of_size.p_chosen[j])
            fixed = float(solved.instance.fixed[j])
            rows.append((of_size.size, name, site.name.en, site.latitude, site.longitude, is_in, share, a_day,
                         float(solved.instance.capacity[j]), fixed))  # fmt: skip
    names = ("sites", "candidate", "name", "latitude", "longitude", "is_chosen", "p_chosen", "parcels_per_day",
             "capacity_per_day", "fixed_cny_per_year")  # fmt: skip
    return _columns(names, rows)


def _sets(solved: Solved) -> Columns:
    rows = []
    for of_size in solved.by_size:
        first = promise_of(solved, of_size.answers[0])
        for rank, answer in enumerate(of_size.answers):
            value = promise_of(solved, answer)
            regret, relative = (
                _mean(each) if rank == 0 else np.nan for each in (of_size.regret, of_size.relative_regret)
            )
            rows.append((of_size.size, rank + 1, AND.join(solved.names(answer)), value, abs(value - first),
                         float(of_size.p_best[rank]), regret, relative, of_size.n_impossible))  # fmt: skip
    names = ("sites", "rank", "set", "value", "gap_to_first", "p_best", "expected_regret", "relative_regret",
             "draws_impossible")  # fmt: skip
    return _columns(names, rows) | {"unit": np.array([unit_of(solved)] * len(rows), object)}


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _serving(solved: Solved) -> Columns:
    rows = []
    names, points = list(solved.siting.candidates), solved.siting.points
    flows = flows_of(solved.siting, solved.demands.central).parcels.sum(axis=1)
    for of_size in solved.by_size:
        served = of_size.answers[0].served
        for i, j in zip(*np.nonzero(served), strict=True):
            a_day = float(flows[i] * served[i, j] / DAYS_A_YEAR)
            way = float(solved.instance.cost[i, j])
            rows.append((of_size.size, points[i], names[j], float(served[i, j]), a_day, way))
    return _columns(("sites", "point", "candidate", "share", "parcels_per_day", "way"), rows)


def _regret(solved: Solved) -> Columns:
    """What the central choice gives up, by size and draw in which a best set exists."""
    rows = [
        (of_size.size, float(regret), float(relative))
        for of_size in solved.by_size
        for regret, relative in zip(of_size.regret, of_size.relative_regret, strict=True)
    ]
    return _columns(("sites", "regret", "relative_regret"), rows)


def _check(solved: Solved, check: Check) -> Columns:
    rows = [_of_set(check, each) for each in check.sets]
    names = ["set", "sites", "promised", "simulated", "why_not"]
    names += [part for measure in MEASURES for part in (measure, f"{measure}_half_width")]
    return _columns(names, rows) | {"unit": np.array([unit_of(solved)] * len(rows), object)}


def _of_set(check: Check, one: Simulated) -> tuple[Any, ...]:
    head = (one.name, len(one.names), one.promised)
    if one.compared is None:
        return (*head, np.nan, one.why_not, *(np.nan for _ in MEASURES for _ in range(2)))
    found = [check.against_base(one, measure) for measure in MEASURES]
    simulated = float(check.outcome(one.compared).mean()) * (1 if check.routes else -1)
    return (*head, simulated, "", *(number for each in found for number in (each.difference, each.half_width)))


def _pairs(check: Check) -> Columns:
    rows = [(one.name, other.name, verdict) for one, other, verdict in check.pairs()]
    return _columns(("promised_better", "promised_worse", "order"), rows)
