"""The summary of a run as JSON: its keys, the JSON Schema of it, and the page that describes it.

Keys are stable: they are only added to. Those of routes, warehouses and freight are columns of the tables of that name.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.experiments.results import Results
from sim.indicators import MEASURES, Column, Table
from sim.indicators.backlogs import Backlog, StockOut
from sim.indicators.freight import FREIGHT_SUMMARY
from sim.indicators.trade import TRADE
from sim.indicators.warehouses import WAREHOUSE_SUMMARY
from sim.scenario.scenario import Scenario

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
INTERVAL = ("standard_error", "low_95", "high_95", "credible_low", "credible_high")
RUN_KEYS: dict[str, tuple[Schema, str]] = {
    "scenario": ({"type": "string"}, "name of the scenario"),
    "seed": ({"type": "integer"}, "seed of all luck"),
    "parcels_per_row": ({"type": "integer"}, "parcels that one row stands for"),
    "replications": ({"type": "array", "items": {"type": "integer"}}, "numbers of those that are complete"),
    "missing_replications": ({"type": "array", "items": {"type": "integer"}}, "numbers of those that are not"),
    "posterior": ({"type": "array", "items": {"type": "string"}}, "calibrations whose draws move its numbers"),
    "draws": ({"type": "integer"}, "draws of posterior and uncertain numbers; 0 if replications differ by luck only"),
    "folder": ({"type": ["string", "null"]}, "where all tables lie; null if nothing was written"),
    "replaced": ({"type": ["string", "null"]}, "when the earlier results were finished that lay there; null if none"),
}
SECTIONS = {
    "routes": "a route of an origin; a measure is an object with `unit` and `mean`, with several replications also "
    "`standard_error`, `low_95` and `high_95` (Monte Carlo error and the 95 % interval that it alone gives), and with "
    "several draws also `credible_low` and `credible_high` (95 % credible interval over draws of the expected value)",
    "origins": "an origin; sums over the reported months, means over the replications",
    "warehouses": "a warehouse; means over the replications",
    "freight": "a stream of freight; means over the replications",
    "backlogs": "a place where work piles up without end, of the replication where it is worst",
    "stock_outs": "a product that hardly any order found on the shelf for months, up to the end",
}
SAID_OF_WARNINGS = {
    "where": "queue, lane or warehouse",
    "kind": "`queue`, `lane`, or `shelf` for orders that wait for stock",
    "waiting": "waiting when orders end",
    "waiting_before": "waiting in an earlier month",
    "month_before": "that month: a year before, or the first",
    "days_of_work": "days that the work waiting takes at the pace of the last month",
    "warehouse": "name of the warehouse",
    "product": "class of goods",
    "since": "first month in which hardly an order was filled at once",
    "fill_rate": "filled at once, of the orders since then",
}


def summary_of(scenario: Scenario, results: Results, folder: Path, replaced: str | None) -> dict[str, Any]:
    """What `sim run --json` prints of one scenario."""
    has_any = bool(results.replications)
    return {
        "scenario": scenario.scenario,
        "seed": scenario.seed,
        "parcels_per_row": scenario.parcels_per_row,
        "replications": list(results.replications),
        "missing_replications": sorted(results.missing),
        "posterior": list(scenario.posterior),
        "draws": results.worlds.n_draws,
        "folder": str(folder) if has_any else None,
        "replaced": replaced,
        "routes": results.summary_records() if has_any else [],
        "origins": results.origin_records() if has_any else [],
        "warehouses": results.warehouse_records() if has_any else [],
        "freight": results.freight_records() if has_any else [],
        "backlogs": [asdict(backlog) for backlog in results.worst_backlogs()],
        "stock_outs": [asdict(out) for out in results.longest_stock_outs()],
    }


# -- what it is made of ------------------------------------------------------------------------------------------------


def summary_schema() -> Schema:
    """The JSON Schema of the summary of one scenario."""
    sections = {name: {"type": "array", "items": _object(keys)} for name, keys in _sections().items()}
    run = {name: schema for name, (schema, _) in RUN_KEYS.items()}
    return {"$schema": DIALECT, "title": "Summary of a run", **_object({**run, **sections})}


def _sections() -> dict[str, dict[str, Schema]]:
    return {
        "routes": {
            **{name: {"type": "string"} for name in ("origin", "route", "service_class")},
            **{measure.name: _measure(measure) for measure in MEASURES},
        },
        "origins": {"origin": {"type": "string"}, **{c.name: {"type": ["number", "null"]} for c in _of_origins()}},
        "warehouses": _of_table(WAREHOUSE_SUMMARY),
        "freight": _of_table(FREIGHT_SUMMARY),
        "backlogs": _of_fields(Backlog),
        "stock_outs": _of_fields(StockOut),
    }


def _object(keys: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


def _measure(column: Column) -> Schema:
    number = {"type": ["number", "null"]}
    found = _object({"unit": {"const": column.unit}, "mean": number})
    return found | {"properties": {**found["properties"], **dict.fromkeys(INTERVAL, number)}}


def _of_table(table: Table) -> dict[str, Schema]:
    return {c.name: {"type": "string" if c.kind == "text" else ["number", "null"]} for c in table.columns}


def _of_origins() -> list[Column]:
    return [column for column in TRADE.columns if column.kind == "number"]


def _of_fields(kind: type) -> dict[str, Schema]:
    numbers = ("waiting", "waiting_before", "days_of_work", "fill_rate")
    return {name: {"type": "number" if name in numbers else "string"} for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


# -- the page ----------------------------------------------------------------------------------------------------------


def page() -> str:
    """The page that describes the summary."""
    lines = [
        "# The summary as JSON",
        "",
        "Made by `make docs` from the declarations in `sim/cli/summary.py` and `sim/indicators/`; as a JSON Schema:",
        "[summary-schema.json](summary-schema.json). `sim run SCENARIO --json` prints one object; of several scenarios",
        "a list of such objects. What has no value is null. Keys are only ever added.",
        "",
        *_listing([(name, "", text) for name, (_, text) in RUN_KEYS.items()]),
    ]
    for name, what in SECTIONS.items():
        lines += ["", f"## {name}", "", f"A list; an entry is {what}.", "", *_listing(_described(name))]
    return "\n".join(lines) + "\n"


def _described(section: str) -> list[tuple[str, str, str]]:
    tables = {"warehouses": WAREHOUSE_SUMMARY.columns, "freight": FREIGHT_SUMMARY.columns, "routes": MEASURES}
    columns = tables.get(section, _of_origins() if section == "origins" else ())
    named = {
        "routes": [("origin", "", "origin"), ("route", "", "route"), ("service_class", "", "its service class")],
        "origins": [("origin", "", "origin")],
    }.get(section, [])
    if not columns:
        return [(name, "", SAID_OF_WARNINGS[name]) for name in _sections()[section]]
    return [*named, *((column.name, column.unit, column.description) for column in columns)]


def _listing(rows: list[tuple[str, str, str]]) -> list[str]:
    return ["| key | unit | meaning |", "|---|---|---|", *(f"| `{a}` | {b} | {c} |" for a, b, c in rows)]
