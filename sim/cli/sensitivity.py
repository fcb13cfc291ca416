"""`sim sensitivity`: reads a scenario or a plan, runs what is missing, shows and writes what its indicators hang on."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from sim.cli.sensitivity_text import record, show
from sim.errors import InputError, did_you_mean, listed, printable
from sim.experiments.comparing.plans import AND, Plan, base_plan, checked, plan_of
from sim.experiments.estimate import refuse_if_absurd, workers_that_fit
from sim.experiments.manifest import files_of
from sim.experiments.sensitivity.asking import Question, Runner
from sim.experiments.sensitivity.factors import Described, described
from sim.experiments.sensitivity.saving import save_sensitivity
from sim.experiments.sensitivity.study import studied
from sim.experiments.store import Store
from sim.experiments.variance.runs import INDICATORS, check_route
from sim.scenario.loading import Loaded, load
from sim.tables import check_destination, finished_at

DEFAULT = ("placed", "mean_days")
DEFAULT_OUT = Path("results") / "runs"
WRONG_INPUT, STOPPED = 2, 130


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    plan: str | None
    measures: tuple[str, ...]
    route: str | None
    match: tuple[str, ...]
    trajectories: int
    points: int
    factors: int
    parcels_per_row: int
    workers: int | None
    out: Path | None


def sensitivity_of(scenario: str, laid: Sequence[str], options: Options, *, as_json: bool) -> int:
    """Run what is missing, show and write what was found; the exit code.

    Raises InputError where no number is as asked for, ScenarioError and PlanError for what cannot be read.
    """
    started = time.monotonic()
    options = replace(options, measures=tuple(dict.fromkeys(options.measures)) or DEFAULT)
    if wrong := _wrong(options):
        click.echo(printable(f"error: {wrong}"), err=True)
        return WRONG_INPUT
    base, plan = _plans(scenario, laid, options.plan)
    named = [*laid, *([options.plan] if options.plan else [])]
    folder = options.out or DEFAULT_OUT / "-".join(["sensitivity", base.scenario.scenario, *map(_short, named)])[:120]
    check_destination(folder)
    for one in (base, *([plan] if plan else [])):
        check_route(one.scenario, options.route)
    runs = folder.with_name(f"{folder.name}-runs")
    store = Store(runs)
    loaded = [_loaded(one) for one in (base, *([plan] if plan else []))]
    question = _question(loaded, options, store)
    if options.match and not question.numbers:
        raise InputError(
            f"no number that varies has {listed(options.match)} in its path; see sim sources --status assumed"
        )
    try:
        found = studied(Runner(question, store, _workers(question, options)))
    except KeyboardInterrupt:
        click.echo(f"stopped: runs that are complete are kept in {runs}; the same command goes on there", err=True)
        return STOPPED
    replaced = finished_at(folder)
    files = sorted({file for one in loaded for file in files_of(one.tree)})
    save_sensitivity(found, folder, files, time.monotonic() - started)
    if replaced:
        click.echo(printable(f"replaced the results of {replaced} in {folder}"), err=True)
    if as_json:
        click.echo(json.dumps(record(found, folder), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        show(found, folder, runs)
    return 0


def _short(said: str) -> str:
    """Interventions by their names, those of files too."""
    return AND.join(Path(part).stem if Path(part).suffix in (".yaml", ".yml") else part for part in said.split(AND))


def _wrong(options: Options) -> str | None:
    if unknown := [name for name in options.measures if name not in INDICATORS]:
        hint = did_you_mean(unknown[0], INDICATORS) or f"there are {listed(list(INDICATORS), 'and')}"
        return f"'{unknown[0]}' is no measure; {hint}"
    n = options.points
    if n and (n < 8 or n & (n - 1)):
        return f"--points is a power of two from 8 on, or 0 for screening alone, not {n}"
    return None


def _plans(scenario: str, laid: Sequence[str], plan: str | None) -> tuple[Plan, Plan | None]:
    """The baseline with what is laid over it, and the plan. Raises PlanError or ScenarioError."""
    bare = base_plan(scenario)
    base = plan_of(bare, AND.join(laid)) if laid else bare
    if plan is None:
        return base, None
    other = plan_of(bare, AND.join([*laid, plan]))
    checked(base, [other])
    return base, other


def _loaded(plan: Plan) -> Loaded:
    assert plan.file is not None
    return load(plan.file, list(plan.laid))


def _question(loaded: Sequence[Loaded], options: Options, store: Store) -> Question:
    found: list[Described] = [described(one, options.parcels_per_row, options.match, store) for one in loaded]
    return Question(
        base=found[0],
        plan=found[1] if len(found) > 1 else None,
        plan_name=options.plan,
        indicators=options.measures,
        route=options.route,
        trajectories=options.trajectories,
        points=options.points,
        most=options.factors,
    )


def _workers(question: Question, options: Options) -> int:
    """As many processes as there are cores, or as asked for; fewer where memory would not do. Says what a run takes."""
    workers = options.workers or os.cpu_count() or 1
    scenario = question.whole.scenario
    one = refuse_if_absurd(scenario, replications=1, workers=1)
    click.echo(
        f"{scenario.scenario}: {len(question.numbers)} numbers vary"
        f"{', and the posterior' if question.n_rows > 1 else ''}; a run takes {one}"
        f"{', and there are two to a point' if question.plan else ''}",
        err=True,
    )
    return workers_that_fit([one.peak_bytes] * workers, workers)
