"""`sim sweep`: runs a sweep, or says how far one is, and shows its points."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.sweep_table import refuse_unknown, show_points, show_status
from sim.errors import SimError, printable
from sim.experiments.estimate import workers_that_fit
from sim.experiments.executors import Tls, executor
from sim.experiments.keeping import Progress
from sim.experiments.pace import between
from sim.experiments.probe import told_now
from sim.experiments.sweeps.reading import Study, read_sweep
from sim.experiments.sweeps.running import Told, run_sweep
from sim.experiments.sweeps.status import status_of

DEFAULT_OUT = Path("results") / "runs"
FAILED = 1
TELL_EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says about a sweep."""

    workers: int | None
    cluster: str | None
    tls: Tls | None
    out: Path | None
    measures: tuple[str, ...]
    best: bool
    retry: bool


def sweep_file(file: Path, options: Options) -> int:
    """Check the sweep, run what is not there yet, show and write what it came to. The exit code."""
    refuse_unknown(options.measures, is_best_first=options.best)
    study = read_sweep(file)
    folder = options.out or DEFAULT_OUT / f"sweep-{study.sweep.sweep}"
    workers = _workers(study, options)
    click.echo(printable(f"{study.sweep.sweep}: {study}, {_where(study, options, workers)}"), err=True)
    line = Line(study.sweep.sweep)
    told = Told(line.update, lambda message: click.echo(printable(message), err=True))
    try:
        swept = run_sweep(study, folder, executor(workers, options.cluster, options.tls), told, retry=options.retry)
    except KeyboardInterrupt:
        click.echo(f"\nwhat has ended is kept in {folder}; the same command goes on from there", err=True)
        raise
    for damaged in swept.damaged:
        click.echo(printable(damaged), err=True)
    show_points(swept, options.measures, sys.stdout, is_best_first=options.best)
    click.echo(printable(f"Tables: {folder}/ (points and runs as Parquet and CSV, sweep.json)"))
    return FAILED if swept.outcomes.n_failed else 0


def _where(study: Study, options: Options, workers: int) -> str:
    """Where it runs; here, how long that takes if nothing is kept yet."""
    if options.cluster:
        return f"on {options.cluster}"
    of = "" if study.sweep.precision is None else " at most"
    seconds = study.per_run.seconds_each * study.n_points * study.most_replications
    took = f"{told_now(seconds, workers)}{of}, as busy as this machine is now"
    return f"with {workers} worker{'s' * (workers > 1)}; {took}"


def tell_status(folder: Path, measures: tuple[str, ...], *, is_best_first: bool) -> int:
    """Say how far a sweep is. The exit code."""
    refuse_unknown(measures, is_best_first=is_best_first)
    show_status(status_of(folder, measures), sys.stdout, is_best_first=is_best_first)
    return 0


def tls_of(files: Sequence[Path | None]) -> Tls | None:
    """The files of a certificate, all three or none. Raises SimError if some are missing."""
    ca, certificate, key = files
    if ca and certificate and key:
        return Tls(ca, certificate, key)
    if ca or certificate or key:
        raise SimError("--tls-ca, --tls-certificate and --tls-key are given together")
    return None


def _workers(study: Study, options: Options) -> int:
    """As many processes as there are cores, or as asked for; fewer where memory would not do."""
    n = min(options.workers or os.cpu_count() or 1, study.n_points * study.most_replications)
    return workers_that_fit([study.per_run.peak_bytes] * n, n)


class Line:
    """How far it is: one line that is written over on a terminal, else one now and then; on stderr."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, 0.0
        self._is_terminal = sys.stderr.isatty()

    def update(self, progress: Progress) -> None:
        """So many have ended."""
        now = time.monotonic()
        if self._is_terminal or not progress.left or now - self._told >= TELL_EVERY:
            self._told = now
            end = "\r" if self._is_terminal and progress.left else "\n"
            print(f"{self._name}: {said(progress)}", end=end, file=sys.stderr, flush=True)


def said(progress: Progress) -> str:
    """Done, failed, left, time left."""
    left = progress.seconds_left
    when = "" if left is None or not progress.left else f", {between(left, progress.off_by)}"
    return f"{progress.done:,} done, {progress.failed:,} failed, {progress.left:,} left{when}    "
