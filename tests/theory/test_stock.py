"""Stock of one product under Poisson demand, periodic review and a constant lead time, against theory.

Axsater (2015), Inventory control, chapters 5 and 6; Zipkin (2000), Foundations of inventory management, chapter 6;
Hadley and Whitin (1963) for periodic review. A review every r, a lead time L: at L + s after a review, s from 0 to r,
the net stock is the position after the review less the demand of L + s, which is Poisson and independent of it. Under
(R, nQ) that position is uniform on R + 1 ... R + Q; under (s, S) it is a Markov chain, solved here.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest
from oracle.base_world import Dict
from scipy import stats
from theory.one_line import assert_mean_agrees, line

from sim.kernels import shelf
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.ticks import SECOND

REPLICATIONS = 16
MONTHS = slice(1, 11)
RATE, EVERY, LEAD = 2.0, 4.0, 9.0
"""Orders an hour, hours between reviews, hours from review to stock."""
REORDER, QUANTITY = 20, 15
LOW, HIGH = 18, 45


def depot(stock: Dict, **fields: Any) -> Scenario:
    """A line whose orders take stock that comes through a station of nine hours' dwell."""
    warehouse: Dict = {
        "place": "harbin",
        "storage": "1000 m3",
        "receiving": {},
        "pick": {},
        "stock": {"goods": stock},
        "review_every": f"{EVERY} h",
        "replenishment": {"origin": "harbin", "steps": ["station-0"], "load": {"pieces": 1000}},
        "ownership": "own",
    } | fields
    over: Dict = {
        "warehouses": {"depot": warehouse},
        "routes": {"post": {"paths": {"only": {"steps": ["depot", "inland"]}}}},
    }
    return line({"dwell": f"{LEAD} h"}, orders_per_year=RATE * 8760, over=over)


POLICIES: dict[str, Dict] = {
    "R-Q": {"policy": "R-Q", "reorder_point": REORDER, "quantity": QUANTITY},
    "s-S": {"policy": "s-S", "reorder_point": LOW, "order_up_to": HIGH},
}


@cache
def simulated(policy: str) -> dict[str, list[float]]:
    """By replication: fill rate, mean stock, mean wait of all orders in hours."""
    result: dict[str, list[float]] = {"fill rate": [], "stock": [], "wait": []}
    for replication in range(REPLICATIONS):
        record = build(depot(POLICIES[policy]), replication).run().record
        totals = record.stock_totals[0, MONTHS, 0].sum(axis=0)
        span = (np.diff(record.axes.month_bounds())[MONTHS] / SECOND).sum()
        result["fill rate"].append(totals[shelf.AT_ONCE] / totals[shelf.ORDERED])
        result["stock"].append(totals[shelf.SHELF_S] / span)
        result["wait"].append(totals[shelf.WAIT_S] / totals[shelf.ORDERED] / 3600)
    return result


def positions(policy: str) -> dict[int, float]:
    """Distribution of the position after a review."""
    if policy == "R-Q":
        return {REORDER + i: 1 / QUANTITY for i in range(1, QUANTITY + 1)}
    states = np.arange(LOW + 1, HIGH + 1)
    moves = stats.poisson.pmf(states[:, None] - states[None, :], RATE * EVERY)  # from row to column, without an order
    moves[:, -1] += 1 - moves.sum(axis=1)
    n = len(states)
    balance = np.vstack([moves.T - np.eye(n), np.ones(n)])
    share, *_ = np.linalg.lstsq(balance, np.append(np.zeros(n), 1.0), rcond=None)
    return dict(zip(states.tolist(), share.tolist(), strict=True))


@cache
def theory(policy: str) -> dict[str, float]:
    """What should come of it, averaged over the time between two reviews."""
    demand = np.arange(400)
    after = LEAD + (np.arange(400) + 0.5) / 400 * EVERY
    pmf = stats.poisson.pmf(demand[None, :], RATE * after[:, None]).mean(axis=0)
    found = dict.fromkeys(("fill rate", "stock", "backlog"), 0.0)
    for position, share in positions(policy).items():
        net = position - demand
        found["fill rate"] += share * pmf[net > 0].sum()
        found["stock"] += share * (pmf * np.maximum(net, 0)).sum()
        found["backlog"] += share * (pmf * np.maximum(-net, 0)).sum()
    return found | {"wait": found["backlog"] / RATE}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("measure", "resolution"), [("fill rate", 0.02), ("stock", 0.03), ("wait", 0.1)])
def test_fill_rate_stock_and_wait_are_those_of_theory(policy: str, measure: str, resolution: float) -> None:
    assert_mean_agrees(simulated(policy)[measure], theory(policy)[measure], resolution)


def test_the_policies_are_ones_that_tell() -> None:
    for policy in POLICIES:
        assert 0.5 < theory(policy)["fill rate"] < 0.95


def test_position_after_a_review_is_uniform_under_r_q() -> None:
    # Seen where a review ordered: position before it, which is R or less, plus what was ordered.
    counts = np.zeros(QUANTITY, np.int64)
    for replication in range(4):
        record = build(depot(POLICIES["R-Q"]), replication).run().record
        for _, _, _, position, ordered in record.stock_review_log():
            assert REORDER < position + ordered <= REORDER + QUANTITY
            counts[position + ordered - REORDER - 1] += 1
    assert (counts > 0).all()


def test_ages_and_time_on_the_shelf_are_one_sum() -> None:
    """Little's law to the second, of stock that is sold out: the time spent there is the ages at which pieces left."""
    tight = {"storage": "0.1 m3", "review_every": "3000 d"}  # holds 20 pieces
    model = build(depot(POLICIES["s-S"] | {"initial": 5000}, **tight)).run()
    totals = model.record.stock_totals[0].sum(axis=(0, 1))
    assert totals[shelf.AT_ONCE] == 5000
    assert totals[shelf.OUTSIDE_S] > totals[shelf.SHELF_S] > 0
    assert totals[shelf.AGE_S] == totals[shelf.SHELF_S] + totals[shelf.OUTSIDE_S]
