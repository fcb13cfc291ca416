"""The worlds are such as the page allows: what the checks refuse says nothing of the model."""

import pytest
from behaviour.stocked import BACK_TO_THE_SHELF, stocked, with_warehouse

from oracle.worlds import WORLDS
from sim.reading.tree import Mark, Tree
from sim.scenario.checks import problems_across
from sim.scenario.scenario import Scenario

STOCKED = {
    "plain": {},
    "with-returns": BACK_TO_THE_SHELF,
    "with-fallback": with_warehouse(fallback={"route": "post", "delay": "6 h"}),
}


def problems(scenario: Scenario) -> list[str]:
    """What is wrong with a scenario that was never in a file."""
    return [str(problem) for problem in problems_across(scenario, Tree({}, Mark("world", 1, 1)), "world")]


@pytest.mark.parametrize("name", WORLDS)
def test_no_world_is_refused(name: str) -> None:
    assert problems(WORLDS[name]()) == []


@pytest.mark.parametrize("name", STOCKED)
def test_no_world_with_a_warehouse_is_refused(name: str) -> None:
    assert problems(stocked(STOCKED[name])) == []
