"""Nodes of the flow, and the network that they form.

A node receives batches of parcels and hands them on. `receive` only queues; `advance(until)` takes what arrived before
``until``, in order of (arrival, order id), and nothing else. Between lanes the nodes form no circle; the network knows
what lies upstream of each and advances it in topological order. numpy only: no simpy, no YAML.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.errors import EngineError
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.kernels import draws, ordering, tallying
from sim.record import Record

EMPTY = np.zeros(0, np.int64)
Batch = tuple[np.ndarray, np.ndarray]
"""Instants int64[n] in ticks, and rows int64[n]."""


@dataclass
class Context:
    """What all nodes share: the parcels, the record, the log of single parcels, and the end of the simulated time."""

    parcels: ParcelTable
    record: Record
    log: ParcelLog | None
    end: int
    is_aggregated: bool
    """Whether rows may stand for several parcels."""


class Inbox:
    """Parcels on their way to a node, as runs in order of (arrival, id)."""

    _MANY = 12

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def put(self, at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> None:
        """Add a batch in any order."""
        self._runs.append(ordering.in_order(at, row, ids))
        if len(self._runs) > self._MANY:
            self._runs = [_merged(self._runs, ids)]

    def take(self, until: int, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Remove what arrives before ``until``, in order."""
        heads, rest = [], []
        for at, row in self._runs:
            n = at.shape[0] if at[-1] < until else int(np.searchsorted(at, until))
            if n:
                heads.append((at[:n], row[:n]))
            if n < at.shape[0]:
                rest.append((at[n:], row[n:]))
        self._runs = rest
        return _merged(heads, ids) if heads else (EMPTY, EMPTY)


def _merged(runs: list[tuple[np.ndarray, np.ndarray]], ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge ordered runs, the shortest first."""
    queue = sorted(runs, key=lambda run: run[0].shape[0])
    while len(queue) > 1:
        (at_a, row_a), (at_b, row_b) = queue[0], queue[1]
        queue = [ordering.merge(at_a, row_a, at_b, row_b, ids), *queue[2:]]
    return queue[0]


class Pool:
    """Parcels on their way to a node where nobody queues, in any order; an inbox that need not sort."""

    def __init__(self) -> None:
        self._at, self._row = EMPTY, EMPTY
        self._new: list[Batch] = []

    def put(self, at: np.ndarray, row: np.ndarray, _ids: np.ndarray) -> None:
        """Add a batch in any order."""
        self._new.append((at, row))

    def take(self, until: int, _ids: np.ndarray) -> Batch:
        """Remove what arrives before ``until``, in any order."""
        if self._new:
            batches = [(self._at, self._row), *self._new]
            self._at, self._row = (np.concatenate(columns) for columns in zip(*batches, strict=True))
            self._new = []
        at, row, self._at, self._row = ordering.part(self._at, self._row, until)
        return at, row


class Loss:
    """The share of some routes' parcels that is lost on arrival at a node."""

    def __init__(self, n_routes: int, comes_back: np.ndarray | None = None) -> None:
        """comes_back bool[itineraries]: whether delivered parcels come back by it, which are not lost any more."""
        self.share = np.zeros(n_routes)
        self.keys = np.zeros(n_routes, np.uint64)
        self._comes_back = comes_back

    def taken(self, row: np.ndarray, context: Context) -> np.ndarray:
        """How many parcels of each row are lost: int32[n]. Containers never are."""
        parcels = context.parcels
        result, route = np.zeros(row.shape[0], np.int32), parcels.route[row]
        for r in np.flatnonzero(self.share):
            of_route = np.flatnonzero(route == r)
            share, rows = np.full(of_route.shape[0], self.share[r]), row[of_route]
            result[of_route] = draws.taken(
                self.keys[r], share, rows, parcels.ids, parcels.count, not context.is_aggregated
            )
        if parcels.contents:
            result[parcels.cell[row] == context.record.axes.n_cells] = 0
        if self._comes_back is not None:
            result[self._comes_back[parcels.path[row]]] = 0
        return result


class Handling:
    """What the operator pays for each parcel or container that arrives at a node, by month and account."""

    def __init__(self, cost_per_item: float, context: Context) -> None:
        self._cost_per_item = cost_per_item
        self._context = context
        self._items = np.zeros_like(context.record.cost["handling"], np.int64)

    def count(self, at: np.ndarray, row: np.ndarray) -> None:
        """Count arrivals."""
        context, record = self._context, self._context.record
        first_day, months = record.axes.first_day, record.month_of_day
        p = context.parcels
        tallying.items_by_account(at, row, p.count, p.route, first_day, months, self._items, context.end)

    def finish(self) -> None:
        """Close the books at the end of the simulated time."""
        self._context.record.cost["handling"] += self._cost_per_item * self._items


def divide(context: Context, at: np.ndarray, row: np.ndarray, taken: np.ndarray) -> tuple[Batch, Batch]:
    """What a share takes, and the rest, in unchanged order; a row taken in part is split (taken int32[n] parcels)."""
    if not context.is_aggregated:
        return ordering.pick(taken, 1, at, row), ordering.pick(taken, 0, at, row)
    parcels = context.parcels
    is_partly = (taken > 0) & (taken < parcels.count[row])
    is_rest = (taken == 0) | is_partly
    taken_row = row.copy()
    if is_partly.any():
        taken_row[is_partly] = parcels.split(row[is_partly], taken[is_partly])
    is_taken = taken > 0
    return (at[is_taken], taken_row[is_taken]), (at[is_rest], row[is_rest])


class Node(ABC):
    """A step of the flow. Subclasses say what happens to the parcels that arrived."""

    def __init__(self, name: str, context: Context) -> None:
        self.name = name
        self.context = context
        self.served_until = -(2**62)
        self.inbox: Inbox | Pool = Inbox()
        self.loss: Loss | None = None
        self.handling: Handling | None = None
        self._targets: list[Node] = []
        self._target_of_path = np.full(0, -1, np.int64)
        self._posts: np.ndarray | None = None

    @property
    def targets(self) -> tuple["Node", ...]:
        """The nodes that parcels go to from here."""
        return tuple(self._targets)

    def connect(self, target_of_path: dict[int, "Node"], n_paths: int, posts: Iterable[int]) -> None:
        """Say where parcels of each path go next, and on which paths leaving this node is the posting."""
        self._targets = list(dict.fromkeys(target_of_path.values()))
        self._target_of_path = np.full(n_paths, -1, np.int64)
        for path, target in target_of_path.items():
            self._target_of_path[path] = self._targets.index(target)
        flags = np.zeros(n_paths, np.bool_)
        flags[list(posts)] = True
        self._posts = flags if flags.any() else None

    def receive(self, at: np.ndarray, row: np.ndarray) -> None:
        """Queue arrivals: at int64[n] ticks, row int64[n]; none may be earlier than what was already served."""
        if at.shape[0] == 0:
            return
        if at.min() < self.served_until:
            raise EngineError(
                f"{self.name} received an arrival at {at.min()}, but has served up to {self.served_until}"
            )
        self.inbox.put(at, row, self.context.parcels.ids)

    def advance(self, until: int) -> None:
        """Let everything happen here that starts before ``until``."""
        if until <= self.served_until:
            return
        at, row = self.inbox.take(until, self.context.parcels.ids)
        if self.loss is not None and row.shape[0]:
            at, row = self._without_lost(at, row)
        if self.handling is not None:
            self.handling.count(at, row)
        self.served_until = until
        self._serve(at, row, until)

    @abstractmethod
    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        """Take new arrivals (in order) and commit what starts before ``until``."""

    def forward(self, at: np.ndarray, row: np.ndarray) -> None:
        """Hand parcels on to the next node of their path, where they arrive at ``at``."""
        if row.shape[0] == 0:
            return
        if self._posts is not None:
            self.context.parcels.mark_posted(self._posts, row, at)
        if len(self._targets) == 1:
            self._targets[0].receive(at, row)
            return
        choice = ordering.look_up(self._target_of_path, self.context.parcels.path, row)
        for i, target in enumerate(self._targets):
            target.receive(*ordering.pick(choice, i, at, row))

    def _without_lost(self, at: np.ndarray, row: np.ndarray) -> Batch:
        assert self.loss is not None
        parcels, record = self.context.parcels, self.context.record
        lost = self.loss.taken(row, self.context)
        if not lost.any():
            return at, row
        (gone_at, gone), rest = divide(self.context, at, row, lost)
        count_events(self.context, gone_at, gone, record.lost, record.by_day["lost"])
        if self.context.log is not None:
            self.context.log.step("lost", parcels.ids[gone], gone_at, gone_at, gone_at)
        parcels.give_back(gone)
        return rest


def count_events(context: Context, at: np.ndarray, row: np.ndarray, by_cell: np.ndarray, by_day: np.ndarray) -> None:
    """Count events of rows at instants before the end, by cell and by day."""
    p, record = context.parcels, context.record
    tallying.events_by_cell(
        at,
        row,
        p.count,
        p.cell,
        p.route,
        record.axes.first_day,
        record.month_of_day,
        flat(by_cell, 1),
        by_day,
        context.end,
    )


def flat(array: np.ndarray, before: int) -> np.ndarray:
    """A view whose axes of route, region and product, after the first ``before``, are one axis of cells."""
    shape = array.shape
    return array.reshape(*shape[:before], shape[before] * shape[before + 1] * shape[before + 2], *shape[before + 3 :])


class Network:
    """All nodes in an order in which, between lanes, none comes before one upstream of it."""

    def __init__(self, nodes: list[Node], departs_by_actor: set[Node]) -> None:
        self._departs_by_actor = departs_by_actor
        self.nodes = self._topological(nodes)
        sources: dict[Node, list[Node]] = {node: [] for node in nodes}
        for node in nodes:
            if node not in departs_by_actor:
                for target in node.targets:
                    sources[target].append(node)
        self._upstream: dict[Node, list[Node]] = {}
        for node in self.nodes:
            seen = {node}
            stack = [node]
            while stack:
                for source in sources[stack.pop()]:
                    if source not in seen:
                        seen.add(source)
                        stack.append(source)
            self._upstream[node] = [n for n in self.nodes if n in seen]

    def _topological(self, nodes: list[Node]) -> list[Node]:
        waiting = dict.fromkeys(nodes, 0)
        for node in nodes:
            if node not in self._departs_by_actor:
                for target in node.targets:
                    waiting[target] += 1
        ready = [node for node in nodes if waiting[node] == 0]
        result = []
        while ready:
            node = ready.pop()
            result.append(node)
            if node in self._departs_by_actor:
                continue
            for target in node.targets:
                waiting[target] -= 1
                if waiting[target] == 0:
                    ready.append(target)
        if len(result) != len(nodes):
            circle = sorted(node.name for node in nodes if node not in result)
            raise EngineError(f"stations form a circle between lanes: {', '.join(circle)}")
        return result

    def advance(self, node: Node, until: int) -> None:
        """Advance a node and all upstream of it, up to the last lanes, to ``until`` and no further."""
        for each in self._upstream[node]:
            each.advance(until)

    def advance_all(self, until: int) -> None:
        """Advance every node to ``until``."""
        for node in self.nodes:
            node.advance(until)
