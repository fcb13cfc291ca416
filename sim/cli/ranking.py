"""`sim rank`: reads a question, runs what it takes, shows which portfolio to build and writes a folder."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.blocks import wrapped
from sim.errors import printable
from sim.experiments.estimate import refuse_if_absurd, workers_that_fit
from sim.experiments.kept_runs import AT_ONCE
from sim.experiments.lock import Locked
from sim.experiments.probe import told_now
from sim.experiments.ranking.ranked import Ranked, ranked
from sim.experiments.ranking.reading import Question, read_ranking
from sim.experiments.ranking.saving import opened, result_of, save_ranking
from sim.experiments.ranking.showing import HEADINGS, ROWS_SHOWN, standing_rows, title_of
from sim.experiments.ranking.standing import Standing
from sim.experiments.ranking.wording import answer, rests_on

DEFAULT_OUT = Path("results") / "runs"
STOPPED = 130
WIDTH_WITHOUT_TERMINAL = 110


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says otherwise than the file."""

    budget_cny: float | None
    replications: int | None
    objectives: tuple[str, ...]
    workers: int | None
    out: Path | None


def rank_file(file: Path, options: Options, *, as_json: bool) -> int:
    """Check the question, rank, show and write; the exit code."""
    question = read_ranking(file).asked_for(
        budget=options.budget_cny,
        replications=options.replications,
        objectives=tuple(dict.fromkeys(options.objectives)) or None,
    )
    folder = options.out or DEFAULT_OUT / f"rank-{question.asked.ranking}"
    workers = _workers(question, options)
    runs = opened(folder)
    try:
        with Locked(runs, lambda message: click.echo(printable(message), err=True)):
            found = ranked(question, runs, workers)
    except KeyboardInterrupt:
        click.echo(f"stopped: runs that are complete are kept in {runs}; the same command goes on there", err=True)
        return STOPPED
    save_ranking(found, folder)
    if as_json:
        click.echo(json.dumps(result_of(found), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        show_ranking(found, folder, sys.stdout)
    return 0


def _workers(question: Question, options: Options) -> int:
    """As many processes as there are cores, two at most, or as asked for; fewer where memory would not do."""
    asked = question.asked
    workers = options.workers or min(AT_ONCE, os.cpu_count() or 1)
    rows = {"parcels_per_row": asked.parcels_per_row}
    scenario = question.overlaid(question.base.scenario).model_copy(update=rows)
    found = refuse_if_absurd(scenario, replications=asked.replications, workers=workers)
    took = told_now(found.seconds_each * asked.replications, workers)
    click.echo(f"{question}; {found}; here and now {took}; less, as far as runs are kept or not needed", err=True)
    return workers_that_fit([found.peak_bytes / workers] * workers, workers)


def show_ranking(found: Ranked, folder: Path, stream: TextIO) -> None:
    """Print the answer, a table for each objective, and what they rest on."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    _say(console, answer(found))
    for standing in found.standings:
        _show_standing(console, found, standing)
    for line in rests_on(found):
        _say(console, line)
    told = f"Tables: {folder}/ (portfolios, ranking, information as Parquet and CSV; ranking.json; pictures)"
    console.print(Text(told), soft_wrap=True)


def _say(console: Console, text: str) -> None:
    for part in wrapped(text, console.width, indent=""):
        console.print(Text(part), soft_wrap=True)


def _show_standing(console: Console, found: Ranked, standing: Standing) -> None:
    """The best portfolios by an objective; those that are not ruled out are marked."""
    table = Table(box=box.SIMPLE_HEAD, title=title_of(standing), title_justify="left", pad_edge=False)
    for i, heading in enumerate(HEADINGS):
        is_text = i == 1
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold")
    for row in standing_rows(found, standing):
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)
    if len(standing.members) > ROWS_SHOWN:
        console.print(Text(f"... and {len(standing.members) - ROWS_SHOWN} more; see ranking.csv."))
