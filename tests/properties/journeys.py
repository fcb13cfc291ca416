"""What travelled where in a run, put together again from its log: parcels, their containers, loads and freight.

The log says only which id was at which step. Which way an item goes, in which container a parcel lies and what is in a
load is worked out here by section 8 of docs/model.md, in plain Python; whatever does not agree with the log fails.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.stats import poisson

from sim import luck
from sim.ids import MAX_ORDINAL, first_container_id
from sim.model import Model
from sim.scenario.gateways import described_shares
from sim.scenario.growth import growth_level
from sim.scenario.pieces import piece_cm3, piece_grams
from sim.scenario.scenario import Scenario
from sim.scenario.targets import schedules
from sim.ticks import SECOND, WEEK, local_day

LARGEST = 10**9
"""No container holds more g or cm3, unless a single parcel does."""


Row = tuple[str, int, int, int]
"""Step, arrived, started, left."""


class Way(NamedTuple):
    """Steps in order, and whose they are: a route and its path, a warehouse, or a stream of freight."""

    kind: str
    owner: str
    path: str
    steps: tuple[str, ...]


class Visit(NamedTuple):
    """An item at a step; who still waits there when all ends has not started."""

    item: "Item"
    way: Way
    step: str
    arrived_at: int
    started_at: int | None = None
    left_at: int | None = None


@dataclass(eq=False)
class Item:
    """Whatever has an id: a parcel, a container of parcels, a load, or a container of freight."""

    id: int
    kind: str
    owner: str
    """The route that was ordered, the route of the container's path, the warehouse, or the stream."""
    born_at: int
    way: Way
    grams: int
    cm3: int
    region: str = ""
    product: str = ""
    fen: int = 0
    rows: list[Row] = field(default_factory=list)
    inside: list["Item"] = field(default_factory=list)
    container: "Item | None" = None
    pieces: dict[str, int] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    """Its own steps, and one without a start where it waits or was going when all ended."""
    ready_at: int | None = None
    lost_at: int | None = None
    back_at: int | None = None
    """A parcel is ready for collection, lost, begins its way back."""
    gone_at: int | None = None
    """It has no further step: freight and loads at the end, containers where they are unpacked, parcels back."""
    took_at: int | None = None
    fell_at: int | None = None
    """An order takes its piece of stock, or finds none and falls back."""


class Numbers:
    """What is in force at an instant."""

    def __init__(self, scenario: Scenario) -> None:
        self._when = schedules(scenario)

    def changes(self, path: str) -> Sequence[tuple[int, float | bool]]:
        """Instants at which a number takes another value, and the value."""
        return self._when.get(path, ())

    def __call__(self, path: str, described: float | bool | None, at: int) -> float:
        """A number; infinite if it is not described."""
        if described is None:
            return float("inf")
        value = described
        for instant, changed in self.changes(path):
            if instant <= at:
                value = changed
        return float(value)


class Journeys:
    """All items of a run, by id, with what they did."""

    def __init__(self, scenario: Scenario, model: Model) -> None:
        self.scenario, self.model, self.end = scenario, model, model.end
        self.number = Numbers(scenario)
        self.items: dict[int, Item] = {}
        self._open: dict[tuple[str, Way], list[tuple[int, int, Item]]] = {}
        """Parcels that came to a consolidation, by their way: (ready, id, parcel)."""
        self._add_orders()
        self._add_loads()
        self._add_freight()
        self._read_log()
        for item in list(self.items.values()):
            self._walk(item)
        for (name, way), ready in self._open.items():
            self._consolidate(name, way, sorted(ready, key=lambda each: each[:2]))
        assert not self._rows_of_containers, "every id of the log is an order's, a container's, a load's or of freight"

    def of(self, *kinds: str) -> list[Item]:
        """All items of some kinds."""
        return [item for item in self.items.values() if item.kind in kinds]

    def visits(self) -> Iterator[Visit]:
        """Every visit of every item."""
        for item in self.items.values():
            yield from item.visits

    def forward(self, parcel: Item) -> list[Visit]:
        """The visits of a parcel until it is ready for collection, those of its container among them, in order."""
        found = []
        for visit in parcel.visits:
            if visit.way.kind == "order":
                found.append(visit)
                if visit.step in self.scenario.consolidations and parcel.container is not None:
                    found += parcel.container.visits
        return found

    # -- what there is ------------------------------------------------------------------------------------------------

    def _add_orders(self) -> None:
        s, orders = self.scenario, self.model.parcel_log.orders()
        for row in zip(*(column.tolist() for column in orders.values()), strict=True):
            order_id, at, _, route, path, region, product, grams, fen = row
            cm3 = max(1, round(grams * 1000.0 / s.products[product].density))
            way = Way("order", route, path, s.routes[route].paths[path].steps)
            self._add(Item(order_id, "order", route, at, way, grams, cm3, region, product, fen))

    def _add_loads(self) -> None:
        ordered: dict[tuple[int, str], dict[str, int]] = {}
        for at, name, product, _, pieces in self.model.record.stock_review_log():
            ordered.setdefault((at, name), {})[product] = pieces
        for (at, name), wanted in ordered.items():
            steps = (*self.scenario.warehouses[name].replenishment.steps, name)
            way = Way("load", name, "", steps)
            first = first_container_id(f"warehouse/{name}", at // WEEK, at % WEEK // SECOND)
            for i, pieces in enumerate(self._packed(name, wanted)):
                grams = sum(n * piece_grams(self.scenario.products[p]) for p, n in pieces.items())
                cm3 = sum(n * piece_cm3(self.scenario.products[p]) for p, n in pieces.items())
                self._add(Item(first + i, "load", name, at, way, grams, cm3, pieces=pieces))

    def _packed(self, name: str, wanted: Mapping[str, int]) -> list[dict[str, int]]:
        """Pieces, one after the other in the order of products, as many into a load as fit, but at least one."""
        load = self.scenario.warehouses[name].replenishment.load
        room = (min(load.mass or LARGEST, LARGEST), min(load.volume or LARGEST, LARGEST), load.pieces or LARGEST)
        loads: list[dict[str, int]] = []
        used = [0, 0, 0]
        for product, described in self.scenario.products.items():
            each = (piece_grams(described), piece_cm3(described), 1)
            for _ in range(wanted.get(product, 0)):
                if not loads or any(u + e > r for u, e, r in zip(used, each, room, strict=True)):
                    loads.append({})
                    used = [0, 0, 0]
                loads[-1][product] = loads[-1].get(product, 0) + 1
                used = [u + e for u, e in zip(used, each, strict=True)]
        return loads

    def _add_freight(self) -> None:
        """All batches of all weeks, those that still wait for their first step too."""
        for name, stream in self.scenario.freight.items():
            way = Way("freight", name, "", stream.steps)
            count_key, key = (self.model.key_of(purpose, name) for purpose in ("freight-count", "freight"))
            for week in range(self.model.start // WEEK, (self.end - 1) // WEEK + 1):
                level = self.number(f"freight.{name}.level", stream.level, week * WEEK)
                growth = growth_level(stream.growth, local_day(week * WEEK))
                mean = stream.containers_per_week / stream.batch * growth * level
                for batch in range(int(poisson.ppf(float(luck.uniforms(count_key, week)[0]), mean)) if mean else 0):
                    first = first_container_id(f"freight/{name}", week, batch)
                    at = week * WEEK + int(float(luck.uniforms(key, first)[0]) * WEEK)
                    if self.model.start <= at < self.end:
                        for i in range(first, first + stream.batch):
                            self._add(Item(i, "freight", name, at, way, int(stream.mass), int(stream.volume)))

    def _add(self, item: Item) -> None:
        assert item.id not in self.items, "an id is given once"
        self.items[item.id] = item

    def _read_log(self) -> None:
        """Give each item its rows; those of containers are kept until these are known."""
        self._rows_of_containers: dict[int, list[Row]] = {}
        for i, *row in zip(*(column.tolist() for column in self.model.parcel_log.table().values()), strict=True):
            rows = self.items[i].rows if i in self.items else self._rows_of_containers.setdefault(i, [])
            rows.append(tuple(row))

    # -- the walk of one item -----------------------------------------------------------------------------------------

    def _walk(self, item: Item) -> None:
        self._go(item, list(item.rows), item.way, 0, item.born_at)

    def _go(self, item: Item, rows: list[Row], way: Way, i: int, at: int) -> None:
        """Follow ``way`` from its step number ``i``, where the item arrives at ``at``."""
        while i < len(way.steps):
            step, head = way.steps[i], rows[0] if rows else None
            if head and head[0] == "lost":
                way = self._towards(way, i, self._place_of_loss(item))
                if way.steps[i] == self._place_of_loss(item):
                    self._check_loss(item, way, i, at, rows)
                    return
            if step in self.scenario.consolidations and item.kind == "order":
                self._open.setdefault((step, way), []).append((at, item.id, item))
                item.rows = rows
                item.visits.append(Visit(item, way, step, at))
                return
            if step in self.scenario.lanes:
                way = self._towards(way, i, head[0] if head else None)
                is_moved = way.steps[i] != step
                at_next = self._visit(item, way, way.steps[i], at, rows, may_wait=is_moved)
            elif step in self.scenario.customs:
                at_next = self._customs(item, way, step, at, rows)
            elif step in self.scenario.warehouses:
                way, i, at_next = self._warehouse(item, way, step, i, at, rows)
            else:
                at_next = self._visit(item, way, step, at, rows)
            if at_next is None:
                assert not rows, f"{item.id} waits for {step} and is at {rows[0]}"
                return
            at = at_next
            if item.kind == "container" and self._unpacks(step):
                self._unpack(item, way, i, at)
                return
            i += 1
        self._arrive(item, way, at, rows)

    def _visit(
        self, item: Item, way: Way, step: str, at: int, rows: list[Row], *, may_wait: bool = False
    ) -> int | None:
        """One step, which begins at ``at``, unless the item was moved to it; when it is left, if it was begun."""
        if not rows:
            item.visits.append(Visit(item, way, step, at))
            return None
        name, arrived_at, started_at, left_at = rows.pop(0)
        assert name == step, f"{item.id} is at {name}, not at {step}"
        assert arrived_at == at or (may_wait and arrived_at > at), (
            f"{item.id} is at {step} at {arrived_at}, not at {at}"
        )
        assert arrived_at <= started_at <= left_at
        item.visits.append(Visit(item, way, step, arrived_at, started_at, left_at))
        return left_at

    def _towards(self, way: Way, i: int, lane: str | None) -> Way:
        """The path by which an item goes on if it takes ``lane``, or was lost there: of its reroutes the first."""
        taken = way
        while way.kind == "order" and lane is not None and taken.steps[i] != lane:
            other = self.scenario.routes[taken.owner].paths[taken.path].reroute
            if other is None:
                return way
            steps = self.scenario.routes[taken.owner].paths[other].steps
            if len(steps) <= i or steps[i] == taken.steps[i] or steps[i] not in self.scenario.lanes:
                return way
            taken = taken._replace(path=other, steps=steps)
        return taken

    def _customs(self, item: Item, way: Way, name: str, at: int, rows: list[Row]) -> int | None:
        """Release, and examination of those whom their luck sends there; without release, once the office is open."""
        office = self.scenario.customs[name]
        if office.release is not None:
            left = self._visit(item, way, f"{name}.release", at, rows)
        else:
            left = self._open_from(name, at)
            if left is None:
                item.visits.append(Visit(item, way, name, at))
        if left is None or left >= self.end or not self._is_examined(item, name, left):
            return left
        return self._visit(item, way, f"{name}.examination", left, rows)

    def _open_from(self, name: str, at: int) -> int | None:
        """The first instant from ``at`` on at which an office is open; None if there is none before all ends."""
        path, described = f"customs.{name}.is_open", self.scenario.customs[name].is_open
        changes = (instant for instant, _ in self.number.changes(path) if at < instant < self.end)
        return next((instant for instant in (at, *changes) if self.number(path, described, instant)), None)

    def _is_examined(self, item: Item, name: str, at: int) -> bool:
        """By the share in force and the luck of the item; of a container neither product nor value is asked."""
        office = self.scenario.customs[name]
        described, path = office.examination, f"customs.{name}.examination"
        if described is None:
            return False
        share = self.number(f"{path}.share", described.share, at)
        if item.kind == "order":
            if item.product in described.share_by_product:
                own = described.share_by_product[item.product]
                share = self.number(f"{path}.share_by_product.{item.product}", own, at)
            above, limit = described.share_above_duty_free, office.duty_free_limit or 0
            if above is not None and item.fen > round(self.number(f"customs.{name}.duty_free_limit", limit, at) * 100):
                share = self.number(f"{path}.share_above_duty_free", above, at)
        return bool(luck.uniforms(self.model.key_of("selection", name), item.id)[0] < share)

    def _warehouse(
        self, item: Item, way: Way, name: str, i: int, at: int, rows: list[Row]
    ) -> tuple[Way, int, int | None]:
        if way.kind == "load":
            received = self._visit(item, way, f"{name}.receiving", at, rows)
            return way, i, None if received is None else self._visit(item, way, name, received, rows)
        if way.kind == "return":
            return way, i, self._visit(item, way, name, at, rows)
        left = self._visit(item, way, name, at, rows)
        if left is None:
            return way, i, None
        fallback = self.scenario.warehouses[name].fallback
        _, arrived_at, started_at, _ = item.rows[0]
        if fallback is None or left == started_at:
            item.took_at = left
            return way, i, self._visit(item, way, f"{name}.pick", left, rows)
        delay = max(1, round(self.number(f"warehouses.{name}.fallback.delay", fallback.delay, at)))
        assert (started_at, left) == (arrived_at, arrived_at + delay)
        item.fell_at = arrived_at
        return self._fallback_way(item, fallback.route, arrived_at), -1, left

    def _fallback_way(self, item: Item, route: str, at: int) -> Way:
        """The path of the region on the fallback's route, by the order's luck, at the shares of the instant."""
        paths = self.scenario.routes[route].paths
        described = described_shares(self.scenario.routes[route], item.region)
        shares = {
            path: self.number(f"routes.{route}.gateways.{item.region}.{path}", described.get(path, 0.0), at)
            for path in dict.fromkeys([*described, *paths])
        }
        u = float(luck.uniforms(self.model.key_of("path", route), item.id)[0])
        bounds = np.cumsum(list(shares.values())) / sum(shares.values())
        path = list(shares)[int(np.searchsorted(bounds, u, side="right"))]
        return Way("order", route, path, paths[path].steps)

    def _place_of_loss(self, item: Item) -> str | None:
        loss = self.scenario.routes[item.owner].loss if item.kind == "order" else None
        assert loss is not None, f"{item.id} of {item.owner} is lost and cannot be"
        return loss.at

    def _check_loss(self, item: Item, way: Way, i: int, at: int, rows: list[Row]) -> None:
        """Lost where its own route loses parcels, on arrival, and then no more is heard of it."""
        assert way.kind == "order", "what comes back is lost no more"
        _, arrived_at, started_at, left_at = rows.pop(0)
        is_lane = way.steps[i] in self.scenario.lanes
        assert arrived_at == at or (is_lane and arrived_at > at)
        assert arrived_at == started_at == left_at
        assert not rows
        item.lost_at = arrived_at

    def _unpacks(self, step: str) -> bool:
        return step in self.scenario.stations and self.scenario.stations[step].unpacks_containers

    def _unpack(self, container: Item, way: Way, i: int, at: int) -> None:
        """The parcels go on singly, all at that instant, by the way that their container has come."""
        container.gone_at = at
        for parcel in container.inside:
            self._go(parcel, parcel.rows, way, i + 1, at)

    def _arrive(self, item: Item, way: Way, at: int, rows: list[Row]) -> None:
        """The end of a way: ready for collection, and perhaps on the way back; or gone."""
        if way.kind != "order":
            assert not rows
            item.gone_at = at
            return
        item.ready_at = at
        if not rows:
            return
        steps = self.scenario.routes[way.owner].paths[way.path].return_steps
        assert steps is not None, f"{item.id} goes on after delivery"
        assert self.scenario.routes[item.owner].returns is not None
        item.back_at = rows[0][1]
        assert item.back_at >= at
        self._go(item, rows, Way("return", way.owner, way.path, steps), 0, item.back_at)

    # -- containers of parcels ----------------------------------------------------------------------------------------

    def _consolidate(self, name: str, way: Way, ready: list[tuple[int, int, Item]]) -> None:
        """Fill and close, check by check, what came to a consolidation by one path, and follow the containers."""
        described = self.scenario.consolidations[name]
        at, every = -(-self.model.start // described.check_every) * described.check_every, described.check_every
        while ready and at < self.end:
            first, n_closed = ready[0][0], 0
            if first >= at:  # nothing is there before the check that follows
                at = (first // every + 1) * every
                continue
            room = [
                min(self.number(f"consolidations.{name}.container.{of}", getattr(described.container, of), at), most)
                for of, most in (("mass", LARGEST), ("volume", LARGEST), ("pieces", float("inf")))
            ]
            due = self.number(f"consolidations.{name}.close_after", described.close_after, at)
            there = sum(1 for instant, _, _ in ready if instant < at)
            while there and n_closed < MAX_ORDINAL:
                n = self._fitting(ready[:there], room)
                if n == there and at - ready[0][0] < due:
                    break
                self._close(name, way, at, n_closed, [parcel for _, _, parcel in ready[:n]])
                ready, there, n_closed = ready[n:], there - n, n_closed + 1
            at += every
        for _, _, parcel in ready:
            assert not parcel.rows, f"{parcel.id} waits for a container and is at {parcel.rows[0]}"

    @staticmethod
    def _fitting(ready: list[tuple[int, int, Item]], room: list[float]) -> int:
        used = [0, 0, 0]
        for n, (_, _, parcel) in enumerate(ready):
            used = [used[0] + parcel.grams, used[1] + parcel.cm3, n + 1]
            if n and any(u > r for u, r in zip(used, room, strict=True)):
                return n
        return len(ready)

    def _close(self, name: str, way: Way, at: int, ordinal: int, parcels: list[Item]) -> None:
        first = first_container_id(f"container/{way.owner}/{way.path}", at // WEEK, at % WEEK // SECOND)
        grams, cm3 = sum(p.grams for p in parcels), sum(p.cm3 for p in parcels)
        container = Item(first + ordinal, "container", way.owner, at, way, grams, cm3, inside=parcels)
        container.rows = self._rows_of_containers.pop(container.id, [])
        for parcel in parcels:
            assert parcel.container is None, "a parcel is in one container"
            parcel.container = container
            pending = parcel.visits.pop()
            assert self._visit(parcel, way, name, pending.arrived_at, parcel.rows) == at
        self._add(container)
        self._go(container, list(container.rows), way, way.steps.index(name) + 1, at)
