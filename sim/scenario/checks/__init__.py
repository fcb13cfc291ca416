"""Checks across a scenario: names, walks, containers, stock, room, shares, timetables. All problems are found at once.

Each check is a generator of (path, message, hint); where in which file a problem stands is looked up in the tree
afterwards. A name that is unknown is reported once, and not again by what follows from it.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path as Folder

from sim.errors import Problem
from sim.reading import Tree, problem_at
from sim.reading.tree import Path
from sim.scenario.checks.circles import circles
from sim.scenario.checks.dated import changes, horizon, outside_the_horizon
from sim.scenario.checks.drawn import drawn
from sim.scenario.checks.findings import Found
from sim.scenario.checks.journeys import freight, replenishments, returns
from sim.scenario.checks.market import freight_in_numbers, market, sellers, shares
from sim.scenario.checks.names import accounts, codes, holidays, names, places
from sim.scenario.checks.offered import offered
from sim.scenario.checks.packing import packing
from sim.scenario.checks.room import containers_at_once, full_containers, heaviest, room_for_pieces
from sim.scenario.checks.routes import routes
from sim.scenario.checks.shifts import shifts
from sim.scenario.checks.stocks import offered_to_nobody, stocks
from sim.scenario.scenario import Scenario

_CHECKS = (
    names,
    accounts,
    codes,
    places,
    holidays,
    shares,
    routes,
    freight,
    replenishments,
    returns,
    packing,
    stocks,
    offered_to_nobody,
    circles,
    market,
    offered,
    sellers,
    freight_in_numbers,
    heaviest,
    room_for_pieces,
    full_containers,
    containers_at_once,
    changes,
    shifts,
)


Place = Callable[[Path], Path]
"""Where in the tree something stands that the scenario has at a path."""


def faults_across(scenario: Scenario) -> Iterator[Found]:
    """Everything wrong with a scenario of no file that no single field shows."""
    yield from horizon(scenario)
    for check in _CHECKS:
        yield from check(scenario)


def problems_across(
    scenario: Scenario, tree: Tree, own_file: str, found: Iterable[Found] = (), place: Place = tuple
) -> list[Problem]:
    """Everything wrong with a scenario that no single field shows; ``own_file`` is the scenario's own.

    ``found`` is what is known to be wrong already, and ``place`` says where what is not in the tree comes from.
    """
    at_its_ends = [_problem(tree, *each) for each in horizon(scenario)]
    problems = [_problem(tree, *each) for each in found]
    problems += [_problem(tree, place(each[0]), *each[1:]) for each in found_across(scenario)]
    if at_its_ends:
        return problems + at_its_ends
    # A corridor may well describe years that a scenario does not reach; what the scenario's own file says must act.
    late = [_problem(tree, place(each[0]), *each[1:]) for each in outside_the_horizon(scenario)]
    return problems + [problem for problem in late if problem.file == own_file]


def found_across(scenario: Scenario) -> Iterator[Found]:
    """The same of its world alone, whatever its horizon."""
    return (each for check in _CHECKS for each in check(scenario))


def problems_of_draws(scenario: Scenario, tree: Tree, own_file: str, posteriors: Folder) -> list[Problem]:
    """Everything wrong with what is drawn: the calibrations, which lie in a folder, and the uncertain numbers."""
    return [_problem(tree, *found) for found in drawn(scenario, tree, own_file, posteriors)]


def _problem(tree: Tree, path: Path, message: str, hint: str | None) -> Problem:
    """At the value; or at the key, where the message is about its name."""
    return problem_at(tree, path, message, hint, is_about_key=f"'{path[-1]}'" in message)
