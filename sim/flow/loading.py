"""Loading: what waits at a lane's place of departure, and which of it fits.

Knows queues of ready parcels and a payload; when a lane departs is decided in `sim.actors.departures`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.flow.network import EMPTY, Context, Node, count_events
from sim.flow.station import Fifo


@njit(cache=True)
def _prefix(row, count, grams, cm3, room):  # type: ignore[no-untyped-def]
    """Longest prefix of rows that fits ``room`` int64[3] (g, cm3, pieces), which it uses up; no room is left after it."""
    for i in range(row.shape[0]):
        k = row[i]
        n = np.int64(count[k])
        if n * grams[k] > room[0] or n * cm3[k] > room[1] or n > room[2]:
            room[:] = -1
            return i
        room[0] -= n * grams[k]
        room[1] -= n * cm3[k]
        room[2] -= n
    return row.shape[0]


@njit(cache=True)
def _weight_by_route(row, route, count, grams, totals):  # type: ignore[no-untyped-def]
    """Add up grams by route (int64[routes]); returns the number of parcels."""
    pieces = 0
    for i in range(row.shape[0]):
        k = row[i]
        totals[route[k]] += np.int64(count[k]) * grams[k]
        pieces += count[k]
    return pieces


@dataclass(frozen=True)
class Load:
    """What one departure carries."""

    ready: np.ndarray
    row: np.ndarray
    pieces: int
    grams_by_route: np.ndarray


class Gateway(Node):
    """Ready parcels at a lane, kept by priority in order of (ready instant, id)."""

    def __init__(self, name: str, context: Context, *, priority_of_route: np.ndarray) -> None:
        super().__init__(name, context)
        self._priority_of_route = priority_of_route
        self._ready = {int(priority): Fifo(2) for priority in sorted(set(priority_of_route.tolist()))}
        self._ready_grams = 0
        self.ships_on_path: np.ndarray | None = None
        """Paths on which this lane is the first one: bool[paths]."""

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0] == 0:
            return
        parcels = self.context.parcels
        priority = self._priority_of_route[parcels.route[row]]
        for value, queue in self._ready.items():
            if len(self._ready) == 1:
                queue.append(at, row)
            else:
                of_priority = priority == value
                queue.append(at[of_priority], row[of_priority])
        self._ready_grams += self._grams(row)

    def _grams(self, row: np.ndarray) -> int:
        parcels = self.context.parcels
        return int((parcels.grams[row].astype(np.int64) * parcels.count[row]).sum())

    @property
    def ready_grams(self) -> int:
        """Weight ready before the instant served."""
        return self._ready_grams

    @property
    def n_ready(self) -> int:
        """Parcels ready before the instant served."""
        return sum(int(self.context.parcels.count[queue.view()[1]].sum()) for queue in self._ready.values())

    def load(self, room: np.ndarray) -> Load:
        """Take the longest prefix, by (priority, ready instant, id), that fits ``room`` int64[3] (g, cm3, pieces)."""
        parcels = self.context.parcels
        room = room.copy()
        parts = []
        for queue in self._ready.values():
            ready, row = queue.view()
            n = _prefix(row, parcels.count, parcels.grams, parcels.cm3, room)
            parts.append((ready[:n].copy(), row[:n].copy()))
            queue.drop(n)
        ready, row = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        grams_by_route = np.zeros(self._priority_of_route.shape[0], np.int64)
        pieces = _weight_by_route(row, parcels.route, parcels.count, parcels.grams, grams_by_route)
        self._ready_grams -= int(grams_by_route.sum())
        return Load(ready, row, pieces, grams_by_route)

    def dispatch(self, load: Load, departs_at: int, arrives_at: int) -> None:
        """Send a load on its way: all on board arrive together."""
        context, row = self.context, load.row
        departed = np.full(row.shape[0], departs_at, np.int64)
        if self.ships_on_path is not None:
            first = self.ships_on_path[context.parcels.path[row]]
            count_events(
                context, departed[first], row[first], context.record.shipped, context.record.by_day["shipped"]
            )
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
        self._ready_grams -= self._grams(result)
        return result
