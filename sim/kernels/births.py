"""Latent orders: when they arise, what they are, and which alternative they take.

Works through one layer of one week at a time, in batches small enough to stay in the cache: first the luck of the
batch (a loop the compiler vectorises), then the decisions.
"""

import math

import numpy as np
from numba import njit

from sim.kernels.distributions import quantile_between
from sim.luck import coarse, fill_fine, fine, words

_BATCH = 2048
_GUIDE = 1024
_TINY = 1e-280
_SHIFT = np.uint32(24)
HOUR = 3_600_000_000
DAY = 24 * HOUR


def poisson_quantile(u: float, expected: float) -> int:
    """Smallest k with P(Poisson(expected) <= k) >= u."""
    if expected <= 0:
        return 0
    from scipy.special import pdtr, pdtrik

    k = max(math.ceil(float(pdtrik(u, expected))), 0)
    while k > 0 and pdtr(k - 1, expected) >= u:
        k -= 1
    while pdtr(k, expected) < u:
        k += 1
    return k


def guide(cumulative: np.ndarray) -> np.ndarray:
    """First hour to look at for each 1/1024 of the week's orders: int64[1024]; cumulative float64[169]."""
    at = np.arange(_GUIDE) / _GUIDE * cumulative[-1]
    return np.maximum(np.searchsorted(cumulative, at, side="right") - 1, 0)


@njit(cache=True)
def instant_in_week(u: float, cumulative: np.ndarray, start_hours: np.ndarray) -> int:
    """Ticks since Monday 00:00 at which a share ``u`` of the week's expected orders has arisen."""
    p = u * cumulative[168]
    h = start_hours[int(u * _GUIDE)]
    while h < 167 and cumulative[h + 1] <= p:
        h += 1
    return h * HOUR + min(int((p - cumulative[h]) / (cumulative[h + 1] - cumulative[h]) * HOUR), HOUR - 1)


@njit(cache=True)
def first_above(cumulative: np.ndarray, u: float, start: int = 0) -> int:
    """First index from ``start`` on whose cumulative share exceeds ``u``, the last one at most."""
    i = start
    while i < cumulative.shape[0] - 1 and u >= cumulative[i]:
        i += 1
    return i


@njit(cache=True)
def _starts(cumulative: np.ndarray) -> np.ndarray:
    """Where to start looking for a coarse uniform, by the leading 8 bits of its word: int64[256]."""
    out = np.empty(256, np.int64)
    for i in range(256):
        out[i] = first_above(cumulative, i / 256.0)
    return out


@njit(cache=True)
def _fill(key: np.uint64, first: int, n: int, block: np.ndarray) -> None:
    """The words of ``n`` consecutive things: uint32[4, n]."""
    for i in range(n):
        a, b, c, d = words(key, first + i, 0)
        block[0, i], block[1, i], block[2, i], block[3, i] = a, b, c, d


@njit(cache=True)
def decide_layer(
    keys: np.ndarray,
    route_keys: np.ndarray,
    first_id: int,
    n_rows: int,
    n_orders: int,
    row_size: int,
    cumulative: np.ndarray,
    start_hours: np.ndarray,
    window: np.ndarray,
    layer: int,
    level_by_day: np.ndarray,
    level_by_product: np.ndarray,
    month_by_day: np.ndarray,
    region_shares: np.ndarray,
    product_shares: np.ndarray,
    class_shares: np.ndarray,
    rank_ends: np.ndarray,
    nest_weights: np.ndarray,
    route_weights: np.ndarray,
    tally: np.ndarray,
    instant: np.ndarray,
    what: np.ndarray,
    n_out: int,
) -> int:
    """Let the orders of one layer in one week decide; append the placed ones.

    keys uint64[3] of birth, kind and nest; route_keys uint64[routes]; rows ``first_id + 0 .. n_rows - 1`` stand for
    ``n_orders`` orders, ``row_size`` each, the last one for the rest; cumulative float64[169]; window (from, to) in
    ticks of the week, half-open; level_by_day float64[7] the highest of all products, and level_by_product
    float64[7, products], or [0, 0] if all have that one; month_by_day int64[7]; region_shares, product_shares and
    class_shares cumulative; rank_ends float64[intervals] the upper ends of the intervals of the rank; nest_weights
    float64[variants, regions, products, 3] and route_weights float64[variants, regions, products, routes], the
    variant being ``class * intervals + interval``, or a single one for all; tally int64[months, routes + 2, regions,
    products] counts orders by alternative (changed in place); instant int64[...] receives the ticks since Monday
    00:00, what int64[..., 2] the id and the packed (route, region, product, count). Returns the number of entries now
    in use.
    """
    n_routes = route_keys.shape[0]
    birth = np.empty((4, _BATCH), np.uint32)
    kind = np.empty((4, _BATCH), np.uint32)
    nest = np.empty((4, _BATCH), np.uint32)
    nest_pace = 1.0 / np.maximum(nest_weights, _TINY)  # a weight of zero never wins: its time exceeds all others
    route_pace = 1.0 / np.maximum(route_weights, _TINY)
    has_outside = nest_weights[:, :, :, 1:].max() > 0.0
    is_varied, variant = nest_weights.shape[0] > 1, 0
    is_by_product = level_by_product.shape[0] > 0
    region_from, product_from = _starts(region_shares), _starts(product_shares)
    for batch in range(0, n_rows, _BATCH):
        size = min(_BATCH, n_rows - batch)
        _fill(keys[0], first_id + batch, size, birth)
        _fill(keys[1], first_id + batch, size, kind)
        _fill(keys[2], first_id + batch, size, nest)
        for i in range(size):
            at = instant_in_week(fine(birth[0, i], birth[1, i]), cumulative, start_hours)
            if at < window[0] or at >= window[1]:
                continue
            day = at // DAY
            mark = (layer + fine(birth[2, i], birth[3, i])) * 0.25
            if mark >= level_by_day[day]:
                continue
            count = min(row_size, n_orders - (batch + i) * row_size)
            region = first_above(region_shares, coarse(kind[0, i]), region_from[kind[0, i] >> _SHIFT])
            product = first_above(product_shares, coarse(kind[1, i]), product_from[kind[1, i] >> _SHIFT])
            if is_by_product and mark >= level_by_product[day, product]:
                continue
            if is_varied:
                variant = first_above(class_shares, coarse(kind[2, i])) * rank_ends.shape[0]
                variant += first_above(rank_ends, coarse(kind[3, i]))
            chosen = 0
            if has_outside:
                best = -math.log(coarse(nest[0, i])) * nest_pace[variant, region, product, 0]
                for j in range(1, 3):
                    race = -math.log(coarse(nest[j, i])) * nest_pace[variant, region, product, j]
                    if race < best:
                        best, chosen = race, j
            if chosen > 0:
                tally[month_by_day[day], n_routes + chosen - 1, region, product] += count
                continue
            route = 0
            best = np.inf
            for j in range(n_routes if n_routes > 1 else 0):
                a, _, _, _ = words(route_keys[j], first_id + batch + i, 0)
                race = -math.log(coarse(a)) * route_pace[variant, region, product, j]
                if race < best:
                    best, route = race, j
            tally[month_by_day[day], route, region, product] += count
            instant[n_out] = at
            what[n_out, 0] = first_id + batch + i
            what[n_out, 1] = route << 40 | region << 32 | product << 24 | count
            n_out += 1
    return n_out


@njit(cache=True)
def describe_goods(
    order_id: np.ndarray,
    product: np.ndarray,
    key: np.uint64,
    weight_parts: np.ndarray,
    value_parts: np.ndarray,
    parts_from: np.ndarray,
    densities: np.ndarray,
    grams: np.ndarray,
    cm3: np.ndarray,
    fen: np.ndarray,
) -> None:
    """Weight (g), volume (cm3) and value (fen) of new orders, written into int64[n] each.

    order_id, product int64[n]; weight_parts and value_parts are stacked distribution tables, product p owning
    ``parts_from[0, p]:parts_from[0, p + 1]`` of the first and ``parts_from[1, ...]`` of the second.
    """
    one, two = np.empty(_BATCH), np.empty(_BATCH)
    for start in range(0, order_id.shape[0], _BATCH):
        size = min(_BATCH, order_id.shape[0] - start)
        fill_fine(key, order_id[start : start + size], one, two)
        for j in range(size):
            i = start + j
            p = product[i]
            weight = quantile_between(weight_parts, parts_from[0, p], parts_from[0, p + 1], one[j])
            value = quantile_between(value_parts, parts_from[1, p], parts_from[1, p + 1], two[j])
            grams[i] = max(np.int64(1), np.int64(np.rint(weight)))
            cm3[i] = max(np.int64(1), np.int64(np.rint(grams[i] * 1000.0 / densities[p])))
            fen[i] = max(np.int64(0), np.int64(np.rint(value * 100.0)))


@njit(cache=True)
def unpack(
    instant: np.ndarray,
    position: np.ndarray,
    what: np.ndarray,
    week_start: int,
    order_id: np.ndarray,
    at: np.ndarray,
    route: np.ndarray,
    region: np.ndarray,
    product: np.ndarray,
    count: np.ndarray,
) -> None:
    """Placed orders in order of ``instant``, from the packed form of `decide_layer` into int64[n] columns.

    instant int64[n] in order, and position int64[n] of each in ``what``.
    """
    for i in range(instant.shape[0]):
        packed = what[position[i], 1]
        order_id[i] = what[position[i], 0]
        at[i] = week_start + instant[i]
        route[i] = packed >> 40
        region[i] = (packed >> 32) & 0xFF
        product[i] = (packed >> 24) & 0xFF
        count[i] = packed & 0xFFFFFF


@njit(cache=True)
def choose_paths(
    order_id: np.ndarray,
    route: np.ndarray,
    region: np.ndarray,
    keys: np.ndarray,
    shares: np.ndarray,
    numbers: np.ndarray,
    first: np.ndarray,
    n_regions: int,
    path: np.ndarray,
) -> None:
    """Path number of each order, into int64[n]: by the shares of its route and region.

    shares (cumulative) and numbers are stacked, route r and region g owning ``first[r * n_regions + g]`` on; keys
    uint64[routes].
    """
    for i in range(order_id.shape[0]):
        cell = route[i] * n_regions + region[i]
        low, high = first[cell], first[cell + 1]
        path[i] = numbers[low]
        if high - low > 1:
            a, b, _, _ = words(keys[route[i]], order_id[i], 0)
            u = fine(a, b)
            while low < high - 1 and u >= shares[low]:
                low += 1
            path[i] = numbers[low]


@njit(cache=True)
def write_rows(
    row: np.ndarray,
    columns: np.ndarray,
    ids: np.ndarray,
    ordered_at: np.ndarray,
    count: np.ndarray,
    route: np.ndarray,
    path: np.ndarray,
    region: np.ndarray,
    product: np.ndarray,
    cell: np.ndarray,
    grams: np.ndarray,
    cm3: np.ndarray,
    fen: np.ndarray,
    axes: tuple[int, int],
) -> None:
    """Write new orders into rows of the parcel table.

    columns int64[10, n]: id, instant, count, route, path, region, product, grams, cm3, fen; axes (regions,
    products), by which the cell (route, region, product) is numbered; the others are the table's columns.
    """
    for i in range(row.shape[0]):
        k = row[i]
        ids[k] = columns[0, i]
        ordered_at[k] = columns[1, i]
        count[k] = columns[2, i]
        route[k] = columns[3, i]
        path[k] = columns[4, i]
        region[k] = columns[5, i]
        product[k] = columns[6, i]
        grams[k] = columns[7, i]
        cm3[k] = columns[8, i]
        fen[k] = columns[9, i]
        cell[k] = (columns[3, i] * axes[0] + columns[5, i]) * axes[1] + columns[6, i]
