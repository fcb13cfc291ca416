"""The folder of a comparison: tables, a workbook, pictures, the manifest, and a side file."""

from pathlib import Path
from typing import Any

from sim.experiments.comparing.cautions import cautions
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.pictures import PICTURES
from sim.experiments.manifest import EVIDENCE, hashes, processor, side_file, versions
from sim.ledger.posteriors import ENDING
from sim.tables import MANIFEST, read_json, write_results

WORKBOOK = "comparison"


def save_comparison(comparison: Comparison, folder: Path) -> None:
    """Write the folder: everything or nothing; earlier results of this program are replaced.

    Text that a spreadsheet would take for a formula gets an apostrophe before it in CSV, and is a string in the
    workbook.
    """
    pictures = {name: draw(comparison) for name, draw in PICTURES.items()}
    side = side_file(comparison.seconds)
    write_results(folder, comparison.tables, manifest(comparison), side, {}, pictures, WORKBOOK)


def compared_in(folder: Path) -> list[str] | None:
    """Names of the baseline and the plans that the results in a folder compare; None if it holds no comparison."""
    try:
        return list(read_json(folder / MANIFEST)["comparison"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def manifest(comparison: Comparison) -> dict[str, Any]:
    """Everything that the tables depend on: same manifest, same bytes."""
    plans = [one.plan for one in comparison.everything]
    rule, base = comparison.rule, comparison.base.plan.scenario
    read = {posterior.name: posterior.sha256 for one in comparison.everything for posterior in one.posteriors}
    return {
        "comparison": [plan.name for plan in plans],
        "scenarios": {p.name: p.scenario.model_dump(mode="json", by_alias=True, exclude_none=True) for p in plans},
        "seed": base.seed,
        "parcels_per_row": base.parcels_per_row,
        "objective": comparison.objective.name,
        "precision": {"relative": rule.relative, "floor": rule.floor, "most": rule.most, "fixed": rule.fixed},
        "by": list(comparison.by),
        "replications": list(comparison.replications),
        "left_out": {str(number): why for number, why in comparison.left_out.items()},
        "draws": comparison.layout.n_draws if comparison.layout.has_draws else 0,
        "versions": versions(),
        "processor": processor(),
        "scenario_files": hashes({file for plan in plans for file in plan.files}),
        "evidence_files": hashes(sorted(EVIDENCE.glob("*.csv"))),
        "posterior_files": {f"{name}{ENDING}": sha256 for name, sha256 in read.items()},
        "warnings": [caution.record for caution in cautions(comparison)],
        "tables": sorted(comparison.tables),
    }
