"""Worlds of freight: batches, growth and level, slots that parcels and bulk trade compete for."""

from oracle.base_world import described, merged, origin, route
from oracle.registry import RAIL, change, container_station, freight, railway, train, world
from sim.scenario.scenario import Scenario


@world
def freight_levels() -> Scenario:
    """Streams of several sizes, with growth and dated changes, from a start and to an end within a week."""
    streams = {
        "bulk": freight(["yard", "train"], 14, level=0.8),
        "batches": freight(["train", "crane"], 40, batch=10, priority=2),
        "growing": freight(["crane"], 9, reference_year=2015, growth={"levels": {"2015": 1, "2016": 2, "2017": 3}}),
        "none": freight(["yard"], 0),
    }
    changes = {
        "up": change("freight.bulk.level", "2016-04-25", multiply=2, ramp="12 d"),
        "down": change("freight.batches.level", "2016-05-03", set=0.2, until="2016-05-10"),
        "off": change("freight.growing.level", "2016-05-09", add=-3),
    }
    horizon = {"start": "2016-04-21", "end": "2016-05-18", "warm_up": "2 d", "drain": "9 d"}
    lanes = {"train": train("harbin", "yekaterinburg", payload={"pieces": 25, "mass": "450 t"})}
    return described(
        "freight-levels", railway(lanes=lanes), {"freight": streams, "changes": changes, "horizon": horizon}
    )


@world
def slots() -> Scenario:
    """Bulk trade goes before the containers of parcels, and other bulk after them; there are too few slots."""
    streams = {
        "first": freight(["train", "crane"], 6, priority=2),
        "last": freight(["train", "crane"], 9, priority=6, batch=2),
        "equal": freight(["yard", "train"], 2, priority=5),
    }
    trains = {"payload": {"pieces": 4}, "timetable": [{"weekdays": ["mon", "wed", "fri"], "at": "12:00"}]}
    changes = {"longer": change("lanes.train.payload.pieces", "2016-05-04", add=3, ramp="6 d")}
    routes = {"post": route("harbin", {"rail": {"steps": RAIL}}, priority=5)}
    lanes = {"train": train("harbin", "yekaterinburg", **trains)}
    return described("slots", railway(lanes=lanes), {"freight": streams, "changes": changes, "routes": routes})


@world
def two_railways() -> Scenario:
    """Containers of Harbin and Urumqi share crane, customs, depot and last mile."""
    consolidations = {"packing": container_station("harbin"), "west-packing": container_station("urumqi")}
    lanes = {
        "train": train("harbin", "yekaterinburg"),
        "west-train": train("urumqi", "yekaterinburg", timetable=[{"weekdays": ["tue", "thu", "sun"], "at": "03:00"}]),
    }
    tail = ["crane", "ural-customs", "depot", "inland"]
    routes = {
        "post": route("harbin", {"rail": {"steps": [*RAIL[:4], *tail]}}),
        "west-post": route("urumqi", {"rail": {"steps": ["west-packing", "west-train", *tail]}}, priority=2),
    }
    west = origin(70, {"west-post": 1}, region_shares={"center": 0.8, "ural": 0.2})
    trade = {"origin": "urumqi", "value": "90000 CNY"}
    world = {
        "routes": routes,
        "market": {"origins": {"harbin": origin(80, {"post": 1}), "urumqi": west}},
        "freight": {"west-bulk": freight(["west-train", "crane"], 8, batch=3, priority=1, **trade)},
        "customs": {"ural-customs": {"examination": {"share": 0.3, "servers": 1, "service": "5 h"}}},
    }
    stations = {"crane": {"hours": "Mon-Sat 00:00-24:00", "servers": 1, "service": "2 h"}}
    parts = merged(railway(consolidations=consolidations, lanes=lanes), {"stations": stations})
    return described("two-railways", parts, world)
