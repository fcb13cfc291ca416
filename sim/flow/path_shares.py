"""Which path an order takes: the shares of paths by route and region, which dated changes may change."""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.kernels import births


class PathShares:
    """The shares of all routes' paths, and the luck by which orders take them."""

    def __init__(self, shares: Sequence[Sequence[Mapping[int, float]]], keys: np.ndarray) -> None:
        """shares by route, region and number of the path; keys uint64[routes]."""
        cells = [cell for by_region in shares for cell in by_region]
        self._n_regions = len(shares[0])
        self._keys = keys
        self._first = np.cumsum([0, *map(len, cells)])
        self._numbers = np.array([number for cell in cells for number in cell], np.int64)
        self._shares = np.array([share for cell in cells for share in cell.values()], np.float64)
        self._cumulative = np.empty_like(self._shares)
        for cell in range(len(cells)):
            self._accumulate(cell)

    def _accumulate(self, cell: int) -> None:
        """Nothing is left to paths behind the last one that has a share, whatever the rounding of the sum."""
        own = slice(self._first[cell], self._first[cell + 1])
        cumulative = np.cumsum(self._shares[own])
        has_share = np.flatnonzero(self._shares[own] > 0)
        if has_share.shape[0]:
            cumulative[has_share[-1] :] = np.inf
        self._cumulative[own] = cumulative

    def _cell(self, route: int, region: int) -> int:
        return route * self._n_regions + region

    def share(self, route: int, region: int, path: int) -> float:
        """The share of a path now."""
        cell = self._cell(route, region)
        own = slice(self._first[cell], self._first[cell + 1])
        return float(self._shares[own][self._numbers[own] == path].sum())

    def set(self, route: int, region: int, path: int, share: float) -> None:
        """Change the share of a path; the caller changes those of the others so that they sum to one."""
        cell = self._cell(route, region)
        own = slice(self._first[cell], self._first[cell + 1])
        self._shares[own][self._numbers[own] == path] = share
        self._accumulate(cell)

    def choose(self, order_id: np.ndarray, route: np.ndarray, region: np.ndarray, path: np.ndarray) -> None:
        """Path number of each order by its luck, into int64[n]; order_id, route and region int64[n]."""
        shares = (self._cumulative, self._numbers, self._first)
        births.choose_paths(order_id, route, region, self._keys, *shares, self._n_regions, path)
