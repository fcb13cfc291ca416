"""The parcel table: one row a parcel (or a few alike), a column for each property; and the log of single parcels.

Rows are handed out to new orders and taken back from delivered ones, so the table is as long as what is under way.
"""

import numpy as np
from numba import njit

_COLUMNS = {
    "ids": np.int64,
    "ordered_at": np.int64,
    "posted_at": np.int64,
    "fen": np.int64,
    "count": np.int32,
    "grams": np.int32,
    "cm3": np.int32,
    "path": np.int16,
    "route": np.int16,
    "region": np.int16,
    "product": np.int16,
}


@njit(cache=True)
def _set_where(flags, path, row, at, posted_at):  # type: ignore[no-untyped-def]
    for i in range(row.shape[0]):
        if flags[path[row[i]]]:
            posted_at[row[i]] = at[i]


class ParcelTable:
    """Columns int64 or smaller, all of one length; see `_COLUMNS`. Weights in g, volumes in cm3, values in fen."""

    def __init__(self, rows: int = 1024) -> None:
        self.ids = np.zeros(rows, np.int64)
        self.ordered_at = np.zeros(rows, np.int64)
        self.posted_at = np.zeros(rows, np.int64)
        self.fen = np.zeros(rows, np.int64)
        self.count = np.zeros(rows, np.int32)
        self.grams = np.zeros(rows, np.int32)
        self.cm3 = np.zeros(rows, np.int32)
        self.path = np.zeros(rows, np.int16)
        self.route = np.zeros(rows, np.int16)
        self.region = np.zeros(rows, np.int16)
        self.product = np.zeros(rows, np.int16)
        self._free = np.arange(rows - 1, -1, -1, dtype=np.int64)
        self._n_free = rows

    @property
    def n_in_use(self) -> int:
        """Rows under way."""
        return self.ids.shape[0] - self._n_free

    def take(self, n: int) -> np.ndarray:
        """``n`` free rows: int64[n]."""
        if n > self._n_free:
            self._grow(n)
        self._n_free -= n
        return self._free[self._n_free : self._n_free + n][::-1].copy()

    def give_back(self, row: np.ndarray) -> None:
        """Free rows whose parcels are delivered or lost."""
        n = row.shape[0]
        self._free[self._n_free : self._n_free + n] = row
        self._n_free += n

    def _grow(self, n: int) -> None:
        old = self.ids.shape[0]
        new = max(2 * old, old + n)
        for name, kind in _COLUMNS.items():
            column = np.zeros(new, kind)
            column[:old] = getattr(self, name)
            setattr(self, name, column)
        free = np.empty(new, np.int64)
        free[: new - old] = np.arange(new - 1, old - 1, -1)
        free[new - old : new - old + self._n_free] = self._free[: self._n_free]
        self._free, self._n_free = free, self._n_free + new - old

    def split(self, row: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """Cut ``parts`` (int[n], above 0 and below the count) parcels off each row into rows of their own: int64[n]."""
        new = self.take(row.shape[0])
        for name in _COLUMNS:
            column = getattr(self, name)
            column[new] = column[row]
        self.count[new] = parts
        self.count[row] -= parts.astype(np.int32)
        return new

    def mark_posted(self, flags: np.ndarray, row: np.ndarray, at: np.ndarray) -> None:
        """Set the posting instant of rows whose path has its flag set: flags bool[paths]."""
        _set_where(flags, self.path, row, at, self.posted_at)


class ParcelLog:
    """Every step of every parcel, for looking at single parcels and for holding the engine against its twin."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        self._orders: list[dict[str, np.ndarray]] = []

    def step(self, name: str, ids: np.ndarray, arrived: np.ndarray, started: np.ndarray, left: np.ndarray) -> None:
        """Write down one step of several parcels (int64[n] each)."""
        if ids.shape[0]:
            self._steps.append((name, ids.copy(), arrived.copy(), started.copy(), left.copy()))

    def order(self, **columns: np.ndarray) -> None:
        """Write down placed orders."""
        self._orders.append({name: column.copy() for name, column in columns.items()})

    def table(self) -> dict[str, np.ndarray]:
        """All steps: order_id, step, arrived_at, started_at, left_at."""
        names = [np.full(ids.shape[0], name, dtype=object) for name, ids, *_ in self._steps]
        columns = [np.concatenate([s[i] for s in self._steps] or [np.zeros(0, np.int64)]) for i in range(1, 5)]
        step = np.concatenate(names) if names else np.zeros(0, object)
        return {
            "order_id": columns[0],
            "step": step,
            "arrived_at": columns[1],
            "started_at": columns[2],
            "left_at": columns[3],
        }

    def orders(self) -> dict[str, np.ndarray]:
        """All placed orders: order_id, ordered_at, origin, route, path, region, product, grams, value_fen."""
        if not self._orders:
            return {}
        return {name: np.concatenate([part[name] for part in self._orders]) for name in self._orders[0]}
