"""Tables of freight, containers that are no parcels: by month and stream, and by stream over all months."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, Column, Run, Table, ratio, texts
from sim.ticks import SECONDS_A_DAY


def _freight(run: Run) -> tuple[Any, ...]:
    record, names = run.record, run.record.axes.freight
    month, stream = at = run.by_month(len(names))
    arrived, seconds = np.moveaxis(record.freight_arrived, -1, 0)
    accounts = slice(len(record.axes.routes), len(record.axes.routes) + len(names))
    cost, emitted = np.sum(list(record.cost.values()), axis=0)[:, accounts], record.co2e_g[:, accounts]
    in_transit = np.cumsum(record.freight_sent - arrived, axis=0)
    return (
        run.month_names[month],
        texts(names)[stream],
        record.freight_sent[at],
        arrived[at],
        in_transit[at],
        record.freight_value_fen[at] / 100,
        ratio(seconds[at] / SECONDS_A_DAY, arrived[at]),
        cost[at],
        emitted[at] / 1000,
    )


FREIGHT = Table(
    "freight",
    "a month and stream of freight; none where a scenario describes no freight",
    (
        MONTH,
        Column("freight", "text", "", "name of the stream"),
        Column("sent", "whole", "containers", "containers that came to their first step in the month"),
        Column("arrived", "whole", "containers", "containers whose last step ended in the month"),
        Column("in_transit", "whole", "containers", "sent before the end of the month and not arrived by then"),
        Column("value_cny", "number", "CNY of 2016", "value of the goods in those sent"),
        Column("mean_days", "number", "d", "first step to the end of the last, mean of those that arrived"),
        Column("cost_cny", "number", "CNY of 2016", "operators' cost of its lanes, by mass on board, and handling"),
        Column("co2e_kg", "number", "kg", "CO2e of its lanes"),
    ),
    _freight,
)


def _freight_summary(run: Run) -> tuple[Any, ...]:
    record, months = run.record, run.months
    arrived, seconds = record.freight_arrived[months].sum(axis=0).T
    under_way = record.freight_sent.sum(axis=0) - record.freight_arrived[..., 0].sum(axis=0)
    return (
        texts([stream.origin or "" for stream in run.scenario.freight.values()]),
        texts(record.axes.freight),
        record.freight_sent[months].sum(axis=0),
        arrived,
        under_way,
        record.freight_value_fen[months].sum(axis=0) / 100,
        ratio(seconds / SECONDS_A_DAY, arrived),
    )


FREIGHT_SUMMARY = Table(
    "freight_summary",
    "a stream of freight, over all reported months",
    (
        Column("origin", "text", "", "origin whose trade it is; empty for background traffic"),
        Column("freight", "text", "", "name of the stream"),
        Column("sent", "whole", "containers", "containers that came to their first step"),
        Column("arrived", "whole", "containers", "containers whose last step ended"),
        Column("in_transit", "whole", "containers", "under way at the end of the simulated time"),
        Column("value_cny", "number", "CNY of 2016", "value of the goods in those sent"),
        Column("mean_days", "number", "d", "first step to the end of the last, mean of those that arrived"),
    ),
    _freight_summary,
)
