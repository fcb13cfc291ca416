"""`sim run`: runs scenarios, which share the workers, shows how far they are, and writes their folders."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sim.cli.showing import Bar, show
from sim.cli.summary import summary_of
from sim.errors import ScenarioError, SimError, printable
from sim.experiments.estimate import refuse_if_absurd, workers_that_fit
from sim.experiments.results import Results
from sim.experiments.run import Job, run_several
from sim.reading import Tree
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario

DEFAULT_OUT = Path("results") / "runs"
FAILED, STOPPED = 1, 130


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
class Planned:
    """One scenario to run, and where its results go."""

    scenario: Scenario
    tree: Tree
    folder: Path
    posteriors: Path

    @property
    def job(self) -> Job:
        """The scenario with its replications."""
        return Job(self.scenario, self.scenario.replications, self.posteriors)


def run_scenarios(files: Sequence[Path], options: Options, *, as_json: bool) -> int:
    """Check all, then run them; the results of each are written and shown in the order of the files. The exit code."""
    plans = _plans(files, options)
    workers = _workers(plans, options)
    summaries: list[dict[str, Any]] = []
    codes = [0]

    def take(number: int, results: Results) -> None:
        if number and not as_json:
            click.echo("")
        summary, code = _written(plans[number], results, as_json=as_json)
        summaries.append(summary)
        codes.append(code)

    with Bar(", ".join(plan.scenario.scenario for plan in plans)) as bar:
        run_several([plan.job for plan in plans], workers, bar.update, options.parcel_log, take)
    if as_json:
        whole = summaries[0] if len(files) == 1 else summaries
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False))
    return max(codes)


def _workers(plans: Sequence[Planned], options: Options) -> int:
    """As many processes as there are replications and cores, or as asked for; fewer where memory would not do."""
    n = sum(plan.scenario.replications for plan in plans)
    workers = min(options.workers or os.cpu_count() or 1, n)
    single = []
    for plan in plans:
        replications = plan.scenario.replications
        found = refuse_if_absurd(
            plan.scenario,
            replications=replications,
            workers=min(workers, replications),
            parcel_log=options.parcel_log,
        )
        click.echo(f"{plan.scenario.scenario}: {found}", err=True)
        single += [found.peak_bytes / min(workers, replications)] * replications
    return workers_that_fit(single, workers)


def _plans(files: Sequence[Path], options: Options) -> list[Planned]:
    from sim.tables import check_destination

    plans: list[Planned] = []
    problems = []
    for file in files:
        try:
            loaded = load(file)
        except ScenarioError as error:
            problems += error.problems
            continue
        scenario = options.applied(loaded.scenario)
        if options.parcel_log and scenario.parcels_per_row > 1:
            raise SimError("a log of single parcels needs single parcels: use --parcels-per-row 1 with --parcel-log")
        folder = _folder(scenario, loaded.scenario, options.out, n_files=len(files))
        plans.append(Planned(scenario, loaded.tree, folder, loaded.posteriors))
    if problems:
        raise ScenarioError(problems)
    for number, plan in enumerate(plans):
        if plan.folder in [other.folder for other in plans[:number]]:
            raise SimError(f"two of the scenarios would write to {plan.folder}; run them with different --out")
        check_destination(plan.folder)
    return plans


def _folder(scenario: Scenario, described: Scenario, out: Path | None, *, n_files: int) -> Path:
    """Named by scenario and seed, and by rows and replications where they are not those of the file."""
    name = f"{scenario.scenario}-{scenario.seed}"
    if scenario.parcels_per_row != described.parcels_per_row:
        name += f"-rows{scenario.parcels_per_row}"
    if scenario.replications != described.replications:
        name += f"-x{scenario.replications}"
    if out is None:
        return DEFAULT_OUT / name
    return out if n_files == 1 else out / name


def _written(plan: Planned, results: Results, *, as_json: bool) -> tuple[dict[str, Any], int]:
    """Write and show what a scenario came to: its summary, and the exit code."""
    from sim.experiments.manifest import files_of, save
    from sim.tables import finished_at

    name = plan.scenario.scenario
    folder = plan.folder.with_name(f"{plan.folder.name}-incomplete") if results.missing else plan.folder
    if not results.was_stopped:
        for number, why in results.missing.items():
            click.echo(printable(f"error: replication {number} of {name} failed: {why}"), err=True)
    replaced = None
    if results.replications:
        replaced = finished_at(folder)
        save(results, folder, files_of(plan.tree))
    if replaced:
        click.echo(printable(f"{name}: replaced the results of {replaced} in {folder}"), err=True)
    if results.was_stopped:
        kept = f"; what is complete lies in {folder}" if results.replications else "; nothing was written"
        n = plan.scenario.replications
        click.echo(f"stopped: {len(results.replications)} of {n} replications of {name} are complete{kept}", err=True)
    if results.replications and not as_json:
        show(results, folder, sys.stdout)
    code = STOPPED if results.was_stopped else FAILED if results.missing else 0
    return summary_of(plan.scenario, results, folder, replaced), code
