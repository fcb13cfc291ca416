"""The engine under interventions does what the twin does under the changes that they are meant to be."""

from typing import Any

from oracle.base_world import Dict, described
from oracle.registry import change
from oracle.test_engine_agrees import assert_same_lists, engine_trace
from oracle.trace import first_difference
from oracle.twin import simulate
from oracle.worlds_of_levers import three_paths
from sim.scenario.scenario import Scenario


def intervention(name: str, at: str, measures: Dict, **fields: Any) -> Dict:
    return {"intervention": name, "name": {"en": name}, "proposes": "a test", "at": at, "measures": measures, **fields}


MEANT: Dict = {
    "roads": intervention(
        "roads",
        "2016-04-26",
        {
            "office": {"kind": "open_exchange_office", "route": "post", "path": "road", "shares": {"ural": 0.5}},
            "lorries": {
                "kind": "add_trains",
                "lane": "truck",
                "timetable": [{"weekdays": ["tue", "sat"], "at": "05:00"}, {"on": "2016-04-28", "at": "18:00"}],
            },
            "tariff": {"kind": "pool_shippers", "routes": ["post"], "tariff": 0.8, "at": "2016-04-29"},
        },
        until="2016-05-12",
        ramp="4 d",
    ),
    "crowd": intervention(
        "crowd",
        "2016-05-02",
        {
            "more": {"kind": "demand", "origins": ["harbin"], "factor": 1.6},
            "stop": {"kind": "close", "lanes": ["flight"], "until": "2016-05-04"},
            "faster": {"kind": "expand_station", "queues": ["stations.sorting"], "servers": 2, "service": 0.5},
        },
        lasts="8 d",
    ),
}

BY_HAND: Dict = {
    "office": change("routes.post.gateways.ural.road", "2016-04-26", until="2016-05-12", ramp="4 d", set=0.5),
    "fixed": change("routes.post.tariff.fixed", "2016-04-29", until="2016-05-12", ramp="4 d", multiply=0.8),
    "per-kg": change("routes.post.tariff.per_kg", "2016-04-29", until="2016-05-12", ramp="4 d", multiply=0.8),
    "more": change("market.origins.harbin.level", "2016-05-02", until="2016-05-10", multiply=1.6),
    "stop": change("lanes.flight.is_open", "2016-05-02", until="2016-05-04", set=False),
    "servers": change("stations.sorting.servers", "2016-05-02", until="2016-05-10", add=2),
    "service": change("stations.sorting.service.mean", "2016-05-02", until="2016-05-10", multiply=0.5),
}


def by_hand(plain: Scenario) -> Scenario:
    """The same proposals as somebody would write them who knew no interventions."""
    world = plain.model_dump(mode="json", by_alias=True, exclude_none=True)
    world["changes"] = BY_HAND
    world["lanes"]["truck"]["timetable"] += [
        {"weekdays": ["tue", "sat"], "at": "05:00", "from": "2016-04-26", "until": "2016-05-12"},
        {"on": "2016-04-28", "at": "18:00"},
    ]
    return Scenario.model_validate(world)


def test_engine_under_interventions_agrees_with_the_twin_under_changes() -> None:
    plain = described("plan", three_paths(), orders_per_week=150)
    planned = described("plan", three_paths(), {"interventions": MEANT}, orders_per_week=150)
    twin, engine = simulate(by_hand(plain), 0), engine_trace(planned, 0)
    assert_same_lists("orders", sorted(twin.orders, key=str), sorted(engine.orders, key=str))
    assert first_difference(twin, engine) == ""
    assert twin.outcomes == engine.outcomes
    assert engine.log != engine_trace(plain, 0).log
