"""Small worlds with containers: parcels are consolidated in Harbin, go by truck and train, and are unpacked.

The yard stands between truck and train, where the gauge changes, and is shared with freight.
"""

from typing import Any

from oracle.base_world import Dict, described, lane, merged, place

from sim.scenario.scenario import Scenario

STEPS = ["collection", "hub", "truck", "yard", "train", "rail-customs", "depot", "inland"]
FREIGHT = {
    "origin": "harbin",
    "steps": ["yard", "train"],
    "containers_per_week": 60,
    "batch": 20,
    "mass": "20 t",
    "volume": "60 m3",
    "value": {"distribution": "lognormal", "mean": 200_000, "cv": 0.5},
}
CONSOLIDATION = {
    "place": "harbin",
    "container": {"mass": "5 kg", "pieces": 12},
    "check_every": "6 h",
    "close_after": "2 d",
    "cost_per_container": 800,
}
BY_TIMETABLE = lane(
    "suifenhe",
    "yekaterinburg",
    mode="rail",
    payload={"mass": None, "pieces": 12},
    transit="6 d",
    cost_per_departure=900,
)
ON_DEMAND = lane(
    "suifenhe",
    "yekaterinburg",
    mode="rail",
    payload={"mass": None, "pieces": 41},
    transit="6 d",
    on_demand={"when_ready_pieces": 41, "check_every": "2 h", "min_gap": "12 h", "fleet": 100},
)


def rail(*overs: Dict, orders_per_week: float = 100) -> Scenario:
    """The base world with its only route by rail, and variations laid upon it."""
    route: Dict = {"air": None, "rail": {"steps": STEPS}}
    world: Dict = {
        "places": {"suifenhe": place(8, "CN")},
        "stations": {
            "yard": {"place": "suifenhe", "servers": 1, "service": "40 min", "cost_per_item": 50},
            "depot": {
                "place": "yekaterinburg",
                "servers": 1,
                "service": "30 min",
                "dwell": {"distribution": "uniform", "low": "1 h", "high": "9 h"},
                "unpacks_containers": True,
            },
        },
        "customs": {
            "rail-customs": {
                "place": "yekaterinburg",
                "release": {"servers": 2, "service": "1 h"},
                "examination": {
                    "servers": 1,
                    "service": "8 h",
                    "share": 0.3,
                    "share_above_duty_free": 1,
                    "share_by_product": {"gadgets": 1, "clothes": 1},
                },
                "duty_free_limit": 0,
                "cost_per_item": 10,
            }
        },
        "consolidations": {"hub": CONSOLIDATION},
        "lanes": {"truck": lane("harbin", "suifenhe", mode="road", transit="9 h"), "train": BY_TIMETABLE},
        "routes": {"post": {"paths": route, "gateways": {"ural": "rail", "center": "rail"}}},
    }
    return described("rail", world, *overs, orders_per_week=orders_per_week)


def with_freight(**fields: Any) -> Dict:
    """Background at the yard and on the train."""
    return {"freight": {"bulk": merged(FREIGHT, fields)}}
