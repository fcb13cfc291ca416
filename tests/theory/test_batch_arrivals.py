"""Freight at a yard against theory, and containers in equilibrium.

M[X]/D/1 (Chaudhry and Templeton (1983), A First Course in Bulk Queues): with batches of constant size b at rate r and
services of constant length s, the mean wait of an item is (r b s^2 + (b - 1) s) / (2 (1 - r b s)). It is the formula of
Pollaczek and Khinchine for whole batches as customers, and the mean wait for those before one in the own batch.
"""

import numpy as np
import pytest
from behaviour.rail_worlds import rail, with_freight
from theory.one_line import assert_mean_agrees, line

from sim.model import build
from sim.ticks import SECOND, WEEK
from verification.formulas.queues import wait_of_batches
from verification.queues import batches

REPLICATIONS = 16
MONTHS = slice(1, 11)
A_WEEK_S = WEEK / SECOND


QUICK = {"rail-customs": {"examination": {"service": "1 h"}}}


@pytest.mark.parametrize(("per_week", "batch", "service_s"), [(1800, 1, 250), (1500, 20, 280), (1000, 41, 300)])
def test_mean_wait_of_batches_is_that_of_the_bulk_queue(per_week: float, batch: int, service_s: int) -> None:
    scenario = line({}, orders_per_year=365, over=batches(per_week, batch, service_s))
    waits = []
    for replication in range(REPLICATIONS):
        record = build(scenario, replication).run().record
        totals = record.queue_totals[record.axes.queues.index("yard"), MONTHS]
        waits.append(float(totals[:, 1].sum() / totals[:, 0].sum()))
    assert_mean_agrees(waits, wait_of_batches(per_week / A_WEEK_S, batch, service_s), resolution=0.06)


def test_number_of_batches_a_week_is_poisson() -> None:
    scenario = line({}, orders_per_year=365, over=batches(400, 20, 100))
    weeks = np.array([build(scenario, r).run().record.freight_sent.sum() / 20 for r in range(REPLICATIONS)])
    expected = 20 * 52  # 51 weeks of orders and one of drain
    assert abs(weeks.mean() - expected) < 4 * np.sqrt(expected / REPLICATIONS)
    assert 0.3 < weeks.var(ddof=1) / expected < 2.5


@pytest.mark.parametrize("rows", [1, 10])
def test_containers_and_parcels_come_out_as_they_went_in(rows: int) -> None:
    far = {"horizon": {"start": "2016-04-18", "end": "2016-05-30", "drain": "90 d"}, "parcels_per_row": rows}
    more = {
        "lanes": {"train": {"payload": {"pieces": 1000}}},
        "stations": {"yard": {"service": "4 min"}},
        "customs": QUICK,
    }
    model = build(rail(far, more, with_freight(containers_per_week=300), orders_per_week=2000)).run()
    record = model.record
    assert record.placed().sum() == record.shipped.sum() == record.delivered.sum() > 0
    arrivals = {name: int(record.queue_arrivals[i].sum()) for i, name in enumerate(record.axes.queues)}
    sent = record.freight_sent.sum()
    assert arrivals["yard"] - sent == arrivals["rail-customs.release"] == arrivals["depot"]
    assert arrivals["depot"] == record.cost["containers"].sum() / 800
