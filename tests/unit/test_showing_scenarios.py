"""What scenarios and interventions show of themselves calibration, draws, relations, documents."""

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.showing import NAMED, _of_intervention, _of_scenario, acts, named

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"


def proposal(**more: Any) -> Intervention:
    lines = {"kind": "expand_station", "queues": ["stations.sorting"], "servers": 1}
    said = {"intervention": "lines", "name": {"en": "Lines"}, "proposes": "More lines.", "at": "2016-05-10"}
    return Intervention.model_validate(said | {"measures": {"lines": lines}} | more)


def test_scenario_that_is_calibrated_and_drawn_says_to_what_and_of_how_many_numbers() -> None:
    tiny = sim.load(TINY)
    assert not {"calibrated to", "uncertain numbers"} & set(dict(_of_scenario(tiny)))
    changes: dict[str, Any] = {"posterior": ("harbin", "ural"), "uncertain": {"a": None, "b": None}}
    found = dict(_of_scenario(tiny.model_copy(update={**changes, "parcels_per_row": 20, "replications": 3})))
    assert found["calibrated to"] == "harbin, ural"
    assert found["uncertain numbers"] == "2, drawn anew for every draw"
    assert found["run"].startswith("up to 20 parcels a row, 3 replications, seed ")


def test_intervention_shows_what_it_requires_and_excludes_and_where_it_is_proposed() -> None:
    found = dict(_of_intervention(proposal(requires=["roads"], excludes=["rails", "ships"], document="plan-2020")))
    assert (found["requires"], found["excludes"]) == ("roads", "rails, ships")
    assert found["document"] == "plan-2020"
    assert "costs" not in found
    found = dict(_of_intervention(proposal(document="plan-2020", section="3.1", running_per_year="5 CNY")))
    assert found["document"] == "plan-2020, section 3.1"
    assert found["costs"] == "0 CNY once, 5 CNY a year"
    assert found["paid by"] == "province"
    assert not {"requires", "excludes"} & set(found)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "from 2016-05-10 on"),
        ({"until": "2016-06-01"}, "from 2016-05-10 until 2016-06-01"),
        ({"lasts": "3 d", "starts_within": "2 d"}, "from 2016-05-10, or up to 2 days later by luck, for 3 days"),
    ],
)
def test_when_an_intervention_acts_is_told_in_words(more: dict[str, str], words: str) -> None:
    assert acts(proposal(**more)) == words


def test_names_beyond_the_first_few_are_counted() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named(map(str, range(NAMED + 2))) == ", ".join(map(str, range(NAMED))) + " and 2 more"
