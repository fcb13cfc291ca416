"""Worlds of containers: how they are filled and closed, served, cleared, carried and rerouted."""

from oracle.base_world import described, lane, merged, route
from oracle.registry import RAIL, change, container_station, freight, post, railway, train, two_routes, world
from sim.scenario.scenario import Scenario


@world
def containers() -> Scenario:
    """Full ones by mass, volume and pieces, and those that leave with room; what one holds changes."""
    limits = {"mass": "8 kg", "volume": "45 l", "pieces": 16}
    consolidations = {"packing": container_station("harbin", container=limits, close_after="20 h")}
    changes = {
        "heavier": change("consolidations.packing.container.mass", "2016-04-27", multiply=1.5, ramp="3 d"),
        "larger": change("consolidations.packing.container.volume", "2016-05-01", add="20 l"),
        "more": change("consolidations.packing.container.pieces", "2016-05-04", set=30),
        "sooner": change("consolidations.packing.close_after", "2016-05-06", set="7 h", until="2016-05-11"),
    }
    loss = {"share": 0.1, "at": "inland"}
    return described("containers", railway(consolidations=consolidations), post(RAIL, loss=loss), {"changes": changes})


@world
def closed_by_age() -> Scenario:
    """Parcels come by air at whole hours, so that containers are exactly as old as they may be."""
    consolidations = {
        "exact": container_station("yekaterinburg", check_every="1 h", close_after="5 h", container={"mass": "4 kg"}),
        "at-once": container_station("moscow", check_every="3 h", close_after=0, container={"mass": None, "pieces": 9}),
    }
    lanes = {
        "truck": lane("yekaterinburg", "moscow", timetable=[{"every": "4 h"}], transit="20 h"),
        "van": lane("moscow", "yekaterinburg", timetable=[{"every": "3 h"}], transit="24 h", payload={"pieces": 1}),
    }
    stations = {
        "gate": {"place": "moscow", "unpacks_containers": True, "dwell": "1 h"},
        "hall": {"place": "yekaterinburg", "unpacks_containers": True},
    }
    paths = {
        "exact": {"steps": ["flight", "exact", "truck", "gate", "inland"]},
        "at-once": {"steps": ["flight", "truck", "at-once", "van", "hall", "inland"]},
    }
    gateways = {"ural": {"exact": 0.7, "at-once": 0.3}, "center": {"exact": 0.5, "at-once": 0.5}}
    routes = {"post": route("harbin", paths, gateways=gateways, loss={"share": 0.1, "at": "flight"})}
    world = {"consolidations": consolidations, "lanes": lanes, "stations": stations, "routes": routes}
    return described("closed-by-age", world)


@world
def oversized() -> Scenario:
    """Many a parcel is heavier than a container may be, and travels alone in one."""
    container = {"mass": "900 g"}
    yard = {"servers": 6, "service": {"distribution": "exponential", "mean": "2 h"}, "hours": "Mon-Sat 08:00-20:00"}
    parts = railway(consolidations={"packing": container_station("harbin", container=container, check_every="1 h")})
    lanes = {"train": {"payload": {"pieces": 90}, "transit": {"distribution": "uniform", "low": "20 h", "high": "3 d"}}}
    return described("oversized", merged(parts, {"stations": {"yard": yard}, "lanes": lanes}))


@world
def many_paths() -> Scenario:
    """Three paths of two routes at one consolidation; parcels of a third go singly by the same train."""
    paths = {"rail": {"steps": RAIL}, "direct": {"steps": ["packing", "train", "depot", "inland"]}}
    shares = {"ural": {"rail": 0.5, "direct": 0.5}, "center": "direct"}
    routes = {
        "post": route("harbin", paths, gateways=shares, priority=4, loss={"share": 0.1, "at": "inland"}),
        "express": route("harbin", {"rail": {"steps": ["packing", *RAIL[2:]]}}, priority=2),
        "single": route("harbin", {"rail": {"steps": ["collection", "train", "ural-customs", "inland"]}}, priority=7),
    }
    market = two_routes(post=0.5, express=0.3, single=0.2)
    lanes = {"train": train("harbin", "yekaterinburg", payload={"mass": "70 kg", "volume": "400 l"}, cutoff="3 h")}
    return described("many-paths", railway(lanes=lanes), {"routes": routes, "market": market})


@world
def one_yard() -> Scenario:
    """Two consolidations feed one yard, which background freight crowds in batches; cranes are added and taken."""
    consolidations = {
        "packing": container_station("harbin", check_every="4 h"),
        "b-packing": container_station("harbin", check_every="6 h", close_after="12 h"),
    }
    routes = {
        "post": route("harbin", {"rail": {"steps": RAIL}}),
        "express": route("harbin", {"rail": {"steps": ["sorting", "b-packing", *RAIL[2:]]}}, priority=1),
    }
    background = freight(["yard", "train", "crane"], 30, batch=8, priority=3)
    changes = {
        "cranes": change("stations.crane.servers", "2016-04-27", set=3, until="2016-05-08"),
        "yard": change("stations.yard.servers", "2016-05-02", add=2, ramp="2 d"),
        "slower": change("stations.crane.service.mean", "2016-05-05", multiply=2),
    }
    world = {"routes": routes, "market": two_routes(post=0.6, express=0.4), "changes": changes}
    world["freight"] = {"background": background}
    stations = {"crane": {"hours": "daily 07:00-23:00", "service": "80 min"}}
    lanes = {"train": {"payload": {"pieces": 18}}}
    parts = merged(railway(consolidations=consolidations), {"stations": stations, "lanes": lanes})
    return described("one-yard", parts, world)


@world
def customs_of_containers() -> Scenario:
    """Release and examination of whole containers, whatever is in them; and of the parcels, once they are out."""
    offices = {
        "border": {
            "place": "yekaterinburg",
            "hours": "Mon-Sat 08:00-20:00",
            "release": {"servers": 1, "service": "1 h", "dwell": {"distribution": "exponential", "mean": "4 h"}},
            "examination": {
                "share": 0.35,
                "share_above_duty_free": 1,
                "share_by_product": {"clothes": 0, "gadgets": 0.9},
                "servers": 1,
                "service": {"distribution": "uniform", "low": "3 h", "high": "9 h"},
            },
            "duty_free_limit": 100,
        },
        "ural-customs": {"examination": {"share": 0.2, "servers": 2, "service": "40 min"}},
    }
    steps = [*RAIL[:4], "crane", "border", "depot", "ural-customs", "inland"]
    changes = {
        "stricter": change("customs.border.examination.share", "2016-05-02", add=0.4, ramp="4 d"),
        "closed": change("customs.border.is_open", "2016-05-09", set=False, until="2016-05-11"),
    }
    bulk = {"bulk": freight(["train", "crane", "border"], 5)}
    world = {"customs": offices, "changes": changes, "freight": bulk}
    return described("customs-of-containers", railway(), world, post(steps))


@world
def block_trains() -> Scenario:
    """One train leaves by the number of containers, the next by their mass."""
    by_pieces = {"when_ready_pieces": 5, "check_every": "3 h", "min_gap": "12 h", "max_gap": "4 d", "fleet": 2}
    by_mass = {"when_ready": "30 kg", "check_every": "2 h", "min_gap": "6 h", "fleet": 1, "turnaround": "2 h"}
    rail = {"mode": "rail", "payload": {"mass": None, "pieces": 8}, "transit": "25 h"}
    lanes = {
        "train": {"timetable": None, **lane("harbin", "yekaterinburg", on_demand=by_pieces, cutoff="1 h", **rail)},
        "onward": lane("yekaterinburg", "moscow", on_demand=by_mass, **{**rail, "cancellation": 0.2}),
    }
    changes = {
        "a": change("lanes.train.on_demand.when_ready_pieces", "2016-05-01", multiply=1.5, ramp="2 d"),
        "b": change("lanes.train.on_demand.fleet", "2016-05-04", set=1),
        "c": change("lanes.onward.on_demand.when_ready", "2016-05-03", set="12 kg", until="2016-05-09"),
        "d": change("lanes.train.on_demand.when_ready_pieces", "2016-05-08", set=2),
        "e": change("lanes.onward.payload.pieces", "2016-05-06", add=-6),
    }
    stations = {"gate": {"place": "moscow", "servers": 1, "service": "2 h", "unpacks_containers": True}}
    steps = ["collection", "packing", "yard", "train", "crane", "onward", "gate", "inland"]
    return described(
        "block-trains", merged(railway(), {"stations": stations}), {"changes": changes, "lanes": lanes}, post(steps)
    )


@world
def reroute_of_containers() -> Scenario:
    """The train stops: containers go by another, and those of that by lorry and a hub; freight waits."""
    lanes = {
        "truck": lane("harbin", "yekaterinburg", mode="road", timetable=[{"every": "1 d"}], transit="60 h"),
        "second": train("harbin", "yekaterinburg", timetable=[{"weekdays": ["tue", "sat"], "at": "10:00"}]),
    }
    stations = {"hub": {"place": "yekaterinburg", "servers": 1, "service": "1 h"}}
    tail = ["crane", "depot", "inland"]
    paths = {
        "rail": {"steps": RAIL, "reroute": "other"},
        "other": {"steps": ["collection", "packing", "yard", "second", *tail], "reroute": "road"},
        "road": {"steps": ["collection", "packing", "yard", "truck", "hub", "depot", "inland"]},
        "stubborn": {"steps": ["collection", "packing", "yard", "train", "depot", "inland"]},
    }
    gateways = {"ural": {"rail": 0.6, "stubborn": 0.4}, "center": {"rail": 0.7, "other": 0.3}}
    changes = {
        "a": change("lanes.train.is_open", "2016-04-28", set=False, until="2016-05-06"),
        "b": change("lanes.second.is_open", "2016-05-01", set=False, until="2016-05-10"),
    }
    routes = {"post": route("harbin", paths, gateways=gateways, loss={"share": 0.3, "at": "inland"})}
    world = {"routes": routes, "changes": changes, "freight": {"bulk": freight(["train"], 4)}}
    return described("reroute-of-containers", merged(railway(), {"lanes": lanes, "stations": stations}), world)
