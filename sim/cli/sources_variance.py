"""`sim sources SCENARIO --variance`: what the variance of an indicator rests on. Arguments, progress and exit codes."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.sources_variance_data import record, write_csv
from sim.cli.sources_variance_text import show
from sim.errors import did_you_mean, listed, printable
from sim.experiments.estimate import refuse_if_absurd, workers_that_fit
from sim.experiments.kept_runs import AT_ONCE
from sim.experiments.variance.runs import INDICATORS, check_route
from sim.experiments.variance.study import LEAST_RUNS, Study, answers, studied
from sim.scenario.loading import Loaded, load

DEFAULT = ("placed", "mean_days")
FOLDER = Path("results") / "runs"
WRONG_INPUT, STOPPED = 2, 130


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says."""

    variance: str
    """Indicators with commas between them; empty for the default."""
    route: str | None
    runs: int
    parcels_per_row: int
    as_json: bool
    csv: Path | None

    @property
    def indicators(self) -> list[str]:
        """Those asked for, each once."""
        return list(dict.fromkeys(filter(None, self.variance.replace(" ", "").split(",")))) or list(DEFAULT)


def show_variance(names: Sequence[str], asked: Asked) -> int:
    """Run what is missing, then show what each indicator's variance rests on; the exit code."""
    wrong = _wrong(names, asked)
    if wrong:
        click.echo(printable(f"error: {wrong}"), err=True)
        return WRONG_INPUT
    loaded = load(names[0])
    check_route(loaded.scenario, asked.route)
    folder = FOLDER / f"variance-{loaded.scenario.scenario}"
    try:
        study = studied(loaded, asked.runs, asked.parcels_per_row, folder, _workers(loaded, asked))
    except KeyboardInterrupt:
        click.echo(f"stopped: runs that are complete are kept in {folder}; the same command goes on there", err=True)
        return STOPPED
    _tell_failures(study)
    found = answers(study, asked.indicators, asked.route)
    if asked.csv:
        write_csv(study, found, asked.csv)
        click.echo(f"written to {asked.csv}", err=True)
    if asked.as_json:
        click.echo(json.dumps(record(study, found), ensure_ascii=False, indent=1, allow_nan=False))
    elif not asked.csv:
        show(study, found, folder)
    return 0


def _wrong(names: Sequence[str], asked: Asked) -> str | None:
    if unknown := [name for name in asked.indicators if name not in INDICATORS]:
        hint = did_you_mean(unknown[0], INDICATORS) or f"there are {listed(list(INDICATORS), 'and')}"
        return f"'{unknown[0]}' is no indicator; {hint}"
    if len(names) != 1 or Path(names[0]).suffix not in (".yaml", ".yml"):
        return f"--variance is of one scenario file, not of {listed(names, 'and')}"
    if asked.runs < LEAST_RUNS:
        return f"{asked.runs} runs say nothing of a variance; use --runs {LEAST_RUNS} or more"
    if asked.csv is not None and asked.csv.suffix != ".csv":
        return f"the file of --csv ends in .csv, and '{asked.csv}' does not"
    return None


def _workers(loaded: Loaded, asked: Asked) -> int:
    """As many processes as there are cores, two at most; fewer where memory would not do."""
    workers = min(AT_ONCE, os.cpu_count() or 1)
    scenario = loaded.scenario.model_copy(update={"parcels_per_row": asked.parcels_per_row})
    found = refuse_if_absurd(scenario, replications=asked.runs, workers=workers)
    click.echo(f"{scenario.scenario}: {found}; less, as far as runs are kept", err=True)
    return workers_that_fit([found.peak_bytes / workers] * workers, workers)


def _tell_failures(study: Study) -> None:
    if study.failures:
        n, why = len(study.failures), study.failures[0]
        click.echo(printable(f"warning: {n} runs failed and are left out, the first so: {why}"), err=True)
