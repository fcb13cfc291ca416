"""Little's law in a corridor with everything in it: the time-average number is the rate times the mean time.

The two sides come from different places. The number is integrated over time from the instants of single parcels; rate
and mean time are what the run recorded in whole seconds, so half a second a parcel cannot be told.
"""

from functools import partial

import numpy as np

from sim.kernels import shelf
from sim.scenario.scenario import Scenario
from sim.ticks import SECOND
from verification.checking import Case, Expected
from verification.running import Seen
from verification.stocks import POLICIES, depot
from verification.worlds import Dict, exponential, line, merged, shuttle

FAMILY = "Little's law"
SOURCE = "Little 1961"
QUEUES = ("station-0", "office.release", "office.examination")
NEAR = 1e-5


def corridor() -> Scenario:
    """An office with hours, customs that examine a share, a lane that is too small in some weeks."""
    office = {
        "place": "town",
        "hours": "Mon-Sat 08:00-20:00",
        "release": {"servers": 3, "service": exponential(300)},
        "examination": {
            "share": 0.2,
            "servers": 2,
            "service": {"distribution": "lognormal", "mean": "20 min", "cv": 1},
        },
    }
    over: Dict = {
        "horizon": {"drain": "40 d"},
        "customs": {"office": office},
        "routes": {"post": {"paths": {"only": {"steps": ["station-0", "shuttle", "office", "inland"]}}}},
    }
    lane = shuttle(timetable=[{"every": "8 h"}], payload={"pieces": 110}, cancellation=0.05)
    return line({"servers": 2, "service": "8 min", "hours": "daily 06:00-24:00"}, over=merged(lane, over))


def time_average(joined: np.ndarray, left: np.ndarray, start: int, end: int) -> float:
    """Mean number from ``start`` to ``end`` of those who have joined and not yet left; ticks, int64[n] each."""
    inside = np.minimum(left, end) - np.maximum(joined, start)
    return float(inside[inside > 0].sum() / (end - start))


def _ratios(seen: Seen) -> dict[str, float]:
    record, start, end = seen.record, seen.model.start, seen.model.end
    found = {}
    for queue in QUEUES:
        step = seen.step(queue)
        number = time_average(step["arrived_at"], step["started_at"], start, end)
        waited = record.queue_totals[record.axes.queues.index(queue), :, 1].sum() * SECOND
        found[f"queue at {queue}"] = number / (float(waited) / (end - start))
    orders = seen.model.parcel_log.orders()
    at = np.argsort(orders["order_id"])
    under_way = time_average(orders["ordered_at"][at], seen.step("inland")["left_at"], start, end)
    seconds = record.service[..., 1].sum() * SECOND
    return found | {"parcels under way": under_way / (float(seconds) / (end - start))}


def _corridor() -> Case:
    return Case(
        family=FAMILY,
        model="corridor with hours, a lane and customs",
        scenario=corridor,
        measure=_ratios,
        expected=lambda: {
            quantity: Expected(value=1.0, unit="", tolerance=10 * NEAR, source=SOURCE, resolution=NEAR)
            for quantity in (*(f"queue at {queue}" for queue in QUEUES), "parcels under way")
        },
        replications=4,
    )


def _shelf(seen: Seen) -> dict[str, float]:
    """Piece-seconds on the shelf over pieces times their ages, all stock being gone at the end but what is left."""
    totals = seen.record.stock_totals[0].sum(axis=(0, 1))
    return {"pieces on the shelf": float((totals[shelf.SHELF_S] + totals[shelf.OUTSIDE_S]) / totals[shelf.AGE_S])}


def _sold_out() -> Case:
    tight = {"storage": "0.1 m3", "review_every": "3000 d"}  # holds 20 pieces
    return Case(
        family=FAMILY,
        model="a shelf that is sold out",
        scenario=lambda: depot(POLICIES["s-S"] | {"initial": 5000}, **tight),
        measure=_shelf,
        expected=lambda: {
            "pieces on the shelf": Expected(value=1.0, unit="", tolerance=1e-9, source=SOURCE, resolution=1e-12)
        },
        replications=4,
    )


CASES = (partial(_corridor), partial(_sold_out))
