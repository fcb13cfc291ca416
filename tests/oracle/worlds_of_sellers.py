"""Worlds of sellers: classes that may use a warehouse, goods that it stocks, parks and training by dated changes."""

from oracle.base_world import described, origin, route
from oracle.registry import change, world
from oracle.worlds_of_stock import FILL_UP, HARDLY_ANY, IN_LOTS, shelf_route, store, storehouse
from sim.scenario.scenario import Scenario

GROWTH = {
    "active": 400,
    "saturation": 1500,
    "entries_per_year": 900,
    "park_places": 50,
    "entries_per_park_place": 4,
    "exits_per_year": 0.3,
    "elasticity": 0.8,
}
SKILLS = {"posts": 60, "trained": 12, "turnover_per_year": 0.4, "gain": 0.9, "stations": ["sorting", "ural-customs"]}
LONG = {"start": "2016-04-20", "end": "2016-07-05", "warm_up": "3 d", "drain": "9 d"}


@world
def users() -> Scenario:
    """Three classes of sellers, warehouses that are not for all of them or not for all goods, and changes of both."""
    stock = {"clothes": {**FILL_UP, "assortment": 0.7}, "gadgets": {**IN_LOTS, "assortment": 0.3}}
    own = store(place="yekaterinburg", ownership="own", users={"factory": True}, stock={"gadgets": HARDLY_ANY})
    own["replenishment"] = {"origin": "harbin", "steps": ["flight"], "load": {"mass": "10 kg"}}
    classes = {"small": 0.6, "trader": 0.3, "factory": 0.1}
    shares = {"shelf": 0.3, "closer": 0.1, "post": 0.6}
    paths = {"far": {"steps": ["store", "inland"]}, "near": {"steps": ["own", "inland"]}}
    only_ural = {"promise": {"center": None}, "gateways": {"ural": {"near": 0.5, "far": 0.5}, "center": None}}
    world = {
        "warehouses": {"own": own},
        "routes": {"closer": shelf_route(paths, **only_ural, tariff="20 CNY")},
        "market": {"origins": {"harbin": origin(150, shares, sellers={"classes": classes})}},
        "changes": {
            "opened": change("warehouses.store.users.small", "2016-04-30", set=True, until="2016-05-08"),
            "closed": change("warehouses.own.users.factory", "2016-05-05", set=False),
            "wider": change("warehouses.store.stock.clothes.assortment", "2016-04-28", set=1, ramp="8 d"),
            "narrower": change("warehouses.own.stock.clothes.assortment", "2016-05-02", multiply=0.5),
        },
    }
    users_of_store = {"small": False, "trader": True, "factory": True}
    return described("users", storehouse(stock=stock, users=users_of_store), world)


@world
def only_for_some() -> Scenario:
    """Everything goes through one warehouse: who cannot use it has the outside options only."""
    stock = {"clothes": {**FILL_UP, "assortment": 0.5, "reorder_point": 60, "order_up_to": 150}, "gadgets": None}
    harbin = origin(190, {"post": None, "shelf": 1}, sellers={"classes": {"small": 0.4, "large": 0.6}})
    world = {"market": {"origins": {"harbin": harbin}}, "routes": {"post": None, "shelf": {"products": ["clothes"]}}}
    return described("only-for-some", storehouse(stock=stock, users={"large": True}), world)


@world
def parks() -> Scenario:
    """Industrial parks bring sellers, and sellers orders, day by day; training starts some of them."""
    sellers = {"growth": {**GROWTH, "starts_per_trained": 0.2}, "trained_per_year": 500}
    prefix = "market.origins.harbin.sellers"
    changes = {
        "park": change(f"{prefix}.growth.park_places", "2016-04-28", add=900, ramp="20 d"),
        "exits": change(f"{prefix}.growth.exits_per_year", "2016-05-20", multiply=2.5),
        "room": change(f"{prefix}.growth.saturation", "2016-06-01", set=700, until="2016-06-11"),
        "school": change(f"{prefix}.trained_per_year", "2016-05-10", multiply=6),
        "entries": change(f"{prefix}.growth.entries_per_year", "2016-06-15", add=-600, ramp="9 d"),
        "level": change("market.origins.harbin.level", "2016-06-10", multiply=1.2),
    }
    market = {"origins": {"harbin": origin(60, {"post": 1}, sellers=sellers)}}
    return described("parks", {"market": market, "changes": changes, "horizon": LONG})


@world
def skills() -> Scenario:
    """Training makes sorting and release faster from the first of each month; those of two origins multiply."""
    tail = ["ural-customs", "inland"]
    routes = {"west-post": route("urumqi", {"air": {"steps": ["west-flight", *tail]}})}
    skilled = {"skills": {**SKILLS, "trained": 30, "stations": ["ural-customs"]}, "trained_per_year": 20}
    started = {"skills": SKILLS, "trained_per_year": 60, "growth": {**GROWTH, "starts_per_trained": 0.5}}
    origins = {
        "harbin": origin(60, {"post": 1}, sellers=started),
        "urumqi": origin(25, {"west-post": 1}, sellers=skilled),
    }
    lanes = {"west-flight": {"from": "urumqi", "to": "yekaterinburg", "mode": "air", "payload": {"mass": "1 t"}}}
    lanes["west-flight"] |= {"transit": "3 h", "timetable": [{"every": "1 d"}]}
    changes = {
        "school": change("market.origins.harbin.sellers.trained_per_year", "2016-04-25", multiply=8),
        "west-school": change("market.origins.urumqi.sellers.trained_per_year", "2016-05-05", set=900, ramp="10 d"),
        "slower": change("stations.sorting.service.mean", "2016-05-15", multiply=3),
        "window": change("customs.ural-customs.release.service.mean", "2016-05-25", set="70 min", until="2016-06-20"),
    }
    stations = {"sorting": {"service": {"distribution": "lognormal", "mean": "90 min", "cv": 0.8}}}
    market = {"origins": origins}
    world = {"routes": routes, "market": market, "lanes": lanes, "stations": stations}
    return described("skills", world, {"changes": changes, "horizon": LONG})
