"""A ranking that does not fit its base or its interventions is refused with what does not fit."""

from pathlib import Path
from typing import Any

import pytest
from behaviour.planned import FROZEN, library, write
from ranking.asked import INTERVENTIONS, QUESTION

from sim.errors import ScenarioError
from sim.experiments.ranking.reading import Question, read_ranking


def read(folder: Path, changes: dict[str, dict[str, Any]], names: list[str], there: list[str]) -> Question:
    """A ranking of some interventions, in a library where some are changed, over a base that has some already."""
    base = [FROZEN, {"interventions": there}] if there else [FROZEN]
    library(folder, {name: one | changes.get(name, {}) for name, one in INTERVENTIONS.items()}, *base)
    (folder / "rankings").mkdir()
    write(QUESTION | {"interventions": names}, folder / "rankings" / "narrow-line.yaml")
    return read_ranking(folder / "rankings" / "narrow-line.yaml")


@pytest.mark.parametrize(
    ("changes", "names", "there", "message"),
    [
        ({}, ["sorting", "customs"], ["customs"], "'customs' is in the base already; take it out of one of the two"),
        ({}, ["outsourcing"], ["sorting"], "'outsourcing' excludes 'sorting', which the base has"),
        (
            {"customs": {"is_disruption": True}},
            ["sorting", "customs"],
            [],
            "'customs' is a disruption: nobody chooses it",
        ),
        (
            {"customs": {"capital": "3 kg"}},
            ["sorting", "customs"],
            [],
            "'3 kg' is a mass; an amount of money is expected",
        ),
        (
            {"customs": {"capital": {"value": "3 CNY", "assumed": ["1 CNY", "2 CNY"]}}},
            ["sorting", "customs"],
            [],
            "a value that is assumed needs the key 'why'",
        ),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, changes: dict[str, dict[str, Any]], names: list[str], there: list[str], message: str
) -> None:
    with pytest.raises(ScenarioError) as found:
        read(tmp_path, changes, names, there)
    assert [message in str(problem) for problem in found.value.problems] == [True]


def test_what_the_base_has_already_is_required_of_nobody(tmp_path: Path) -> None:
    question = read(tmp_path, {}, ["training", "customs"], ["sorting"])
    assert [(choice.name, choice.requires) for choice in question.choices] == [
        ("training", frozenset()),
        ("customs", frozenset()),
    ]
    assert str(question).startswith("a ranking of 3 portfolios of 2 interventions within 50,000 CNY over narrow by ")
