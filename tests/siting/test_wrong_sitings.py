"""A siting file that does not fit its base is told where and why, by the file on Russia with one thing changed."""

from functools import cache
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.experiments.siting.contract import Candidate, Siting
from sim.experiments.siting.reading import Asked, _faults, asked_otherwise, known_times, read_siting
from sim.scenario.interventions.files import known_files

FOLDER = Path(__file__).parents[2] / "scenarios"


@cache
def russia() -> Asked:
    return read_siting(FOLDER / "siting" / "russia.yaml")


def told(siting: Siting) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    found = _faults(siting, russia().scenario, known_files(FOLDER))
    return [(".".join(map(str, path)), message) for path, message, _ in found]


def with_candidate(name: str, **changes: object) -> Siting:
    siting = russia().siting
    other: Candidate = siting.candidates[name].model_copy(update=changes)
    return siting.model_copy(update={"candidates": {**siting.candidates, name: other}})


def built() -> str:
    """A candidate that is built with a supply of its own."""
    return next(name for name, each in russia().siting.candidates.items() if each.supply is not None)


def test_the_file_that_ships_has_no_fault() -> None:
    assert told(russia().siting) == []


def test_what_is_built_needs_a_place() -> None:
    name = built()
    assert (f"candidates.{name}", "a warehouse that is built needs `place`") in told(with_candidate(name, place=None))
    siting = with_candidate(name, place=None)
    assert known_times(siting, russia().scenario, siting.candidates[name]) == set()


def test_what_is_built_elsewhere_needs_a_supply() -> None:
    name = built()
    said = "what is built there needs `supply`: how its stock comes"
    assert told(with_candidate(name, supply=None)) == [(f"candidates.{name}", said)]


def test_warehouse_like_none_of_the_base_is_told_once() -> None:
    siting = russia().siting
    assert siting.warehouse is not None
    other = siting.model_copy(update={"warehouse": siting.warehouse.model_copy(update={"like": "nowhere"})})
    assert told(other) == [("warehouse.like", "there is no warehouse 'nowhere'")]


def test_time_that_the_base_has_already_is_not_given_again() -> None:
    siting, base = russia().siting, russia().scenario
    name, region = next(
        (name, region) for name, each in siting.candidates.items() for region in sorted(known_times(siting, base, each))
    )
    days = siting.candidates[name].inland_days | {region: 1}
    (fault,) = told(with_candidate(name, inland_days=days))
    assert fault == (
        f"candidates.{name}.inland_days.{region}",
        f"the base has a time of its own from '{siting.candidates[name].place}'; leave this one out",
    )


def test_command_line_cannot_ask_for_a_weight_that_no_candidate_has() -> None:
    with pytest.raises(ScenarioError) as found:
        asked_otherwise(russia(), {"weigh": "cost"})
    messages = [problem.message for problem in found.value.problems]
    assert len(messages) == len(russia().siting.points)
    assert set(messages) == {"no candidate can serve it: none has it in `inland_cost_per_kg`"}
