"""Freight: at the start and on every Monday, the containers of bulk trade and background that come in the week."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.actors.moments import MARKET, Moment
from sim.flow.containers import new_containers
from sim.flow.network import Context, Node
from sim.ids import MAX_BATCHES, ORDINAL_BITS, first_container_id
from sim.kernels import births, draws, ordering
from sim.luck import uniforms
from sim.ticks import DAY, WEEK


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream of freight: how much comes, what it is, and where it begins."""

    name: str
    number: int
    """Its place among the streams."""
    account: int
    path: int
    """Number of its itinerary."""
    first: Node
    batch: int
    batches_of_week: Callable[[int], float]
    """Expected batches in the week that begins at an instant."""
    grams: int
    cm3: int
    value: np.ndarray | None
    """Distribution table in CNY of a container; None where nobody asks."""
    count_key: np.uint64
    instant_key: np.uint64
    value_key: np.uint64


def freight(env: simpy.Environment, streams: Sequence[Stream], context: Context) -> Generator[simpy.Event, None, None]:
    """All streams: at the start for the rest of its week, and on every Monday before the end."""
    start, end = int(env.now), context.end
    for at in (start, *range((start // WEEK + 1) * WEEK, end, WEEK)):
        yield Moment(env, at, MARKET)
        for stream in streams:
            send_week(stream, at, context)


def send_week(stream: Stream, start: int, context: Context) -> None:
    """Send off the containers of the week that holds ``start`` which come from then on, and before the end."""
    week = start // WEEK
    n = births.poisson_quantile(uniforms(stream.count_key, week)[0], stream.batches_of_week(week * WEEK))
    if n > MAX_BATCHES:
        raise OverflowError(f"{stream.name}: {n} batches of freight in one week; make batches larger")
    first = first_container_id(f"freight/{stream.name}", week, 0) + (np.arange(n) << ORDINAL_BITS)
    at = week * WEEK + draws.instants(stream.instant_key, first, WEEK)
    comes = (at >= start) & (at < context.end)
    ids = (first[comes][:, None] + np.arange(stream.batch)).ravel()
    at = np.repeat(at[comes], stream.batch)
    if ids.shape[0]:
        row = new_containers(
            context, ids, at, path=stream.path, account=stream.account, grams=stream.grams, cm3=stream.cm3
        )
        _write_down(stream, ids, at, context)
        stream.first.receive(*ordering.in_order(at, row, context.parcels.ids))


def _write_down(stream: Stream, ids: np.ndarray, at: np.ndarray, context: Context) -> None:
    """Add number and value by the month in which they come."""
    record = context.record
    month = record.month_of_day[at // DAY - record.axes.first_day]
    record.freight_sent[:, stream.number] += np.bincount(month, minlength=record.axes.n_months)
    if stream.value is None:
        return
    fen = draws.fen(stream.value, stream.value_key, ids)
    np.add.at(record.freight_value_fen[:, stream.number], month, fen)
    np.add.at(record.bulk_fen[:, stream.number], month, fen * (at < record.axes.orders_end))
