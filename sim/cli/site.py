"""`sim site`: reads a siting file, simulates demand, solves, checks the shortlist, prints and writes a folder."""

import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from sim.cli.showing import Bar
from sim.cli.site_table import show_siting
from sim.errors import printable
from sim.experiments.estimate import SECONDS_TO_START, refuse_if_absurd, workers_that_fit
from sim.experiments.probe import told_now
from sim.experiments.siting.checking import Check, checked
from sim.experiments.siting.demand import simulated
from sim.experiments.siting.reading import Asked, asked_otherwise, read_siting
from sim.experiments.siting.saving import save_siting
from sim.experiments.siting.shortlist import Solved, solved
from sim.tables import check_destination, finished_at

DEFAULT_OUT = Path("results") / "runs"
STOPPED, FAILED = 130, 1
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says about a siting."""

    choose: str | None
    objective: str | None
    within: str | None
    assumptions: str | None
    is_checked: bool
    draws: int
    demand_draws: int
    replications: int
    parcels_per_row: int
    workers: int | None
    out: Path | None


def site_file(file: Path, options: Options) -> int:
    """Read, simulate, solve, check, show and write. The exit code."""
    started = time.perf_counter()
    asked = _asked(file, options)
    folder = options.out or DEFAULT_OUT / _name(asked)
    check_destination(folder)
    workers = _workers(asked, options)
    found = _solved(asked, options, workers)
    with TemporaryDirectory() as plans:
        check = _checked(found, Path(plans), options, workers) if options.is_checked else None
        replaced = finished_at(folder)
        save_siting(found, check, _told(options), time.perf_counter() - started, folder)
    if replaced:
        click.echo(printable(f"replaced the results of {replaced} in {folder}"), err=True)
    show_siting(found, check, folder, sys.stdout)
    return _code(check)


def _code(check: Check | None) -> int:
    if check is None or check.comparison is None:
        return 0
    return STOPPED if check.comparison.was_stopped else FAILED if check.comparison.left_out else 0


def _asked(file: Path, options: Options) -> Asked:
    asked = read_siting(file)
    changes: dict[str, Any] = {}
    if options.choose is not None:
        changes["choose"] = _range(options.choose)
    for key in ("objective", "within", "assumptions"):
        if (given := getattr(options, key)) is not None:
            changes[key] = given
    return asked_otherwise(asked, changes) if changes else asked


def _range(text: str) -> int | dict[str, int]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"'{text}' is no number of sites; write 3, or 1-5", param_hint="'--choose'")
    least, most = int(found[1]), int(found[2] or found[1])
    return least if least == most else {"least": least, "most": most}


def _name(asked: Asked) -> str:
    """Name of the folder: the file, how many, and what is sought if it is not the file's."""
    sizes = asked.siting.sizes
    how_many = str(sizes.least) if sizes.least == sizes.most else f"{sizes.least}-{sizes.most}"
    sought = "-coverage" if asked.siting.objective == "coverage" else ""
    return f"site-{asked.siting.siting}-{how_many}{sought}"


def _workers(asked: Asked, options: Options) -> int:
    """As many processes as there are cores, or as asked for; fewer where memory would not do."""
    scenario = asked.scenario.model_copy(update={"parcels_per_row": options.parcels_per_row})
    workers = options.workers or os.cpu_count() or 1
    estimate = refuse_if_absurd(scenario, replications=1, workers=1)
    n_sets = asked.siting.shortlist if asked.siting.sizes.least == asked.siting.sizes.most else _n_sizes(asked)
    runs = 1 + options.demand_draws + options.is_checked * options.replications * (1 + n_sets)
    workers = workers_that_fit([estimate.peak_bytes] * runs, min(workers, runs))
    took = told_now(SECONDS_TO_START * workers + runs * estimate.seconds_each, workers)
    click.echo(
        f"at most {runs} runs of the base or a plan, {workers} worker{'s' * (workers > 1)}: {took}, as busy as this "
        "machine is now",
        err=True,
    )
    return workers


def _n_sizes(asked: Asked) -> int:
    return asked.siting.sizes.most - asked.siting.sizes.least + 1


def _solved(asked: Asked, options: Options, workers: int) -> Solved:
    with Bar(f"demand of {asked.scenario.scenario}") as bar:
        demands = simulated(asked, options.demand_draws, options.parcels_per_row, workers, bar.update)
    return solved(asked, demands, options.draws)


def _checked(found: Solved, plans: Path, options: Options, workers: int) -> Check:
    with Bar("the shortlist") as bar:
        return checked(found, plans, options.replications, options.parcels_per_row, workers, bar.update)


def _told(options: Options) -> dict[str, Any]:
    """What was asked for that the results depend on."""
    return {
        "draws": options.draws,
        "demand_draws": options.demand_draws,
        "replications": options.replications if options.is_checked else 0,
        "parcels_per_row": options.parcels_per_row,
    }
