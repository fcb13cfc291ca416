"""Worlds of warehouses: direct routes in place of an empty shelf, and what becomes of parcels that come back."""

from oracle.base_world import STEPS, described, lane, merged, origin, route
from oracle.registry import MOSCOW, change, container_station, world
from oracle.worlds_of_stock import FILL_UP, HARDLY_ANY, IN_LOTS, shelf_route, store, storehouse
from sim.scenario.scenario import Scenario

SCARCE = {"clothes": {**FILL_UP, "initial": 6, "order_up_to": 30}, "gadgets": {**IN_LOTS, "initial": 2}}


@world
def fallback() -> Scenario:
    """The shelf is often empty: orders enter the post six hours later, and are lost as those of the shelf."""
    fields = {"stock": SCARCE, "fallback": {"route": "post", "delay": "6 h"}}
    changes = {"sooner": change("warehouses.store.fallback.delay", "2016-05-03", set="90 min", ramp="4 d")}
    routes = {"shelf": {"loss": {"share": 0.2, "at": "inland"}}, "post": {"loss": {"share": 0.1, "at": "flight"}}}
    return described("fallback", storehouse(0.7, **fields), {"changes": changes, "routes": routes})


@world
def fallback_at_once() -> Scenario:
    """No delay is one tick; the paths of the fallback route are taken by share, one of them in containers."""
    fields = {"stock": SCARCE, "fallback": {"route": "post", "delay": 0}, "review_every": "60 h"}
    paths = {
        "air": {"steps": STEPS, "reroute": "capital"},
        "capital": {"steps": ["collection", "sorting", "lorry", "moscow-customs", "inland"]},
        "boxes": {"steps": ["packing", "lorry", "gate", "inland"]},
    }
    gateways = {"ural": {"air": 0.6, "boxes": 0.4}, "center": {"capital": 0.5, "boxes": 0.5}}
    world = {
        "customs": MOSCOW,
        "consolidations": {"packing": container_station("harbin")},
        "stations": {"gate": {"place": "moscow", "unpacks_containers": True, "servers": 1, "service": "1 h"}},
        "routes": {"post": route("harbin", paths, gateways=gateways, priority=2), "shelf": {"priority": 6}},
        "lanes": {"lorry": {"payload": {"mass": "30 kg"}}},
        "changes": {"closed": change("lanes.flight.is_open", "2016-05-02", set=False, until="2016-05-06")},
    }
    return described("fallback-at-once", storehouse(0.7, **fields), world)


@world
def by_region() -> Scenario:
    """A warehouse for each region, one of them without gadgets and not for all goods; the other by share."""
    far = {"clothes": {**FILL_UP, "assortment": 0.6}}
    near = store(place="yekaterinburg", stock={"gadgets": {**IN_LOTS, "assortment": 0.8}})
    near["replenishment"] = {"origin": "harbin", "steps": ["flight"], "load": {"pieces": 10}}
    near["fallback"] = {"route": "post", "delay": "1 d"}
    paths = {"far": {"steps": ["store", "inland"]}, "near": {"steps": ["near", "inland"]}}
    gateways = {"ural": {"near": 0.7, "far": 0.3}, "center": "far"}
    stock = {"stock": {"gadgets": HARDLY_ANY, **far}}
    routes = {"shelf": shelf_route(paths, gateways=gateways)}
    return described("by-region", storehouse(**stock), {"warehouses": {"near": near}, "routes": routes})


RETURNS = {"share": 0.4, "after": {"distribution": "uniform", "low": "6 h", "high": "4 d"}}


@world
def restocked() -> Scenario:
    """What comes back to the warehouse is stock at once, or outside if there is no room."""
    path = {"store": {"steps": ["store", "truck", "inland"], "return_steps": ["back", "store"]}}
    lanes = {
        "truck": lane("moscow", "yekaterinburg", timetable=[{"every": "6 h"}], transit="20 h"),
        "back": lane("yekaterinburg", "moscow", timetable=[{"every": "1 d"}], transit="1 d", payload={"pieces": 9}),
    }
    changes = {"more": change("routes.shelf.returns.share", "2016-05-02", multiply=2, ramp="3 d")}
    routes = {"shelf": shelf_route(path, returns=RETURNS)}
    fields = {"stock": {"clothes": {**FILL_UP, "initial": 20}}, "storage": "90 l"}
    return described("restocked", storehouse(0.8, **fields), {"lanes": lanes, "routes": routes, "changes": changes})


@world
def sent_back() -> Scenario:
    """Parcels of the post go all the way back, through customs and sorting; those of the shelf are written off."""
    back = ["return-flight", "export-check", "return-desk"]
    lanes = {"return-flight": lane("yekaterinburg", "harbin", payload={"mass": "5 kg"}, cutoff="2 h")}
    offices = {"export-check": {"place": "harbin", "examination": {"share": 0.5, "dwell": "3 h"}}}
    desk = {"place": "harbin", "servers": 1, "service": "1 h", "hours": "Mon-Fri 09:00-17:00"}
    returns = {"share": 0.3, "after": {"distribution": "exponential", "mean": "2 d"}}
    post = route("harbin", {"air": {"steps": STEPS, "return_steps": back}}, returns=returns)
    post["loss"] = {"share": 0.1, "at": "ural-customs"}
    world = {
        "lanes": lanes,
        "customs": offices,
        "stations": {"return-desk": desk},
        "routes": {"post": post, "shelf": {"returns": {"share": 0.2, "after": 0}}},
    }
    return described("sent-back", storehouse(0.4), world)


@world
def handed_back_after_fallback() -> Scenario:
    """Orders of the shelf that went by post are handed back by the shelf's share, by the way of their path."""
    paths = {"air": {"steps": STEPS, "return_steps": ["onward", "store"]}}
    fields = {"stock": SCARCE, "fallback": {"route": "post", "delay": "1 h"}, "users": {"large": True}}
    lanes = {"onward": lane("yekaterinburg", "moscow", timetable=[{"every": "12 h"}], transit="12 h")}
    routes = {"post": route("harbin", paths, returns={"share": 0, "after": "1 d"}), "shelf": {"returns": RETURNS}}
    shares = {"shelf": 0.7, "post": 0.3}
    harbin = origin(100, shares, sellers={"classes": {"small": 0.5, "large": 0.5}})
    world = {"lanes": lanes, "routes": routes, "market": {"origins": {"harbin": harbin}}}
    return described("handed-back-after-fallback", storehouse(**fields), world)


@world
def stock_at_same_instants() -> Scenario:
    """Whole hours everywhere: reviews, arrivals of loads and of pieces that come back, changes of storage."""
    path = {"store": {"steps": ["store", "inland"], "return_steps": ["hop", "store"]}}
    lanes = {
        "hop": lane("moscow", "moscow", timetable=[{"every": "1 h"}], transit="1 h"),
        "lorry": {"timetable": [{"every": "3 h"}], "transit": "21 h"},
    }
    returns = {"share": 0.5, "after": "5 h"}
    fields = {
        "review_every": "1 h",
        "storage": "40 l",
        "receiving": {"servers": None, "service": None, "dwell": 0},
        "pick": {"servers": None, "service": None},
        "replenishment": {"load": {"mass": None, "pieces": 4}},
    }
    world = {
        "routes": {"shelf": shelf_route(path, returns=returns)},
        "lanes": lanes,
        "last_miles": {"inland": {"times": {"moscow": {"ural": "1 h", "center": 0}}}},
        "changes": {"wider": change("warehouses.store.storage", "2016-05-03", add="30 l", ramp="5 d")},
    }
    return described("stock-at-same-instants", merged(storehouse(0.7, **fields), world))
