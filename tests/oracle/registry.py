"""The list of all worlds, and what most of them are made of."""

from collections.abc import Callable
from typing import Any

from oracle.base_world import Dict, lane, origin, route
from sim.scenario.scenario import Scenario

MOSCOW = {"moscow-customs": {"place": "moscow", "release": {"servers": 2, "service": "15 min"}}}
WORLDS: dict[str, Callable[[], Scenario]] = {}


def world(make: Callable[[], Scenario]) -> Callable[[], Scenario]:
    """Put a world on the list."""
    WORLDS[make.__name__.replace("_", "-")] = make
    return make


def post(steps: list[str], **fields: Any) -> Dict:
    """The one route with other steps."""
    return {"routes": {"post": route("harbin", {"air": {"steps": steps}}, **fields)}}


def change(what: str, at: str, **fields: Any) -> Dict:
    """A dated change."""
    return {"change": what, "at": at, **fields}


def container_station(place: str, **fields: Any) -> Dict:
    """A consolidation that closes small containers, so that small worlds have many."""
    return {"place": place, "container": {"mass": "8 kg"}, "check_every": "6 h", "close_after": "1 d", **fields}


def train(start: str, to: str, **fields: Any) -> Dict:
    """A train every other day."""
    fixed = {"mode": "rail", "timetable": [{"every": "2 d"}], "transit": "30 h", "payload": {"pieces": 6}}
    payload = {"mass": None, **fields.pop("payload", fixed["payload"])}
    return lane(start, to, **{**fixed, **fields, "payload": payload})


def freight(steps: list[str], per_week: float, **fields: Any) -> Dict:
    """Containers of 20 t."""
    return {"steps": steps, "containers_per_week": per_week, "mass": "20 t", "volume": "60 m3", **fields}


RAIL = ["collection", "packing", "yard", "train", "crane", "depot", "inland"]
"""A path by containers from Harbin to Yekaterinburg."""


def railway(**parts: Dict) -> Dict:
    """All that `RAIL` passes: the market has one route, by rail."""
    world = {
        "consolidations": {"packing": container_station("harbin")},
        "stations": {
            "yard": {"place": "harbin", "servers": 1, "service": "2 h"},
            "crane": {"place": "yekaterinburg", "servers": 1, "service": "45 min"},
            "depot": {"place": "yekaterinburg", "servers": 2, "service": "3 h", "unpacks_containers": True},
        },
        "lanes": {"train": train("harbin", "yekaterinburg")},
        **post(RAIL),
    }
    return {**world, **parts}


def two_routes(**shares: float) -> Dict:
    """A market of Harbin with routes of these reference shares."""
    return {"origins": {"harbin": origin(100, dict(shares))}}
