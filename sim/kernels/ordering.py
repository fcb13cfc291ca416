"""Order by (instant, id): sorting, merging, and taking what lies before an instant.

Queues hold two parallel arrays: ``at`` int64[n] instants in ticks and ``row`` int64[n] places in the parcel table;
``ids`` int64[rows] is the table's column of order ids, looked up only where instants tie.
"""

import numpy as np
from numba import njit

_DIGIT_BITS = 11
_DIGITS = 1 << _DIGIT_BITS
_MASK = _DIGITS - 1
_FEW = 32


@njit(cache=True)
def is_ordered(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> bool:
    """Whether the entries are in order of (instant, id)."""
    for i in range(1, at.shape[0]):
        if at[i] < at[i - 1] or (at[i] == at[i - 1] and ids[row[i]] < ids[row[i - 1]]):
            return False
    return True


@njit(cache=True)
def _radix_sort(at: np.ndarray, row: np.ndarray, lowest: int) -> tuple[np.ndarray, np.ndarray]:
    """Sort by the bits of the instant from ``lowest`` up, keeping the order of equal ones: counting sort by digits."""
    n = at.shape[0]
    least = at.min()
    span = at.max() - least
    at_to, row_to = np.empty_like(at), np.empty_like(row)
    shift = lowest
    while span >> shift > 0:
        begins = np.zeros(_DIGITS + 1, np.int64)
        for i in range(n):
            begins[((at[i] - least) >> shift & _MASK) + 1] += 1
        for d in range(_DIGITS):
            begins[d + 1] += begins[d]
        for i in range(n):
            d = (at[i] - least) >> shift & _MASK
            at_to[begins[d]], row_to[begins[d]] = at[i], row[i]
            begins[d] += 1
        at, at_to = at_to, at
        row, row_to = row_to, row
        shift += _DIGIT_BITS
    return at, row


@njit(cache=True)
def _finish_sort(at: np.ndarray, row: np.ndarray) -> bool:
    """Sort nearly sorted instants in place by insertion; gives up (False) where they are far from sorted."""
    moves = 0
    budget = 16 * at.shape[0]
    for i in range(1, at.shape[0]):
        a = at[i]
        if at[i - 1] <= a:
            continue
        r = row[i]
        j = i
        while j > 0 and at[j - 1] > a:
            at[j], row[j] = at[j - 1], row[j - 1]
            j -= 1
        at[j], row[j] = a, r
        moves += i - j
        if moves > budget:
            return False
    return True


@njit(cache=True)
def sort_stable(at: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort by instant, keeping the order of equal ones; uses up its arguments.

    By as many leading bits as there are entries, then by insertion; by all bits where instants crowd.
    """
    span = at.max() - at.min()
    wanted = 1
    while at.shape[0] >> wanted > 0:
        wanted += 1
    lowest = 0
    while span >> (lowest + wanted) > 0:
        lowest += 1
    at, row = _radix_sort(at, row, lowest)
    if lowest > 0 and not _finish_sort(at, row):
        return _radix_sort(at, row, 0)
    return at, row


@njit(cache=True)
def _insertion_sort(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> None:
    """Sort a few entries by (instant, id) in place."""
    for i in range(1, at.shape[0]):
        a, r = at[i], row[i]
        j = i
        while j > 0 and (at[j - 1] > a or (at[j - 1] == a and ids[row[j - 1]] > ids[r])):
            at[j], row[j] = at[j - 1], row[j - 1]
            j -= 1
        at[j], row[j] = a, r


@njit(cache=True)
def _settle_ties(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> None:
    """Put runs of equal instants into order of id, in place; ``at`` is in order."""
    n = at.shape[0]
    i = 0
    while i < n:
        j = i + 1
        while j < n and at[j] == at[i]:
            j += 1
        if j - i > _FEW:
            run = row[i:j].copy()
            row[i:j] = _radix_sort(ids[run], run, 0)[1]
        elif j - i > 1:
            _insertion_sort(at[i:j], row[i:j], ids)
        i = j


@njit(cache=True)
def in_order(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The entries in order of (instant, id): new arrays, or the same ones if they are in order."""
    if is_ordered(at, row, ids):
        return at, row
    if at.shape[0] <= _FEW:
        at, row = at.copy(), row.copy()
        _insertion_sort(at, row, ids)
        return at, row
    at, row = sort_stable(at.copy(), row.copy())
    _settle_ties(at, row, ids)
    return at, row


@njit(cache=True)
def part(at: np.ndarray, row: np.ndarray, until: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The entries before ``until``, and the rest, both in unchanged order: (at, row) of each."""
    n = 0
    for i in range(at.shape[0]):
        n += at[i] < until
    at_before, row_before = np.empty(n, np.int64), np.empty(n, np.int64)
    at_rest, row_rest = np.empty(at.shape[0] - n, np.int64), np.empty(at.shape[0] - n, np.int64)
    j = k = 0
    for i in range(at.shape[0]):
        if at[i] < until:
            at_before[j], row_before[j] = at[i], row[i]
            j += 1
        else:
            at_rest[k], row_rest[k] = at[i], row[i]
            k += 1
    return at_before, row_before, at_rest, row_rest


@njit(cache=True)
def merge(
    at_a: np.ndarray, row_a: np.ndarray, at_b: np.ndarray, row_b: np.ndarray, ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Merge two ordered queues into one."""
    n, m = at_a.shape[0], at_b.shape[0]
    at = np.empty(n + m, np.int64)
    row = np.empty(n + m, np.int64)
    i = j = 0
    for k in range(n + m):
        if j == m or (i < n and (at_a[i] < at_b[j] or (at_a[i] == at_b[j] and ids[row_a[i]] <= ids[row_b[j]]))):
            at[k], row[k] = at_a[i], row_a[i]
            i += 1
        else:
            at[k], row[k] = at_b[j], row_b[j]
            j += 1
    return at, row


@njit(cache=True)
def look_up(table: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """``table[column[row]]`` for many rows, of the table's kind; column int[rows] of the parcel table."""
    out = np.empty(row.shape[0], table.dtype)
    for i in range(row.shape[0]):
        out[i] = table[column[row[i]]]
    return out


@njit(cache=True)
def pick(choice: np.ndarray, wanted: int, at: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
