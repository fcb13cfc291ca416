"""What to beware of in a scenario that is right: dated changes that do less than they say. Imports no numpy."""

from collections.abc import Iterator

import click

from sim.cli.amounts import amount, named
from sim.errors import printable
from sim.reading import problem_at
from sim.scenario.interventions.explaining import cuts
from sim.scenario.loading import Loaded


def warn_of(loaded: Loaded) -> None:
    """Say on stderr what to beware of, each with its place."""
    for line in warnings_of(loaded):
        click.echo(printable(line), err=True)


def warnings_of(loaded: Loaded) -> Iterator[str]:
    """Dated changes that a bound cuts: where each stands, what it would make of the number, and what becomes of it."""
    for cut in cuts(loaded.scenario):
        meant, after = amount(cut.target, cut.meant, cut.after), amount(cut.target, cut.after, cut.meant)
        message = f"a bound cuts this change: the {named(cut.number)} would be {meant} and is {after}"
        at = problem_at(loaded.tree, cut.path, message)
        yield f"{at.file}:{at.line}:{at.col}: warning: {at.message} [{at.path}]"
