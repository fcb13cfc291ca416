"""Settling the market: the first year again and again until what the market expects hardly moves.

Knows what is repeated and when it is enough; the model itself runs the year. What a year came to is remembered, since
all plans that begin later share it.
"""

import gc
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.actors.weighing import Expectations
from sim.building.market import promised
from sim.record import Record
from sim.scenario.lanes import Lane
from sim.scenario.scenario import Change, Scenario
from sim.ticks import DAY

RunYear = Callable[[Scenario, int, Expectations, Callable[[float], None]], Record]
"""Runs a scenario with the luck of a replication from some expectations, and tells the share done."""
MOST_SETTLED = 64
"""Settled years that a process remembers; each is two small tables."""


@dataclass(frozen=True)
class Settlement:
    """How the expectations settled: the largest relative move in each repetition, and whether the last was small."""

    moves: tuple[float, ...]
    is_settled: bool


_SETTLED: "dict[tuple[bytes, int], tuple[Expectations, Settlement]]" = {}


def settle(
    scenario: Scenario, replication: int, run: RunYear, on_progress: Callable[[float], None]
) -> tuple[Expectations, Settlement | None]:
    """Repeat the first year, each time from the last one's mean expectations, until they hardly move.

    Nothing of what is to come is used: the year has luck of its own, and of dated changes and entries of timetables
    only those that act on the first day.
    """
    review = scenario.market.review
    expectations = promised(scenario)
    if review.settle_iterations == 0 or not scenario.market.feedback.congestion:
        return expectations, None
    year = _settling_year(scenario)
    key = (hashlib.sha256(year.model_dump_json(by_alias=True).encode()).digest(), replication)
    if key not in _SETTLED:
        while len(_SETTLED) >= MOST_SETTLED:
            del _SETTLED[next(iter(_SETTLED))]
        _SETTLED[key] = _settled(year, replication, expectations, run, on_progress)
    settled, settlement = _SETTLED[key]
    return Expectations(settled.days.copy(), settled.spread.copy()), settlement


def _settling_year(scenario: Scenario) -> Scenario:
    """The warm-up and first year without what acts later; alike in all plans that begin later."""
    horizon = scenario.horizon
    year_end = min(horizon.end, horizon.start + timedelta(days=365))
    return scenario.model_copy(
        update={
            "scenario": "settling",
            "title": "",
            "horizon": horizon.model_copy(update={"end": year_end, "drain": 0}),
            "parcels_per_row": scenario.settling_parcels_per_row,
            "changes": _in_force_at_first(scenario),
            "lanes": _running_at_first(scenario),
        }
    )


def _settled(
    year: Scenario,
    replication: int,
    expectations: Expectations,
    run: RunYear,
    on_progress: Callable[[float], None],
) -> tuple[Expectations, Settlement]:
    review = year.market.review
    moves: list[float] = []

    def tell(share: float) -> None:
        on_progress((len(moves) + share) / review.settle_iterations)

    while len(moves) < review.settle_iterations:
        gc.collect()  # a model refers to itself, so the last one and its record would stay
        record = run(year, -1 - replication, expectations, tell)
        settled = _mean_expectations(record, expectations)
        moves.append(_largest_move(expectations, settled))
        expectations = settled
        if moves[-1] <= review.settle_tolerance:
            break
    gc.collect()
    return expectations, Settlement(tuple(moves), moves[-1] <= review.settle_tolerance)


def _first_day(scenario: Scenario) -> date:
    return scenario.horizon.start - timedelta(days=scenario.horizon.warm_up // DAY)


def _running_at_first(scenario: Scenario) -> dict[str, Lane]:
    """The lanes with those entries of their timetables that hold on the first simulated day, without their end."""
    first = _first_day(scenario)
    return {
        name: lane.model_copy(
            update={
                "timetable": tuple(
                    entry.model_copy(update={"until": None})
                    for entry in lane.timetable
                    if (entry.on or entry.from_ or first) <= first and (entry.until is None or entry.until > first)
                )
            }
        )
        if lane.timetable
        else lane
        for name, lane in scenario.lanes.items()
    }


def _in_force_at_first(scenario: Scenario) -> dict[str, Change]:
    """The dated changes that act on the first simulated day, without their end."""
    first = _first_day(scenario)
    return {
        name: change.model_copy(update={"until": None})
        for name, change in scenario.changes.items()
        if change.at <= first and (change.until is None or change.until > first)
    }


def _mean_expectations(record: Record, like: Expectations) -> Expectations:
    """Mean over the reported weeks of a run."""
    days, spread, n = np.zeros_like(like.days), np.zeros_like(like.spread), np.zeros(like.days.shape)
    routes, regions = record.axes.routes, record.axes.regions
    for monday, route, region, day, width in record.expectation_log():
        if monday >= record.axes.reported_from:
            where = routes.index(route), regions.index(region)
            days[where] += day
            spread[where] += width
            n[where] += 1
    is_reviewed = n > 0
    n = np.maximum(n, 1)
    return Expectations(
        np.where(is_reviewed, days / n, like.days),
        np.where(is_reviewed, spread / n, like.spread),
    )


def _largest_move(before: Expectations, after: Expectations) -> float:
    """Largest move of days or spread, relative to the days."""
    moves = [np.abs(after.days - before.days) / before.days, np.abs(after.spread - before.spread) / before.days]
    return float(np.nanmax(moves))
