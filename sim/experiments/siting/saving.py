"""The folder of a siting: tables, a workbook, the map, the manifest, a side file, and the plans that were made."""

import shutil
from pathlib import Path
from typing import Any

from sim.experiments.manifest import hashes, processor, side_file, versions
from sim.experiments.siting.checking import Check
from sim.experiments.siting.pictures import map_of
from sim.experiments.siting.shortlist import Solved
from sim.experiments.siting.tables import tables_of
from sim.tables import write_results

PLANS = "plans"
WORKBOOK = "siting"


def save_siting(solved: Solved, check: Check | None, asked: dict[str, Any], seconds: float, folder: Path) -> None:
    """Write the folder: everything or nothing; earlier results of this program are replaced."""
    tables = tables_of(solved, check)
    content = manifest(solved, check, asked) | {"tables": sorted(tables)}
    write_results(folder, tables, content, side_file(seconds), {}, {"map": map_of(solved)}, WORKBOOK)
    shutil.rmtree(folder / PLANS, ignore_errors=True)
    for file in check.files if check else ():
        (folder / PLANS).mkdir(exist_ok=True)
        shutil.copyfile(file, folder / PLANS / file.name)


def manifest(solved: Solved, check: Check | None, asked: dict[str, Any]) -> dict[str, Any]:
    """Everything that the tables depend on: same manifest, same bytes."""
    base = solved.asked.scenario
    return {
        "siting": solved.siting.model_dump(mode="json", by_alias=True, exclude_none=True),
        "asked": asked,
        "scenario": base.model_dump(mode="json", by_alias=True, exclude_none=True),
        "seed": base.seed,
        "draws": solved.n_draws,
        "demand_draws": len(solved.demands.draws),
        "numbers_drawn": solved.n_numbers,
        "checked": [each.name for each in check.sets] if check else [],
        "versions": versions(),
        "processor": processor(),
        "scenario_files": hashes(set(solved.asked.files)),
    }
