"""Loading: what waits at a lane's place of departure, and which of it fits.

Knows queues of ready parcels and a payload; when a lane departs is decided in `sim.actors.departures`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.flow.network import EMPTY, Batch, Context, Node, count_events
from sim.flow.station import Fifo
from sim.kernels import ordering
from sim.ticks import DAY


@njit(cache=True)
def _prefix(
    row: np.ndarray,
    count: np.ndarray,
    grams: np.ndarray,
    cm3: np.ndarray,
    route: np.ndarray,
    cell: np.ndarray,
    room: np.ndarray,
    used: np.ndarray,
    by_account: np.ndarray,
    by_cell: np.ndarray,
) -> int:
    """Longest prefix of rows that fits ``room`` int64[3] (g, cm3, pieces) beside what is ``used`` already.

    Adds what it takes to ``used``, to grams by account (int64[accounts]) and to pieces by cell (int64[cells]).
    """
    for i in range(row.shape[0]):
        k = row[i]
        n = np.int64(count[k])
        mass, volume = n * grams[k], n * cm3[k]
        if used[0] + mass > room[0] or used[1] + volume > room[1] or used[2] + n > room[2]:
            return i
        used[0] += mass
        used[1] += volume
        used[2] += n
        by_account[route[k]] += mass
        by_cell[cell[k]] += n
    return row.shape[0]


@njit(cache=True)
def _weigh(row: np.ndarray, count: np.ndarray, grams: np.ndarray) -> tuple[np.int64, np.int64]:
    """Grams and number of parcels of some rows."""
    mass = pieces = np.int64(0)
    for i in range(row.shape[0]):
        n = np.int64(count[row[i]])
        mass += n * grams[row[i]]
        pieces += n
    return mass, pieces


@dataclass(frozen=True)
class Load:
    """What one departure carries."""

    ready: np.ndarray
    row: np.ndarray
    used: np.ndarray
    """Grams, cm3 and pieces: int64[3]."""
    grams_by_account: np.ndarray
    pieces_by_cell: np.ndarray


class Gateway(Node):
    """Ready parcels at a lane, kept by priority in order of (ready instant, id)."""

    def __init__(self, name: str, context: Context, *, priority_of_path: np.ndarray) -> None:
        super().__init__(name, context)
        self._priority_of_path = priority_of_path
        self._ready = {int(priority): Fifo(2) for priority in sorted(set(priority_of_path.tolist()))}
        self._grams = self._pieces = 0
        self.ships_on_path: np.ndarray | None = None
        """Paths on which this lane is the first one: bool[paths]."""
        self.is_always_first = False
        """Whether it is the first lane of all paths that use it."""

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0] == 0:
            return
        if len(self._ready) == 1:
            next(iter(self._ready.values())).append(at, row)
        else:
            priority = ordering.look_up(self._priority_of_path, self.context.parcels.path, row)
            for value, queue in self._ready.items():
                queue.append(*ordering.pick(priority, value, at, row))
        self._count(row, 1)

    def _count(self, row: np.ndarray, sign: int) -> None:
        grams, pieces = _weigh(row, self.context.parcels.count, self.context.parcels.grams)
        self._grams += sign * int(grams)
        self._pieces += sign * int(pieces)

    @property
    def ready_grams(self) -> int:
        """Weight ready before the instant served."""
        return self._grams

    @property
    def n_ready(self) -> int:
        """Parcels ready before the instant served."""
        return self._pieces

    def load(self, room: np.ndarray) -> Load:
        """Take the longest prefix, by (priority, ready instant, id), that fits ``room`` int64[3] (g, cm3, pieces)."""
        record = self.context.record
        used, by_account = np.zeros(3, np.int64), np.zeros(len(record.axes.accounts), np.int64)
        by_cell = np.zeros(record.axes.n_cells + 1, np.int64)  # the last one is for containers
        parts = []
        for queue in self._ready.values():
            parts.append(self._take_prefix(queue, room, used, by_account, by_cell))
            if len(queue):
                break
        ready, row = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        self._grams -= int(used[0])
        self._pieces -= int(used[2])
        return Load(ready, row, used, by_account, by_cell)

    def _take_prefix(
        self, queue: Fifo, room: np.ndarray, used: np.ndarray, by_account: np.ndarray, by_cell: np.ndarray
    ) -> Batch:
        p = self.context.parcels
        columns = (p.count, p.grams, p.cm3, p.route, p.cell)
        ready, row = queue.view()
        n = _prefix(row, *columns, room, used, by_account, by_cell)
        taken = ready[:n].copy(), row[:n].copy()
        next_ready, next_row = ready[n : n + 1].copy(), row[n : n + 1].copy()
        queue.drop(n)
        if not self.context.is_aggregated or next_row.shape[0] == 0:
            return taken
        k = next_row[0]
        each = np.array([p.grams[k], p.cm3[k], 1], np.int64)
        fitting = int(((room - used) // each).min())
        if fitting == 0:
            return taken
        part = p.split(next_row, np.array([fitting]))
        _prefix(part, p.count, p.grams, p.cm3, p.route, p.cell, room, used, by_account, by_cell)
        return np.concatenate([taken[0], next_ready]), np.concatenate([taken[1], part])

    def dispatch(self, load: Load, departs_at: int, arrives_at: int) -> None:
        """Send a load on its way: all on board arrive together."""
        context, row = self.context, load.row
        self._count_shipped(load, departs_at)
        arrived = np.full(row.shape[0], arrives_at, np.int64)
        if context.log is not None:
            departed = np.full(row.shape[0], departs_at, np.int64)
            context.log.step(self.name, context.parcels.ids[row], load.ready, departed, arrived)
        self.forward(arrived, row)

    def _count_shipped(self, load: Load, departs_at: int) -> None:
        """Write down those for whom this is the first lane."""
        record = self.context.record
        if self.ships_on_path is None or departs_at >= self.context.end:
            return
        if self.is_always_first:
            by_cell = load.pieces_by_cell[:-1].reshape(record.shipped.shape[1:])
            record.shipped[record.month(departs_at)] += by_cell
            day = departs_at // DAY - record.axes.first_day
            record.by_day["shipped"][:, day] += by_cell.sum(axis=(1, 2))
            return
        row = load.row[self.ships_on_path[self.context.parcels.path[load.row]]]
        departed = np.full(row.shape[0], departs_at, np.int64)
        count_events(self.context, departed, row, record.shipped, record.by_day["shipped"])

    def take_rerouted(self, new_path: np.ndarray) -> np.ndarray:
        """Remove the ready rows whose path has another to go by (``new_path`` int[paths], -1 for none); sets it."""
        parcels = self.context.parcels
        moved = [EMPTY]
        for value, queue in self._ready.items():
            ready, row = queue.view()
            target = new_path[parcels.path[row]]
            goes = target >= 0
            if goes.any():
                moved.append(row[goes].copy())
                parcels.path[row[goes]] = target[goes]
                rest = Fifo(2)
                rest.append(ready[~goes], row[~goes])
                self._ready[value] = rest
        result = np.concatenate(moved)
        self._count(result, -1)
        return result
