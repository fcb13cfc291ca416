"""The JSON Schema of scenario files, with which editors complete and check them.

Pydantic's schema says what a whole scenario is. A file may hold less (what it is laid over holds the rest), write a
value together with its source, take away with null, and write distributions shorter; all of that is added here.
"""

import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from sim.experiments.ranking.contract import RankingFile
from sim.experiments.siting.contract import Siting
from sim.experiments.sweeps.contract import Sweep
from sim.scenario.interventions.measures import AnyMeasure
from sim.scenario.scenario import Scenario, World

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NULL: Schema = {"type": "null"}
NOTES = ("title", "description", "default", "examples")
"""What is said about a value rather than asked of it."""

TEXT_OR_TEXTS: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
SOURCED: Schema = {
    "title": "Value with its source",
    "description": "a value, its status (published, reported, derived or assumed) and where it comes from",
    "type": "object",
    "properties": {
        "value": {"description": "the value itself"},
        "published": {"description": "rows of the evidence that publish it", **TEXT_OR_TEXTS},
        "reported": {"description": "rows of the evidence that report it", **TEXT_OR_TEXTS},
        "derived": {"description": "how it is worked out", "type": "string"},
        "from": {"description": "rows of the evidence that it is derived from", **TEXT_OR_TEXTS},
        "assumed": {
            "description": "range within which it may lie: [low, high], or as '+-50 %'",
            "anyOf": [{"type": "array", "minItems": 2, "maxItems": 2}, {"type": "string"}],
        },
        "why": {"description": "the reason for an assumption", "type": "string"},
        "note": {"description": "anything else that is good to know", "type": "string"},
    },
    "required": ["value"],
    "oneOf": [
        {"required": ["published"]},
        {"required": ["reported"]},
        {"required": ["derived", "from"]},
        {"required": ["assumed", "why"]},
    ],
    "additionalProperties": False,
}


def schema_text(of: str = "scenario") -> str:
    """The schema as committed, in `scenarios/` or in the folder there of what it is of."""
    schema = SCHEMAS[of]()
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def file_schema() -> Schema:
    """JSON Schema of a file: a scenario, a corridor, or anything laid over another scenario."""
    top, definitions = _positions(frozenset())
    return {
        "$schema": DIALECT,
        **top,
        "title": "Scenario or corridor",
        "anyOf": [{"required": ["scenario"]}, {"required": ["places"]}],
        "$defs": definitions,
    }


def intervention_schema() -> Schema:
    """JSON Schema of the file of an intervention: whole but for what it adds to a world."""
    _, definitions = _positions(frozenset(_of_interventions()))
    return {"$schema": DIALECT, **definitions.pop("Intervention"), "$defs": definitions}


def siting_schema() -> Schema:
    """JSON Schema of a siting file."""
    return _whole_file(Siting, "Siting")


def ranking_schema() -> Schema:
    """JSON Schema of the file of a ranking."""
    return _whole_file(RankingFile, "Ranking")


def _whole_file(model: type[BaseModel], title: str) -> Schema:
    """Of a file that is no overlay, so that what is required must stand in it."""
    named = model.model_json_schema(by_alias=True)
    quantities: dict[str, Schema] = {}
    definitions = {name: _value_positions(each, quantities) for name, each in named.pop("$defs").items()}
    top = _value_positions(named, quantities)
    every = dict(sorted({**definitions, **quantities, "Sourced": SOURCED}.items()))
    return {"$schema": DIALECT, **top, "title": title, "$defs": every}


def sweep_schema() -> Schema:
    """JSON Schema of the file of a sweep."""
    return {"$schema": DIALECT, **Sweep.model_json_schema(by_alias=True)}


SCHEMAS = {
    "scenario": file_schema,
    "intervention": intervention_schema,
    "ranking": ranking_schema,
    "siting": siting_schema,
    "sweep": sweep_schema,
}


def _of_interventions() -> list[str]:
    """The names of an intervention's definitions: its own and those of the kinds of measures."""
    return ["Intervention", *(kind.__name__ for kind in get_args(get_args(AnyMeasure)[0]))]


def _positions(whole: frozenset[str]) -> tuple[Schema, dict[str, Schema]]:
    """The schema of a scenario's keys and its definitions; of those that are not ``whole`` a part will do."""
    named = _with_readable_names(_with_interventions(Scenario.model_json_schema(by_alias=True)))
    definitions = named.pop("$defs")
    in_lists = set(_in_lists(named)) | {name for d in definitions.values() for name in _in_lists(d)} | whole
    quantities: dict[str, Schema] = {}
    top = _value_positions(_without_required(named), quantities)
    shown = {
        name: _value_positions(schema if name in in_lists else _without_required(schema), quantities)
        for name, schema in definitions.items()
    }
    shown |= {name: _distribution(name, shown) for name in shown if name.endswith("Distribution")}
    return top, dict(sorted({**shown, **quantities, "Sourced": SOURCED}.items()))


def _with_interventions(schema: Schema) -> Schema:
    """Interventions as files have them: named in a list, with what they add, and measures that may be parts of one."""
    properties = schema["properties"]
    world = {name: properties[name] for name in World.model_fields if name in properties}
    adds = {"description": "what is united with the world", "type": "object", "properties": world}
    schema["$defs"]["Intervention"]["properties"]["adds"] = adds
    (measure,) = schema["$defs"]["Intervention"]["properties"]["measures"]["patternProperties"].values()
    measure["anyOf"] = measure.pop("oneOf")
    del measure["discriminator"]
    by_name = properties["interventions"]
    names = {"type": "array", "items": {"type": "string", "pattern": next(iter(by_name["patternProperties"]))}}
    notes = {key: by_name.pop(key) for key in NOTES if key in by_name}
    properties["interventions"] = {**notes, "anyOf": [names, by_name]}
    return schema


def _without_required(schema: Schema) -> Schema:
    """What is laid over something else need not be whole; `sim validate` says what is missing in the end."""
    return {key: value for key, value in schema.items() if key != "required"}


def _with_readable_names(schema: Schema) -> Schema:
    """Pydantic's names of generic classes in plain words, after the unit of their mean: DurationDistribution."""
    text = json.dumps(schema)
    nouns = {"h": "Duration", "g": "Mass", "CNY": "Money"}
    for old, definition in schema["$defs"].items():
        kind = next((kind for kind in ("Component", "Distribution") if f"{kind}_Annotated" in old), None)
        if kind is None:
            continue
        part = definition if kind == "Component" else _resolved(definition["properties"]["parts"]["items"], schema)
        noun = nouns[next(_units(part["properties"]["mean"]))]
        text = text.replace(f'"{old}"', f'"{noun}{kind}"').replace(f'/{old}"', f'/{noun}{kind}"')
    named: Schema = json.loads(text)
    for name, definition in named["$defs"].items():
        if name.endswith(("Component", "Distribution")):
            definition["title"] = name
    return named


def _resolved(reference: Schema, schema: Schema) -> Schema:
    definition: Schema = schema["$defs"][reference["$ref"].rsplit("/", 1)[1]]
    return definition


def _units(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "unit" in schema:
            yield schema["unit"]
        for value in schema.values():
            yield from _units(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _units(value)


def _in_lists(schema: Any) -> Iterator[str]:
    """Definitions whose things stand in lists: lists are replaced as a whole, so their entries are whole."""
    if isinstance(schema, dict):
        items = schema.get("items")
        if isinstance(items, dict) and "$ref" in items:
            yield items["$ref"].rsplit("/", 1)[1]
        for value in schema.values():
            yield from _in_lists(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _in_lists(value)


def _value_positions(schema: Schema, quantities: dict[str, Schema]) -> Schema:
    """The schema with every value in it also allowed with its source, and every key also as null."""
    result = dict(schema)
    for group in ("properties", "patternProperties"):
        if group in schema:
            found = {key: _as_value(part, quantities, NULL) for key, part in schema[group].items()}
            result[group] = found
            result.setdefault("additionalProperties", False)
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _as_value(schema["additionalProperties"], quantities, NULL)
    if "items" in schema:
        result["items"] = _as_value(schema["items"], quantities)
    if "anyOf" in schema:
        result["anyOf"] = [_value_positions(_named_quantity(part, quantities), quantities) for part in schema["anyOf"]]
    return result


def _as_value(schema: Schema, quantities: dict[str, Schema], *more: Schema) -> Schema:
    notes = {key: schema[key] for key in NOTES if key in schema}
    core = {key: value for key, value in schema.items() if key not in NOTES}
    core = _value_positions(_named_quantity(core, quantities), quantities)
    options = core["anyOf"] if core.keys() <= {"anyOf", "unit"} else [core]
    sourced = {"allOf": [{"$ref": "#/$defs/Sourced"}, {"properties": {"value": core}}]}
    rest = [option for option in more if option not in options]
    return {**notes, "anyOf": [*options, sourced, *rest]}


def _named_quantity(schema: Schema, quantities: dict[str, Schema]) -> Schema:
    """A number with a unit becomes a definition of its own: the pattern of its text is long and often needed."""
    if "unit" not in schema or "anyOf" not in schema:
        return schema
    core = {key: value for key, value in schema.items() if key not in NOTES}
    same = [name for name, known in quantities.items() if known == core]
    if same:
        return {"$ref": f"#/$defs/{same[0]}"}
    unit = "number" if core["unit"] == "1" else core["unit"].replace("/", "-per-")
    name = next(name for i in range(100) if (name := f"in-{unit}" + (f"-{i + 1}" if i else "")) not in quantities)
    quantities[name] = core
    return {"$ref": f"#/$defs/{name}"}


def _distribution(name: str, definitions: dict[str, Schema]) -> Schema:
    """A quantity alone, one distribution, or a mixture of several."""
    component = definitions[name.replace("Distribution", "Component")]
    parameters = {key: value for key, value in component["properties"].items() if key not in ("share", "distribution")}
    kinds = component["properties"]["distribution"]
    quantity = next(option for option in parameters["mean"]["anyOf"] if "$ref" in option)
    reference = {"$ref": f"#/$defs/{name.replace('Distribution', 'Component')}"}
    parts = {"type": "array", "items": reference, "minItems": 1, "maxItems": 8}
    one = {"type": "object", "properties": {"distribution": kinds, **parameters}, "additionalProperties": False}
    mixture = {
        "type": "object",
        "properties": {
            "distribution": {"description": "several distributions, each with its share", "const": "mixture"},
            "of": _as_value({"description": "the parts; their shares sum to one", **parts}, {}),
        },
        "required": ["distribution", "of"],
        "additionalProperties": False,
    }
    written_out = {
        "type": "object",
        "properties": {"parts": parts},
        "required": ["parts"],
        "additionalProperties": False,
    }
    description = definitions[name].get("description", "")
    return {"title": name, "description": description, "anyOf": [quantity, one, mixture, written_out]}
