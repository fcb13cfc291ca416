"""A calibration as a folder: tables, pictures, and a manifest that says what they were made from."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import sim
from calibration import pictures
from calibration.designs import generator
from calibration.numbers import numbers_table
from calibration.problem import CORRIDORS, ROOT
from calibration.procedure import Calibration
from calibration.readings import verdicts
from calibration.tables import (
    Columns,
    checks_table,
    combinations_table,
    draws_table,
    parameters_table,
    predictive,
    quantiles_table,
    readings_table,
    scores_table,
    targets_table,
    with_readings,
)
from sim.experiments.store import program
from sim.tables import sha256, write_results

PACKAGES = ("numpy", "scipy", "scikit-learn", "emcee", "numba", "simpy", "pydantic")
MANY = 4000


def tables_of(found: Calibration) -> dict[str, Columns]:
    """All tables by name."""
    problem, reports = found.problem, found.posterior.reports
    many = found.chain.drawn(min(MANY, len(found.chain.flat)), generator(problem.seed, "quantiles"))
    drawn = with_readings(found.posterior, many, generator(problem.seed, "readings of many"))
    foretold = predictive(found.posterior, drawn, generator(problem.seed, "foretold"))
    said = verdicts(problem, found.whole, found.without, reports.log_prior)
    draws = draws_table(problem, found.draws)
    tables = {
        "posterior": draws,
        "numbers": numbers_table(problem, draws),
        "parameters": parameters_table(problem, found.chain.flat),
        "quantiles": quantiles_table(problem, found.chain.flat, found.chain.effective),
        "targets": targets_table(problem, foretold),
        "checks": checks_table(problem, found.posterior, drawn, generator(problem.seed, "checks")),
        "readings": readings_table(problem, said),
        "combinations": combinations_table(problem, found.whole.by_reading, reports.log_prior),
    }
    if found.scores and problem.holdout:
        tables["forecast"] = scores_table(found.scores, problem.targets[problem.holdout.predict].value)
    return {name: table for name, table in tables.items() if table}


def diagnostics(found: Calibration) -> dict[str, Any]:
    """How far the computation is to be trusted."""
    n_within = np.mean(np.abs(found.surprises) < 2, axis=0)
    return {
        "runs": len(found.experience.z) + found.size.fresh,
        "parcels_per_row": found.size.parcels_per_row,
        "plausible_share_by_wave": [round(share, 6) for share in found.experience.shares],
        "luck_log_sd": _by_output(found, np.sqrt(np.diag(found.experience.noise))),
        "emulator_within_two_sd": _by_output(found, n_within),
        "autocorrelation_steps": round(found.chain.autocorrelation, 1),
        "effective_draws": round(found.chain.effective),
        "halves_apart_sd": round(found.chain.halves_apart(), 3),
        "evidence_effective_draws": round(found.whole.effective),
        "evidence_effective_draws_without": {name: round(e.effective) for name, e in found.without.items()},
        "cross_check_effective_draws": round(found.check.effective, 1),
        "cross_check_distance": {
            name: round(float(distance), 3)
            for name, distance in zip(found.problem.space.names, found.check.distance, strict=True)
        },
        "cross_check_distance_by_luck": round(float(found.check.expected_distance), 3),
    }


def _by_output(found: Calibration, values: np.ndarray) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(found.problem.outputs, values, strict=True)}


def write(found: Calibration, folder: Path, *, is_quick: bool) -> dict[str, Columns]:
    """Write the folder, whole or not at all; the tables."""
    tables = tables_of(found)
    prior = generator(found.problem.seed, "picture").standard_normal((20_000, found.problem.space.n))
    drawn = {
        "marginals": pictures.marginals(found.problem, found.chain.flat[::7], prior),
        "targets": pictures.foretold(tables["targets"]),
    }
    if "readings" in tables:
        drawn["readings"] = pictures.readings(tables["readings"])
    write_results(folder, tables, _manifest(found, is_quick), _side_file(found), {}, drawn)
    return tables


def _manifest(found: Calibration, is_quick: bool) -> Mapping[str, Any]:
    problem = found.problem
    return {
        "kind": "calibration",
        "corridor": problem.corridor,
        "is_quick": is_quick,
        "size": found.size.model_dump(),
        "problem": problem.model_dump(mode="json", exclude_none=True),
        "base_sha256": sha256(ROOT / problem.base),
        "problem_sha256": sha256(file) if (file := CORRIDORS / f"{problem.corridor}.yaml").exists() else None,
        "program_sha256": program(),
        "versions": {"parcel-corridors": sim.__version__, "python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
        "diagnostics": diagnostics(found),
    }


def _side_file(found: Calibration) -> dict[str, Any]:
    return {
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": found.seconds,
        "platform": platform.platform(),
        "processors": os.cpu_count(),
    }
