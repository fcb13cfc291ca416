"""Interventions that open a set of sites: those of the library by name, or one that is made of the siting file.

What is made is a file like those of `scenarios/interventions/`: a warehouse like one of the base at each site, scaled
to the orders of the regions that it serves, supplied as the siting file says; paths to it, and from a day on the orders
of these regions. A warehouse of the base that stands at no chosen site gets no more orders and orders nothing. It is
written to the folder of results, so that it can be read, explained and compared by hand.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from sim.experiments.siting.contract import Built, Candidate, Supply
from sim.experiments.siting.demand import flows_of
from sim.experiments.siting.shortlist import Solved
from sim.experiments.siting.solving import Answer
from sim.reading import read_tree
from sim.reading.tree import nearest
from sim.scenario.base import Described
from sim.scenario.lanes import Lane
from sim.scenario.scenario import Scenario
from sim.ticks import DAY
from sim.units import format_quantity

Content = dict[str, Any]
AND = "+"
SMALL = 1e-3
"""Shares of a region below this are left of rounding."""


def plan_name(names: tuple[str, ...]) -> str:
    """What the plan of a set is called."""
    return AND.join(names)


def is_of_library(solved: Solved, answer: Answer) -> bool:
    """Whether interventions of the library open all sites of a set."""
    return all(solved.siting.candidates[name].intervention is not None for name in solved.names(answer))


def written(solved: Solved, answer: Answer, folder: Path) -> Path:
    """Write the intervention that opens a set to a folder; its file."""
    content = _Opening.of(solved, answer).content()
    file = folder / f"{content['intervention']}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    yaml = YAML()
    yaml.width = 140
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(content, stream)
    return file


def dumped(described: Described) -> Content:
    """A described thing as a file has it."""
    return described.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def far_route(built: Built) -> str:
    """The route to regions that the base's route does not serve."""
    return f"{built.route}-far"


@dataclass(frozen=True)
class _Opening:
    """A set of sites on its way to an intervention."""

    solved: Solved
    answer: Answer
    built: Built
    base: Scenario
    raw: Any
    """The siting file with its sources."""
    serves: Mapping[str, Mapping[str, float]]
    """Share of each region by site."""
    size: Mapping[str, float]
    """Orders of each site, over those of the base's warehouse."""

    @classmethod
    def of(cls, solved: Solved, answer: Answer) -> "_Opening":
        built, base = solved.siting.warehouse, solved.asked.scenario
        assert built is not None
        parcels = flows_of(solved.siting, solved.demands.central).parcels.sum(axis=1)
        points, names = solved.siting.points, list(solved.siting.candidates)
        before = sum(n for n, point in zip(parcels, points, strict=True) if point in base.routes[built.route].promise)
        serves: dict[str, dict[str, float]] = {}
        for j in answer.chosen:
            share = answer.served[:, j]
            serves[names[j]] = {points[i]: float(share[i]) for i in np.flatnonzero(share > SMALL)}
        size = {names[j]: float(parcels @ answer.served[:, j] / before) for j in answer.chosen}
        return cls(solved, answer, built, base, read_tree(solved.asked.file), serves, size)

    # -- names ---------------------------------------------------------------------------------------------------------

    @property
    def _standing(self) -> str | None:
        """The candidate at which the base has its warehouse."""
        place = self.base.warehouses[self.built.like].place
        sites = self.solved.siting.candidates.items()
        return next((name for name, site in sites if site.place == place), None)

    def _new(self) -> Iterator[tuple[str, Candidate, str]]:
        """Sites at which something is built, with the place."""
        for name in self.serves:
            site = self.solved.siting.candidates[name]
            if name != self._standing:
                assert site.place is not None
                yield name, site, site.place

    def _house(self, name: str) -> str:
        """The warehouse of a site."""
        return self.built.like if name == self._standing else f"site-{name}-warehouse"

    def _path(self, name: str) -> str:
        """Its path on the route."""
        if name != self._standing:
            return f"site-{name}"
        paths = self.base.routes[self.built.route].paths
        return next(path for path, each in paths.items() if each.steps[0] == self.built.like)

    # -- the whole -----------------------------------------------------------------------------------------------------

    def content(self) -> Content:
        """The file."""
        siting, names = self.solved.siting, tuple(self.serves)
        cities = ", ".join(siting.candidates[name].name.en for name in names)
        return {
            "intervention": "-".join(["site", siting.siting, *names])[:60].rstrip("-"),
            "name": {"en": f"Warehouses at {cities}"[:80]},
            "base": siting.base,
            "proposes": f"Warehouses at {cities}, each for the regions it serves best; made by `sim site`.",
            "at": self.built.at,
            "paid_by": "sellers",
            **self._cost("capital"),
            **self._cost("running_per_year"),
            "adds": self._adds(),
            "measures": dict(self._measures()),
        }

    def _cost(self, key: str) -> Content:
        """Capital or running cost of what is built, with the sum of its ranges."""
        values = [getattr(site, key) for _, site, _ in self._new()]
        sources = [self.solved.asked.sources.get(("candidates", name, key)) for name, _, _ in self._new()]
        return {key: f"{sum(values)!r} CNY"} if not any(sources) else {
            key: {"value": f"{sum(values)!r} CNY", "assumed": self._range(key), "why": "as in the siting file"}
        }  # fmt: skip

    def _range(self, key: str) -> list[str]:
        ends = [0.0, 0.0]
        for name, site, _ in self._new():
            source = self.solved.asked.sources.get(("candidates", name, key))
            given = source.range if source and isinstance(source.range, tuple) else (getattr(site, key),) * 2
            ends = [end + float(str(each).split()[0]) for end, each in zip(ends, given, strict=True)]
        return [f"{end!r} CNY" for end in ends]

    # -- what is added -------------------------------------------------------------------------------------------------

    def _adds(self) -> Content:
        adds: Content = {}
        for name, site, place in self._new():
            self._add_site(adds, name, site, place)
        self._add_times(adds)
        if growth := dict(self._growth()):
            adds["changes"] = growth
        if far := self._far():
            adds.setdefault("routes", {})[far_route(self.built)] = self._far_route(far)
            origin = self.base.routes[self.built.route].origin
            adds["market"] = {"origins": {origin: {"choice": {"like": {far_route(self.built): self.built.route}}}}}
        return adds

    def _add_site(self, adds: Content, name: str, site: Candidate, place: str) -> None:
        supply = site.supply
        assert supply is not None
        if place not in self.base.places:
            country = self.base.places[self.base.warehouses[self.built.like].place].country
            offset = format_quantity(supply.utc_offset, "duration", "h")
            where = {"latitude": site.latitude, "longitude": site.longitude, "utc_offset": offset, "country": country}
            adds.setdefault("places", {})[place] = {"name": dumped(site.name), **where}
        lanes = adds.setdefault("lanes", {})
        steps = list(supply.steps)
        if supply.onward is not None:
            lane = f"site-{name}-lane"
            lanes[lane] = self._lane(supply, place)
            steps.append(lane)
        if supply.customs is not None:
            office = f"site-{name}-customs"
            adds.setdefault("customs", {})[office] = dumped(self.base.customs[supply.customs]) | {"place": place}
            steps.append(office)
        adds.setdefault("warehouses", {})[self._house(name)] = self._warehouse(name, place, steps)
        path: Content = {"steps": [self._house(name), self.built.last_mile]}
        if back := self._way_back():
            lanes[f"site-{name}-returns"] = dumped(self.base.lanes[back]) | {"from": place, "to": place}
            path["return_steps"] = [f"site-{name}-returns", self._house(name)]
        adds.setdefault("routes", {}).setdefault(self.built.route, {}).setdefault("paths", {})[self._path(name)] = path

    def _growth(self) -> Iterator[tuple[str, Content]]:
        """Stock that the base lets grow with demand grows at the new warehouses too."""
        head = f"warehouses.{self.built.like}."
        for slug, change in self.base.changes.items():
            if change.change.startswith(head) and change.multiply is not None:
                for name, _, _ in self._new():
                    path = change.change.replace(head, f"warehouses.{self._house(name)}.", 1)
                    yield f"{slug}-{name}"[:60].rstrip("-"), dumped(change) | {"change": path}

    def _way_back(self) -> str | None:
        paths = self.base.routes[self.built.route].paths.values()
        steps = next(each.return_steps for each in paths if each.steps[0] == self.built.like)
        return steps[0] if steps else None

    def _lane(self, supply: Supply, place: str) -> Content:
        """A lane like one of the base, over another distance at the same speed and cost a kilometre."""
        assert supply.onward is not None
        like = self.base.lanes[supply.onward.like]
        ratio = supply.onward.distance / float(like.distance or supply.onward.distance)
        lane = dumped(like) | {"from": _end_of(self.base, supply.steps), "to": place}
        lane["distance"] = format_quantity(supply.onward.distance, "distance", "km")
        for key in ("cost_per_kg", "cost_per_departure"):
            if getattr(like, key):
                lane[key] = f"{getattr(like, key) * ratio!r} {'CNY/kg' if key == 'cost_per_kg' else 'CNY'}"
        lane["transit"] = _longer(lane["transit"], like, ratio)
        return lane

    def _warehouse(self, name: str, place: str, steps: list[str]) -> Content:
        """The base's warehouse at another place, of another size; it orders nothing before its day."""
        house, size = dumped(self.base.warehouses[self.built.like]), self.size[name]
        house |= {"place": place, "is_open": False}
        house["storage"] = f"{max(self.base.warehouses[self.built.like].storage * size, 1e6):.0f} cm3"
        for queue in ("pick", "receiving"):
            servers = self.base.warehouses[self.built.like].model_dump()[queue]["servers"]
            house[queue] = house[queue] | {"servers": max(math.ceil(servers * size), 1)}
        for product, stock in self.base.warehouses[self.built.like].stock.items():
            mine = house["stock"][product] | {"reorder_point": 0, "initial": 1}
            for key in ("order_up_to", "quantity"):
                if (number := getattr(stock, key)) is not None:
                    mine[key] = max(round(number * size), _reorder(stock.reorder_point, size) + 1, 1)
            house["stock"][product] = mine
        fees = house.get("fees", {})
        if "minimum_parcels_per_month" in fees:
            fees["minimum_parcels_per_month"] = round(fees["minimum_parcels_per_month"] * size)
        house["replenishment"] = house["replenishment"] | {"steps": steps}
        return house

    def _add_times(self, adds: Content) -> None:
        """Times of the last mile that the base has not."""
        siting = self.solved.siting
        spread = next(iter(next(iter(self.base.last_miles[self.built.last_mile].times.values())).values()))
        cv = next((part.cv for part in spread.parts if part.cv), None)
        for name in self.serves:
            site = siting.candidates[name]
            times: Content = {}
            for region in site.inland_days:
                mean = nearest(self.raw, ("candidates", name, "inland_days", region))[0].plain()
                times[region] = {"distribution": "lognormal", "mean": mean, "cv": cv} if cv else mean
            if times:
                mile = adds.setdefault("last_miles", {}).setdefault(self.built.last_mile, {"times": {}})
                mile["times"][site.place] = times

    # -- far regions ---------------------------------------------------------------------------------------------------

    def _far(self) -> dict[str, dict[str, float]]:
        """Regions that the route of the base does not serve, with the share of each site."""
        known = self.base.routes[self.built.route].promise
        far: dict[str, dict[str, float]] = {}
        for name, regions in self.serves.items():
            for region, share in regions.items():
                if region not in known:
                    far.setdefault(region, {})[self._path(name)] = share
        return far

    def _far_route(self, far: Mapping[str, Mapping[str, float]]) -> Content:
        like = self.base.routes[self.built.route]
        route = dumped(like)
        spread = max(promise.spread for promise in like.promise.values())
        days = {region: format_quantity(self.built.far[region], "duration", "h") for region in far}
        route["name"] = {"en": f"{like.name.en}, further regions"[:80]}
        route["promise"] = {g: {"days": d, "spread": format_quantity(spread, "duration", "h")} for g, d in days.items()}
        route["is_open"] = False
        names = {self._path(name): name for name in self.serves}
        used = dict.fromkeys(path for shares in far.values() for path in shares)
        route["paths"] = {path: self._path_of(names[path]) for path in used}
        route["gateways"] = {region: dict(shares) for region, shares in far.items()}
        return route

    def _path_of(self, name: str) -> Content:
        if name == self._standing:
            return dumped(self.base.routes[self.built.route].paths[self._path(name)])
        path: Content = {"steps": [self._house(name), self.built.last_mile]}
        return path | ({"return_steps": [f"site-{name}-returns", self._house(name)]} if self._way_back() else {})

    # -- measures ------------------------------------------------------------------------------------------------------

    def _measures(self) -> Iterator[tuple[str, Content]]:
        served = date.fromisoformat(self.built.at) + timedelta(days=self.built.filled_after // DAY)
        for name, _, _ in self._new():
            yield f"house-{name}", {"kind": "open_warehouse", "warehouse": self._house(name)}
            for product, stock in self.base.warehouses[self.built.like].stock.items():
                number = f"warehouses.{self._house(name)}.stock.{product}.reorder_point"
                point = _reorder(stock.reorder_point, self.size[name])
                yield f"stock-{name}-{product}", {"kind": "change", "change": number, "set": point}
        for name in self.serves:
            shares = {
                f"{self.built.route}.{region}.{self._path(name)}": share
                for region, share in self.serves[name].items()
                if region in self.base.routes[self.built.route].promise
            }
            far = [far_route(self.built)] if any(self._path(name) in each for each in self._far().values()) else []
            if shares or far:
                yield (
                    f"orders-{name}",
                    {
                        "kind": "open_warehouse",
                        "at": served.isoformat(),
                        "warehouse": self._house(name),
                        **({"routes": far} if far else {}),
                        **({"shares": shares} if shares else {}),
                    },
                )
        yield from self._standing_stock(served)

    def _standing_stock(self, served: date) -> Iterator[tuple[str, Content]]:
        """The base's warehouse keeps stock for what is left to it; for nothing, nothing."""
        size = self.size.get(self._standing or "", 0.0)
        for product, stock in self.base.warehouses[self.built.like].stock.items():
            for key in ("reorder_point", "order_up_to", "quantity"):
                is_kept = size > 0 or key == "reorder_point"
                if getattr(stock, key) is not None and is_kept and abs(size - 1) > SMALL:
                    change = f"warehouses.{self.built.like}.stock.{product}.{key}"
                    slug = f"left-{product}-{key.replace('_', '-')}"
                    yield slug, {"kind": "change", "at": served.isoformat(), "change": change, "multiply": size}


def _reorder(point: int, size: float) -> int:
    return round(point * size)


def _end_of(base: Scenario, steps: tuple[str, ...]) -> str:
    """Where the last of some steps ends."""
    last = steps[-1]
    if last in base.lanes:
        return base.lanes[last].to
    return (base.stations.get(last) or base.customs[last]).place


def _longer(transit: Any, like: Lane, ratio: float) -> Any:
    """A written distribution with all its times scaled."""
    parts = transit["parts"] if isinstance(transit, dict) and "parts" in transit else [transit]
    scaled = []
    for part, of in zip(parts, like.transit.parts, strict=True):
        times = {
            key: format_quantity(round(value * ratio), "duration", "h")
            for key in ("mean", "low", "mode", "high")
            if (value := getattr(of, key)) is not None
        }
        scaled.append({**part, **times})
    return {"parts": scaled}
