"""Small worlds and plans to compare: a line with a narrow sorting office, and interventions that act on it."""

from pathlib import Path
from typing import Any

from oracle.base_world import base, described, merged, route
from ruamel.yaml import YAML

from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario

NARROW = {
    "horizon": {"start": "2016-04-18", "end": "2016-06-06", "drain": "28 d"},
    "stations": {"sorting": {"servers": 1, "service": "35 min"}},
}
FROZEN = {"market": {"feedback": {"congestion": False}}}
TRADE = {"seller_margin": 0.2, "local_share": 0.25, "foreign_trade": {2016: 1e9}}
TRADING = {"market": {"origins": {"harbin": {"trade": TRADE}}}}


def narrow(*overs: dict[str, Any]) -> Scenario:
    """A line whose sorting office has hardly room for what comes."""
    return described("narrow", NARROW, *overs, orders_per_week=300)


def intervention(name: str, measures: dict[str, Any], **more: Any) -> Intervention:
    """An intervention from the first of May on."""
    said = {"intervention": name, "name": {"en": name.replace("-", " ")}, "proposes": "A test.", "at": "2016-05-01"}
    return Intervention.model_validate(said | {"measures": measures} | more)


def more_sorting(servers: int = 1, name: str = "more-sorting", **more: Any) -> Intervention:
    """More servers at the sorting office."""
    return intervention(name, {"lines": expand("stations.sorting", servers=servers)}, **more)


def expand(queue: str, **fields: Any) -> dict[str, Any]:
    """A measure at one queue."""
    return {"kind": "expand_station", "queues": [queue], **fields}


def nothing(name: str = "nothing") -> Intervention:
    """An intervention that changes nothing and costs nothing."""
    return intervention(name, {"m": {"kind": "change", "change": "stations.sorting.servers", "add": 0}})


def two_routes(*overs: dict[str, Any]) -> Scenario:
    """Two routes that only differ in name, by which half of the latent orders go."""
    steps = ["collection", "sorting", "flight", "ural-customs", "inland"]
    routes = {"other": route("harbin", {"air": {"steps": steps}})}
    shares = {"inside": 0.5, "other_gateway": 0.3, "not_bought": 0.2, "routes": {"post": 0.7, "other": 0.3}}
    market = {"origins": {"harbin": {"choice": {"reference_shares": shares}}}}
    return described("two-routes", {"routes": routes, "market": market}, *overs, orders_per_week=1500)


def library(folder: Path, interventions: dict[str, dict[str, Any]], *overs: dict[str, Any]) -> Path:
    """A library with one scenario, `narrow.yaml`, and interventions; the path of the scenario."""
    (folder / "corridors").mkdir()
    (folder / "interventions").mkdir()
    world = merged(base(300), NARROW | {"scenario": "narrow", "title": "A narrow line"})
    for over in overs:
        world = merged(world, over)
    write(world, folder / "narrow.yaml")
    for name, content in interventions.items():
        said = {"intervention": name, "name": {"en": name}, "proposes": "A test.", "at": "2016-05-01"}
        write(said | content, folder / "interventions" / f"{name}.yaml")
    return folder / "narrow.yaml"


def write(content: dict[str, Any], path: Path) -> None:
    """A file of YAML."""
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)


def assumed(value: Any, low: Any, high: Any) -> dict[str, Any]:
    """A number that is not known."""
    return {"value": value, "assumed": [low, high], "why": "a test"}
