"""Latent orders: when they arise, what they are, and which alternative they take.

Works through one layer of one week at a time, in batches small enough to stay in the cache: first the luck of the
batch (a loop the compiler vectorises), then the decisions.
"""

import math

import numpy as np
from numba import njit

from sim.kernels.distributions import quantile, whole
from sim.luck import coarse, fine, words

_BATCH = 2048
_GUIDE = 1024
HOUR = 3_600_000_000
DAY = 24 * HOUR
POSITION_BITS = 23
"""A week's placed rows are sorted by one integer: instant in the week (40 bits), then position (2**23 rows at most)."""


def poisson_quantile(u: float, expected: float) -> int:
    """Smallest k with P(Poisson(expected) <= k) >= u."""
    if expected <= 0:
        return 0
    from scipy.special import pdtr, pdtrik

    k = max(int(math.ceil(float(pdtrik(u, expected)))), 0)
    while k > 0 and pdtr(k - 1, expected) >= u:
        k -= 1
    while pdtr(k, expected) < u:
        k += 1
    return k


def guide(cumulative: np.ndarray) -> np.ndarray:
    """First hour to look at for each 1/1024 of the week's orders: int64[1024]; cumulative float64[169]."""
    at = np.arange(_GUIDE) / _GUIDE * cumulative[-1]
    return np.maximum(np.searchsorted(cumulative, at, side="right") - 1, 0)


def sorted_keys(sort_key: np.ndarray) -> np.ndarray:
    """The sort keys of a week in order: int64[n], which also puts equal instants in order of id."""
    return np.sort(sort_key)


@njit(cache=True)
def instant_in_week(u, cumulative, start_hours):  # type: ignore[no-untyped-def]
    """Ticks since Monday 00:00 at which a share ``u`` of the week's expected orders has arisen."""
    p = u * cumulative[168]
    h = start_hours[int(u * _GUIDE)]
    while h < 167 and cumulative[h + 1] <= p:
        h += 1
    return h * HOUR + min(int((p - cumulative[h]) / (cumulative[h + 1] - cumulative[h]) * HOUR), HOUR - 1)


@njit(cache=True)
def first_above(cumulative, u):  # type: ignore[no-untyped-def]
    """First index whose cumulative share exceeds ``u``, the last one at most."""
    i = 0
    while i < cumulative.shape[0] - 1 and u >= cumulative[i]:
        i += 1
    return i


@njit(cache=True)
def _fill(key, first, n, block):  # type: ignore[no-untyped-def]
    """The words of ``n`` consecutive things: uint32[4, n]."""
    for i in range(n):
        a, b, c, d = words(key, first + i, 0)
        block[0, i], block[1, i], block[2, i], block[3, i] = a, b, c, d


@njit(cache=True)
def decide_layer(
    keys,
    route_keys,
    first_id,
    n_rows,
    n_orders,
    row_size,
    cumulative,
    start_hours,
    window,
    layer,
    level_by_day,
    month_by_day,
    region_shares,
    product_shares,
    nest_weights,
    route_weights,
    tally,
    sort_key,
    what,
    n_out,
):  # type: ignore[no-untyped-def]
    """Let the orders of one layer in one week decide; append the placed ones.

    keys uint64[3] of birth, kind and nest; route_keys uint64[routes]; rows ``first_id + 0 .. n_rows - 1`` stand for
    ``n_orders`` orders, ``row_size`` each, the last one for the rest; cumulative float64[169]; window (from, to) in
    ticks of the week, half-open; level_by_day float64[7]; month_by_day int64[7]; region_shares and product_shares
    cumulative; nest_weights float64[regions, products, 3]; route_weights float64[regions, products, routes];
    tally int64[months, routes + 2, regions, products] counts orders by alternative (changed in place);
    sort_key int64[...] receives instant and position, what int64[position, 2] the id and the packed (route, region,
    product, count). Returns the number of entries now in use.
    """
    n_routes = route_keys.shape[0]
    birth = np.empty((4, _BATCH), np.uint32)
    kind = np.empty((4, _BATCH), np.uint32)
    nest = np.empty((4, _BATCH), np.uint32)
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
            if (layer + fine(birth[2, i], birth[3, i])) * 0.25 >= level_by_day[day]:
                continue
            count = min(row_size, n_orders - (batch + i) * row_size)
            region = first_above(region_shares, coarse(kind[0, i]))
            product = first_above(product_shares, coarse(kind[1, i]))
            weight = nest_weights[region, product]
            best = np.inf
            chosen = 2
            for j in range(3):
                if weight[j] > 0.0:
                    race = -math.log(coarse(nest[j, i])) / weight[j]
                    if race < best:
                        best, chosen = race, j
            if chosen > 0:
                tally[month_by_day[day], n_routes + chosen - 1, region, product] += count
                continue
            route = 0
            best = np.inf
            for j in range(n_routes):
                if route_weights[region, product, j] > 0.0:
                    a, _, _, _ = words(route_keys[j], first_id + batch + i, 0)
                    race = -math.log(coarse(a)) / route_weights[region, product, j]
                    if race < best:
                        best, route = race, j
            tally[month_by_day[day], route, region, product] += count
            sort_key[n_out] = at << POSITION_BITS | n_out
            what[n_out, 0] = first_id + batch + i
            what[n_out, 1] = route << 40 | region << 32 | product << 24 | count
            n_out += 1
    return n_out


@njit(cache=True)
def fill_rows(
    sort_key,
    what,
    week_start,
    rows,
    goods_key,
    path_keys,
    route_numbers,
    weight_parts,
    value_parts,
    parts_from,
    densities,
    path_shares,
    path_numbers,
    path_from,
    n_regions,
    ids,
    ordered_at,
    count,
    route,
    path,
    region,
    product,
    grams,
    cm3,
    fen,
    at_out,
):  # type: ignore[no-untyped-def]
    """Write placed orders, in order of ``sort_key``, into the rows of the parcel table.

    rows int64[n]; weight_parts and value_parts stacked distribution tables, product p owning
    ``parts_from[0, p]:parts_from[0, p + 1]`` of the first and ``parts_from[1, ...]`` of the second; path_shares
    cumulative and path_numbers, route r and region g owning ``path_from[r * n_regions + g]`` on; the remaining arrays
    are columns of the table, and at_out int64[n] receives the instants.
    """
    mask = np.int64((1 << POSITION_BITS) - 1)
    for i in range(sort_key.shape[0]):
        position = sort_key[i] & mask
        at = week_start + (sort_key[i] >> POSITION_BITS)
        order_id = what[position, 0]
        packed = what[position, 1]
        r, g, p = packed >> 40, (packed >> 32) & 0xFF, (packed >> 24) & 0xFF
        k = rows[i]
        ids[k], ordered_at[k], at_out[i] = order_id, at, at
        count[k] = packed & 0xFFFFFF
        route[k], region[k], product[k] = route_numbers[r], g, p
        a, b, c, d = words(goods_key, order_id, 0)
        grams[k] = whole(weight_parts[parts_from[0, p] : parts_from[0, p + 1]], fine(a, b), 1)
        fen[k] = max(
            np.int64(0),
            np.int64(np.rint(quantile(value_parts[parts_from[1, p] : parts_from[1, p + 1]], fine(c, d)) * 100.0)),
        )
        cm3[k] = max(np.int64(1), np.int64(np.rint(grams[k] * 1000.0 / densities[p])))
        low, high = path_from[r * n_regions + g], path_from[r * n_regions + g + 1]
        if high - low == 1:
            path[k] = path_numbers[low]
        else:
            a, b, _, _ = words(path_keys[r], order_id, 0)
            path[k] = path_numbers[low + first_above(path_shares[low:high], fine(a, b))]
