"""Queues: who starts when. First come, first served; the caller hands arrivals in order of (arrival, id).

All instants are int64 ticks. Stations with opening hours work on a clock that stands still while they are closed
(`to_work`, `to_wall_start`, `to_wall_end`); the queue kernels do not know about it.

One function says what a queue is, `serve`; the others are the same queue where a shorter way exists, and the tests
hold them against it.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def serve(
    arrived: np.ndarray, service: np.ndarray, free: np.ndarray, until: int, started: np.ndarray, ended: np.ndarray
) -> int:
    """Serve in order at ``free.shape[0]`` servers; commit only what starts before ``until``.

    arrived int64[n] nondecreasing, service int64[n] at least 1, free int64[c] the instants at which the servers are
    free (a binary heap, smallest first; changed in place), started and ended int64[n] written. Returns how many
    were committed. Kiefer and Wolfowitz (1955): each parcel takes the server that is free first.
    """
    c = free.shape[0]
    for i in range(arrived.shape[0]):
        start = max(arrived[i], free[0])
        if start >= until:
            return i
        end = start + service[i]
        started[i], ended[i] = start, end
        j = 0
        while True:
            child = 2 * j + 1
            if child >= c:
                break
            if child + 1 < c and free[child + 1] < free[child]:
                child += 1
            if free[child] >= end:
                break
            free[j] = free[child]
            j = child
        free[j] = end
    return arrived.shape[0]


@njit(cache=True)
def serve_single(
    arrived: np.ndarray, service: np.ndarray, free: np.ndarray, until: int, started: np.ndarray, ended: np.ndarray
) -> int:
    """`serve` for one server: Lindley's (1952) recursion as a running maximum."""
    now = free[0]
    for i in range(arrived.shape[0]):
        start = max(arrived[i], now)
        if start >= until:
            free[0] = now
            return i
        now = start + service[i]
        started[i], ended[i] = start, now
    free[0] = now
    return arrived.shape[0]


@njit(cache=True)
def serve_equal(
    arrived: np.ndarray, service: int, free: np.ndarray, until: int, started: np.ndarray, ended: np.ndarray
) -> int:
    """`serve` for one constant service time (int64): parcel i takes the server of parcel i - c.

    Holds while no two servers' free instants lie further apart than one service; otherwise falls back to `serve`.
    """
    n, c = arrived.shape[0], free.shape[0]
    if n == 0:
        return 0
    free.sort()  # ascending order is also a heap
    least = max(arrived[0], free[0])
    if free[c - 1] - least > service:
        return serve(arrived, np.full(n, service), free, until, started, ended)
    ring = np.maximum(free, arrived[0])
    k = 0
    for i in range(n):
        start = max(arrived[i], ring[k])
        if start >= until:
            free[:] = ring
            free.sort()
            return i
        started[i] = start
        ended[i] = ring[k] = start + service
        k += 1
        if k == c:
            k = 0
    free[:] = ring
    free.sort()
    return n


@njit(cache=True)
def to_work(at: np.ndarray, opens: np.ndarray, closes: np.ndarray, worked: np.ndarray) -> np.ndarray:
    """Open time before each instant of ``at`` (int64[n], in order).

    opens, closes int64[k] are the open intervals, worked int64[k] the open time before each.
    """
    out = np.empty(at.shape[0], np.int64)
    k = 0
    last = opens.shape[0] - 1
    for i in range(at.shape[0]):
        while k < last and opens[k + 1] <= at[i]:
            k += 1
        out[i] = worked[k] + min(max(at[i] - opens[k], 0), closes[k] - opens[k])
    return out


@njit(cache=True)
def to_wall_start(
    work: np.ndarray, opens: np.ndarray, closes: np.ndarray, worked: np.ndarray, never: int
) -> np.ndarray:
    """Last instant at which the open time before it is ``work`` (int64[n], nearly in order): when a service starts."""
    out = np.empty(work.shape[0], np.int64)
    k = 0
    last = worked.shape[0] - 1
    for i in range(work.shape[0]):
        while k < last and worked[k + 1] <= work[i]:
            k += 1
        while k > 0 and worked[k] > work[i]:
            k -= 1
        instant = opens[k] + work[i] - worked[k]
        out[i] = instant if instant < closes[k] else never
    return out


@njit(cache=True)
def to_wall_end(work: np.ndarray, opens: np.ndarray, closes: np.ndarray, worked: np.ndarray, never: int) -> np.ndarray:
    """First instant at which the open time before it is ``work`` (int64[n], nearly in order): when a service ends."""
    out = np.empty(work.shape[0], np.int64)
    k = 0
    last = worked.shape[0] - 1
    for i in range(work.shape[0]):
        while k < last and worked[k + 1] < work[i]:
            k += 1
        while k > 0 and worked[k] >= work[i]:
            k -= 1
        instant = opens[k] + work[i] - worked[k]
        out[i] = instant if instant <= closes[k] else never
    return out


def keep_free_last(free: np.ndarray, servers: int, at: int) -> np.ndarray:
    """Free instants after a change of staffing: a cut keeps the servers free last, new ones are free at ``at``."""
    in_order = np.sort(free)
    if servers <= in_order.shape[0]:
        return in_order[in_order.shape[0] - servers :].copy()
    return np.sort(np.concatenate([in_order, np.full(servers - in_order.shape[0], at, np.int64)]))
