"""Checks of what is drawn: calibrations and their paths, uncertain numbers and their bounds."""

from collections.abc import Iterator
from pathlib import Path as Folder

from sim.ledger.posteriors import Posterior, PosteriorError, posterior_in
from sim.reading import Tree
from sim.reading.tree import Path, keys_of, nearest
from sim.scenario.checks.findings import Found
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, closest_path, paths_of, with_values
from sim.scenario.uncertain import settable, values_of


def drawn(s: Scenario, tree: Tree, own_file: str, folder: Folder) -> Iterator[Found]:
    """Everything wrong with the posterior and the uncertain numbers of a scenario."""
    read: dict[str, Posterior] = {}
    for i, name in enumerate(s.posterior):
        at: Path = ("posterior", i)
        try:
            read[name] = posterior_in(folder, name)
        except PosteriorError as error:
            yield at, error.message, error.hint
        else:
            yield from _of_posterior(s, at, read[name])
            yield from _said_above(tree, own_file, read[name])
    yield from _moved_twice(s, tree, read)
    yield from _of_uncertain(s, tree)


def _of_posterior(s: Scenario, at: Path, posterior: Posterior) -> Iterator[Found]:
    """That its numbers are there, and may have their central values."""
    known = paths_of(s)
    there = set(known)
    missing = [moved.path for moved in posterior.moved if moved.path not in there]
    for path in missing:
        said = f"the calibration '{posterior.name}' moves '{path}', which is no number of this scenario"
        nearest_path = closest_path(path, known)
        hint = f"closest is '{nearest_path}'; after a change of names, calibrate anew" if nearest_path else None
        yield at, said, hint
    if not missing:
        try:
            with_values(s, values_of(posterior, None))
        except SettingError as error:
            yield at, f"the calibration '{posterior.name}' does not fit this scenario: {error}", None


def _said_above(tree: Tree, own_file: str, posterior: Posterior) -> Iterator[Found]:
    """That a number is given where it would have no effect: over a scenario whose posterior moves it."""
    if tree.children["posterior"].mark.file == own_file:
        return
    for moved in posterior.moved:
        path = keys_of(tree, moved.path)
        node, _ = nearest(tree, path)
        if node.is_scalar and node.mark.file == own_file and not moved.is_factor:
            said = f"the calibration '{posterior.name}' moves this number, so what is said here would not count"
            yield path, said, "take it out, or say `posterior: []`"


def _moved_twice(s: Scenario, tree: Tree, read: dict[str, Posterior]) -> Iterator[Found]:
    first: dict[str, str] = {}
    for i, name in enumerate(s.posterior):
        if name in s.posterior[:i]:
            yield ("posterior", i), f"the calibration '{name}' is named twice", None
            continue
        for path in (moved.path for moved in read[name].moved) if name in read else ():
            if path in first:
                yield ("posterior", i), f"'{path}' is moved by the calibrations '{first[path]}' and '{name}'", None
            first.setdefault(path, name)
    for path in s.uncertain.keys() & first.keys():
        yield _place(tree, path), f"'{path}' is moved by the calibration '{first[path]}' already", None


def _of_uncertain(s: Scenario, tree: Tree) -> Iterator[Found]:
    for path, error in settable(s, s.uncertain)[1].items():
        yield _place(tree, path), str(error), None


def _place(tree: Tree, path: str) -> Path:
    """Where its bounds are given: under `uncertain`, or beside the number."""
    given = tree.child("uncertain")
    return ("uncertain", path) if given is not None and path in given.children else keys_of(tree, path)
