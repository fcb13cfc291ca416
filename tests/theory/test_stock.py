"""Stock of one product under Poisson demand, periodic review and a constant lead time, against theory.

The formulas, with their sources, are those of `verification.formulas.stock`.
"""

from functools import cache

import numpy as np
import pytest
from theory.one_line import assert_mean_agrees

from sim.kernels import shelf
from sim.model import build
from sim.ticks import SECOND
from verification.formulas.stock import service
from verification.stocks import DEMAND, POLICIES, QUANTITY, REORDER, depot, positions

REPLICATIONS = 16
MONTHS = slice(1, 11)


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


@cache
def theory(policy: str) -> dict[str, float]:
    """What should come of it, averaged over the time between two reviews."""
    return service(positions(policy), DEMAND)


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
