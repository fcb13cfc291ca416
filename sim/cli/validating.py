"""`sim validate`: nothing here may import numpy."""

from collections.abc import Sequence
from pathlib import Path

import click

from sim.cli.warning import warn_of
from sim.errors import AbsurdScenarioError, ScenarioError, listed, printable
from sim.experiments.estimate import refuse_if_absurd
from sim.experiments.ranking.reading import is_ranking, read_ranking
from sim.experiments.siting.reading import is_siting, read_siting
from sim.experiments.sweeps.reading import is_sweep, read_sweep
from sim.ledger.posteriors import posterior_in
from sim.reading import build, read_tree, unwrap_sources
from sim.scenario.interventions.trial import is_intervention, trial
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Corridor

SECTIONS_OF_SOME = {
    "consolidations": "consolidations",
    "warehouses": "warehouses",
    "freight": "streams of freight",
    "changes": "changes",
}
"""Sections that many corridors do without, and how they are counted aloud."""


def validate_files(files: Sequence[Path]) -> int:
    """Print one line for each right file, and every error of the others; the exit code."""
    wrong = 0
    for file in files:
        try:
            line = _line(file)
        except ScenarioError as error:
            absurd = f"{file}: " if isinstance(error, AbsurdScenarioError) else ""
            click.echo(printable(absurd) + str(error), err=True)
            wrong += 1
        else:
            click.echo(printable(line))
    if wrong and len(files) > 1:
        click.echo(f"{wrong} of {len(files)} files are wrong", err=True)
    return 2 if wrong else 0


def _line(file: Path) -> str:
    """What a right file holds."""
    if file.parent.name == "corridors":
        return _corridor_line(file)
    tree = read_tree(file)
    if is_siting(tree):
        return _siting_line(file)
    if is_ranking(tree):
        return f"{file}: ok: {read_ranking(file)}"
    if is_sweep(tree):
        return f"{file}: ok: {read_sweep(file)}"
    return _intervention_line(file) if is_intervention(tree) else _scenario_line(file)


def _siting_line(file: Path) -> str:
    """A siting asks something of a scenario, which is read with it."""
    asked = read_siting(file)
    siting, sizes = asked.siting, asked.siting.sizes
    how_many = f"{sizes.least}" if sizes.least == sizes.most else f"{sizes.least} to {sizes.most}"
    where = f"{len(siting.points)} {'clusters' if siting.clusters else 'regions'}"
    return (
        f"{file}: ok: {how_many} of {len(siting.candidates)} candidates for {where}, {siting.objective} by "
        f"{siting.weigh}, in {asked.scenario.scenario}"
    )


def _intervention_line(file: Path) -> str:
    """An intervention acts in a world: it is laid over the scenario that it is meant for."""
    found = trial(file)
    if found.scenario is not None:
        refuse_if_absurd(found.scenario, replications=found.scenario.replications)
    if found.loaded is not None:
        warn_of(found.loaded)
    return f"{file}: ok: {found}"


def _scenario_line(file: Path) -> str:
    loaded = load(file)
    found = refuse_if_absurd(loaded.scenario, replications=loaded.scenario.replications)
    warn_of(loaded)
    return f"{file}: ok: {found}{_drawn(loaded)}"


def _drawn(loaded: Loaded) -> str:
    """Which posteriors move it, how many numbers are uncertain, and what of it a run draws."""
    scenario, parts = loaded.scenario, []
    for name in scenario.posterior:
        found = posterior_in(loaded.posteriors, name)
        parts.append(f"posterior {name} ({len(found.moved)} numbers, {len(found.draws)} draws)")
    if n := len(scenario.uncertain):
        parts.append(f"{n} uncertain number{'s' * (n > 1)}")
    if not parts:
        return ""
    n = scenario.replications // scenario.replications_per_draw
    replications = f"{scenario.replications} replication{'s' * (scenario.replications > 1)}"
    used = f"{replications} in {n} draws" if n > 1 else f"{replications} at the central values"
    return f"; {listed(parts, 'and')}: {used}"


def _corridor_line(file: Path) -> str:
    """A corridor by itself has no horizon: it is checked for what it describes, and as a whole in a scenario."""
    tree, _ = unwrap_sources(read_tree(file))
    world = build(Corridor, tree)
    sections = {name: name for name in ("routes", "lanes", "stations", "customs")} | SECTIONS_OF_SOME
    counts = {name: len(getattr(world, name)) for name in sections}
    shown = [name for name in sections if counts[name] or name not in SECTIONS_OF_SOME]
    described = ", ".join(f"{counts[name]} {sections[name]}" for name in shown)
    return f"{file}: ok: a corridor with {described}; how they connect is checked in the scenarios that use it"
