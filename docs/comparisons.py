"""What comparisons came to, plan by plan: `results/comparisons/CORRIDOR.csv`, taken out of folders of `sim compare`.

A row is a plan, with what it was compared in (baseline, rows, replications, draws, calibrations), its figures with
their intervals, and the number that most of the variance of its difference hangs on. CORRIDOR is the first word of the
baseline's name. Plans of a folder replace those of the same name; others stay, as they are of another comparison.
"""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

STORED = Path(__file__).resolve().parents[1] / "results" / "comparisons"
FIGURES = (
    "parcels_gained_per_year",
    "days_saved",
    "within_promise",
    "buyers_surplus_per_year_cny",
    "operators_result_per_year_cny",
    "cost_per_year_cny",
    "benefit_cost",
    "co2e_kg_per_year",
)
"""Figures of the table `plans` that are kept, each with the ends of its interval."""
ENDS = ("", "_low", "_high", "_half_width")
COLUMNS = (
    *("plan", "interventions", "base", "calibrations", "parcels_per_row", "replications", "draws"),
    *("baseline_parcels_per_year", "years_in_force"),
    *(f"{figure}{end}" for figure in FIGURES for end in ENDS if (figure, end) != ("benefit_cost", "_half_width")),
    *("p_better", "number", "share_of_variance", "is_clear"),
)
ENOUGH_DRAWS = 10
"""With fewer, the interval of a figure is no more than what the draws came to."""
DAYS_OF_A_YEAR = 365.25
SHORT = 0.5
"""Years; what acts for less is told by what it does in all, as a year of it would say nothing."""
BY_YEAR = "_per_year"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Figure:
    """A figure with the ends of what it may be: over draws, and by the luck of the replications."""

    value: float
    low: float
    high: float

    @property
    def is_told_from_none(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def figure(row: Row, name: str) -> Figure | None:
    """A figure of a plan; None if it has none. Its interval is the wider of that over draws and that by luck.

    A figure by the year is that of the whole simulated time if the plan acts for a short time only (see `is_short`).
    """
    if not row[name]:
        return None
    times = float(row["years_in_force"]) if is_short(row) and BY_YEAR in name else 1.0
    value, half = times * float(row[name]), times * float(row.get(f"{name}_half_width") or 0)
    ends = [times * float(row[f"{name}{end}"]) for end in ("_low", "_high") if row[f"{name}{end}"]]
    return Figure(value, min([value - half, *ends]), max([value + half, *ends]))


def is_short(row: Row) -> bool:
    """Whether a plan acts for so short a time that figures by the year would say nothing."""
    return bool(row.get("years_in_force")) and float(row["years_in_force"]) < SHORT


def corridor_of(base: str) -> str:
    """The name of the file in which the plans of a baseline are kept."""
    return base.split("-")[0]


def kept(folder: Path | None = None) -> dict[str, list[Row]]:
    """The plans that have been compared, by corridor, as they stand in the files."""
    found: dict[str, list[Row]] = {}
    for file in sorted((folder or STORED).glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            found[file.stem] = list(csv.DictReader(stream))
    return found


def keep(folders: Iterable[Path], into: Path | None = None) -> list[Path]:
    """Take the plans out of folders of comparisons; the files that have been written."""
    target = into or STORED
    known = kept(target)
    written = {}
    for folder in folders:
        rows = rows_of(folder)
        corridor = corridor_of(rows[0]["base"])
        plans = {row["plan"]: row for row in [*known.get(corridor, ()), *rows]}
        known[corridor] = [plans[name] for name in sorted(plans)]
        written[corridor] = target / f"{corridor}.csv"
    for corridor, file in written.items():
        _write(file, known[corridor])
    return list(written.values())


def rows_of(folder: Path) -> list[Row]:
    """The plans of one comparison. ValueError if it is not one that can be kept."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if manifest.get("objective") != "parcels":
        raise ValueError(f"{folder} is no comparison by parcels: run `sim compare` without --objective")
    base = manifest["scenarios"][manifest["comparison"][0]]
    said = {
        "base": base["scenario"],
        "calibrations": " ".join(base.get("posterior", ())),
        "parcels_per_row": str(manifest["parcels_per_row"]),
        "replications": str(len(manifest["replications"])),
        "draws": str(manifest["draws"]),
    }
    before = _placed(folder, base["horizon"])
    moving = _first_by_plan(_table(folder, "sensitivity"))
    return [
        _kept({**plan, **said, **before.get(plan["plan"], {}), **moving.get(plan["plan"], {})})
        for plan in _table(folder, "plans")
    ]


def _kept(found: Row) -> Row:
    return {column: _short(found.get(column, "")) for column in COLUMNS}


def _short(text: str) -> str:
    """A number to six significant digits; anything else as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.6g}" if math.isfinite(number) else ""


def _placed(folder: Path, horizon: Mapping[str, Any]) -> dict[str, Row]:
    """By plan, the parcels that the baseline places in a year."""
    start, end = (_day(horizon[key]) for key in ("start", "end"))
    return {
        row["plan"]: {"baseline_parcels_per_year": str(float(row["baseline"]) * DAYS_OF_A_YEAR / (end - start))}
        for row in _table(folder, "differences")
        if (row["measure"], row["dimension"]) == ("placed", "whole")
    }


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _first_by_plan(rows: Iterable[Row]) -> dict[str, Row]:
    """The first row of each plan: the number that moves it most."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["plan"], {name: row[name] for name in ("number", "share_of_variance", "is_clear")})
    return found


def _table(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(file: Path, rows: Iterable[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
