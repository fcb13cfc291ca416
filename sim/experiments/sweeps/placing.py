"""Trying a value in a scenario before anything runs: whether it may stand there, and whether draws undo it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.errors import Problem
from sim.experiments.sweeps.factors import written_at
from sim.experiments.sweeps.ground import Ground, is_factor_of
from sim.ledger.posteriors import Posterior
from sim.reading import Tree, problem_at
from sim.reading.tree import Path as TreePath
from sim.scenario.altering import checked
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, amount_at, closest_path, with_values
from sim.scenario.uncertain import values_of

OWN = ("seed", "replications", "replications_per_draw", "scenario", "title", "base")
SECTIONS = ("uncertain.", "posterior", "corridors")
AT_ALL_POINTS = "belongs to the run and is the same at all points: common luck and common draws rest on it"


@dataclass(frozen=True)
class Fault:
    """A value that cannot stand where it is set."""

    scenario: Scenario
    number: str
    """Path of the number."""
    value: object
    error: SettingError


def refused(path: str) -> bool:
    """Whether a path names what belongs to the run."""
    return path in OWN or path.startswith(SECTIONS)


def fault_of(scenario: Scenario, path: str, value: bool | int | float | str) -> Fault | None:
    """What is wrong with a value at a path; None if nothing is."""
    try:
        if isinstance(value, bool) != isinstance(written_at(scenario, path), bool):
            raise SettingError("a number is expected" if isinstance(value, bool) else "true or false is expected")
        checked(with_values(scenario, {path: value}))
    except SettingError as error:
        return Fault(scenario, path, value, error)
    return None


def survives(scenario: Scenario, posterior: Posterior, path: str, value: object) -> bool:
    """Whether a number is still what it was set to when a draw has been set as well, but for a factor of it."""
    if is_factor_of(posterior, path) or not isinstance(value, int | float | str) or isinstance(value, bool):
        return True
    try:
        before = with_values(scenario, {path: value})
        number = amount_at(before, path).number
        return all(
            abs(amount_at(with_values(before, values_of(posterior, draw)), path).number - number) <= 1e-9 * abs(number)
            for draw in (None, 0)
        )
    except SettingError:
        return True  # a text that is no number, or what its run will say


def unknown(tree: Tree, at: TreePath, path: str, grounds: Iterable[Ground]) -> Problem:
    """That no point has such a number, with the closest that one has."""
    first, *others = grounds
    nearest = closest_path(path, sorted({known for known in first.paths if not refused(known)}))
    hint = f"did you mean '{nearest}'?" if nearest else None
    message = f"'{path}' names no number of {first.scenario.scenario}{', with any of the plans' if others else ''}"
    return problem_at(tree, at, message, hint, is_about_key=True)
