"""What a run of the twin leaves behind, and how two such traces are told apart.

Knows neither the engine nor how the twin works.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.ticks import DAY, HOUR, MINUTE, SECOND, local_time


class Order(NamedTuple):
    """A placed order; the path is the one it was placed with."""

    order_id: int
    ordered_at: int
    origin: str
    route: str
    path: str
    region: str
    product: str
    grams: int
    value_fen: int


class Row(NamedTuple):
    """One step of one parcel, container or load."""

    order_id: int
    step: str
    arrived_at: int
    started_at: int
    left_at: int


class StockReview(NamedTuple):
    """What the review of a warehouse found of a product, and how many pieces it ordered."""

    instant: int
    warehouse: str
    product: str
    position: int
    ordered: int


class Departure(NamedTuple):
    """One departure of a lane: "departed", "cancelled", "weather" or "closed"."""

    lane: str
    scheduled_at: int
    status: str
    pieces: int


class Expectation(NamedTuple):
    """What the market expects of a route in a region after a Monday's review, in days."""

    monday: int
    route: str
    region: str
    days: float
    spread: float


@dataclass
class Trace:
    """Everything that happened in a run."""

    orders: list[Order] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    log: list[Row] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    stock_reviews: list[StockReview] = field(default_factory=list)
    returned: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Parcels handed back, by origin and route."""
    contents: dict[int, list[int]] = field(default_factory=dict)
    """Parcels of each container."""

    def steps_of(self, order_id: int) -> list[Row]:
        """All rows of one parcel, in the order of time."""
        return sorted((row for row in self.log if row.order_id == order_id), key=lambda row: row[2:])

    def order(self, order_id: int) -> Order | None:
        """The order of that id, if it was placed."""
        return next((order for order in self.orders if order.order_id == order_id), None)


def written(at: int) -> str:
    """An instant or span for the eye: ticks, and Beijing time."""
    return f"{at} ({local_time(at):%a %Y-%m-%d %H:%M:%S.%f})"


def span(ticks: int) -> str:
    """A span for the eye."""
    days, rest = divmod(ticks, DAY)
    seconds = rest % MINUTE / SECOND
    return f"{days} d {rest // HOUR:02}:{rest % HOUR // MINUTE:02}:{seconds:09.6f}"


def story(trace: Trace, order_id: int) -> str:
    """One parcel's whole life as text."""
    lines = [f"  {trace.order(order_id)}"]
    for row in trace.steps_of(order_id):
        instants = "".join(
            f"\n      {name:<11}{written(at)}" for name, at in zip(row._fields[2:], row[2:], strict=True)
        )
        lines.append(f"    {row.step}: {span(row.left_at - row.arrived_at)} in all{instants}")
    return "\n".join(lines)


def first_difference(twin: Trace, engine: Trace) -> str:
    """The first parcel, by the earliest instant that differs, whose steps are not the same; empty if there is none."""
    ours, theirs = set(twin.log), set(engine.log)
    repeated = len(twin.log) != len(ours) or len(engine.log) != len(theirs)
    if ours == theirs and not repeated:
        return ""
    if ours == theirs:
        return f"a row is repeated: {len(twin.log)} rows in the twin, {len(engine.log)} in the engine"
    odd = min(ours ^ theirs, key=lambda row: (row.started_at, row.arrived_at, row.order_id))
    count = f"{len(ours - theirs)} rows only in the twin, {len(theirs - ours)} only in the engine; first {odd}"
    return f"{count}\ntwin:\n{story(twin, odd.order_id)}\nengine:\n{story(engine, odd.order_id)}"
