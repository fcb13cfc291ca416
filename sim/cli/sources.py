"""`sim sources`: where a number of a scenario comes from, and what a row of the evidence says. Imports no numpy."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli import sources_data, sources_text
from sim.errors import did_you_mean, listed, printable
from sim.ledger import Account, Evidence, Number, account, evidence_near, files_below, numbers_in, uses_of
from sim.ledger.posteriors import Posterior, posterior_in
from sim.reading import Source, Tree, dotted, read_tree, unwrap_sources
from sim.reading.tree import Path as TreePath
from sim.reading.tree import keys_of, nearest
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.interventions.places import with_changes
from sim.scenario.interventions.trial import is_intervention
from sim.scenario.loading import load

WRONG_INPUT = 2
PARTS_OF_A_SCENARIO = ("scenario", "corridors", "base")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the command line says of which numbers to show, and how."""

    statuses: tuple[str, ...]
    match: str | None
    as_json: bool
    csv: Path | None

    @property
    def are_given(self) -> bool:
        """Whether there is anything that only makes sense for the numbers of a scenario."""
        return bool(self.statuses or self.match or self.csv)

    def keep(self, number: Number) -> bool:
        """Whether a number is asked for."""
        fits = self.match is None or self.match.lower() in number.name.lower()
        return fits and (not self.statuses or number.status in self.statuses)


class WrongRequestError(Exception):
    """What is asked for is not there; says so, and what may have been meant."""


def show_sources(names: Sequence[str], filters: Filters) -> int:
    """Show what is asked for; the exit code."""
    try:
        files = [name for name in names if _is_file(name)]
        others = [name for name in names if name not in files]
        if len(files) > 1:
            raise WrongRequestError(f"one scenario at a time, not {listed(files, 'and')}")
        if filters.csv is not None and filters.csv.suffix != ".csv":
            raise WrongRequestError(f"the file of --csv ends in .csv, and '{filters.csv}' does not")
        if files:
            _show_file(Path(files[0]), others, filters)
        else:
            _show_rows(others, filters)
    except WrongRequestError as error:
        click.echo(printable(f"error: {error}"), err=True)
        return WRONG_INPUT
    return 0


def _is_file(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml") or os.path.isfile(name)


# -- rows --------------------------------------------------------------------------------------------------------------


def _show_rows(ids: Sequence[str], filters: Filters) -> None:
    if filters.are_given:
        raise WrongRequestError("--status, --match and --csv are of the numbers of a scenario; name its file first")
    evidence = evidence_near(Path.cwd())
    for id in ids:
        if id not in evidence.rows:
            hint = did_you_mean(id, evidence.rows)
            where = "no scenario file and no row of the evidence (to see a path of a scenario, name its file first)"
            raise WrongRequestError(f"'{id}' is {where}{'; ' + hint if hint else ''}")
    found = [(evidence.rows[id], *uses_of(id, evidence.library)) for id in ids]
    if filters.as_json:
        sources_data.print_json([sources_data.row_record(row, evidence, uses) for row, uses, _ in found])
        return
    for row, uses, unread in found:
        sources_text.show_row(row, evidence, uses, unread)


# -- numbers -----------------------------------------------------------------------------------------------------------


def _show_file(file: Path, wanted: Sequence[str], filters: Filters) -> None:
    read = _read(file)
    tree = read.tree
    evidence = evidence_near(file.resolve().parent)
    numbers = numbers_in(tree, read.sources)
    rows = [name for name in wanted if name in evidence.rows]
    named = [_named(name, numbers, tree, file, evidence) for name in wanted if name not in rows]
    asked = _united([_speaking_of(row, numbers) for row in rows] + named) if wanted else numbers
    shown = [read.account(number) for number in asked if filters.keep(number)]
    if filters.csv:
        sources_data.write_csv(shown, filters.csv, evidence)
        click.echo(f"{len(shown)} numbers written to {filters.csv}", err=True)
    if filters.as_json:
        sources_data.print_json(sources_data.file_record(str(file), numbers, shown, evidence))
    elif not filters.csv:
        _tell(file, tree, numbers, evidence, is_whole=not wanted)(shown)


def _tell(
    file: Path, tree: Tree, numbers: list[Number], evidence: Evidence, *, is_whole: bool
) -> Callable[[list[Account]], None]:
    if not is_whole:
        return lambda shown: sources_text.show_in_full(shown, evidence)
    title = tree.children.get("title")
    heading = str(title.value) if title is not None and title.value else str(file)
    return lambda shown: sources_text.show_list(heading, numbers, shown, evidence)


@dataclass(frozen=True)
class _Read:
    """What a file holds, and what of it is shown beside its numbers."""

    tree: Tree
    sources: Mapping[TreePath, Source]
    layers: list[tuple[Path, ...]]
    dated: Tree
    """The tree with all dated changes, also those that interventions make."""
    posteriors: tuple[Posterior, ...] = ()

    def account(self, number: Number) -> Account:
        """All that is known of a number."""
        return account(number, self.dated, self.layers, self.posteriors)


def _read(file: Path) -> _Read:
    """A scenario with the posteriors that move its numbers, or a corridor or intervention by itself."""
    own = read_tree(file)
    if any(key in own.children for key in PARTS_OF_A_SCENARIO) and not is_intervention(own):
        loaded = load(file)
        dated = with_changes(loaded.tree, expansion_of(loaded.scenario))
        posteriors = tuple(posterior_in(loaded.posteriors, name) for name in loaded.scenario.posterior)
        return _Read(loaded.tree, loaded.sources, files_below(file), dated, posteriors)
    tree, sources = unwrap_sources(own)
    return _Read(tree, sources, [(file.resolve(),)], tree)


def _speaking_of(row: str, numbers: list[Number]) -> list[Number]:
    return [number for number in numbers if row in number.rows]


def _named(name: str, numbers: list[Number], tree: Tree, file: Path, evidence: Evidence) -> list[Number]:
    """The numbers at a path and beneath it."""
    found = [number for number in numbers if number.name == name or number.name.startswith(f"{name}.")]
    if found:
        return found
    if nearest(tree, keys_of(tree, name))[1]:
        raise WrongRequestError(f"'{name}' of {file} holds no number")
    prefixes = dict.fromkeys(dotted(number.path[:n]) for number in numbers for n in range(1, len(number.path) + 1))
    hint = did_you_mean(name, [*prefixes, *evidence.rows])
    raise WrongRequestError(f"there is no '{name}' in {file}{'; ' + hint if hint else ''}")


def _united(groups: list[list[Number]]) -> list[Number]:
    return list({number.path: number for group in groups for number in group}.values())
