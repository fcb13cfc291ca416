"""Queues with servers, opening hours and dwell.

A queue advances by instants on a clock that stands still while it is closed, so the kernels know nothing of hours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.flow.network import Context, Node
from sim.kernels import distributions, draws, queueing, tallying
from sim.ticks import NEVER, SECOND


@dataclass(frozen=True)
class WorkClock:
    """Open time as a clock: opens, closes, worked int64[k], ``worked`` being the open time before each opening."""

    opens: np.ndarray
    closes: np.ndarray
    worked: np.ndarray

    @classmethod
    def from_intervals(cls, intervals: list[tuple[int, int]]) -> "WorkClock | None":
        """The clock of half-open intervals in order; None if there is but one without an end: it never stands still."""
        if len(intervals) == 1 and intervals[0][1] == NEVER:
            return None
        opens, closes = (np.array(column, np.int64) for column in zip(*intervals, strict=True))
        worked = np.concatenate([[0], np.cumsum(closes - opens)[:-1]])
        return cls(opens, closes, worked)

    def work(self, at: np.ndarray) -> np.ndarray:
        """Open time before each instant (in order)."""
        return queueing.to_work(at, self.opens, self.closes, self.worked)

    def work_at(self, at: int) -> int:
        """Open time before one instant."""
        return int(self.work(np.array([at], np.int64))[0])

    def wall_start(self, work: np.ndarray) -> np.ndarray:
        """Instants at which services start."""
        return queueing.to_wall_start(work, self.opens, self.closes, self.worked, NEVER)

    def wall_end(self, work: np.ndarray) -> np.ndarray:
        """Instants at which services end."""
        return queueing.to_wall_end(work, self.opens, self.closes, self.worked, NEVER)


class Fifo:
    """Waiting parcels: arrival (on the work clock and on the wall), row, service; appended and dropped in order."""

    def __init__(self, columns: int) -> None:
        self._data = np.empty((columns, 256), np.int64)
        self._head = self._tail = 0

    def __len__(self) -> int:
        return self._tail - self._head

    def view(self) -> np.ndarray:
        """All waiting: int64[columns, n]."""
        return self._data[:, self._head : self._tail]

    def append(self, *columns: np.ndarray) -> None:
        """Add at the end."""
        n = columns[0].shape[0]
        if self._tail + n > self._data.shape[1]:
            waiting = self.view()
            size = max(256, 2 * (len(self) + n))
            self._data = np.empty((self._data.shape[0], size), np.int64)
            self._data[:, : waiting.shape[1]] = waiting
            self._head, self._tail = 0, waiting.shape[1]
        for i, column in enumerate(columns):
            self._data[i, self._tail : self._tail + n] = column
        self._tail += n

    def drop(self, n: int) -> None:
        """Remove the first ``n``."""
        self._head += n


class Queue(Node):
    """First come, first served at several servers, then a dwell that waits for nothing.

    Without servers there is only the dwell. ``service`` and ``dwell`` are distribution tables in ticks.
    """

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        number: int,
        key: np.uint64,
        servers: int | None,
        service: np.ndarray | None,
        dwell: np.ndarray | None,
        clock: WorkClock | None,
        is_open: bool,
        start: int,
    ) -> None:
        super().__init__(name, context)
        self._number = number
        self._key = key
        self._servers = servers
        self._service = service
        self._dwell = dwell
        self._clock = clock
        self._is_open = is_open
        self._counted_until = start
        self._reopened_at = start
        self._waiting = Fifo(4)
        self._n_waiting = 0
        one_or_all = 1 if context.is_aggregated else servers or 0
        self._free = np.full(one_or_all, self._work_at(start), np.int64)

    @property
    def service(self) -> np.ndarray | None:
        """Distribution table of the service."""
        return self._service

    @property
    def dwell(self) -> np.ndarray | None:
        """Distribution table of the dwell."""
        return self._dwell

    # -- changes: the caller has advanced this node to ``at`` ---------------------------------------------------------

    def set_servers(self, servers: int, at: int) -> None:
        """Change the staffing at ``at``."""
        self._count_open_time(at)
        self._servers = servers
        if self.context.is_aggregated:
            self._redraw()
        else:
            self._free = queueing.keep_free_last(self._free, servers, self._work_at(at))

    def set_service(self, service: np.ndarray) -> None:
        """Change the distribution of the service for services that start from now on."""
        self._service = service
        self._redraw()

    def _redraw(self) -> None:
        _, _, row, service = self._waiting.view()
        service[:] = self._draw(row)

    def set_dwell(self, dwell: np.ndarray) -> None:
        """Change the distribution of the dwell for services that start from now on."""
        self._dwell = dwell

    def set_open(self, is_open: bool, at: int) -> None:
        """Close the queue, or reopen it: then every server is free at ``at`` at the earliest."""
        self._count_open_time(at)
        if is_open and not self._is_open:
            self._free = np.maximum(self._free, self._work_at(at))
            self._reopened_at = at
        self._is_open = is_open

    # -- the flow -----------------------------------------------------------------------------------------------------

    @property
    def n_waiting(self) -> int:
        """Parcels waiting at the instant served."""
        return self._n_waiting

    def _n_of(self, row: np.ndarray) -> int:
        return int(self.context.parcels.count[row].sum()) if self.context.is_aggregated else row.shape[0]

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0]:
            record = self.context.record
            tallying.arrivals_by_month(
                at,
                row,
                self.context.parcels.count,
                not self.context.is_aggregated,
                record.axes.first_day,
                record.month_of_day,
                record.queue_arrivals[self._number],
            )
            work = self._clock.work(at) if self._clock else at
            self._waiting.append(work, at, row, self._draw(row))
            self._n_waiting += self._n_of(row)
        if self._is_open and len(self._waiting):
            self._commit(until)

    def _commit(self, until: int) -> None:
        work, arrived, row, service = self._waiting.view()
        if self._servers is None:
            n = work.shape[0]
            started = ended = np.maximum(arrived, self._reopened_at)
        else:
            started, ended = np.empty_like(work), np.empty_like(work)
            n = self._kernel()(work, service, self._free, self._work_at(until), started, ended)
            started, ended = started[:n], ended[:n] + self._latency()
            if self._clock:
                started, ended = self._clock.wall_start(started), self._clock.wall_end(ended)
        if n == 0:
            return
        arrived, row, service = arrived[:n], row[:n], service[:n]
        self._waiting.drop(n)
        self._n_waiting -= self._n_of(row)
        left = ended
        if self._dwell is not None:
            left = left + draws.durations(self._dwell, self._key, row, self.context.parcels.ids, True, 0)
        self._write_down(arrived, started, service, left, row)
        self.forward(left, row)

    def _kernel(self) -> Callable[..., int]:
        if self._free.shape[0] == 1:
            return queueing.serve_single
        if self._is_equal():
            return _serve_equal
        return queueing.serve

    def _is_equal(self) -> bool:
        service = self._service
        return service is not None and service.shape[0] == 1 and service[0, 1] == distributions.CONSTANT

    def _draw(self, row: np.ndarray) -> np.ndarray:
        """Service times; for rows of several parcels, those of one server that does the work of all."""
        if self._service is None or self._servers is None:
            return np.zeros(row.shape[0], np.int64)
        if self._is_equal():
            service = np.full(row.shape[0], max(1, round(self._service[0, 2])), np.int64)
        else:
            service = draws.durations(self._service, self._key, row, self.context.parcels.ids, False, 1)
        if self.context.is_aggregated:
            count = self.context.parcels.count[row]
            mean = distributions.mean(self._service)
            one = mean + (service - mean) / np.sqrt(count)
            service = np.maximum(np.rint(count * one / self._servers), 1).astype(np.int64)
        return service

    def _latency(self) -> np.int64:
        """What one of several servers takes longer than all of them would, for rows of several parcels."""
        if not self.context.is_aggregated or self._service is None or self._servers is None:
            return np.int64(0)
        mean = distributions.mean(self._service)
        return np.int64(round(mean - mean / self._servers))

    def _write_down(
        self, arrived: np.ndarray, started: np.ndarray, service: np.ndarray, left: np.ndarray, row: np.ndarray
    ) -> None:
        context = self.context
        record = context.record
        busy = service * self._servers if context.is_aggregated and self._servers else service
        tallying.station_starts(
            arrived,
            started,
            busy,
            row,
            context.parcels.count,
            not context.is_aggregated,
            record.axes.first_day,
            record.month_of_day,
            record.queue_totals[self._number],
            context.end,
        )
        if context.log is not None:
            context.log.step(self.name, context.parcels.ids[row], arrived, started, left)

    def _work_at(self, at: int) -> int:
        return self._clock.work_at(at) if self._clock else at

    def count_backlog(self, at: int) -> None:
        """Write down how many wait; called at every review and at the end."""
        backlog = self.context.record.queue_backlog[self._number, self.context.record.month(at - 1)]
        backlog[0] = self.n_waiting
        backlog[1] = max(backlog[1], backlog[0])

    def finish(self, end: int) -> None:
        """Close the books at the end of the simulated time."""
        self._count_open_time(end)

    def _count_open_time(self, until: int) -> None:
        """Add servers times open time since the last count to the record, month by month."""
        record = self.context.record
        if self._servers is not None and self._is_open:
            bounds = record.axes.month_bounds()
            for month in range(len(bounds) - 1):
                low, high = max(int(bounds[month]), self._counted_until), min(int(bounds[month + 1]), until)
                if low < high:
                    open_time = self._work_at(high) - self._work_at(low)
                    record.queue_open_seconds[self._number, month] += self._servers * open_time // SECOND
        self._counted_until = until


def _serve_equal(work: np.ndarray, service: np.ndarray, *rest: Any) -> int:
    return queueing.serve_equal(work, service[0], *rest)
