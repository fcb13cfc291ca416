"""The worlds are such as the page allows: what the checks refuse says nothing of the model."""

from pathlib import Path

import pytest
from behaviour.stocked import BACK_TO_THE_SHELF, stocked, with_warehouse
from hypothesis import given, settings

from oracle.strategies import scenarios
from oracle.worlds import WORLDS
from sim.reading.tree import Tree
from sim.scenario.checks import problems_across
from sim.scenario.scenario import Scenario

STOCKED = {
    "plain": {},
    "with-returns": BACK_TO_THE_SHELF,
    "with-fallback": with_warehouse(fallback={"route": "post", "delay": "6 h"}),
}


def problems(scenario: Scenario) -> list[str]:
    """What is wrong with a scenario that was never in a file."""
    tree = Tree({}, Path("world"), None, None)
    return [str(problem) for problem in problems_across(scenario, tree, "world")]


@pytest.mark.parametrize("name", WORLDS)
def test_no_world_is_refused(name: str) -> None:
    assert problems(WORLDS[name]()) == []


@pytest.mark.parametrize("name", STOCKED)
def test_no_world_with_a_warehouse_is_refused(name: str) -> None:
    assert problems(stocked(STOCKED[name])) == []


@given(scenario=scenarios())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_no_drawn_world_is_refused(scenario: Scenario) -> None:
    assert problems(scenario) == []
