"""The folder of a study of sensitivity: tables, the tornado, the manifest, and a side file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.experiments.manifest import EVIDENCE, hashes, processor, side_file, versions
from sim.experiments.sensitivity.drawing import tornado
from sim.experiments.sensitivity.study import Sensitivity
from sim.experiments.sensitivity.tables import tables
from sim.ledger.posteriors import ENDING
from sim.tables import write_results


def save_sensitivity(found: Sensitivity, folder: Path, files: Sequence[Path], seconds: float) -> None:
    """Write the folder: everything or nothing; earlier results of this program are replaced."""
    made = tables(found)
    write_results(
        folder, made, manifest(found, files, sorted(made)), side_file(seconds), {}, {"tornado": tornado(found)}
    )


def manifest(found: Sensitivity, files: Sequence[Path], names: Sequence[str]) -> dict[str, Any]:
    """Everything that the tables depend on: same manifest, same bytes."""
    question = found.question
    read = {posterior.name: posterior.sha256 for one in question.described for posterior in one.posteriors}
    return {
        "sensitivity": question.base.scenario.scenario,
        "plan": question.plan_name,
        "scenarios": [
            one.scenario.model_dump(mode="json", by_alias=True, exclude_none=True) for one in question.described
        ],
        "indicators": list(question.indicators),
        "route": question.route,
        "trajectories": question.trajectories,
        "points": question.points,
        "factors": question.most,
        "varied": [number.path for number in question.numbers],
        "seed": question.seed,
        "versions": versions(),
        "processor": processor(),
        "scenario_files": hashes(files),
        "evidence_files": hashes(sorted(EVIDENCE.glob("*.csv"))),
        "posterior_files": {f"{name}{ENDING}": sha256 for name, sha256 in read.items()},
        "tables": list(names),
    }
