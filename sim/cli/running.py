"""`sim run`: runs scenarios one after the other, shows how far they are, and writes their folders."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sim.cli.showing import Bar, show
from sim.errors import ScenarioError, SimError, printable
from sim.experiments.estimate import refuse_if_absurd
from sim.reading import Tree
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario

DEFAULT_OUT = Path("results") / "runs"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says about a run; None leaves it to the scenario."""

    replications: int | None
    seed: int | None
    parcels_per_row: int | None
    workers: int | None
    out: Path | None
    parcel_log: bool

    def applied(self, scenario: Scenario) -> Scenario:
        """The scenario with what the command line says."""
        given = {name: getattr(self, name) for name in ("replications", "seed", "parcels_per_row")}
        return scenario.model_copy(update={name: value for name, value in given.items() if value is not None})


@dataclass(frozen=True)
class Job:
    """One scenario to run, and where its results go."""

    scenario: Scenario
    tree: Tree
    folder: Path
    workers: int


def run_scenarios(files: Sequence[Path], options: Options, *, as_json: bool) -> int:
    """Check all, then run one after the other; the exit code."""
    jobs = _jobs(files, options)
    for job in jobs:
        found = refuse_if_absurd(
            job.scenario, replications=job.scenario.replications, workers=job.workers, parcel_log=options.parcel_log
        )
        click.echo(f"{job.scenario.scenario}: {found}", err=True)
    summaries, code = [], 0
    for job in jobs:
        summary, code_of_job = _run(job, options.parcel_log, as_json=as_json)
        summaries.append(summary)
        code = max(code, code_of_job)
        if code_of_job == 130:
            break
    if as_json:
        whole = summaries[0] if len(files) == 1 else summaries
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False))
    return code


def _jobs(files: Sequence[Path], options: Options) -> list[Job]:
    from sim.tables import check_destination

    jobs, problems = [], []
    for file in files:
        try:
            loaded = load(file)
        except ScenarioError as error:
            problems += error.problems
            continue
        scenario = options.applied(loaded.scenario)
        if options.parcel_log and scenario.parcels_per_row > 1:
            raise SimError("a log of single parcels needs single parcels: use --parcels-per-row 1 with --parcel-log")
        workers = options.workers or os.cpu_count() or 1
        folder = _folder(scenario, options.out, n_files=len(files))
        jobs.append(Job(scenario, loaded.tree, folder, min(workers, scenario.replications)))
    if problems:
        raise ScenarioError(problems)
    for number, job in enumerate(jobs):
        if job.folder in [other.folder for other in jobs[:number]]:
            raise SimError(f"two of the scenarios would write to {job.folder}; run them with different --out")
        check_destination(job.folder)
    return jobs


def _folder(scenario: Scenario, out: Path | None, *, n_files: int) -> Path:
    name = f"{scenario.scenario}-{scenario.seed}"
    if out is None:
        return DEFAULT_OUT / name
    return out if n_files == 1 else out / name


def _run(job: Job, parcel_log: bool, *, as_json: bool) -> tuple[dict[str, Any], int]:
    from sim.experiments.manifest import files_of, save
    from sim.experiments.run import run

    n = job.scenario.replications
    with Bar(job.scenario.scenario) as bar:
        results = run(job.scenario, n, job.workers, bar.update, parcel_log)
    was_stopped = results.was_stopped
    for number, why in results.missing.items():
        if not was_stopped:
            click.echo(printable(f"error: replication {number} of {job.scenario.scenario} failed: {why}"), err=True)
    folder = job.folder.with_name(f"{job.folder.name}-incomplete") if results.missing else job.folder
    if results.replications:
        save(results, folder, files_of(job.tree))
    if was_stopped:
        kept = f"; what is complete lies in {folder}" if results.replications else "; nothing was written"
        click.echo(
            f"stopped: {len(results.replications)} of {n} replications of {job.scenario.scenario} are complete{kept}",
            err=True,
        )
    if results.replications and not as_json:
        show(results, folder, sys.stdout)
    summary = {
        "scenario": job.scenario.scenario,
        "seed": job.scenario.seed,
        "parcels_per_row": job.scenario.parcels_per_row,
        "replications": list(results.replications),
        "missing_replications": sorted(results.missing),
        "routes": results.summary_records() if results.replications else [],
        "origins": results.origin_records() if results.replications else [],
        "folder": str(folder) if results.replications else None,
    }
    return summary, 130 if was_stopped else 1 if results.missing else 0
