"""Ordering by (instant, id) against Python's own sorting, for few and many entries, spread out and crowded."""

import numpy as np
import pytest

from sim.kernels import ordering

SIZES = (0, 1, 2, 31, 32, 33, 34, 150)
SPANS = {"all at once": 1, "many ties": 3, "some ties": 40, "spread": 10**12}


def entries(n: int, span: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Instants, rows of a larger table in any order, and the ids of its rows, which are unlike the rows."""
    rng = np.random.default_rng(seed)
    row = rng.permutation(2 * n + 1)[:n].astype(np.int64)
    ids = rng.permutation(5 * n + 1)[: 2 * n + 1].astype(np.int64) + 10**9
    return rng.integers(0, span, n) + 7 * 10**14, row, ids


def in_order(at: np.ndarray, row: np.ndarray, ids: np.ndarray) -> list[tuple[int, int]]:
    return sorted(zip(at.tolist(), row.tolist(), strict=True), key=lambda entry: (entry[0], ids[entry[1]]))


def pairs(at: np.ndarray, row: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(at.tolist(), row.tolist(), strict=True))


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
@pytest.mark.parametrize("n", SIZES)
def test_entries_come_in_order_of_instant_and_id_and_what_was_handed_over_stays(n: int, span: int) -> None:
    at, row, ids = entries(n, span)
    before = at.copy(), row.copy()
    found = ordering.in_order(at, row, ids)
    assert pairs(*found) == in_order(at, row, ids)
    assert (at.tolist(), row.tolist()) == (before[0].tolist(), before[1].tolist())
    assert ordering.is_ordered(*found, ids)
    assert ordering.is_ordered(at, row, ids) == (pairs(at, row) == pairs(*found))


def test_what_is_in_order_is_handed_back_as_it_is() -> None:
    at, row, ids = entries(50, 20)
    at, row = ordering.in_order(at, row, ids)
    again = ordering.in_order(at, row, ids)
    assert again[0] is at
    assert again[1] is row


def test_two_of_one_instant_are_in_order_by_their_ids_only() -> None:
    at, ids = np.array([5, 5]), np.array([20, 10])
    assert not ordering.is_ordered(at, np.array([0, 1]), ids)
    assert ordering.is_ordered(at, np.array([1, 0]), ids)
    assert ordering.is_ordered(np.array([5, 6]), np.array([0, 1]), ids)
    assert not ordering.is_ordered(np.array([6, 5]), np.array([1, 0]), ids)


@pytest.mark.parametrize("n", [33, 40, 64, 100, 700])
@pytest.mark.parametrize("crowd", [0.0, 0.5, 0.98])
def test_sorting_keeps_the_order_of_equal_instants_however_they_crowd(n: int, crowd: float) -> None:
    rng = np.random.default_rng(n)
    at = rng.integers(0, 10**13, n)
    crowded = rng.permutation(n)[: int(crowd * n)]
    at[crowded] = rng.integers(0, 30, crowded.shape[0])  # some far away, the others in a few ticks
    row = np.arange(n)
    expected = sorted(pairs(at, row))
    assert pairs(*ordering.sort_stable(at.copy(), row.copy())) == expected


def test_insertion_gives_up_where_nothing_is_in_order() -> None:
    n = 100
    backwards = np.arange(n)[::-1].copy()
    assert not ordering._finish_sort(backwards.copy(), np.arange(n))
    at, row = backwards[:20].copy(), np.arange(20)
    assert ordering._finish_sort(at, row)
    assert pairs(at, row) == sorted(pairs(backwards[:20], np.arange(20)))
    in_pairs = np.arange(n) ^ 1
    assert ordering._finish_sort(at := in_pairs.copy(), row := np.arange(n))
    assert (at.tolist(), row.tolist()) == (list(range(n)), in_pairs.tolist())


@pytest.mark.parametrize("until", [0, 4, 5, 6, 11])
def test_what_lies_before_an_instant_is_parted_from_the_rest_in_unchanged_order(until: int) -> None:
    at, row = np.array([5, 9, 0, 5, 10, 4]), np.array([3, 1, 4, 0, 5, 9])
    at_before, row_before, at_rest, row_rest = ordering.part(at, row, until)
    assert pairs(at_before, row_before) == [pair for pair in pairs(at, row) if pair[0] < until]
    assert pairs(at_rest, row_rest) == [pair for pair in pairs(at, row) if pair[0] >= until]


@pytest.mark.parametrize("span", [1, 4, 1000])
@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0), (1, 1), (20, 7), (7, 20)])
def test_two_ordered_queues_become_one(n: int, m: int, span: int) -> None:
    at, row, ids = entries(n + m, span, seed=n + 3 * m)
    one, other = (ordering.in_order(at[part], row[part], ids) for part in (slice(0, n), slice(n, None)))
    assert pairs(*ordering.merge(*one, *other, ids)) == in_order(at, row, ids)


def test_of_the_same_entry_that_of_the_first_queue_comes_first() -> None:
    ids = np.array([8, 8])
    merged = ordering.merge(np.array([5]), np.array([0]), np.array([5]), np.array([1]), ids)
    assert pairs(*merged) == [(5, 0), (5, 1)]


def test_looking_up_goes_by_the_column_of_the_row() -> None:
    table, column = np.array([1.5, 2.5, 3.5]), np.array([2, 0, 1, 2])
    found = ordering.look_up(table, column, np.array([3, 1, 1]))
    assert found.tolist() == [3.5, 1.5, 1.5]
    assert found.dtype == np.float64
    assert ordering.look_up(table > 2, column, np.array([1])).dtype == np.bool_


def test_only_wanted_entries_are_picked() -> None:
    choice, at, row = np.array([1, 0, 1, 2]), np.array([9, 8, 7, 6]), np.array([0, 3, 2, 1])
    assert [pairs(*ordering.pick(choice, wanted, at, row)) for wanted in (0, 1, 3)] == [[(8, 3)], [(9, 0), (7, 2)], []]
