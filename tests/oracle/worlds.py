"""Small scenarios that together exercise every feature of `docs/model.md` at one parcel per row.

Each is a function whose name becomes the scenario's; `WORLDS` holds them all, also those of the files beside this one.
"""

import oracle.worlds_of_containers
import oracle.worlds_of_feedback
import oracle.worlds_of_freight
import oracle.worlds_of_levers
import oracle.worlds_of_sellers
import oracle.worlds_of_stock
import oracle.worlds_of_warehouses  # noqa: F401
from oracle.base_world import LAST_MILES, STEPS, described, lane, origin, route
from oracle.registry import MOSCOW, WORLDS, change, post, world
from sim.scenario.scenario import Scenario

__all__ = ["WORLDS"]


@world
def plain() -> Scenario:
    return described("plain")


@world
def random_service() -> Scenario:
    kinds = {
        "exponential": {"distribution": "exponential", "mean": "35 min"},
        "lognormal": {"distribution": "lognormal", "mean": "2 h", "cv": 2.5},
        "uniform": {"distribution": "uniform", "low": 0, "high": "1.2 h"},
        "triangular": {"distribution": "triangular", "low": "10 min", "mode": "10 min", "high": "2 h"},
        "weibull": {"distribution": "weibull", "mean": "50 min", "shape": 0.7},
        "mixture": {
            "distribution": "mixture",
            "of": [
                {"share": 0.5, "distribution": "constant", "mean": "5 min"},
                {"share": 0.3, "distribution": "exponential", "mean": "2 h"},
                {"share": 0.2, "distribution": "weibull", "mean": "6 h", "shape": 3},
            ],
        },
    }
    servers = {"exponential": 1, "lognormal": 3, "uniform": 1, "triangular": 2, "weibull": 1, "mixture": 4}
    dwell = {"distribution": "lognormal", "mean": "3 h", "cv": 1}
    stations = {
        name: {"place": "harbin", "servers": servers[name], "service": kinds[name], "dwell": dwell} for name in kinds
    }
    stations["triangular"].pop("dwell")
    stations["mixture"]["dwell"] = kinds["mixture"]
    return described(
        "random-service", {"stations": stations}, post(["collection", *kinds, "flight", "ural-customs", "inland"])
    )


@world
def overload() -> Scenario:
    stations = {
        "one": {"place": "harbin", "servers": 1, "service": "1.5 h"},
        "five": {"place": "harbin", "servers": 5, "service": "11 h"},
        "three": {"place": "harbin", "servers": 3, "service": {"distribution": "exponential", "mean": "6 h"}},
        "roomy": {"place": "harbin", "servers": 500, "service": "31 h"},
    }
    steps = ["one", "five", "three", "roomy", "flight", "ural-customs", "inland"]
    return described("overload", {"stations": stations}, post(steps), orders_per_week=150)


@world
def opening_hours() -> Scenario:
    stations = {
        "collection": {"hours": "Mon-Sat 07:00-12:00, Mon-Sat 13:00-21:30"},
        "sorting": {"hours": "Mon-Fri 22:00-06:00", "servers": 3, "service": "50 min", "closed_on_holidays": True},
        "crossing": {
            "place": "harbin",
            "hours": "Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00, Sat 10:00-11:00",
            "servers": 25,
            "service": {"distribution": "uniform", "low": "1 h", "high": "9 h"},
            "dwell": {"distribution": "exponential", "mean": "12 h"},
            "closed_on_holidays": True,
        },
        "rest": {"place": "harbin", "servers": 4, "service": "1 h", "closed_on_holidays": True},
    }
    customs = {
        "ural-customs": {
            "hours": "Mon-Fri 08:00-20:00, Sat 09:00-13:00",
            "closed_on_holidays": True,
            "release": {"servers": 2, "service": "15 min"},
            "examination": {"share": 0.3, "servers": 2, "service": "1 h"},
        }
    }
    steps = ["collection", "sorting", "crossing", "rest", "flight", "ural-customs", "inland"]
    return described("opening-hours", {"stations": stations, "customs": customs}, post(steps))


@world
def new_year() -> Scenario:
    stations = {
        "sorting": {"hours": "daily 20:00-04:00", "closed_on_holidays": True},
        "depot": {
            "place": "yekaterinburg",
            "hours": "20:00-24:00",
            "servers": 3,
            "service": {"distribution": "weibull", "mean": "1 h", "shape": 1.5},
            "closed_on_holidays": True,
        },
    }
    horizon = {"start": "2016-12-21", "end": "2017-01-18", "warm_up": "3 d", "drain": "21 d"}
    steps = ["collection", "sorting", "flight", "depot", "ural-customs", "inland"]
    return described(
        "new-year",
        {"horizon": horizon, "stations": stations, "customs": {"ural-customs": {"closed_on_holidays": True}}},
        post(steps),
    )


@world
def staffing() -> Scenario:
    stations = {
        "sorting": {"servers": 6, "service": {"distribution": "lognormal", "mean": "7 h", "cv": 1}},
        "slow": {
            "place": "harbin",
            "servers": 14,
            "service": {"distribution": "uniform", "low": "5 h", "high": "40 h"},
        },
        "even": {"place": "harbin", "servers": 12, "service": "17 h"},
        "late": {"place": "yekaterinburg", "servers": 4, "service": "45 min"},
    }
    changes = {
        "sorting-up": change("stations.sorting.servers", "2016-04-26", add=5, ramp="4 d"),
        "sorting-down": change("stations.sorting.servers", "2016-05-03", multiply=0.5, until="2016-05-10"),
        "sorting-set": change("stations.sorting.servers", "2016-05-12", set=3, ramp="3 d"),
        "before": change("stations.slow.servers", "2016-04-01", add=2),
        "slow-a-down": change("stations.slow.servers", "2016-04-27", set=4),
        "slow-b-up": change("stations.slow.servers", "2016-04-28", set=20),
        "slow-c-down": change("stations.slow.servers", "2016-05-02", multiply=0.01, ramp="6 d", until="2016-05-09"),
        "even-down": change("stations.even.servers", "2016-04-25", add=-9, ramp="10 d"),
        "even-up": change("stations.even.servers", "2016-05-08", add=9, ramp="2 d"),
        "late-down": change("stations.late.servers", "2016-04-29", set=1, until="2016-05-06"),
        "late-up": change("stations.late.servers", "2016-05-02", add=1, ramp="1 d"),
    }
    steps = ["sorting", "slow", "even", "flight", "late", "inland"]
    return described("staffing", {"stations": stations, "changes": changes}, post(steps))


@world
def closures() -> Scenario:
    stations = {
        "sorting": {"servers": 3, "service": {"distribution": "uniform", "low": "1 h", "high": "6 h"}},
        "even": {"place": "harbin", "servers": 4, "service": "4 h", "hours": "Mon-Sat 06:00-23:00"},
        "unopened": {"place": "yekaterinburg", "servers": 5, "service": "30 min", "is_open": False},
    }
    changes = {
        "sorting-a-closes": change("stations.sorting.is_open", "2016-04-26", set=False, until="2016-04-29"),
        "sorting-b-closes": change("stations.sorting.is_open", "2016-05-07", set=False),
        "sorting-c-opens": change("stations.sorting.is_open", "2016-05-09", set=True),
        "sorting-more": change("stations.sorting.servers", "2016-04-27", set=1, until="2016-05-01"),
        "even-closes": change("stations.even.is_open", "2016-05-02", set=False, until="2016-05-08"),
        "opened": change("stations.unopened.is_open", "2016-04-30", set=True),
        "customs-close": change("customs.ural-customs.is_open", "2016-05-04", set=False, until="2016-05-07"),
        "never-again": change("stations.even.is_open", "2016-05-24", set=False),
        "collection-closes": change("stations.collection.is_open", "2016-05-10", set=False, until="2016-05-12"),
        "collection-for-good": change("stations.collection.is_open", "2016-05-27", set=False),
    }
    customs = {"ural-customs": {"examination": {"share": 0.5, "servers": 2, "service": "3 h"}}}
    steps = ["collection", "sorting", "even", "flight", "unopened", "ural-customs", "inland"]
    return described("closures", {"stations": stations, "customs": customs, "changes": changes}, post(steps))


@world
def changed_times() -> Scenario:
    dwell = {"distribution": "exponential", "mean": "4 h"}
    stations = {
        "collection": {"dwell": {"distribution": "triangular", "low": "1 h", "mode": "2 h", "high": "8 h"}},
        "sorting": {"servers": 3, "service": {"distribution": "weibull", "mean": "1 h", "shape": 2}, "dwell": dwell},
    }
    customs = {"ural-customs": {"release": {"dwell": dwell}, "examination": {"share": 0.2, "service": 5, "servers": 3}}}
    lanes = {"flight": {"transit": {"distribution": "lognormal", "mean": "6 h", "cv": 0.3}}}
    changes = {
        "a": change("stations.sorting.service.mean", "2016-04-22", set="2.5 h", ramp="5 d"),
        "b": change("stations.sorting.service.mean", "2016-05-01", multiply=0.5),
        "c": change("stations.sorting.dwell.mean", "2016-04-28", add="90 min", until="2016-05-05"),
        "d": change("stations.collection.dwell.mean", "2016-04-24", multiply=3, ramp="7 d"),
        "e": change("customs.ural-customs.release.service.mean", "2016-05-03", set="1 h"),
        "f": change("customs.ural-customs.release.dwell.mean", "2016-05-05", set="20 h", until="2016-05-12"),
        "g": change("customs.ural-customs.examination.service.mean", "2016-05-06", add="-2 h"),
        "h": change("customs.ural-customs.examination.share", "2016-04-27", add=0.5, ramp="10 d"),
        "i": change("customs.ural-customs.examination.servers", "2016-05-08", set=12),
        "j": change("lanes.flight.transit.mean", "2016-05-02", multiply=2.5, until="2016-05-09"),
        "k": change("last_miles.inland.times.yekaterinburg.center.mean", "2016-05-04", add="30 h", ramp="4 d"),
        "l": change("last_miles.inland.times.yekaterinburg.ural.mean", "2016-05-04", multiply=0.5),
        "m": change("stations.sorting.service.mean", "2016-05-10", multiply=3, until="2016-05-13"),
    }
    parts = {"stations": stations, "customs": customs, "lanes": lanes, "changes": changes}
    return described("changed-times", parts)


@world
def customs() -> Scenario:
    offices = {
        "export": {
            "place": "harbin",
            "examination": {"share": 0.1, "share_by_product": {"gadgets": 0.6}, "servers": 1, "service": "2 h"},
        },
        "ural-customs": {
            "hours": "Mon-Sat 08:00-20:00",
            "release": {"servers": 3, "service": "25 min", "dwell": {"distribution": "exponential", "mean": "5 h"}},
            "examination": {
                "share": 0.05,
                "share_above_duty_free": 0.7,
                "share_by_product": {"clothes": 0.2},
                "servers": 2,
                "service": {"distribution": "exponential", "mean": "1 h"},
                "dwell": {"distribution": "uniform", "low": 0, "high": "9 h"},
            },
            "duty_free_limit": "300 CNY",
        },
        "last-check": {
            "place": "yekaterinburg",
            "release": {"dwell": {"distribution": "uniform", "low": 0, "high": "2 h"}},
            "examination": {"share": 0.25, "dwell": "7 h"},
            "duty_free_limit": "500 CNY",
        },
    }
    changes = {
        "a": change("customs.ural-customs.examination.share_above_duty_free", "2016-05-02", set=0.2),
        "b": change("customs.ural-customs.examination.share_by_product.clothes", "2016-05-02", multiply=3),
        "c": change("customs.export.examination.share", "2016-05-01", set=0.9, ramp="6 d"),
    }
    steps = ["collection", "export", "sorting", "flight", "ural-customs", "last-check", "inland"]
    return described("customs", {"customs": offices, "changes": changes}, post(steps), orders_per_week=200)


@world
def timetable() -> Scenario:
    lanes = {
        "flight": {
            "cutoff": "5 h",
            "timetable": [
                {"weekdays": ["tue", "fri"], "at": "01:30"},
                {"weekdays": ["fri"], "at": "01:30"},
                {"on": "2016-04-30", "at": "17:15:30"},
                {"on": "2016-05-29", "at": "00:00"},
                {"weekdays": ["sun"], "at": "23:59", "from": "2016-05-01", "until": "2016-05-08"},
            ],
        },
        "truck": lane(
            "yekaterinburg",
            "moscow",
            mode="road",
            timetable=[
                {"every": "31 h"},
                {"every": "7 h", "from": "2016-05-07", "until": "2016-05-09"},
                {"weekdays": ["mon"], "at": "00:00"},
            ],
            cutoff="26 h",
            transit={"distribution": "triangular", "low": "20 h", "mode": "26 h", "high": "50 h"},
        ),
        "unused": lane("moscow", "harbin", cutoff="3 d"),
    }
    horizon = {"start": "2016-04-20", "warm_up": "4 d"}
    steps = ["collection", "sorting", "flight", "truck", "moscow-customs", "inland"]
    return described("timetable", {"lanes": lanes, "customs": MOSCOW, "horizon": horizon}, post(steps))


@world
def on_demand() -> Scenario:
    lanes = {
        "flight": {
            "timetable": None,
            "on_demand": {
                "when_ready": "8 kg",
                "check_every": "5 h",
                "min_gap": "10 h",
                "max_gap": "3 d",
                "fleet": 2,
                "turnaround": "90 min",
            },
            "cutoff": "2 h",
            "payload": {"mass": "12 kg"},
            "transit": {"distribution": "uniform", "low": "5 h", "high": "30 h"},
            "cancellation": 0.3,
        },
        "truck": lane(
            "yekaterinburg",
            "moscow",
            on_demand={"when_ready": "20 kg", "check_every": "1 h", "min_gap": 0, "fleet": 1, "turnaround": "3 h"},
            payload={"mass": "25 kg"},
            transit="1 d",
        ),
    }
    changes = {
        "a": change("lanes.flight.on_demand.fleet", "2016-05-01", add=1),
        "b": change("lanes.flight.on_demand.when_ready", "2016-05-05", set="3 kg"),
        "c": change("lanes.truck.on_demand.min_gap", "2016-05-03", set="40 h", until="2016-05-11"),
        "d": change("lanes.truck.is_open", "2016-05-12", set=False, until="2016-05-15"),
        "e": change("lanes.flight.on_demand.max_gap", "2016-05-08", multiply=0.3, ramp="4 d"),
        "f": change("lanes.truck.on_demand.fleet", "2016-05-08", add=2, ramp="4 d"),
    }
    steps = ["collection", "sorting", "flight", "truck", "moscow-customs", "inland"]
    return described("on-demand", {"lanes": lanes, "customs": MOSCOW, "changes": changes}, post(steps))


@world
def payload() -> Scenario:
    lanes = {
        "flight": {"payload": {"mass": "9 kg"}, "priority": 3},
        "a-van": lane("harbin", "yekaterinburg", payload={"mass": None, "volume": "60 l"}, priority=3),
        "second": lane("yekaterinburg", "moscow", payload={"mass": None, "pieces": 21}, priority=1),
        "third": lane("moscow", "yekaterinburg", payload={"mass": "40 kg", "volume": "90 l", "pieces": 30}),
    }
    steps = ["sorting", "flight", "second", "third", "ural-customs", "inland"]
    routes = {
        "post": route("harbin", {"air": {"steps": steps}}, priority=5),
        "express": route("harbin", {"air": {"steps": ["collection", *steps[1:]]}}, priority=2, tariff="90 CNY"),
        "van": route("harbin", {"road": {"steps": ["collection", "a-van", *steps[2:]]}}, priority=5),
    }
    changes = {
        "a": change("lanes.flight.payload.mass", "2016-05-02", add="6 kg", ramp="9 d"),
        "b": change("lanes.a-van.payload.volume", "2016-05-04", multiply=1.5),
        "c": change("lanes.second.payload.pieces", "2016-05-04", multiply=1.75, until="2016-05-13"),
        "d": change("lanes.third.is_open", "2016-05-06", set=False, until="2016-05-10"),
    }
    market = {"origins": {"harbin": origin(150, {"post": 0.5, "express": 0.2, "van": 0.3})}}
    return described("payload", {"lanes": lanes, "routes": routes, "changes": changes, "market": market})


@world
def weather_and_loss() -> Scenario:
    months = [0.1, 0.1, 0.1, 0.3, 0.6, 0.4, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1]
    places = {"harbin": {"weather": months}, "yekaterinburg": {"weather": months[::-1]}}
    lanes = {
        "flight": {
            "weather_sensitive": True,
            "cancellation": [0.0, 0.0, 0.0, 0.1, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            "timetable": [{"weekdays": ["mon", "wed", "thu", "sat"], "at": "02:00"}, {"every": "13 h"}],
        },
        "hop": lane(
            "yekaterinburg",
            "moscow",
            weather_sensitive=True,
            cancellation=0.05,
            on_demand={"when_ready": "1 kg", "check_every": "3 h", "min_gap": "6 h", "fleet": 3},
        ),
    }
    changes = {
        "a": change("lanes.hop.cancellation", "2016-05-03", add=0.5, ramp="5 d"),
        "b": change("routes.post.loss.share", "2016-05-03", set=0.3),
    }
    steps = ["collection", "sorting", "flight", "hop", "moscow-customs", "inland"]
    world = {"places": places, "lanes": lanes, "customs": MOSCOW, "changes": changes}
    return described("weather-and-loss", world, post(steps, loss={"share": 0.08, "at": "moscow-customs"}))


@world
def lost_at_a_lane() -> Scenario:
    loss = {"share": 0.2, "at": "flight"}
    horizon = {"end": "2016-05-02", "drain": 0}
    return described("lost-at-a-lane", {"horizon": horizon}, {"routes": {"post": {"loss": loss}}})


@world
def two_origins() -> Scenario:
    lanes = {
        "to-moscow": lane("harbin", "moscow", timetable=[{"weekdays": ["tue", "thu", "sun"], "at": "20:00"}]),
        "from-urumqi": lane("urumqi", "moscow", timetable=[{"weekdays": ["mon", "thu"], "at": "18:00"}]),
        "train": lane("urumqi", "yekaterinburg", mode="rail", timetable=[{"every": "2 d"}], transit="4 d"),
    }
    stations = {
        "gate": {"place": "moscow", "servers": 2, "service": {"distribution": "exponential", "mean": "30 min"}},
        "merge": {"place": "yekaterinburg", "servers": 1, "service": "20 min", "dwell": "1 h"},
        "urumqi-sorting": {"place": "urumqi", "servers": 1, "service": "10 min", "hours": "09:00-19:00"},
    }
    last_miles = {"inland": {"times": {"moscow": {"ural": "5 d", "center": "30 h"}}}}
    tail = ["merge", "ural-customs", "inland"]
    far = ["gate", "moscow-customs", "inland"]
    paths = {
        "air": {"steps": ["collection", "sorting", "flight", *tail]},
        "capital": {"steps": ["collection", "sorting", "to-moscow", *far]},
    }
    own = {
        "west": {"steps": ["urumqi-sorting", "from-urumqi", *far]},
        "rail": {"steps": ["train", *tail]},
    }
    shares = {"ural": {"air": 0.75, "capital": 0.25}, "center": {"capital": 0.6, "air": 0.4}}
    routes = {
        "post": route("harbin", paths, gateways=shares),
        "west-post": route("urumqi", own, gateways={"ural": "west", "center": {"west": 0.3, "rail": 0.7}}),
    }
    urumqi = origin(
        80,
        {"west-post": 1},
        region_shares={"center": 0.8, "ural": 0.2},
        product_shares={"gadgets": 0.9, "clothes": 0.1},
        season={"hours": [0] * 8 + [1] * 12 + [2] * 4},
    )
    market = {"origins": {"harbin": origin(100, {"post": 1}), "urumqi": urumqi}}
    parts = {
        "lanes": lanes,
        "customs": MOSCOW,
        "stations": stations,
        "last_miles": last_miles,
        "routes": routes,
        "market": market,
    }
    changes = {
        "level": change("market.origins.urumqi.level", "2016-04-29", add=1.2, ramp="3 d", until="2016-05-07"),
        "tariff": change("routes.west-post.tariff.per_kg", "2016-05-03", set="5 CNY/kg"),
        "closed": change("routes.west-post.is_open", "2016-05-10", set=False, until="2016-05-12"),
    }
    return described("two-origins", parts, {"changes": changes})


@world
def reroute() -> Scenario:
    lanes = {
        "second": lane("harbin", "yekaterinburg", timetable=[{"weekdays": ["mon", "fri"], "at": "20:00"}]),
        "truck": lane("harbin", "moscow", mode="road", timetable=[{"every": "2 d"}], transit="80 h"),
        "charter": lane(
            "harbin",
            "yekaterinburg",
            cutoff="90 min",
            on_demand={"when_ready": "2 kg", "check_every": "4 h", "min_gap": "8 h", "fleet": 2},
        ),
    }
    head, tail = ["collection", "sorting"], ["ural-customs", "inland"]
    paths = {
        "air": {"steps": [*head, "flight", *tail], "reroute": "other"},
        "other": {"steps": [*head, "second", *tail], "reroute": "road"},
        "road": {"steps": [*head, "truck", "inland"]},
        "charter": {"steps": [*head, "charter", *tail], "reroute": "air"},
        "stubborn": {"steps": [*head, "flight", "inland"]},
    }
    gateways = {"ural": {"air": 0.5, "charter": 0.3, "stubborn": 0.2}, "center": {"other": 0.5, "charter": 0.5}}
    changes = {
        "a": change("lanes.flight.is_open", "2016-04-28", set=False, until="2016-05-03"),
        "b": change("lanes.second.is_open", "2016-05-01", set=False, until="2016-05-10"),
        "c": change("lanes.charter.is_open", "2016-05-02", set=False, until="2016-05-07"),
        "d": change("lanes.flight.is_open", "2016-05-12", set=False, until="2016-05-13"),
    }
    routes = {"post": route("harbin", paths, gateways=gateways, loss={"share": 0.2, "at": "second"})}
    return described("reroute", {"lanes": lanes, "routes": routes, "changes": changes})


@world
def market() -> Scenario:
    only_ural = {"ural": {"days": "4 d", "spread": "1 d"}, "center": None}
    express = route(
        "harbin",
        {"air": {"steps": ["sorting", "flight", "inland"]}},
        promise=only_ural,
        gateways={"ural": "air", "center": None},
        tariff="80 CNY + 30 CNY/kg",
        priority=1,
    )
    bulky = route(
        "harbin",
        {"road": {"steps": ["collection", "flight", "ural-customs", "inland"]}},
        products=["gadgets"],
        tariff="20 CNY",
        tariff_by_product={"gadgets": "9 CNY + 11 CNY/kg"},
        is_open=False,
    )
    season = {
        "months": [1, 1, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1],
        "weekdays": [1.3, 1, 1, 1, 0.9, 0.5, 0],
        "hours": [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 2, 1],
        "events": {
            "sale": {"on": "05-05", "starts": -1, "lasts": 2, "factor": 4},
            "after-new-year": {"on": "lunar-new-year", "starts": 60, "lasts": 30, "factor": 0.4},
        },
    }
    growth = {"levels": {"2014": 0.7, "2016": 1, "2017": 1.6}}
    shares = {"post": 0.6, "express": 0.3, "bulky": 0.1}
    harbin = origin(120, shares, season=season, growth=growth, level=1.1)
    changes = {
        "level-up": change("market.origins.harbin.level", "2016-04-27", multiply=2.3, ramp="6 d"),
        "level-down": change("market.origins.harbin.level", "2016-05-07", set=0.33, until="2016-05-09"),
        "cheaper": change("routes.post.tariff.fixed", "2016-04-28", set=0),
        "dearer": change("routes.express.tariff.per_kg", "2016-05-05", add=400, ramp="3 d"),
        "bulky-opens": change("routes.bulky.is_open", "2016-04-29", set=True),
        "post-closes": change("routes.post.is_open", "2016-05-11", set=False, until="2016-05-13"),
        "slow": change("stations.sorting.service.mean", "2016-04-25", set="80 min"),
    }
    review = {"minimum_parcels": 12, "smoothing": 0.6, "relaxation": 0.2}
    parts = {
        "routes": {"express": express, "bulky": bulky},
        "market": {"origins": {"harbin": harbin}, "review": review},
        "changes": changes,
        "horizon": {"start": "2016-04-27", "warm_up": "16 d", "end": "2016-05-26"},
    }
    return described("market", parts)


@world
def frozen_market() -> Scenario:
    feedback = {"congestion": False}
    growth = {"levels": {"2014": 1, "2016": 1}, "rate_beyond": 0.4, "saturation": 3}
    parts = {
        "market": {"origins": {"harbin": {"growth": growth, "choice": {"dissimilarity": 1}}}, "feedback": feedback},
        "stations": {"sorting": {"service": "1 h"}},
    }
    return described("frozen-market", parts)


@world
def same_instants() -> Scenario:
    """Everything in whole hours, so that arrivals, closings, changes, reviews and cutoffs fall together."""
    every_6_h = [{"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": f"{h:02}:00"} for h in (0, 12)]
    lanes = {
        "flight": {"timetable": every_6_h, "cutoff": "6 h", "transit": "11 h"},
        "b-flight": lane("harbin", "yekaterinburg", timetable=[{"every": "6 h"}], transit="5 h", priority=2),
        "onward": lane("yekaterinburg", "moscow", timetable=[{"every": "1 h"}], transit="1 h", payload={"pieces": 15}),
        "again": lane(
            "moscow",
            "yekaterinburg",
            on_demand={"when_ready": 0, "check_every": "1 h", "min_gap": "3 h", "fleet": 1, "turnaround": "30 min"},
            transit="1 h",
        ),
    }
    stations = {
        "gate": {"place": "yekaterinburg", "servers": 3, "service": "1 h", "dwell": 0, "hours": "daily 02:00-21:00"},
        "pass": {"place": "moscow", "dwell": 0},
        "desk": {"place": "moscow", "servers": 40, "service": "2 h", "hours": "Mon-Sat 00:00-22:00"},
    }
    tail = ["gate", "onward", "pass", "desk", "pass-customs", "again", "inland"]
    paths = {"air": {"steps": ["collection", "flight", *tail]}, "b": {"steps": ["collection", "b-flight", *tail]}}
    changes = {
        "a": change("stations.gate.servers", "2016-04-25", set=6, ramp="3 d", until="2016-05-02"),
        "b": change("stations.gate.is_open", "2016-05-03", set=False, until="2016-05-04"),
        "c": change("stations.desk.service.mean", "2016-05-02", set="3 h"),
        "d": change("lanes.onward.is_open", "2016-05-05", set=False, until="2016-05-06"),
        "e": change("customs.pass-customs.examination.share", "2016-05-09", set=0.9),
    }
    parts = {
        "lanes": lanes,
        "stations": stations,
        "customs": {"pass-customs": {"place": "moscow", "examination": {"share": 0.4, "dwell": 0}}},
        "routes": {"post": route("harbin", paths, gateways={"ural": {"air": 0.5, "b": 0.5}, "center": "b"})},
        "last_miles": {"inland": {"times": {"yekaterinburg": {"ural": 0, "center": "24 h"}}}},
        "changes": changes,
    }
    return described("same-instants", parts)


@world
def everything() -> Scenario:
    """Most features at once, over ten weeks."""
    stations = {
        "sorting": {
            "servers": 4,
            "service": {"distribution": "lognormal", "mean": "40 min", "cv": 0.6},
            "hours": "Mon-Sat 08:00-20:00",
            "closed_on_holidays": True,
            "dwell": "1 h",
        },
        "hub": {"place": "moscow", "servers": 2, "service": "30 min", "hours": "Mon-Fri 20:00-08:00"},
    }
    offices = {
        "ural-customs": {
            "hours": "Mon-Fri 08:00-20:00",
            "closed_on_holidays": True,
            "examination": {"share": 0.1, "share_above_duty_free": 0.5, "servers": 1, "service": "50 min"},
            "duty_free_limit": 250,
        }
    }
    lanes = {
        "flight": {
            "timetable": [{"weekdays": ["mon", "wed", "fri"], "at": "03:30"}],
            "payload": {"mass": "45 kg", "volume": "300 l"},
            "cutoff": "4 h",
            "cancellation": 0.1,
            "weather_sensitive": True,
        },
        "charter": lane(
            "harbin",
            "moscow",
            on_demand={"when_ready": "20 kg", "check_every": "6 h", "min_gap": "1 d", "max_gap": "4 d", "fleet": 1},
            payload={"mass": "30 kg"},
            transit={"distribution": "uniform", "low": "8 h", "high": "12 h"},
        ),
        "truck": lane("moscow", "yekaterinburg", mode="road", transit="30 h", payload={"pieces": 25}),
    }
    paths = {
        "air": {"steps": STEPS, "reroute": "capital"},
        "capital": {"steps": ["collection", "sorting", "charter", "hub", "truck", "ural-customs", "inland"]},
    }
    express = {"air": {"steps": ["sorting", "flight", "ural-customs", "inland"]}}
    routes = {
        "post": route("harbin", paths, gateways={"center": {"capital": 0.5, "air": 0.5}}, priority=4),
        "express": route("harbin", express, tariff="70 CNY", priority=1, loss={"share": 0.02, "at": "inland"}),
    }
    changes = {
        "staff": change("stations.sorting.servers", "2016-05-10", add=3, ramp="5 d"),
        "closed": change("lanes.flight.is_open", "2016-05-20", set=False, until="2016-05-27"),
        "growing": change("market.origins.harbin.level", "2016-05-15", add=0.7, ramp="20 d"),
        "window": change("customs.ural-customs.release.service.mean", "2016-05-25", multiply=0.4),
        "hub-closed": change("stations.hub.is_open", "2016-06-01", set=False, until="2016-06-06"),
        "dearer": change("routes.post.tariff.fixed", "2016-06-02", add=25),
    }
    parts = {
        "places": {"harbin": {"weather": [0.2] * 12}},
        "stations": stations,
        "customs": offices,
        "lanes": lanes,
        "routes": routes,
        "market": {"origins": {"harbin": origin(250, {"post": 0.7, "express": 0.3})}},
        "changes": changes,
        "horizon": {"start": "2016-04-22", "warm_up": "11 d", "end": "2016-06-20", "drain": "10 d"},
        "last_miles": LAST_MILES,
    }
    return described("everything", parts)
