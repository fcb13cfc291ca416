"""Tables of the network: stations, lanes, single departures."""

from typing import Any

import numpy as np

from sim.indicators.declared import MONTH, Column, Run, Table, ratio, texts
from sim.ticks import local_time

BOTH = "parcels or containers"
"""A container is one item of a queue and one piece of a lane, whatever is in it."""


def _stations(run: Run) -> tuple[Any, ...]:
    record = run.record
    month, queue = run.by_month(len(record.axes.queues))
    started, wait, busy, longest = record.queue_totals[queue, month].T
    backlog, largest = record.queue_backlog[queue, month].T
    return (
        run.month_names[month],
        texts(record.axes.queues)[queue],
        record.queue_arrivals[queue, month],
        started,
        ratio(wait / 3600, started),
        np.where(started > 0, longest / 3600, np.nan),
        ratio(busy / 1000, record.queue_open_seconds[queue, month]),
        backlog,
        largest,
    )


STATIONS = Table(
    "stations",
    "a month and queue: a station, the release or examination of a customs office, or receiving or pick of a warehouse",
    (
        MONTH,
        Column(
            "queue",
            "text",
            "",
            "name of the station; of parts `x.release`, `x.examination`, `x.receiving`, `x.pick`",
        ),
        Column("arrivals", "whole", BOTH, "parcels or containers that arrived in the month"),
        Column("started", "whole", BOTH, "those whose service started in the month"),
        Column("mean_wait_hours", "number", "h", "arrival to start of service, mean of those that started"),
        Column("longest_wait_hours", "number", "h", "the longest such wait"),
        Column("utilisation", "number", "share", "service begun over servers times open hours; empty without servers"),
        Column("backlog", "whole", BOTH, "waiting at the last review of the month, or at the very end"),
        Column("largest_backlog", "whole", BOTH, "most that waited at a weekly review"),
    ),
    _stations,
)


def _lanes(run: Run) -> tuple[Any, ...]:
    month, lane = run.by_month(len(run.record.axes.lanes))
    totals = run.record.lane_totals[lane, month].T
    departed, cancelled, weather, closed, grams, ppm, pieces, rolled_over, fen = totals
    return (
        run.month_names[month],
        texts(run.record.axes.lanes)[lane],
        departed,
        cancelled,
        weather,
        closed,
        grams / 1000,
        ratio(ppm / 1e6, departed),
        pieces,
        rolled_over,
        fen / 100,
    )


LANES = Table(
    "lanes",
    "a month and lane",
    (
        MONTH,
        Column("lane", "text", "", "name of the lane"),
        Column("departed", "whole", "departures", "departures that took place"),
        Column("cancelled", "whole", "departures", "departures cancelled for technical reasons"),
        Column("weather", "whole", "departures", "departures that the weather prevented"),
        Column("closed", "whole", "departures", "departures that fell out because the lane was closed"),
        Column("mass_kg", "number", "kg", "gross weight carried"),
        Column(
            "load_factor", "number", "share", "used part of the scarcest of mass, volume and pieces, mean of departures"
        ),
        Column("pieces", "whole", BOTH, "parcels or containers carried"),
        Column("rolled_over", "whole", BOTH, "ready but left behind, summed over departures"),
        Column("cost_cny", "number", "CNY of 2016", "operator's cost"),
    ),
    _lanes,
)


def _departures(run: Run) -> tuple[Any, ...]:
    scenario, from_ = run.scenario, run.record.axes.reported_from
    log = [row for row in run.record.departure_log() if row[1] >= from_]
    log.sort(key=lambda row: (row[1], row[0]))
    lane, at, status, pieces = zip(*log, strict=True) if log else ((),) * 4
    offset = {name: scenario.places[item.from_].utc_offset for name, item in scenario.lanes.items()}
    local = [local_time(time, offset[name]).isoformat() for name, time in zip(lane, at, strict=True)]
    return texts(lane), texts(local), texts([local_time(time).isoformat() for time in at]), texts(status), pieces


DEPARTURES = Table(
    "departures",
    "one scheduled departure, or one check of an on-demand lane at which a vehicle was wanted",
    (
        Column("lane", "text", "", "name of the lane"),
        Column("local_time", "text", "", "scheduled departure in the local time of its place, `2016-01-31T20:00:00`"),
        Column("beijing_time", "text", "", "the same instant in Beijing time"),
        Column("status", "text", "", "departed, cancelled, weather or closed"),
        Column("pieces", "whole", BOTH, "parcels or containers on board"),
    ),
    _departures,
)
