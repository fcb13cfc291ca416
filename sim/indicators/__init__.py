"""Tables of results: pure functions of what a run wrote down. Each table is declared once, as data.

Knows the record and the description; knows no simulation and no file.
"""

from sim.indicators.accounts import ACCOUNTS, COSTS
from sim.indicators.backlogs import Backlog, StockOut, growing_backlogs, lasting_stock_outs
from sim.indicators.declared import Column, Columns, Run, Table
from sim.indicators.freight import FREIGHT, FREIGHT_SUMMARY
from sim.indicators.network import DEPARTURES, LANES, STATIONS
from sim.indicators.orders import DAILY, FLOWS, ORDERS
from sim.indicators.service import EXPECTATIONS, SERVICE
from sim.indicators.summary import MEASURES, OVER_REPLICATIONS, SUMMARY
from sim.indicators.trade import SURPLUS, TRADE
from sim.indicators.warehouses import STOCK_REVIEWS, WAREHOUSE_SUMMARY, WAREHOUSES
from sim.record import Record
from sim.scenario.scenario import Scenario

TABLES = (
    SUMMARY,
    WAREHOUSE_SUMMARY,
    FREIGHT_SUMMARY,
    ORDERS,
    FLOWS,
    SERVICE,
    ACCOUNTS,
    COSTS,
    SURPLUS,
    TRADE,
    STATIONS,
    LANES,
    FREIGHT,
    WAREHOUSES,
    DAILY,
    EXPECTATIONS,
    DEPARTURES,
    STOCK_REVIEWS,
)
OVER_REPLICATIONS_NAME = "summary_over_replications"

__all__ = [
    "MEASURES",
    "OVER_REPLICATIONS",
    "OVER_REPLICATIONS_NAME",
    "TABLES",
    "Backlog",
    "Column",
    "Columns",
    "Run",
    "StockOut",
    "Table",
    "growing_backlogs",
    "lasting_stock_outs",
    "reference",
    "tables_of",
]


def tables_of(record: Record, scenario: Scenario, replication: int = 0) -> dict[str, Columns]:
    """All tables of one replication by name."""
    run = Run(record, scenario)
    return {table.name: table.columns_of(run, replication) for table in TABLES}


def reference() -> str:
    """The declarations as a page of Markdown."""
    parts = ["# Tables", "Made from the declarations in `sim/indicators/`. Every table is there as Parquet and as CSV."]
    for table in TABLES:
        parts.append(f"## {table.name}\n\nA row is {table.row}.\n\n{_listing(table.all_columns)}")
    row = "a measure of `summary` by route, over the replications"
    parts.append(f"## {OVER_REPLICATIONS_NAME}\n\nA row is {row}.\n\n{_listing(OVER_REPLICATIONS)}")
    return "\n\n".join(parts) + "\n"


def _listing(columns: tuple[Column, ...]) -> str:
    kinds = {"text": "text", "whole": "whole number", "number": "number"}
    rows = [f"| `{c.name}` | {kinds[c.kind]} | {c.unit} | {c.description} |" for c in columns]
    return "\n".join(["| column | type | unit | description |", "|---|---|---|---|", *rows])
