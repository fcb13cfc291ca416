"""Luck turned into durations, weights and choices for many rows at once.

``ids`` int64[rows] is the order-id column of the parcel table, ``row`` int64[n] the rows asked for.
"""

import math

import numpy as np
from numba import njit

from sim.kernels.distributions import quantile, quantile_between, whole_many
from sim.luck import fill_fine

_BATCH = 1024


@njit(cache=True)
def durations(
    parts: np.ndarray, key: np.uint64, row: np.ndarray, ids: np.ndarray, second: bool, least: int
) -> np.ndarray:
    """int64[n] durations in ticks from the first (or second) fine uniform of each order; parts float64[k, 5]."""
    out = np.empty(row.shape[0], np.int64)
    one, two = np.empty(_BATCH), np.empty(_BATCH)
    for start in range(0, row.shape[0], _BATCH):
        size = min(_BATCH, row.shape[0] - start)
        fill_fine(key, ids[row[start : start + size]], one, two)
        whole_many(parts, (two if second else one)[:size], least, out[start : start + size])
    return out


@njit(cache=True)
def instants(key: np.uint64, ids: np.ndarray, span: int) -> np.ndarray:
    """int64[n] ticks, even over ``span``, from the first fine uniform of each thing."""
    one, two = np.empty(ids.shape[0]), np.empty(ids.shape[0])
    fill_fine(key, ids, one, two)
    return np.floor(one * span).astype(np.int64)


@njit(cache=True)
def fen(parts: np.ndarray, key: np.uint64, ids: np.ndarray) -> np.ndarray:
    """int64[n] values in whole fen, at least 0, from the first fine uniform of each thing; parts in CNY."""
    one, two = np.empty(ids.shape[0]), np.empty(ids.shape[0])
    fill_fine(key, ids, one, two)
    out = np.empty(ids.shape[0], np.int64)
    for i in range(ids.shape[0]):
        out[i] = max(np.int64(0), np.int64(np.rint(quantile(parts, one[i]) * 100.0)))
    return out


@njit(cache=True)
def _first_reaching(target: float, n: int, p: float) -> int:
    """Smallest k with P(Bin(n, p) <= k) >= target, 0 < p < 1; terms of the sum from far in the left tail on."""
    k = 0
    log_term = n * math.log1p(-p)
    if log_term < -700.0:  # the first term would be zero
        k = max(0, int(n * p - 12.0 * math.sqrt(n * p * (1.0 - p)) - 12.0))
        ways = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
        log_term = ways + k * math.log(p) + (n - k) * math.log1p(-p)
    term = math.exp(log_term)
    total = term
    while total < target and k < n:
        term *= (n - k) / (k + 1.0) * (p / (1.0 - p))
        k += 1
        total += term
    return k


@njit(cache=True)
def binomial_quantile(u: float, n: int, p: float) -> int:
    """How many of n a share p takes, more at smaller ``u``: the smallest k with P(Bin(n, p) <= k) >= 1 - u.

    At n = 1 this is whether ``u < p``. At small u it is found from the other end, where 1 - u would lose its digits.
    """
    if n == 1:
        return 1 if u < p else 0
    if p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if u < 0.5:
        return n - _first_reaching(u, n, 1.0 - p)
    return _first_reaching(1.0 - u, n, p)


@njit(cache=True)
def taken(
    key: np.uint64, share: np.ndarray, row: np.ndarray, ids: np.ndarray, count: np.ndarray, is_single: bool
) -> np.ndarray:
    """How many parcels of each row a share takes: int32[n]; share float64[n] by row, count int32[rows] parcels a row.

    ``is_single`` says that all rows are one parcel, so that their counts need not be fetched.
    """
    out = np.empty(row.shape[0], np.int32)
    one, two = np.empty(_BATCH), np.empty(_BATCH)
    for start in range(0, row.shape[0], _BATCH):
        size = min(_BATCH, row.shape[0] - start)
        fill_fine(key, ids[row[start : start + size]], one, two)
        for i in range(size):
            n = 1 if is_single else count[row[start + i]]
            p = share[start + i]
            if n == 1:
                out[start + i] = one[i] < p
            else:
                out[start + i] = binomial_quantile(one[i], n, p)
    return out


@njit(cache=True)
def examined(
    key: np.uint64,
    of_product: np.ndarray,
    above_limit: float,
    limit_fen: int,
    row: np.ndarray,
    ids: np.ndarray,
    count: np.ndarray,
    is_single: bool,
    product: np.ndarray,
    fen: np.ndarray,
) -> np.ndarray:
    """How many parcels of each row are examined: int32[n]; `taken` with the share that product and value give.

    of_product float64[products]; ``above_limit`` holds for goods worth more than ``limit_fen``; the others are columns
    of the parcel table.
    """
    out = np.empty(row.shape[0], np.int32)
    one, two = np.empty(_BATCH), np.empty(_BATCH)
    for start in range(0, row.shape[0], _BATCH):
        size = min(_BATCH, row.shape[0] - start)
        fill_fine(key, ids[row[start : start + size]], one, two)
        for i in range(size):
            k = row[start + i]
            p = above_limit if fen[k] > limit_fen else of_product[product[k]]
            out[start + i] = binomial_quantile(one[i], 1 if is_single else count[k], p)
    return out


@njit(cache=True)
def times_by_code(
    parts: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    key: np.uint64,
    code_of_path: np.ndarray,
    row: np.ndarray,
    ids: np.ndarray,
    path: np.ndarray,
    region: np.ndarray,
) -> np.ndarray:
    """int64[n] durations, each from the rows ``first[code]:last[code]`` of stacked distribution tables ``parts``.

    The code of a row is ``code_of_path[path] + region``; path and region are columns of the parcel table.
    """
    out = np.empty(row.shape[0], np.int64)
    one, two = np.empty(_BATCH), np.empty(_BATCH)
    for start in range(0, row.shape[0], _BATCH):
        size = min(_BATCH, row.shape[0] - start)
        fill_fine(key, ids[row[start : start + size]], one, two)
        for i in range(size):
            k = row[start + i]
            code = code_of_path[path[k]] + region[k]
            out[start + i] = np.int64(np.rint(quantile_between(parts, first[code], last[code], one[i])))
    return out
