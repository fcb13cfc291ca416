"""Loading: what waits at a lane's place of departure, and which of it fits.

Knows queues of ready parcels and a payload; when a lane departs is decided in `sim.actors.departures`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.flow.network import EMPTY, Context, Node, count_events
from sim.flow.station import Fifo
from sim.kernels import ordering


@njit(cache=True)
def _prefix(
    row: np.ndarray,
    count: np.ndarray,
    grams: np.ndarray,
    cm3: np.ndarray,
    route: np.ndarray,
    room: np.ndarray,
    used: np.ndarray,
    by_route: np.ndarray,
) -> int:
    """Longest prefix of rows that fits ``room`` int64[3] (g, cm3, pieces) beside what is ``used`` already.

    Adds what it takes to ``used`` and to grams by route (int64[routes]); nothing fits after a prefix that is cut.
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
        by_route[route[k]] += mass
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
    grams_by_route: np.ndarray


class Gateway(Node):
    """Ready parcels at a lane, kept by priority in order of (ready instant, id)."""

    def __init__(self, name: str, context: Context, *, priority_of_route: np.ndarray) -> None:
        super().__init__(name, context)
        self._priority_of_route = priority_of_route
        self._ready = {int(priority): Fifo(2) for priority in sorted(set(priority_of_route.tolist()))}
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
            priority = ordering.look_up(self._priority_of_route, self.context.parcels.route, row)
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
        parcels = self.context.parcels
        used, by_route = np.zeros(3, np.int64), np.zeros(self._priority_of_route.shape[0], np.int64)
        parts = []
        for queue in self._ready.values():
            ready, row = queue.view()
            n = _prefix(row, parcels.count, parcels.grams, parcels.cm3, parcels.route, room, used, by_route)
            parts.append((ready[:n].copy(), row[:n].copy()))
            queue.drop(n)
            if n < row.shape[0]:
                break
        ready, row = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        self._grams -= int(used[0])
        self._pieces -= int(used[2])
        return Load(ready, row, used, by_route)

    def dispatch(self, load: Load, departs_at: int, arrives_at: int) -> None:
        """Send a load on its way: all on board arrive together."""
        context, row = self.context, load.row
        departed = np.full(row.shape[0], departs_at, np.int64)
        if self.ships_on_path is not None:
            first = slice(None) if self.is_always_first else self.ships_on_path[context.parcels.path[row]]
            count_events(context, departed[first], row[first], context.record.shipped, context.record.by_day["shipped"])
        arrived = np.full(row.shape[0], arrives_at, np.int64)
        if context.log is not None:
            context.log.step(self.name, context.parcels.ids[row], load.ready, departed, arrived)
        self.forward(arrived, row)

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
