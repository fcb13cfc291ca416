"""The JSON Schema that `sim schema` prints: the committed copy, and what it lets through."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sim.cli.schema import file_schema, intervention_schema, schema_text
from sim.reading import read_tree

ROOT = Path(__file__).parents[2]
SHIPPED = [
    file for file in sorted((ROOT / "scenarios").rglob("*.yaml")) if file.parent.name not in ("siting", "sweeps")
]
INTERVENTIONS = [file for file in SHIPPED if file.parent.name in ("interventions", "disruptions")]
QUESTIONS = [file for file in SHIPPED if file.parent.name == "rankings"]
SCENARIOS = [file for file in SHIPPED if file not in (*INTERVENTIONS, *QUESTIONS)]
FILES = [*SCENARIOS, ROOT / "tests" / "golden" / "tiny.yaml"]
SCHEMA = file_schema()
Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)


def is_valid(**content: Any) -> bool:
    return bool(VALIDATOR.is_valid({"scenario": "x", **content}))


def test_committed_schema_is_that_of_the_models() -> None:
    assert (ROOT / "scenarios" / "schema.json").read_text("utf-8") == schema_text(), (
        "run: sim schema > scenarios/schema.json"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_shipped_file_is_valid(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(read_tree(file).plain())] == []


def test_every_property_is_described() -> None:
    def undescribed(schema: Any, path: str) -> list[str]:
        if isinstance(schema, list):
            return [found for i, item in enumerate(schema) for found in undescribed(item, f"{path}.{i}")]
        if not isinstance(schema, dict):
            return []
        known = {"value", "parts"} if path else set()
        own = [f"{path}.{name}" for name, part in schema.get("properties", {}).items()
               if isinstance(part, dict) and "description" not in part and name not in known]  # fmt: skip
        return own + [found for key, item in schema.items() for found in undescribed(item, f"{path}.{key}")]

    assert undescribed(SCHEMA, "") == []


def test_quantities_keep_their_units() -> None:
    units = {part["unit"] for part in SCHEMA["$defs"].values() if "unit" in part}
    assert {"h", "g", "cm3", "CNY", "CNY/kg", "km", "g/tkm", "kg/m3", "1"} <= units


@pytest.mark.parametrize(
    "dwell",
    [
        "3 d",
        5,
        {"distribution": "exponential", "mean": "3 d"},
        {"distribution": "mixture", "of": [{"share": "40 %", "distribution": "constant", "mean": "1 h"}]},
        {"value": "3 d", "assumed": ["1 d", "5 d"], "why": "no figure"},
        {"value": {"distribution": "constant", "mean": 3}, "published": "A001", "note": "a note"},
        {"distribution": "lognormal", "mean": {"value": "3 d", "derived": "1 + 2", "from": ["A001"]}, "cv": 1},
        {"mean": "4 d"},
        None,
    ],
)
def test_distribution_may_be_written_so(dwell: Any) -> None:
    assert is_valid(stations={"s": {"dwell": dwell}})


@pytest.mark.parametrize(
    "dwell",
    [
        "3 kg",
        "soon",
        -1,
        {"distribution": "normal", "mean": "3 d"},
        {"distribution": "constant", "average": "3 d"},
        {"distribution": "mixture", "of": []},
        {"distribution": "mixture", "of": [{"distribution": "constant", "mean": "1 h"}]},
        {"value": "3 d"},
        {"value": "3 d", "assumed": ["1 d", "5 d"]},
        {"value": "3 kg", "published": "A001"},
        {"value": "3 d", "published": "A001", "reported": "A001"},
        {"value": "3 d", "published": "A001", "because": "x"},
    ],
)
def test_distribution_may_not_be_written_so(dwell: Any) -> None:
    assert not is_valid(stations={"s": {"dwell": dwell}})


def test_overlay_may_be_a_part_and_take_away() -> None:
    assert is_valid(base="other.yaml", lanes={"flight": {"payload": {"mass": "30 t"}}, "truck": None})


def test_list_entries_are_whole() -> None:
    change = {"at": "2016-05-01", "change": "stations.x.servers", "add": 2}
    assert is_valid(changes={"more": change})
    part = {"distribution": "constant", "mean": "1 h"}
    assert not is_valid(last_miles={"m": {"times": {"p": {"r": {"distribution": "mixture", "of": [part]}}}}})


@pytest.mark.parametrize(
    "content",
    [
        {"lanes": {"flight": {"payloads": {}}}},
        {"lanes": {"Flight One": {}}},
        {"lane": {}},
        {"parcels_per_row": 0},
        {"seed": "one"},
        {"horizon": {"start": 2016}},
        {"products": {"p": {"density": "160 kg"}}},
    ],
)
def test_mistake_is_found(content: dict[str, Any]) -> None:
    assert not is_valid(**content)


def test_file_is_a_scenario_or_a_corridor() -> None:
    assert VALIDATOR.is_valid({"places": {"harbin": {"country": "CN"}}})
    assert not VALIDATOR.is_valid({"stations": {}})


def test_schema_is_plain_json_with_stable_order() -> None:
    assert json.loads(schema_text()) == SCHEMA
    assert schema_text() == schema_text()


# -- interventions -----------------------------------------------------------------------------------------------------

OF_INTERVENTIONS = Draft202012Validator(intervention_schema())
WHOLE = {
    "intervention": "x",
    "name": {"en": "X"},
    "proposes": "a test",
    "at": "2016-05-01",
    "measures": {"m": {"kind": "add_flights", "lane": "charter", "fleet": {"value": 2, "assumed": [1, 4], "why": "y"}}},
}


@pytest.mark.parametrize("file", INTERVENTIONS, ids=lambda file: file.name)
def test_shipped_intervention_is_valid(file: Path) -> None:
    assert [error.message for error in OF_INTERVENTIONS.iter_errors(read_tree(file).plain())] == []


def test_intervention_is_whole_but_for_what_it_adds() -> None:
    adds = {"stations": {"annex": {"place": "harbin", "servers": 2}}, "market": {"origins": {"harbin": {"level": 2}}}}
    assert OF_INTERVENTIONS.is_valid(WHOLE | {"adds": adds})
    assert not OF_INTERVENTIONS.is_valid(WHOLE | {"adds": {"station": {}}})
    assert not OF_INTERVENTIONS.is_valid({key: value for key, value in WHOLE.items() if key != "at"})
    assert not OF_INTERVENTIONS.is_valid(WHOLE | {"measures": {"m": {"lane": "charter", "fleet": 2}}})
    assert not OF_INTERVENTIONS.is_valid(WHOLE | {"measures": {"m": {"kind": "close", "fleet": 2}}})


def test_scenario_names_interventions_or_lays_a_part_over_them() -> None:
    assert is_valid(interventions=["x", "y"])
    assert is_valid(interventions={"x": {"at": "2016-07-01", "measures": {"m": {"fleet": 3}}}, "y": None, "z": {}})
    assert not is_valid(interventions=["No Name"])
    assert not is_valid(interventions={"x": {"measures": {"m": {"fleets": 3}}}})
    assert not is_valid(interventions="x")
