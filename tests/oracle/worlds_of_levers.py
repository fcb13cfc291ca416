"""Worlds of levers: shares of paths, trust, variety, subsidies and duty-free limits, changed by date."""

from oracle.base_world import Dict, described, lane, origin, route
from oracle.registry import change, world
from oracle.worlds_of_stock import FILL_UP, IN_LOTS, store, storehouse
from sim.scenario.scenario import Scenario

AIR = ["collection", "sorting", "flight", "ural-customs", "inland"]
ROAD = ["collection", "truck", "inland"]
CHARTER = ["sorting", "charter", "ural-customs", "inland"]


def three_paths() -> Dict:
    """The post by air, by road and by charter; the shares stand in another order than the paths."""
    paths = {"air": {"steps": AIR}, "charter": {"steps": CHARTER}, "road": {"steps": ROAD}}
    gateways = {"ural": {"road": 0.25, "air": 0.75}, "center": "air"}
    lanes = {
        "truck": lane("harbin", "moscow", mode="road", transit="3 d"),
        "charter": lane("harbin", "yekaterinburg", transit="7 h", timetable=[{"every": "31 h"}]),
    }
    return {"lanes": lanes, "routes": {"post": route("harbin", paths, gateways=gateways)}}


@world
def shifted_gateways() -> Scenario:
    """Shares that hold, that leave less than nothing, that end, that grow, and of paths nobody took."""
    ural, center = "routes.post.gateways.ural", "routes.post.gateways.center"
    changes = {
        "more-road": change(f"{ural}.road", "2016-04-23", set="60 %", until="2016-05-10"),
        "charters": change(f"{ural}.charter", "2016-04-28", set=0.3, ramp="5 d"),
        "too-much": change(f"{ural}.road", "2016-05-05", multiply=2.5, until="2016-05-08"),
        "by-charter": change(f"{center}.charter", "2016-04-25", add=0.4),
        "no-air": change(f"{center}.air", "2016-05-02", set=0, until="2016-05-06"),
        "nothing": change(f"{center}.charter", "2016-05-04", set=0, until="2016-05-05"),
    }
    return described("shifted-gateways", three_paths(), {"changes": changes}, orders_per_week=180)


@world
def shifted_warehouses() -> Scenario:
    """A path from a second warehouse, not for all, comes and goes; the fallback's gateways shift as well."""
    near = store(place="yekaterinburg", users={"large": True}, stock={"gadgets": {**IN_LOTS, "assortment": 0.4}})
    near["replenishment"] = {"origin": "harbin", "steps": ["flight"], "load": {"mass": "10 kg"}}
    near["fallback"] = {"route": "post", "delay": "3 h"}
    far: Dict = {"fallback": {"route": "post", "delay": "2 h"}, "stock": {"clothes": FILL_UP}}
    paths = {"store": {"steps": ["store", "inland"]}, "near": {"steps": ["near", "inland"]}}
    classes = {"classes": {"small": 0.5, "large": 0.5}}
    shelf, post = "routes.shelf.gateways", "routes.post.gateways"
    over: Dict = {
        "warehouses": {"near": near},
        "routes": {"shelf": {"paths": paths, "gateways": {"ural": {"store": 0.6, "near": 0.4}}}},
        "market": {"origins": {"harbin": origin(170, {"shelf": 0.6, "post": 0.4}, sellers=classes)}},
        "changes": {
            "none-near": change(f"{shelf}.ural.near", "2016-04-26", set=0, until="2016-05-06"),
            "some-near": change(f"{shelf}.center.near", "2016-04-29", set=0.5, ramp="4 d"),
            "all-near": change(f"{shelf}.center.store", "2016-05-09", multiply=0),
            "by-road": change(f"{post}.center.road", "2016-04-27", set=0.7),
            "by-road-too": change(f"{post}.ural.road", "2016-05-03", add=0.3, ramp="6 d"),
        },
    }
    return described("shifted-warehouses", three_paths(), storehouse(**far), over)


@world
def trusted() -> Scenario:
    """Trust that grows, and ends, of two origins at their own midnights; one was trusted before."""
    routes = {"west-post": route("urumqi", {"air": {"steps": ["west-flight", "ural-customs", "inland"]}})}
    west = origin(60, {"west-post": 1})
    west["choice"]["trust"] = "15 CNY"
    changes = {
        "credit": change("market.origins.harbin.choice.trust", "2016-04-22", set=40, ramp="10 d"),
        "payment": change("market.origins.harbin.choice.trust", "2016-05-04", add="25 CNY", until="2016-05-11"),
        "scandal": change("market.origins.urumqi.choice.trust", "2016-05-03", multiply=0),
    }
    return described(
        "trusted",
        {
            "lanes": {"west-flight": lane("urumqi", "yekaterinburg")},
            "routes": routes,
            "market": {"origins": {"urumqi": west}},
            "changes": changes,
        },
    )


@world
def varied() -> Scenario:
    """Levels of products, described and changed, under levels of all orders, at a midnight that is not Beijing's."""
    level, gadgets = "market.origins.harbin.level", "market.origins.harbin.product_levels.gadgets"
    changes = {
        "more": change(gadgets, "2016-04-24", set=2, until="2016-05-09"),
        "still-more": change(gadgets, "2016-05-01", multiply=1.5, ramp="4 d"),
        "no-clothes": change("market.origins.harbin.product_levels.clothes", "2016-05-06", set=0, until="2016-05-08"),
        "fewer": change(level, "2016-05-03", multiply=0.7),
    }
    harbin = origin(60, {"post": 1}, product_levels={"clothes": 0.8}, level=1.3)
    offset = {"harbin": {"utc_offset": 6}}
    return described("varied", {"places": offset, "market": {"origins": {"harbin": harbin}}, "changes": changes})


@world
def subsidised() -> Scenario:
    """A subsidy from the beginning, one that comes and goes, and one above the tariff."""
    express = route("harbin", {"air": {"steps": AIR}}, tariff="20 CNY", subsidy="12 CNY")
    express["tariff_by_product"] = {"gadgets": "5 CNY + 8 CNY/kg"}
    changes = {
        "cheaper": change("routes.post.subsidy", "2016-04-24", set="9 CNY", ramp="5 d", until="2016-05-10"),
        "free": change("routes.express.subsidy", "2016-05-03", add=30),
        "dearer": change("routes.express.tariff.fixed", "2016-05-06", multiply=4),
    }
    market = {"origins": {"harbin": origin(150, {"post": 0.7, "express": 0.3})}}
    return described("subsidised", {"routes": {"express": express}, "market": market, "changes": changes})


@world
def duty_free() -> Scenario:
    """The limit falls, day by day, while parcels wait; at one office without release."""
    examination = {"share": 0.05, "share_above_duty_free": 0.8, "servers": 1, "service": "40 min"}
    release = {"servers": 1, "service": "50 min", "dwell": {"distribution": "exponential", "mean": "8 h"}}
    offices = {
        "ural-customs": {"release": release, "examination": examination, "duty_free_limit": "1000 CNY"},
        "export": {"place": "harbin", "examination": examination, "duty_free_limit": 150},
    }
    limit = "duty_free_limit"
    changes = {
        "lower": change(f"customs.ural-customs.{limit}", "2016-04-24", set="133.37 CNY", ramp="7 d"),
        "higher": change(f"customs.export.{limit}", "2016-05-01", multiply=3, until="2016-05-07"),
    }
    steps = ["collection", "export", "sorting", "flight", "ural-customs", "inland"]
    routes = {"post": {"paths": {"air": {"steps": steps}}}}
    return described("duty-free", {"customs": offices, "routes": routes, "changes": changes}, orders_per_week=160)
