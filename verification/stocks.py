"""Stock of a warehouse: (R, Q) and (s, S) under periodic review, and lost sales where orders fall back."""

from functools import partial
from typing import Any

import numpy as np

from sim.kernels import shelf
from sim.scenario.scenario import Scenario
from sim.ticks import DAY, SECOND
from verification.checking import Case, Expected
from verification.formulas import queues, stock
from verification.formulas.stock import Demand
from verification.running import MONTHS, Seen
from verification.worlds import Dict, line, merged, route

FAMILY = "stock"
DEMAND = Demand(rate=2.0, every=4.0, lead=9.0)
REORDER, QUANTITY = 20, 15
LOW, HIGH = 18, 45
POLICIES: dict[str, Dict] = {
    "R-Q": {"policy": "R-Q", "reorder_point": REORDER, "quantity": QUANTITY},
    "s-S": {"policy": "s-S", "reorder_point": LOW, "order_up_to": HIGH},
}


def depot(held: Dict, demand: Demand = DEMAND, over: Dict | None = None, **fields: Any) -> Scenario:
    """A line whose orders take stock that comes through a station where it dwells for the lead time."""
    warehouse: Dict = {
        "place": "harbin",
        "storage": "1000 m3",
        "receiving": {},
        "pick": {},
        "stock": {"goods": held},
        "review_every": f"{demand.every} h",
        "replenishment": {"origin": "harbin", "steps": ["station-0"], "load": {"pieces": 1000}},
        "ownership": "own",
    } | fields
    own: Dict = {
        "warehouses": {"depot": warehouse},
        "routes": {"post": {"service_class": "warehouse", "paths": {"only": {"steps": ["depot", "inland"]}}}},
    }
    dwell = {"dwell": f"{demand.lead} h"}
    return line(dwell, orders_per_year=demand.rate * 8760, over=merged(own, over or {}))


def totals(seen: Seen) -> np.ndarray:
    """What happened on the shelf from February to November: int64[10], see `sim.kernels.shelf.ARRIVED`."""
    return seen.record.stock_totals[0, MONTHS, 0].sum(axis=0)


def measure(seen: Seen) -> dict[str, float]:
    """Fill rate, mean stock, mean wait of all orders in hours, and orders of the review a day."""
    found, bounds = totals(seen), seen.record.axes.month_bounds()
    first, last = bounds[MONTHS.start], bounds[MONTHS.stop]
    orders = sum(first <= at < last for at, *_ in seen.record.stock_review_log())
    return {
        "fill rate": found[shelf.AT_ONCE] / found[shelf.ORDERED],
        "mean stock": found[shelf.SHELF_S] / ((last - first) / SECOND),
        "mean wait": found[shelf.WAIT_S] / found[shelf.ORDERED] / 3600,
        "orders a day": orders / ((last - first) / DAY),
    }


def positions(policy: str) -> dict[int, float]:
    """Distribution of the position after a review."""
    if policy == "R-Q":
        return stock.positions_r_q(REORDER, QUANTITY)
    return stock.positions_s_s(LOW, HIGH, DEMAND)


def _expected(policy: str) -> dict[str, Expected]:
    at = positions(policy)
    found = stock.service(at, DEMAND)
    per_review = stock.orders_per_review(at, REORDER if policy == "R-Q" else LOW, DEMAND)
    source = "Hadley and Whitin 1963; Axsater 2015, 5-6"
    return {
        "fill rate": Expected(value=found["fill rate"], unit="", tolerance=0.02, source=source),
        "mean stock": Expected(value=found["stock"], unit="pieces", tolerance=0.02, source=source),
        "mean wait": Expected(value=found["wait"], unit="h", tolerance=0.05, source=source),
        "orders a day": Expected(value=per_review * 24 / DEMAND.every, unit="1/d", tolerance=0.02, source=source),
    }


def _policy(policy: str) -> Case:
    return Case(
        family=FAMILY,
        model={"R-Q": "(R, nQ), reviewed every 4 h", "s-S": "(s, S), reviewed every 4 h"}[policy],
        scenario=lambda: depot(POLICIES[policy]),
        measure=measure,
        expected=partial(_expected, policy),
        replications=90,
    )


LOST = Demand(rate=0.1, every=1.0, lead=47.5)
PIECES = 6


def lost_sales() -> Scenario:
    """Every piece sold is ordered again at the next review; an order that finds none takes the direct route."""
    direct = route({"straight": {"steps": ["hall", "inland"]}}, {"ural": "straight"})
    fallback = {"route": "direct", "delay": "1 h"}
    shares = {"routes": {"post": 0.999999, "direct": 0.000001}}
    over = {
        "stations": {"hall": {"place": "harbin", "dwell": "1 h"}},
        "routes": {"direct": direct},
        "market": {"origins": {"harbin": {"choice": {"reference_shares": shares}}}},
    }
    held = {"policy": "s-S", "reorder_point": PIECES - 1, "order_up_to": PIECES}
    return depot(held, LOST, over, fallback=fallback)


def _lost_sales() -> Case:
    # A piece is away for half a review and the lead time on average; the formula holds whatever the distribution.
    load = LOST.rate * (LOST.lead + LOST.every / 2)
    return Case(
        family=FAMILY,
        model="(S - 1, S), orders fall back when there is none",
        scenario=lost_sales,
        measure=lambda seen: {"that fall back": totals(seen)[shelf.FELL_BACK] / totals(seen)[shelf.ORDERED]},
        expected=lambda: {
            "that fall back": Expected(
                value=queues.erlang_b(load, PIECES), unit="", tolerance=0.05, source="Erlang B: Karush 1957"
            )
        },
        replications=90,
    )


CASES = (*(partial(_policy, policy) for policy in POLICIES), partial(_lost_sales))
