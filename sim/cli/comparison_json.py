"""A comparison as JSON: what `sim compare --json` prints, and the JSON Schema of it.

Keys are stable: they are only added to. Those of tables are columns of the tables of that name (docs/comparing.md).
"""

import math
from pathlib import Path
from typing import Any

from sim.experiments.comparing.cautions import warnings
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.decomposing import DECOMPOSITION
from sim.experiments.comparing.network import DOOR_TO_DOOR, KEPT
from sim.experiments.comparing.objectives import EVERY_MEASURE, OBJECTIVES
from sim.experiments.comparing.portfolios import PORTFOLIO
from sim.experiments.comparing.sensitivity import SENSITIVITY
from sim.experiments.comparing.tables import DIFFERENCES, MONTHS, PLANS
from sim.experiments.comparing.wording import rests_on
from sim.indicators import Column, Columns

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": ["number", "null"]}
KEYS: dict[str, tuple[Schema, str]] = {
    "baseline": (TEXT, "name of the baseline"),
    "objective": ({"enum": list(OBJECTIVES)}, "what plans are ranked by"),
    "objective_unit": (TEXT, "its unit, and that of regret"),
    "seed": (WHOLE, "seed of all luck"),
    "parcels_per_row": (WHOLE, "parcels that one row stands for, at most"),
    "replications": ({"type": "array", "items": WHOLE}, "numbers of those that are used"),
    "draws": (WHOLE, "draws of what is uncertain; 0 if nothing was drawn"),
    "ranked": ({"type": "array", "items": TEXT}, "names of the plans, the best by the objective first"),
    "baseline_p_best": (NUMBER, "probability that the baseline is best"),
    "baseline_expected_regret": (NUMBER, "its expected shortfall against the best"),
    "rests_on": ({"type": "array", "items": TEXT}, "what the numbers rest on, in words"),
    "warnings": ({"type": "array", "items": TEXT}, "what to beware of"),
    "folder": (TEXT, "where all tables lie"),
}
TABLES = {
    "plans": PLANS,
    "differences": DIFFERENCES,
    "months": MONTHS,
    "sensitivity": SENSITIVITY,
    "door_to_door": DOOR_TO_DOOR,
    **{name: kept.columns for name, kept in KEPT.items()},
    "portfolio": PORTFOLIO,
    "decomposition": DECOMPOSITION,
}
OPTIONAL = ("portfolio", "decomposition")
"""Only there if they were asked for."""


def json_of(comparison: Comparison, folder: Path) -> dict[str, Any]:
    """What `sim compare --json` prints."""
    scenario, layout = comparison.base.plan.scenario, comparison.layout
    return {
        "baseline": comparison.base.plan.name,
        "objective": comparison.objective.name,
        "objective_unit": comparison.objective.unit,
        "seed": scenario.seed,
        "parcels_per_row": scenario.parcels_per_row,
        "replications": list(comparison.replications),
        "draws": layout.n_draws if layout.has_draws else 0,
        "ranked": [one.plan.name for one in comparison.ranked],
        "baseline_p_best": _plain(float(comparison.ranking.probability_best[0])),
        "baseline_expected_regret": _plain(float(comparison.ranking.regret[0])),
        "rests_on": list(rests_on(comparison)),
        "warnings": list(warnings(comparison)),
        "folder": str(folder),
        **{
            "replications_by_plan" if name == "replications" else name: _records(columns)
            for name, columns in comparison.tables.items()
        },
    }


def _records(columns: Columns) -> list[dict[str, Any]]:
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def comparison_schema() -> Schema:
    """The JSON Schema of a comparison."""
    tables = {name: {"type": "array", "items": _object(_of_columns(table))} for name, table in TABLES.items()}
    raw = {"plan": TEXT, "replication": WHOLE, "draw": WHOLE}
    measures = _object(raw | dict.fromkeys(EVERY_MEASURE, NUMBER), required=list(raw))
    keys = {name: schema | {"description": said} for name, (schema, said) in KEYS.items()}
    whole = keys | tables | {"replications_by_plan": {"type": "array", "items": measures}}
    required = [name for name in whole if name not in OPTIONAL]
    return {"$schema": DIALECT, "title": "A comparison of plans", **_object(whole, required)}


def _of_columns(columns: tuple[Column, ...]) -> dict[str, Schema]:
    kinds = {"text": TEXT, "whole": WHOLE, "number": NUMBER}
    return {column.name: kinds[column.kind] | {"description": _said(column)} for column in columns}


def _said(column: Column) -> str:
    return f"{column.description} ({column.unit})" if column.unit else column.description


def _object(keys: dict[str, Schema], required: list[str] | None = None) -> Schema:
    wanted = list(keys) if required is None else required
    return {"type": "object", "properties": keys, "required": wanted, "additionalProperties": False}


# -- the page ----------------------------------------------------------------------------------------------------------

SAID = {
    "plans": "a plan; `_low` and `_high` are the ends of a 95 % credible interval, empty without draws",
    "differences": "a plan, a measure, and a group of the dimensions asked for with `--by`",
    "months": "a plan, a month and a measure",
    "sensitivity": "a plan and a number that was drawn; none with too few draws",
    "door_to_door": "a plan (the baseline first) and a quarter of a day",
    "flows": "a plan (the baseline first), a month and a route; means over replications",
    "stations": "a plan (the baseline first), a month and a queue; means over replications",
    "lanes": "a plan (the baseline first), a month and a lane; means over replications",
    "portfolio": "a measure and a part; only with `--portfolio`",
    "decomposition": "a plan, a measure and a step; only with `--decompose`",
}


def comparison_reference() -> str:
    """The page on the tables of a comparison, made from their declarations."""
    said = "Made from the declarations in `sim/experiments/comparing/`. What they mean: [comparing.md](comparing.md)."
    parts = ["# Tables of a comparison", said]
    parts += [f"## {name}\n\nA row is {SAID[name]}.\n\n{_listing(columns)}" for name, columns in TABLES.items()]
    parts.append(
        "## replications\n\nA row is a plan (the baseline first) and a replication: `plan`, `replication`, `draw`, and "
        "a column for each measure over everything."
    )
    rows = [f"| `{m.name}` | {m.unit} | {_DIRECTION[m.better]} | {m.description} |" for m in EVERY_MEASURE.values()]
    parts.append("\n".join(["## Measures", "", "| measure | unit | better | meaning |", "|---|---|---|---|", *rows]))
    keys = [f"| `{name}` | {said} |" for name, (_, said) in KEYS.items()]
    told = (
        "`sim compare --json` prints these keys, and the tables as lists of rows (`replications` under the name "
        "`replications_by_plan`); its schema is [comparing-schema.json](comparing-schema.json)."
    )
    parts.append("\n".join(["## JSON", "", told, "", "| key | meaning |", "|---|---|", *keys]))
    return "\n\n".join(parts) + "\n"


_DIRECTION = {1: "more", -1: "less", 0: ""}


def _listing(columns: tuple[Column, ...]) -> str:
    kinds = {"text": "text", "whole": "whole number", "number": "number"}
    rows = [f"| `{c.name}` | {kinds[c.kind]} | {c.unit} | {c.description} |" for c in columns]
    return "\n".join(["| column | type | unit | description |", "|---|---|---|---|", *rows])
