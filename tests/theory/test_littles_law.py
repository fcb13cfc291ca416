"""Little (1961): the time-average number in a queue is the arrival rate times the mean wait.

The two sides come from different places. The number in the queue is integrated over time from where parcels were
before: they join when they leave the step before, and leave the queue when they start. Rate and wait are what the run
recorded, in whole seconds, so each parcel may differ by half a second.
"""

import numpy as np
import pandas as pd
import pytest
from behaviour.runs import orders_of, run, steps_of
from oracle.worlds import WORLDS

from sim.model import Model
from sim.ticks import SECOND

QUEUES_OF_ALL_KINDS = ["overload", "opening-hours", "customs", "staffing", "closures", "two-origins", "everything"]


def joined_at(model: Model) -> pd.DataFrame:
    """Steps with the instant at which the parcel left the step before, or was ordered."""
    steps = steps_of(model)
    ordered_at = orders_of(model).set_index("order_id").ordered_at
    before = steps.groupby("order_id").left_at.shift(1)
    is_first = before.isna()
    joined = np.where(is_first, steps.order_id.map(ordered_at), before.fillna(0).astype(np.int64))
    return steps.assign(joined_at=joined)


def parcel_ticks_in_queue(joined: np.ndarray, started: np.ndarray, until: int) -> int:
    """Integral over time, up to ``until``, of the number of parcels that have joined and not yet started."""
    instants = np.concatenate([joined, started, [until]])
    moves = np.concatenate([np.ones_like(joined), -np.ones_like(started), [0]])
    order = np.argsort(instants, kind="stable")
    number = np.cumsum(moves[order])[:-1]
    assert number.min() >= 0
    spans = np.diff(np.minimum(instants[order], until))
    return int((number * spans).sum())


@pytest.mark.parametrize("name", QUEUES_OF_ALL_KINDS)
def test_time_average_of_every_queue_is_arrival_rate_times_mean_wait(name: str) -> None:
    model = run(WORLDS[name]())
    steps, record = joined_at(model), model.record
    for number, queue in enumerate(record.axes.queues):
        here = steps[(steps.step == queue) & (steps.started_at < model.end)]
        n_started, wait_s = record.queue_totals[number, :, :2].sum(axis=0)
        assert len(here) == n_started
        if n_started == 0:
            continue
        in_queue = parcel_ticks_in_queue(here.joined_at.to_numpy(), here.started_at.to_numpy(), model.end)
        span = model.end - model.start
        rate_times_wait = n_started / span * (wait_s / n_started)
        assert in_queue / SECOND / span == pytest.approx(rate_times_wait, abs=0.5 * n_started / span)


@pytest.mark.parametrize("name", ["overload", "closures"])
def test_backlog_at_the_end_is_arrivals_less_starts(name: str) -> None:
    model = run(WORLDS[name]())
    totals = model.record.queue_totals[:, :, 0].sum(axis=1)
    backlog = model.record.queue_backlog[:, -1, 0]
    np.testing.assert_array_equal(model.record.queue_arrivals.sum(axis=1) - totals, backlog)
    assert backlog.sum() > 0
