"""Rows of 10 and 50 against single parcels where they are put into containers, take stock, fall back and come back.

All balances are exact; totals agree within what luck does, which is that of as many orders as there are rows.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from behaviour.rail_worlds import rail, with_freight
from behaviour.stocked import BACK_TO_THE_SHELF, assert_parcels_balance, assert_pieces_balance, stocked, with_warehouse
from oracle.base_world import Dict, merged

from sim.kernels import shelf
from sim.model import Model, build
from sim.scenario.scenario import Scenario

SEEDS = range(8)
LUMPS = {"hours": 0.04, "containers": 0.1}
"""Parcels of a row wait for one another; what comes in lumps leaves more containers half full."""
COUNTS = ("placed", "delivered", "lost", "returned", "left", "fallen", "arrived", "restocked")
FREE: Dict = {"market": {"feedback": {"congestion": False}}, "horizon": {"drain": "60 d"}}


def railway(**fields: int) -> Scenario:
    """Some 30 containers a week through yard, train, customs and depot, beside freight."""
    world: Dict = {
        "consolidations": {"hub": {"container": {"mass": "40 kg", "pieces": 100}, "close_after": "12 h"}},
        "stations": {"yard": {"service": "20 min"}},
        "lanes": {"train": {"payload": {"pieces": 60}}},
        "customs": {"rail-customs": {"examination": {"service": "2 h"}}},
        "routes": {"post": {"loss": {"share": 0.04, "at": "inland"}}},
    }
    return rail(FREE, world, with_freight(containers_per_week=60), fields, orders_per_week=3000)


def storehouse(**fields: int) -> Scenario:
    """A shelf that is empty at times; its orders wait."""
    stock = {
        "clothes": {"reorder_point": 50, "order_up_to": 1200, "initial": 600},
        "gadgets": {"reorder_point": 10, "quantity": 250, "initial": 200},
    }
    over = with_warehouse(stock=stock, receiving={"servers": 2, "service": "20 min"}, pick={"service": "2 min"})
    over["lanes"] = {"flight": {"payload": {"mass": "40 t"}}}
    over["stations"] = {"sorting": {"service": "3 min"}}
    over["customs"] = {"ural-customs": {"release": {"service": "2 min"}}}
    over["market"] = {"origins": {"harbin": {"latent_orders_per_year": 312_000}}}
    return stocked(FREE, BACK_TO_THE_SHELF, over, fields)


def with_fallback(**fields: int) -> Scenario:
    """The same; its orders fall back."""
    described = storehouse(**fields).model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    fallback: Dict = {"fallback": {"route": "post", "delay": "6 h"}}
    return Scenario.model_validate(merged(described, {"warehouses": {"ural-warehouse": fallback}}))


WORLDS: dict[str, Callable[..., Scenario]] = {
    "railway": railway,
    "storehouse": storehouse,
    "with-fallback": with_fallback,
}


@cache
def runs(name: str, rows: int) -> list[Model]:
    """One run by seed."""
    return [build(WORLDS[name](parcels_per_row=rows, seed=seed), parcel_log=True).run() for seed in SEEDS]


@pytest.mark.parametrize("rows", [10, 50])
@pytest.mark.parametrize("name", WORLDS)
def test_balances_are_exact_with_rows_of_several(name: str, rows: int) -> None:
    for model in runs(name, rows):
        assert_parcels_balance(model)
        assert_pieces_balance(model)
        record = model.record
        days = {key: np.cumsum(value, axis=1) for key, value in record.by_day.items()}
        assert (days["placed"] >= days["delivered"] + days["lost"]).all()
        assert (days["returned"] <= days["delivered"]).all()
        for key in ("delivered", "lost", "returned", "shipped"):
            np.testing.assert_array_equal(getattr(record, key).sum(axis=(0, 2, 3)), days[key][:, -1], err_msg=key)
        np.testing.assert_array_equal(
            record.queue_totals[:, :, 0].sum(axis=1) + record.queue_backlog[:, -1, 0], record.queue_arrivals.sum(axis=1)
        )
        by_lane: dict[str, int] = {}
        for lane, at, _, pieces in record.departure_log():
            by_lane[lane] = by_lane.get(lane, 0) + (pieces if at < model.end else 0)
        assert [by_lane.get(lane, 0) for lane in record.axes.lanes] == record.lane_totals[:, :, 6].sum(axis=1).tolist()
        for lane in record.axes.lanes:
            room = model.scenario.lanes[lane].payload.pieces
            assert room is None or all(row[3] <= room for row in record.departure_log() if row[0] == lane)


def totals(model: Model) -> dict[str, float]:
    """What a run comes to."""
    record = model.record
    found = {name: float(record.by_day[name].sum()) for name in ("placed", "delivered", "lost", "returned")}
    found["hours"] = float(record.service[..., 1].sum() / record.service[..., 0].sum() / 3600)
    found["containers"] = float(record.cost["containers"].sum())
    found["grams"] = float(record.lane_totals[:, :, 4].sum())
    for name, column in (
        ("left", [shelf.AT_ONCE, shelf.LATER]),
        ("fallen", [shelf.FELL_BACK]),
        ("arrived", [shelf.ARRIVED]),
        ("restocked", [shelf.RESTOCKED]),
    ):
        found[name] = float(record.stock_totals[..., column].sum())
    return found


@pytest.mark.parametrize("rows", [10, 50])
@pytest.mark.parametrize("name", WORLDS)
def test_totals_of_rows_are_those_of_single_parcels_within_what_luck_does(name: str, rows: int) -> None:
    """A count of n parcels in rows of k, whose draws decide together, errs by sqrt(n k); four times that.

    Beside that what rows of 50 are known to do, since their parcels come together and are alike; see `LUMPS`.
    """
    ones, several = ([totals(model) for model in runs(name, size)] for size in (1, rows))
    for what in ones[0]:
        ours, theirs = (np.array([run[what] for run in found]) for found in (several, ones))
        if not theirs.any():
            assert not ours.any()
            continue
        seen = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / len(SEEDS))
        lump = 3 if what == "lost" else rows  # a share splits rows, so that only who was placed comes in lumps
        counted = np.sqrt(theirs.mean() * (lump + 1) / len(SEEDS)) if what in COUNTS else 0
        tolerance = max(4 * seen, 4 * counted, LUMPS.get(what, 0) * theirs.mean())
        assert tolerance < 0.3 * theirs.mean() or what == "fallen", f"{what} tells nothing"
        assert abs(ours.mean() - theirs.mean()) <= tolerance, f"{what}: {ours.mean():.6g}, {theirs.mean():.6g}"


def test_the_worlds_do_what_they_are_to_compare() -> None:
    by_world = {name: totals(runs(name, 1)[0]) for name in WORLDS}
    assert by_world["railway"]["containers"] > 100 * 800
    assert by_world["with-fallback"]["fallen"] > 200
    assert by_world["storehouse"]["restocked"] > 500
    waited = [model.record.stock_totals[..., shelf.LATER].sum() for model in runs("storehouse", 1)]
    assert min(waited) > 200
