"""`sim compare`: reads plans, runs them, shows how they differ from the baseline, and writes a folder."""

import hashlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.comparison_json import json_of
from sim.cli.comparison_table import show_comparison
from sim.cli.showing import Bar
from sim.errors import ScenarioError, printable
from sim.experiments.comparing.compare import NothingComparedError, alike, chosen
from sim.experiments.comparing.decomposing import SWITCHES
from sim.experiments.comparing.in_folder import Asked, Told, compare_in_folder
from sim.experiments.comparing.plans import Plan, base_plan, checked, plan_of
from sim.experiments.comparing.portfolios import combinations
from sim.experiments.comparing.replicating import FIRST, Rule
from sim.experiments.estimate import SECONDS_TO_START, refuse_if_absurd, workers_that_fit
from sim.experiments.probe import told_now
from sim.tables import check_destination

DEFAULT_OUT = Path("results") / "runs"
FAILED, STOPPED = 1, 130
PLANS_NAMED, LONGEST_NAME = 3, 120
"""In the name of a folder."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says about a comparison."""

    precision: float
    replications: int | None
    most: int
    by: tuple[str, ...]
    portfolio: bool
    decompose: bool
    objective: str
    parcels_per_row: int
    workers: int | None
    out: Path | None


def compare_files(base: str, plans: Sequence[str], options: Options, *, as_json: bool) -> int:
    """Check all plans, run them, show and write what they came to. The exit code."""
    below, read = _read(base, plans)
    folder = options.out or DEFAULT_OUT / _name(below, read)
    check_destination(folder)
    asked = Asked(
        rule=Rule(relative=options.precision, most=options.most, fixed=options.replications),
        objective=chosen(options.objective),
        by=options.by,
        is_portfolio=options.portfolio,
        is_decomposed=options.decompose,
        parcels_per_row=options.parcels_per_row,
        workers=_workers(below, read, options),
    )
    with ended_as_by_ctrl_c(), Bar(f"{below.name} and {len(read)} plan{'s' * (len(read) > 1)}") as bar:
        try:
            comparison, to = compare_in_folder(folder, below, read, asked, Told(bar.update, _say))
        except (KeyboardInterrupt, NothingComparedError) as error:
            return _nothing(error, folder)
    if as_json:
        click.echo(json.dumps(json_of(comparison, to), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        show_comparison(comparison, to, sys.stdout)
    return STOPPED if comparison.was_stopped else 0 if comparison.is_complete else FAILED


def _nothing(error: BaseException, folder: Path) -> int:
    """Say why there is nothing to show, and what is there. The exit code."""
    was_stopped = isinstance(error, KeyboardInterrupt) or getattr(error, "was_stopped", False)
    _say(f"error: {error}" if str(error) else "stopped")
    _say(f"what has ended is kept in {folder}; the same command goes on from there")
    return STOPPED if was_stopped else FAILED


def _say(message: str) -> None:
    click.echo(printable(message), err=True)


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Within, a request to end (SIGTERM, or a terminal that is closed) is as Ctrl-C: what is complete is written."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    asked = [each for each, handler in before.items() if handler is signal.SIG_DFL]
    for each in asked:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in asked:
            signal.signal(each, signal.SIG_DFL)


def _read(base: str, plans: Sequence[str]) -> tuple[Plan, list[Plan]]:
    """Baseline and plans; the errors of all plans at once."""
    below = base_plan(base)
    read: list[Plan] = []
    errors: list[ScenarioError] = []
    for said in plans:
        try:
            read.append(plan_of(below, said))
        except ScenarioError as error:
            errors.append(error)
    for wrong in errors[:-1]:
        click.echo(str(wrong), err=True)
    if errors:
        raise errors[-1]
    checked(below, read)
    return below, read


def _name(base: Plan, plans: Sequence[Plan]) -> str:
    """Name of the folder: baseline and plans; of those beyond the first few their number, and a hash of all names.

    The same names make the same name, so that a comparison that was stopped finds its runs again.
    """
    whole = "-".join(["compare", base.name, *(plan.name for plan in plans)])
    if len(plans) <= PLANS_NAMED and len(whole) <= LONGEST_NAME:
        return whole
    named = "-".join(["compare", base.name, *(plan.name for plan in plans[:PLANS_NAMED])])[:LONGEST_NAME]
    digest = hashlib.sha256("\0".join([base.name, *(plan.name for plan in plans)]).encode()).hexdigest()[:6]
    more = f"-and-{len(plans) - PLANS_NAMED}-more" if len(plans) > PLANS_NAMED else ""
    return f"{named}-{digest}{more}"


def _workers(base: Plan, plans: Sequence[Plan], options: Options) -> int:
    """As many processes as there are cores, or as asked for; fewer where memory would not do. Says what it takes."""
    found = [base, *(combinations(base, plans).plans if options.portfolio else plans)]
    n = options.replications or options.most
    workers = min(options.workers or os.cpu_count() or 1, n * len(found))
    single, each = [], 0.0
    for plan in alike(found, options.parcels_per_row):
        estimate = refuse_if_absurd(plan.scenario, replications=n, workers=1)
        single += [estimate.peak_bytes] * n
        each += estimate.seconds_each
    workers = workers_that_fit(single, workers)
    times = 1 + len(SWITCHES) if options.decompose else 1
    _say(_told(len(found), each * times, options, workers))
    return workers


def _told(n_plans: int, each: float, options: Options, workers: int) -> str:
    """How long it takes as busy as this machine is now; ``each`` seconds of a free core for a replication of all."""
    least, most = options.replications or min(FIRST, options.most), options.replications or options.most
    of = f"{n_plans} scenarios, {least}{'' if least == most else f' to {most}'} replications of each"
    took, up_to = (told_now(SECONDS_TO_START * workers + each * n, workers) for n in (least, most))
    more = "" if least == most else f" for the first {least}, {up_to} if all {most} are needed"
    return f"{of}, {workers} worker{'s' * (workers > 1)}: {took}{more}, as busy as this machine is now"
