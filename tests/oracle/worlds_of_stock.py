"""Worlds of warehouses: policies of stock, storage and replenishment."""

from typing import Any

from oracle.base_world import Dict, described, lane, merged, origin, route
from oracle.registry import change, container_station, train, world
from sim.scenario.scenario import Scenario

FILL_UP = {"policy": "s-S", "reorder_point": 25, "order_up_to": 60}
HARDLY_ANY = {"policy": "s-S", "reorder_point": 0, "order_up_to": 1, "quantity": None, "assortment": 0}
"""Stock of a product that nobody is offered from here."""
IN_LOTS = {"policy": "R-Q", "reorder_point": 12, "quantity": 8}


def store(**fields: Any) -> Dict:
    """A warehouse in Moscow that lorries from Harbin fill."""
    fixed = {
        "place": "moscow",
        "storage": "20 m3",
        "receiving": {"servers": 1, "service": "2 h"},
        "pick": {"servers": 2, "service": "20 min"},
        "stock": {"clothes": FILL_UP, "gadgets": IN_LOTS},
        "review_every": "1 d",
        "replenishment": {"origin": "harbin", "steps": ["lorry"], "load": {"mass": "15 kg"}},
        "ownership": "shared",
    }
    return merged(fixed, fields)


def lorry(**fields: Any) -> Dict:
    """A daily lorry from Harbin to Moscow."""
    return lane("harbin", "moscow", **{"mode": "road", "transit": "70 h", **fields})


def shelf_route(paths: Dict, **fields: Any) -> Dict:
    """A route from warehouses."""
    return route("harbin", paths, service_class="warehouse", **fields)


def storehouse(share: float = 0.6, **fields: Any) -> Dict:
    """A warehouse beside the post: its route takes this share of the placed orders."""
    return {
        "warehouses": {"store": store(**fields)},
        "lanes": {"lorry": lorry()},
        "routes": {"shelf": shelf_route({"store": {"steps": ["store", "inland"]}}, tariff="30 CNY")},
        "market": {"origins": {"harbin": origin(100, {"shelf": share, "post": 1 - share})}},
    }


@world
def order_up_to() -> Scenario:
    """(s,S), with reviews at odd hours, hours of work, and orders that wait."""
    stock = {
        "clothes": {**FILL_UP, "initial": 30},
        "gadgets": {"policy": "s-S", "reorder_point": 0, "order_up_to": 9, "quantity": None},
    }
    fields = {"stock": stock, "review_every": "17 h", "hours": "Mon-Sat 09:00-18:00", "closed_on_holidays": True}
    picking = {"servers": 1, "service": {"distribution": "exponential", "mean": "40 min"}, "dwell": "2 h"}
    return described("order-up-to", storehouse(**fields, pick=picking))


@world
def reorder_quantity() -> Scenario:
    """(R,Q), several multiples at once, loads by volume and pieces, receiving that takes its time."""
    stock = {
        "clothes": {"policy": "R-Q", "reorder_point": 35, "quantity": 12, "initial": 5, "order_up_to": None},
        "gadgets": {**IN_LOTS, "initial": 0},
    }
    load = {"mass": None, "volume": "50 l", "pieces": 17}
    receiving = {"servers": 1, "service": {"distribution": "lognormal", "mean": "9 h", "cv": 1}, "dwell": "5 h"}
    lanes = {"lanes": {"lorry": {"payload": {"pieces": 2}, "timetable": [{"every": "11 h"}]}}}
    fields = {"stock": stock, "receiving": receiving, "replenishment": {"load": load}}
    return described("reorder-quantity", storehouse(**fields), lanes)


@world
def narrow_storage() -> Scenario:
    """More comes than the shelf can hold: lots wait outside, and what is behind the first serves nobody."""
    stock = {"clothes": {**FILL_UP, "order_up_to": 90}, "gadgets": {**IN_LOTS, "quantity": 20}}
    changes = {
        "wider": change("warehouses.store.storage", "2016-05-02", set="160 l", until="2016-05-06"),
        "wider-still": change("warehouses.store.storage", "2016-05-09", add="40 l", ramp="4 d"),
    }
    fields = {"stock": stock, "storage": "60 l", "replenishment": {"load": {"mass": "12 kg"}}}
    return described("narrow-storage", storehouse(**fields), {"changes": changes})


@world
def changed_stock() -> Scenario:
    """Every rule of stock changes; `order_up_to` stays above the reorder point."""
    changes = {
        "a": change("warehouses.store.stock.clothes.reorder_point", "2016-04-26", add=50, ramp="5 d"),
        "b": change("warehouses.store.stock.clothes.order_up_to", "2016-05-05", set=110),
        "c": change("warehouses.store.stock.gadgets.quantity", "2016-04-29", multiply=0.4),
        "d": change("warehouses.store.stock.gadgets.reorder_point", "2016-05-07", set=30, until="2016-05-10"),
        "e": change("warehouses.store.stock.gadgets.assortment", "2016-04-28", set=0.2, ramp="6 d"),
        "f": change("warehouses.store.pick.servers", "2016-05-03", set=1),
        "g": change("warehouses.store.pick.service.mean", "2016-05-03", multiply=3),
        "h": change("warehouses.store.receiving.service.mean", "2016-05-06", set="8 h", ramp="3 d"),
    }
    return described("changed-stock", storehouse(), {"changes": changes})


@world
def closed_warehouse() -> Scenario:
    """Receiving and picking stand still; with neither servers nor service they hold what comes."""
    fields = {"pick": {"servers": None, "service": None, "dwell": "3 h"}}
    other = store(place="yekaterinburg", hours="daily 10:00-16:00")
    other["replenishment"] = {**other["replenishment"], "steps": ["flight"]}
    routes = {"closer": shelf_route({"near": {"steps": ["near", "inland"]}}, priority=3)}
    changes = {
        "a": change("warehouses.store.is_open", "2016-04-29", set=False, until="2016-05-04"),
        "b": change("warehouses.near.is_open", "2016-05-01", set=False, until="2016-05-05"),
        "c": change("routes.shelf.is_open", "2016-05-09", set=False, until="2016-05-12"),
    }
    world = {"warehouses": {"near": other}, "routes": routes, "changes": changes}
    shares = {"shelf": 0.4, "closer": 0.4, "post": 0.2}
    world["market"] = {"origins": {"harbin": origin(120, shares)}}
    return described("closed-warehouse", storehouse(**fields), world)


@world
def shared_flight() -> Scenario:
    """Loads, which go first, and parcels compete for one flight; loads pass a yard and customs of their own."""
    examined = {"examination": {"share": 0.3, "servers": 1, "service": "2 h"}}
    release = {"servers": 1, "service": "40 min"}
    stations = {"sorting": {"servers": 1, "service": "30 min"}}
    stations["load-yard"] = {"place": "harbin", "servers": 1, "service": "3 h"}
    customs = {"ural-customs": examined, "load-customs": {"place": "yekaterinburg", "release": release, **examined}}
    replenishment = {"steps": ["load-yard", "flight", "load-customs"], "load": {"mass": "6 kg"}, "priority": 3}
    lanes = {"flight": {"payload": {"mass": "16 kg"}}}
    routes = {"post": {"priority": 5}}
    over = {"stations": stations, "customs": customs, "lanes": lanes, "routes": routes}
    return described("shared-flight", storehouse(place="yekaterinburg", replenishment=replenishment), over)


@world
def stock_by_rail() -> Scenario:
    """Loads travel with the containers of parcels through yard, train and crane; two warehouses take the train."""
    consolidations = {"packing": container_station("harbin")}
    stations = {
        "yard": {"place": "harbin", "servers": 1, "service": "3 h"},
        "depot": {"place": "yekaterinburg", "servers": 1, "service": "2 h", "unpacks_containers": True},
        "crane": {"place": "yekaterinburg", "servers": 1, "service": "90 min"},
    }
    lanes = {"train": train("harbin", "yekaterinburg", payload={"pieces": 7}), "truck": lane("yekaterinburg", "moscow")}
    customs = {"cargo-customs": {"place": "yekaterinburg", "release": {"servers": 1, "service": "30 min"}}}
    by_rail = {"steps": ["yard", "train", "crane", "cargo-customs", "truck"], "load": {"pieces": 15, "mass": None}}
    near = store(place="yekaterinburg", review_every="2 d", pick={"servers": 1, "service": "1 h"})
    steps = ["yard", "train", "crane", "cargo-customs"]
    near["replenishment"] = {"origin": "harbin", "steps": steps, "load": {"mass": "9 kg"}, "priority": 2}
    paths = {"far": {"steps": ["store", "inland"]}, "near": {"steps": ["near", "inland"]}}
    rail = {"rail": {"steps": ["packing", "yard", "train", "crane", "depot", "ural-customs", "inland"]}}
    world = {
        "consolidations": consolidations,
        "customs": customs,
        "stations": stations,
        "lanes": lanes,
        "warehouses": {"near": near},
        "routes": {
            "shelf": shelf_route(paths, gateways={"ural": "near", "center": {"far": 0.7, "near": 0.3}}),
            "post": route("harbin", rail, priority=1),
        },
    }
    return described("stock-by-rail", storehouse(0.7, replenishment=by_rail), world)
