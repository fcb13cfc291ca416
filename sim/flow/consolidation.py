"""Consolidation: ready parcels, path by path, and the containers they are put into.

When containers are filled and closed is decided in `sim.actors.consolidating`.
"""

from collections.abc import Mapping

import numpy as np
from numba import njit

from sim.flow.containers import LARGEST, new_containers
from sim.flow.network import EMPTY, Context, Node
from sim.flow.station import Fifo
from sim.ids import MAX_ORDINAL, first_container_id
from sim.kernels import ordering
from sim.ticks import SECOND, WEEK


@njit(cache=True)
def _fill(
    row: np.ndarray, count: np.ndarray, grams: np.ndarray, cm3: np.ndarray, room: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put rows, in order, into one container after another: each takes what fits, but at least one parcel.

    room int64[3] (g, cm3, pieces). Returns what lies in the containers, in order: the position in ``row``, how many
    parcels of it, and the number of the container, int64[n] each; a row that does not fit whole appears several times.
    """
    most = 0
    for i in range(row.shape[0]):
        most += count[row[i]]
    entry, taken, container = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    mass = volume = pieces = np.int64(0)
    n = number = 0
    for i in range(row.shape[0]):
        k = row[i]
        left = np.int64(count[k])
        while left > 0:
            fitting = min((room[0] - mass) // grams[k], (room[1] - volume) // cm3[k], room[2] - pieces)
            part = min(left, max(fitting, 1) if pieces == 0 else fitting)
            if part <= 0:
                number += 1
                mass = volume = pieces = np.int64(0)
                continue
            entry[n], taken[n], container[n] = i, part, number
            n += 1
            mass += part * grams[k]
            volume += part * cm3[k]
            pieces += part
            left -= part
    return entry[:n], taken[:n], container[:n]


class Consolidation(Node):
    """Ready parcels at a container freight station, by path in order of (ready instant, id)."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        names: Mapping[int, str],
        accounts: Mapping[int, int],
        room: np.ndarray,
        close_after: int,
        cost_per_container: float,
    ) -> None:
        """By number of the path: names, `container/ROUTE/PATH`, and accounts. room int64[3] (g, cm3, pieces).

        close_after in ticks.
        """
        super().__init__(name, context)
        self._names = names
        self._accounts = accounts
        self._ready = {path: Fifo(2) for path in names}
        self.room = room
        self.close_after = close_after
        self._cost_per_container = cost_per_container

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0] == 0:
            return
        path = self.context.parcels.path[row]
        for number, queue in self._ready.items():
            queue.append(*ordering.pick(path, number, at, row))

    def fill_and_close(self, at: int) -> None:
        """Fill containers with what was ready before ``at``, and send off those that are closed.

        The node must have been advanced to ``at``.
        """
        for path, queue in self._ready.items():
            if len(queue):
                ready, inside, bounds = self._take_closed(queue, at)
                if inside.shape[0]:
                    self._send_off(path, at, ready, inside, bounds)

    def _take_closed(self, queue: Fifo, at: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Remove what goes into closed containers: ready instant and row, and where each container begins in them.

        No more are closed at once than their ids number; the rest waits for the next check.
        """
        p = self.context.parcels
        ready, row = queue.view()
        entry, taken, container = _fill(row, p.count, p.grams, p.cm3, np.minimum(self.room, LARGEST))
        last = int(np.searchsorted(container, container[-1]))
        is_last_due = at - int(ready[entry[last]]) >= self.close_after
        n = min(container.shape[0] if is_last_due else last, int(np.searchsorted(container, MAX_ORDINAL)))
        if n == 0:
            return EMPTY, EMPTY, EMPTY
        is_cut = np.append(entry[1:] == entry[:-1], False)[:n]  # the rest of the row goes into a later container
        entry, taken, container = entry[:n], taken[:n], container[:n]
        ready, inside = ready[entry], row[entry]
        queue.drop(int(entry[-1]) + (not is_cut[-1]))
        if is_cut.any():
            inside[is_cut] = p.split(inside[is_cut], taken[is_cut])
        return ready, inside, np.searchsorted(container, np.arange(container[-1] + 1))

    def _send_off(self, path: int, at: int, ready: np.ndarray, inside: np.ndarray, bounds: np.ndarray) -> None:
        context, p = self.context, self.context.parcels
        n, account = bounds.shape[0], self._accounts[path]
        count = p.count[inside].astype(np.int64)
        instants = np.full(n, at, np.int64)
        row = new_containers(
            context,
            self._ids(path, at, n),
            instants,
            path=path,
            account=account,
            grams=np.add.reduceat(count * p.grams[inside], bounds),
            cm3=np.add.reduceat(count * p.cm3[inside], bounds),
        )
        p.contents.update(zip(row.tolist(), np.split(inside, bounds[1:]), strict=True))
        closed = np.full(inside.shape[0], at, np.int64)
        if self._posts is not None:
            p.mark_posted(self._posts, inside, closed)
        if context.log is not None:
            context.log.step(self.name, p.ids[inside], ready, closed, closed)
        record = context.record
        record.cost["containers"][record.month(at), account] += n * self._cost_per_container
        self.forward(instants, row)

    def _ids(self, path: int, at: int, n: int) -> np.ndarray:
        return first_container_id(self._names[path], at // WEEK, at % WEEK // SECOND) + np.arange(n)
