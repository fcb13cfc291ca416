"""The last mile: inland transport to the buyer's post office, and the end of every delivered parcel."""

import numpy as np

from sim.flow.network import Context, Node, Pool, flat
from sim.flow.returns import Returns
from sim.kernels import distributions, draws, tallying


class LastMile(Node):
    """A time by place of entry and region, without a queue; then ready for collection."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        key: np.uint64,
        times: dict[tuple[int, int], np.ndarray],
        place_of_path: np.ndarray,
        n_regions: int,
        promise: np.ndarray,
        cost_per_parcel: float,
    ) -> None:
        """times: distribution tables by (place number, region); place_of_path int[paths]; promise int64[R, G]."""
        super().__init__(name, context)
        self._key = key
        self._times = times
        self._code_of_path = place_of_path * n_regions
        self._n_regions = n_regions
        self._promise = promise
        self._cost_per_parcel = cost_per_parcel
        self._delivered = np.zeros_like(context.record.delivered)
        self._stack()
        self.inbox = Pool()
        self.returns: Returns | None = None
        """What becomes of those delivered; they are gone if no route through here has returns."""

    def set_time(self, place: int, region: int, time: np.ndarray) -> None:
        """Change one time; the caller has advanced this node to the instant of the change."""
        self._times[place, region] = time
        self._stack()

    def time(self, place: int, region: int) -> np.ndarray:
        """The distribution table of one time."""
        return self._times[place, region]

    def _stack(self) -> None:
        n_codes = (max(place for place, _ in self._times) + 1) * self._n_regions
        self._first, self._last = np.zeros(n_codes, np.int64), np.zeros(n_codes, np.int64)
        tables, n = [], 0
        for (place, region), table in self._times.items():
            code = place * self._n_regions + region
            self._first[code], self._last[code] = n, n + table.shape[0]
            tables.append(table)
            n += table.shape[0]
        self._parts = np.concatenate(tables)

    def mean(self, place: int, region: int) -> float:
        """Mean of one time in ticks."""
        return distributions.mean(self._times[place, region])

    def _serve(self, at: np.ndarray, row: np.ndarray, until: int) -> None:
        if row.shape[0]:
            self._deliver(at, row)
        if self.returns is not None:
            self.forward(*self.returns.take(until))

    def _deliver(self, at: np.ndarray, row: np.ndarray) -> None:
        context, p, record = self.context, self.context.parcels, self.context.record
        ready = at + draws.times_by_code(
            self._parts,
            self._first,
            self._last,
            self._key,
            self._code_of_path,
            row,
            p.ids,
            p.path,
            p.region,
        )
        tallying.deliveries(
            ready,
            row,
            p.count,
            p.ordered_at,
            p.posted_at,
            p.route,
            p.region,
            p.cell,
            self._promise,
            record.axes.first_day,
            record.month_of_day,
            context.end,
            flat(self._delivered, 1),
            record.by_day["delivered"],
            flat(record.hours, 1),
            flat(record.service, 1),
            record.unreviewed_week,
            record.week_hours,
            record.week_sums,
        )
        if context.log is not None:
            context.log.step(self.name, p.ids[row], at, at, ready)
        if self.returns is None:
            p.give_back(row)
        else:
            self.returns.put(ready, row)

    def finish(self) -> None:
        """Close the books at the end of the simulated time."""
        record = self.context.record
        record.delivered += self._delivered
        cost = self._cost_per_parcel * self._delivered.sum(axis=(2, 3))
        record.cost["last_miles"][:, : cost.shape[1]] += cost
