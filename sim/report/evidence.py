"""What the numbers rest on: statuses in the files that were read, and what was reported of what is simulated.

Reports are those that the calibration of the corridor is compared with (`calibration/corridors/NAME.yaml`): a report
names a row of the evidence, and an output of the model that is a sum of a table by month.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import SimError
from sim.language import marked
from sim.ledger import evidence_near, numbers_in
from sim.ledger.evidence import REPOSITORY
from sim.ledger.posteriors import posterior_in
from sim.reading import read_tree, unwrap_sources
from sim.report.results import Result

STATUSES = ("reported", "published", "derived", "assumed")
UNITS = (marked("parcels"), marked("flights"), marked("t"), marked("ratio"), marked("items"))
"""Units of reports."""
Z_95 = 1.96
LIBRARY = REPOSITORY / "scenarios"
CORRIDORS = REPOSITORY / "calibration" / "corridors"


@dataclass(frozen=True)
class OfFile:
    """How many numbers of a file have which status."""

    file: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Statuses:
    """What is known of the numbers of all files."""

    files: tuple[OfFile, ...]
    changed: tuple[str, ...]
    """Files that are not there any more as they were read."""
    calibrated: Mapping[str, int]
    """Numbers that each calibration moves."""

    @property
    def total(self) -> Mapping[str, int]:
        """Over all files."""
        return sum((Counter(one.counts) for one in self.files), Counter())


@dataclass(frozen=True)
class Report:
    """Something reported that the result simulates, whole."""

    what: str
    row: str
    source: str
    unit: str
    value: float
    simulated: Mapping[str, float]
    """By plan."""
    months: tuple[str, str]
    table: str
    column: str
    where: Mapping[str, tuple[str, ...]]
    log_sd: float
    """By how much the report may be off: standard deviation of its logarithm; NaN where nothing is said."""

    @property
    def n_months(self) -> int:
        """How many months it is of."""
        (first, last) = (12 * int(month[:4]) + int(month[5:7]) for month in self.months)
        return last - first + 1

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the reported amount lies, 95 %, by the report's own error; NaN where nothing is said of it."""
        factor = math.exp(Z_95 * self.log_sd)
        return self.value / factor, self.value * factor


def statuses(result: Result) -> Statuses:
    """Statuses of the numbers in the scenario files that the result was made from, as far as they are unchanged."""
    found, changed = [], []
    for name, sha256 in result.manifest.get("scenario_files", {}).items():
        file = _where(name, sha256)
        if file is None:
            changed.append(name)
        elif any((counts := _counts(file)).values()):
            found.append(OfFile(name, counts))
    return Statuses(tuple(found), tuple(changed), dict(_calibrated(result)))


def _where(name: str, sha256: str) -> Path | None:
    """A file of that content, looked for in the library of the program and in that of the working folder."""
    for library in (LIBRARY, Path.cwd() / "scenarios", Path.cwd()):
        for path in (library / name, library / Path(name).name):
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                return path
    return None


def _counts(file: Path) -> dict[str, int]:
    try:
        tree, sources = unwrap_sources(read_tree(file))
    except SimError:
        return {}
    counted = Counter(number.status for number in numbers_in(tree, sources))
    return {status: counted[status] for status in STATUSES}


def _calibrated(result: Result) -> Iterator[tuple[str, int]]:
    names = dict.fromkeys(name for plan in result.plans.values() for name in plan.posterior)
    for name in names:
        try:
            yield name, len(posterior_in(result.scenario.calibrations, name).moved)
        except SimError:
            continue


# -- reports -----------------------------------------------------------------------------------------------------------


def reports(result: Result) -> list[Report]:
    """What is reported of whole months that the result simulates, sums of one table only."""
    found = []
    for name in result.scenario.posterior:
        file = CORRIDORS / f"{name}.yaml"
        if file.is_file():
            described: Any = read_tree(file).plain()
            found += list(_of_corridor(described, result))
    return found


def _of_corridor(described: Mapping[str, Any], result: Result) -> Iterator[Report]:
    evidence = evidence_near(REPOSITORY)
    for target in described.get("targets", {}).values():
        term = _term(described, target)
        if term is None or target.get("row") not in evidence.rows:
            continue
        first, last = map(str, term["months"])
        table = result.network(term["table"]) if result.has(term["table"]) else None
        if table is None or not _covers(table, term, first, last):
            continue
        where = {key: tuple(values) for key, values in term.get("where", {}).items()}
        simulated = {plan: _sum(table, plan, term, where) for plan in result.plans}
        source = evidence.rows[target["row"]].origin
        yield Report(
            target["what"],
            target["row"],
            source,
            target["unit"],
            float(target["value"]),
            simulated,
            (first, last),
            term["table"],
            term["column"],
            where,
            float(target.get("log_sd", math.nan)),
        )


def _term(described: Mapping[str, Any], target: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The one sum of a table that a target is compared with; None if it is of several or of none, or of a share of it."""
    of = target.get("of") or {}
    if list(of.values()) != [1] or target.get("parameters"):
        return None
    terms = described.get("outputs", {}).get(next(iter(of)), {}).get("terms", ())
    return terms[0] if len(terms) == 1 else None


def _covers(table: pd.DataFrame, term: Mapping[str, Any], first: str, last: str) -> bool:
    columns = {*term.get("where", {}), term["column"]}
    return columns <= set(table.columns) and table["month"].min() <= first and last <= table["month"].max()


def _sum(table: pd.DataFrame, plan: str, term: Mapping[str, Any], where: Mapping[str, tuple[str, ...]]) -> float:
    first, last = map(str, term["months"])
    rows = (table["plan"] == plan) & (table["month"] >= first) & (table["month"] <= last)
    for column, values in where.items():
        rows &= table[column].isin(values)
    return float(table.loc[rows, term["column"]].sum()) * float(term.get("times", 1))
