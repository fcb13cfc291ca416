"""A world with a warehouse in Yekaterinburg beside the direct route, and what can be asked of its runs."""

from typing import Any

import numpy as np
from oracle.base_world import Dict, described, lane, origin, route

from sim.kernels import shelf
from sim.model import Model
from sim.scenario.scenario import Scenario

WAREHOUSE: Dict = {
    "place": "yekaterinburg",
    "storage": "20 m3",
    "receiving": {"servers": 1, "service": "1 h"},
    "pick": {"servers": 3, "service": "10 min"},
    "stock": {
        "clothes": {"policy": "s-S", "reorder_point": 250, "order_up_to": 400},
        "gadgets": {"policy": "R-Q", "reorder_point": 100, "quantity": 80},
    },
    "review_every": "24 h",
    "replenishment": {
        "origin": "harbin",
        "steps": ["load-yard", "flight", "load-customs"],
        "load": {"mass": "40 kg"},
    },
    "ownership": "own",
}
FROM_STOCK: Dict = {"stock": {"steps": ["ural-warehouse", "inland"]}}
ROUTES = {"post": 0.5, "stocked": 0.5}
STOCKED: Dict = {
    "warehouses": {"ural-warehouse": WAREHOUSE},
    "stations": {"load-yard": {"place": "harbin", "servers": 2, "service": "20 min"}},
    "customs": {"load-customs": {"place": "yekaterinburg", "release": {"servers": 2, "service": "15 min"}}},
    "routes": {"stocked": route("harbin", FROM_STOCK, service_class="warehouse")},
    "market": {"origins": {"harbin": origin(300, ROUTES)}},
}
BACK_TO_THE_SHELF: Dict = {
    "routes": {
        "stocked": {
            "returns": {"share": 0.3, "after": "2 d"},
            "paths": {"stock": {"return_steps": ["shuttle", "ural-warehouse"]}},
        },
    },
    "lanes": {"shuttle": lane("yekaterinburg", "yekaterinburg")},
}


def stocked(*overs: Dict, **fields: Any) -> Scenario:
    """The world with variations laid upon it."""
    return described("stocked", STOCKED, *overs, **fields)


def with_warehouse(**fields: Any) -> Dict:
    """A variation of the warehouse."""
    return {"warehouses": {"ural-warehouse": fields}}


def assert_pieces_balance(model: Model) -> None:
    """Initial + arrived + restocked = left + shelf + outside; orders = filled + fallen back + waiting, by product."""
    record = model.record
    for i, name in enumerate(record.axes.warehouses):
        totals = record.stock_totals[i].sum(axis=0).T
        on_shelf, outside, waiting = model._built.warehouses[name].stock
        came = record.initial_stock[i] + totals[shelf.ARRIVED] + totals[shelf.RESTOCKED]
        left = totals[shelf.AT_ONCE] + totals[shelf.LATER]
        np.testing.assert_array_equal(came, left + on_shelf + outside)
        np.testing.assert_array_equal(totals[shelf.ORDERED], left + totals[shelf.FELL_BACK] + waiting)
        by_month = record.stock_totals[i, ..., [shelf.AT_ONCE, shelf.LATER]].sum(axis=(0, 2))
        np.testing.assert_array_equal(record.picked[i].sum(axis=1), by_month)


def assert_parcels_balance(model: Model) -> None:
    """Placed = delivered + lost + in transit: the rows under way stand for just the parcels that are not booked out."""
    record, parcels = model.record, model._context.parcels
    by_route = record.placed().sum(axis=(0, 2, 3)) - (record.delivered + record.lost).sum(axis=(0, 2, 3))
    assert (by_route >= 0).all()
    used = np.flatnonzero(~parcels._is_free)
    orders = [i for i, way in enumerate(model._built.itineraries) if way.kind == "order"]
    used = used[np.isin(parcels.path[used], orders)]
    under_way = np.bincount(parcels.route[used], parcels.count[used], minlength=len(by_route))
    late = _delivered_after_the_end(model)
    assert (under_way <= by_route).all()
    assert late <= by_route.sum() - under_way.sum() <= late * model.scenario.parcels_per_row


def _delivered_after_the_end(model: Model) -> int:
    """Rows whose last mile has begun, and which are free again: not those that may be handed back."""
    table, orders = model.parcel_log.table(), model.parcel_log.orders()
    gone = [name for name, each in model.scenario.routes.items() if each.returns is None]
    ids = orders["order_id"][np.isin(orders["route"].astype(str), gone)]
    last_mile = np.isin(table["step"].astype(str), list(model.scenario.last_miles))
    return int((last_mile & (table["left_at"] >= model.end) & np.isin(table["order_id"], ids)).sum())
