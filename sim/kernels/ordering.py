"""Order by (instant, id): sorting, merging, and taking what lies before an instant.

Queues hold two parallel arrays: ``at`` int64[n] instants in ticks and ``row`` int64[n] places in the parcel table;
``ids`` int64[rows] is the table's column of order ids, looked up only where instants tie.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def is_ordered(at, row, ids):  # type: ignore[no-untyped-def]
    """Whether the entries are in order of (instant, id)."""
    for i in range(1, at.shape[0]):
        if at[i] < at[i - 1] or (at[i] == at[i - 1] and ids[row[i]] < ids[row[i - 1]]):
            return False
    return True


@njit(cache=True)
def settle_ties(order, at, row, ids):  # type: ignore[no-untyped-def]
    """Put runs of equal instants in ``order`` (a sorting permutation of ``at``) into order of id, in place."""
    n = order.shape[0]
    i = 0
    while i < n:
        j = i + 1
        while j < n and at[order[j]] == at[order[i]]:
            j += 1
        if j - i > 1:
            run = order[i:j].copy()
            order[i:j] = run[np.argsort(ids[row[run]], kind="mergesort")]
        i = j


def in_order(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The entries in order of (instant, id)."""
    if is_ordered(at, row, ids):
        return at, row
    order = np.argsort(at)
    settle_ties(order, at, row, ids)
    return at[order], row[order]


@njit(cache=True)
def merge(at_a, row_a, at_b, row_b, ids):  # type: ignore[no-untyped-def]
    """Merge two ordered queues into one."""
    n, m = at_a.shape[0], at_b.shape[0]
    at = np.empty(n + m, np.int64)
    row = np.empty(n + m, np.int64)
    i = j = 0
    for k in range(n + m):
        if j == m or (
            i < n and (at_a[i] < at_b[j] or (at_a[i] == at_b[j] and ids[row_a[i]] <= ids[row_b[j]]))
        ):
            at[k], row[k] = at_a[i], row_a[i]
            i += 1
        else:
            at[k], row[k] = at_b[j], row_b[j]
            j += 1
    return at, row


@njit(cache=True)
def pick(choice, wanted, at, row):  # type: ignore[no-untyped-def]
    """The entries whose ``choice`` (int[n]) is ``wanted``, in unchanged order."""
    n = 0
    for i in range(choice.shape[0]):
        n += choice[i] == wanted
    at_out = np.empty(n, np.int64)
    row_out = np.empty(n, np.int64)
    k = 0
    for i in range(choice.shape[0]):
        if choice[i] == wanted:
            at_out[k], row_out[k] = at[i], row[i]
            k += 1
    return at_out, row_out
