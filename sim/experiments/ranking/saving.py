"""The folder of a ranking: tables (Parquet, CSV), `ranking.json`, pictures, a manifest, and the runs that are kept.

Files are written aside and moved into place one by one, so the runs beside them stay whatever happens.
"""

import json
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.manifest import EVIDENCE, hashes, processor, versions
from sim.experiments.ranking.pictures import PICTURES
from sim.experiments.ranking.ranked import Ranked
from sim.experiments.ranking.wording import answer, rests_on
from sim.indicators import Columns
from sim.ledger.posteriors import ENDING
from sim.pictures import save
from sim.tables import MANIFEST, PROGRAM, check_destination, write_csv, write_parquet

RUNS = "runs"
RESULT = "ranking.json"


def opened(folder: Path) -> Path:
    """Where the runs of a folder lie; it is made if there is none. Raises ResultsFolderError if it is somebody's."""
    check_destination(folder)
    if not (folder / MANIFEST).exists():  # there or not at all, so that a folder that was cut off here is ours
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        _json({"program": PROGRAM}, new / MANIFEST)
        new.chmod(0o755)
        new.replace(folder)
    runs = folder / RUNS
    runs.mkdir(exist_ok=True)
    return runs


def save_ranking(ranked: Ranked, folder: Path) -> None:
    """Write the folder; same question and same program, same bytes."""
    tables = ranked.tables
    for name, columns in tables.items():
        _write(folder / f"{name}.parquet", lambda path, columns=columns: write_parquet(columns, path))  # type: ignore[misc]
        _write(folder / f"{name}.csv", lambda path, columns=columns: write_csv(columns, path))  # type: ignore[misc]
    for name, draw in PICTURES.items():
        _write(folder / f"{name}.png", lambda path, draw=draw: save(draw(ranked), path))  # type: ignore[misc]
    _write(folder / RESULT, lambda path: _json(result_of(ranked), path))
    _write(folder / MANIFEST, lambda path: _json({"program": PROGRAM, **manifest(ranked)}, path))


def result_of(ranked: Ranked) -> dict[str, Any]:
    """The answer and all tables as JSON has them: a table is a list of records, what is not known null."""
    return {
        "ranking": ranked.study.question.asked.ranking,
        "answer": answer(ranked),
        "rests_on": list(rests_on(ranked)),
        "tables": {name: _records(columns) for name, columns in ranked.tables.items()},
    }


def manifest(ranked: Ranked) -> dict[str, Any]:
    """Everything that the tables depend on."""
    study = ranked.study
    plans = [study.plan(study.portfolios[number]) for number in ranked.members]
    return {
        "ranking": study.question.asked.model_dump(mode="json"),
        "base": study.scenario((), study.question.asked.parcels_per_row).model_dump(
            mode="json", by_alias=True, exclude_none=True
        ),
        "draws": ranked.runs.n(0) // study.unit if study.per_draw else 0,
        "versions": versions(),
        "processor": processor(),
        "scenario_files": hashes({study.question.file, *(file for plan in plans for file in plan.files)}),
        "evidence_files": hashes(sorted(EVIDENCE.glob("*.csv"))),
        "posterior_files": {f"{each.name}{ENDING}": each.sha256 for each in study.posteriors},
        "tables": sorted(ranked.tables),
    }


def _records(columns: Columns) -> list[dict[str, Any]]:
    lists = {name: [_plain(value) for value in values.tolist()] for name, values in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float | np.floating) and math.isnan(value) else value


def _write(path: Path, write: Callable[[Path], None]) -> None:
    aside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _json(content: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8", newline="\n")
