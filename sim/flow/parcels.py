"""The parcel table: one row a parcel (or a few alike), a column for each property; and the log of single parcels.

Rows are handed out to new orders and taken back from delivered ones, so the table is as long as what is under way.
"""

import numpy as np
from numba import njit

_ROW = np.dtype(
    [
        ("ids", np.int64),
        ("ordered_at", np.int64),
        ("posted_at", np.int64),
        ("fen", np.int64),
        ("count", np.int32),
        ("grams", np.int32),
        ("cm3", np.int32),
        ("cell", np.int32),
        ("path", np.int32),
        ("route", np.int16),
        ("region", np.int16),
        ("product", np.int16),
        ("spare", np.uint8, (6,)),
    ]
)
"""64 bytes: a row fills one cache line, so that a kernel which asks for several columns of a row waits once."""


def _rows(n: int) -> np.ndarray:
    """``n`` empty rows, each on a cache line of its own."""
    line = _ROW.itemsize
    raw = np.zeros((n + 1) * line, np.uint8)
    skip = -raw.ctypes.data % line
    return raw[skip : skip + n * line].view(_ROW)


@njit(cache=True)
def _set_where(flags: np.ndarray, path: np.ndarray, row: np.ndarray, at: np.ndarray, posted_at: np.ndarray) -> None:
    for i in range(row.shape[0]):
        if flags[path[row[i]]]:
            posted_at[row[i]] = at[i]


class ParcelTable:
    """Columns of whole numbers, each a view into one array of rows; see `_ROW`.

    Weights in g, volumes in cm3, values in fen; ``cell`` numbers (route, region, product). ``route`` is the account:
    containers of freight and loads have one beyond the routes, a cell and a product beyond the last, and no value.
    """

    def __init__(self, rows: int = 1024) -> None:
        self._show(_rows(rows))
        self._is_free = np.ones(rows, np.bool_)
        self._n_free = rows
        self._n_touched = 0  # rows from here on have never been taken
        self.contents: dict[int, np.ndarray] = {}
        """Rows of the parcels in a container, by the container's row: int64[n]."""
        self.pieces: dict[int, np.ndarray] = {}
        """Pieces of stock in a load, by the load's row: int64[products]."""

    def _show(self, data: np.ndarray) -> None:
        self._data = data
        self.ids = data["ids"]
        self.ordered_at = data["ordered_at"]
        self.posted_at = data["posted_at"]
        self.fen = data["fen"]
        self.count = data["count"]
        self.grams = data["grams"]
        self.cm3 = data["cm3"]
        self.cell = data["cell"]
        self.path = data["path"]
        self.route = data["route"]
        self.region = data["region"]
        self.product = data["product"]

    @property
    def n_in_use(self) -> int:
        """Rows under way."""
        return self._data.shape[0] - self._n_free

    def take(self, n: int) -> np.ndarray:
        """``n`` free rows in ascending order, so that what is born together lies together: int64[n]."""
        if n > self._n_free:
            self._grow(n)
        row = np.flatnonzero(self._is_free[: self._n_touched + n])[:n]
        self._is_free[row] = False
        self._n_free -= n
        self._n_touched = max(self._n_touched, int(row[-1]) + 1) if n else self._n_touched
        return row

    def give_back(self, row: np.ndarray) -> None:
        """Free rows whose parcels are delivered or lost."""
        self._is_free[row] = True
        self._n_free += row.shape[0]

    def _grow(self, n: int) -> None:
        old = self._data.shape[0]
        new = max(2 * old, old + n)
        data = _rows(new)
        data[:old] = self._data
        self._show(data)
        self._is_free = np.concatenate([self._is_free, np.ones(new - old, np.bool_)])
        self._n_free += new - old

    def split(self, row: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """Cut ``parts`` (int[n], above 0, in all below the count) parcels off rows into rows of their own: int64[n].

        A row may be named several times.
        """
        new = self.take(row.shape[0])
        self._data[new] = self._data[row]
        self.count[new] = parts
        np.subtract.at(self.count, row, parts.astype(np.int32))
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
