"""Tallies against sums that are added up one parcel at a time, and by hand."""

from collections import Counter

import numpy as np
import pytest

from sim.kernels import tallying
from sim.kernels.tallying import DAY, HOUR, SECOND

FIRST_DAY = 16_000
MONTHS = np.array([0] * 3 + [1] * 4 + [2] * 3)
END = (FIRST_DAY + 8) * DAY


def instants(*days: float) -> np.ndarray:
    return np.array([FIRST_DAY * DAY + round(day * DAY) for day in days], np.int64)


def month(at: int) -> int:
    return int(MONTHS[at // DAY - FIRST_DAY])


@pytest.mark.parametrize(
    ("ticks", "whole"), [(0, 0), (499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2), (10**13, 10**7)]
)
def test_durations_are_rounded_to_the_nearest_second(ticks: int, whole: int) -> None:
    assert tallying.seconds(ticks) == whole


AT = instants(0, 0.1, 0.9999, 1, 2.5, 2.9, 3, 3.2, 6.8, 7.99, 8, 9.1)  # two before the end of a month, one at the end
ROW = np.array([3, 1, 0, 2, 5, 4, 11, 10, 6, 7, 9, 8])
COUNT = np.arange(1, 13) ** 2


@pytest.mark.parametrize("is_single", [True, False])
def test_starts_are_counted_in_the_month_they_lie_in_and_none_from_the_end_on(is_single: bool) -> None:
    waited = np.arange(12) * (SECOND + 310_000)
    service = np.arange(12) * 700 + 499
    totals = np.full((3, 4), 5, np.int64)
    tallying.station_starts(AT - waited, AT, service, ROW, COUNT, is_single, FIRST_DAY, MONTHS, totals, END)
    expected = np.full((3, 4), 5, np.int64)
    for at, row, wait, busy in zip(AT.tolist(), ROW, waited, service, strict=True):
        if at < END:
            n = 1 if is_single else COUNT[row]
            of_month = expected[month(at)]
            of_month[0] += n
            of_month[1] += round(wait / SECOND) * n
            of_month[2] += (busy + 500) // 1000
            of_month[3] = max(of_month[3], round(wait / SECOND))
    assert totals.tolist() == expected.tolist()


@pytest.mark.parametrize("is_single", [True, False])
def test_arrivals_are_counted_by_month(is_single: bool) -> None:
    totals = np.array([100, 200, 300])
    tallying.arrivals_by_month(AT, ROW, COUNT, is_single, FIRST_DAY, MONTHS, totals)
    found = Counter[int]()
    for at, row in zip(AT.tolist(), ROW, strict=True):
        found[month(at)] += 1 if is_single else int(COUNT[row])
    assert totals.tolist() == [100 * (m + 1) + found[m] for m in range(3)]


def test_items_are_counted_by_month_and_account_and_none_from_the_end_on() -> None:
    route = np.array([0, 1, 2] * 4)
    totals = np.ones((3, 3), np.int64)
    tallying.items_by_account(AT, ROW, COUNT, route, FIRST_DAY, MONTHS, totals, END)
    expected = np.ones((3, 3), np.int64)
    for at, row in zip(AT.tolist(), ROW, strict=True):
        expected[month(at), route[row]] += COUNT[row] if at < END else 0
    assert totals.tolist() == expected.tolist()


def test_events_are_counted_by_cell_and_by_day_and_none_from_the_end_on() -> None:
    cell, route = np.array([4, 3, 2, 1, 0, 4] * 2), np.array([1, 0] * 6)
    by_cell, by_day = np.ones((3, 5), np.int64), np.ones((2, 10), np.int64)
    backwards = slice(None, None, -1)  # in any order
    tallying.events_by_cell(AT[backwards], ROW[backwards], COUNT, cell, route, FIRST_DAY, MONTHS, by_cell, by_day, END)
    expected, days = np.ones((3, 5), np.int64), np.ones((2, 10), np.int64)
    for at, row in zip(AT.tolist(), ROW, strict=True):
        if at < END:
            expected[month(at), cell[row]] += COUNT[row]
            days[route[row], at // DAY - FIRST_DAY] += COUNT[row]
    assert (by_cell.tolist(), by_day.tolist()) == (expected.tolist(), days.tolist())


def test_what_is_placed_adds_its_value_and_weight_times_its_parcels() -> None:
    row = np.array([2, 0])
    count, ordered_at = np.array([3, 99, 2]), instants(3.5, 9, 0.5)
    route, cell = np.array([1, 0, 0]), np.array([1, 0, 0])
    grams, fen = np.array([200, 1, 2_000_000_000], np.int32), np.array([7000, 1, 30])
    sums, by_day = np.ones((2, 3, 2), np.int64), np.ones((2, 10), np.int64)
    tallying.placed(row, count, ordered_at, route, cell, grams, fen, FIRST_DAY, MONTHS, sums, by_day)
    assert sums[0].tolist() == [[61, 1], [1, 21_001], [1, 1]]
    assert sums[1].tolist() == [[4_000_000_001, 1], [1, 601], [1, 1]], "grams of many parcels exceed 32 bits"
    assert by_day.tolist() == [[3] + [1] * 9, [1, 1, 1, 4] + [1] * 6]


RING, BINS = 3, 60


def delivered(reviewed: int, promise: np.ndarray, *days: tuple[float, float, float]) -> dict[str, np.ndarray]:
    """Two routes, two regions; parcels of (ordered, posted, ready), days of the horizon, alternately of each route."""
    n = len(days)
    ordered, posted, ready = (instants(*column) for column in zip(*days, strict=True))
    row = np.arange(n)[::-1]
    found = {
        "by_cell": np.zeros((3, 4), np.int64),
        "by_day": np.zeros((2, 10), np.int64),
        "hours": np.zeros((3, 4, BINS), np.int32),
        "sums": np.zeros((3, 4, 4), np.int64),
        "week_hours": np.zeros((RING, 2, 2, BINS), np.int32),
        "week_sums": np.zeros((RING, 2, 2, 2), np.int64),
    }
    route, region = np.arange(n) % 2, (np.arange(n) // 2) % 2
    tallying.deliveries(
        *(ready[::-1].copy(), row, np.arange(1, n + 1), ordered, posted, route, region, 2 * route + region),
        *(promise, FIRST_DAY, MONTHS, END, found["by_cell"], found["by_day"], found["hours"], found["sums"]),
        *(reviewed, found["week_hours"], found["week_sums"]),
    )
    return found


WEEK = FIRST_DAY // 7
PROMISE = np.array([[10 * HOUR, 2 * DAY], [DAY, 4 * DAY]])


def test_a_delivery_is_counted_by_day_by_cohort_and_by_week() -> None:
    found = delivered(WEEK, PROMISE, (0, 0, 5 / 12), (2.9, 3, 3.9), (6, 6.5, 7.5))
    assert {(m, c): n for (m, c), n in np.ndenumerate(found["by_cell"]) if n} == {(0, 0): 1, (1, 2): 2, (2, 1): 3}
    assert {(r, d): n for (r, d), n in np.ndenumerate(found["by_day"]) if n} == {(0, 0): 1, (1, 3): 2, (0, 7): 3}
    assert {at: n for at, n in np.ndenumerate(found["hours"]) if n} == {(0, 0, 10): 1, (0, 2, 24): 2, (1, 1, 36): 3}
    assert found["sums"][0, 0].tolist() == [1, 36_000, 36_000, 1], "just as promised is as promised"
    assert found["sums"][0, 2].tolist() == [2, 2 * 86_400, 2 * 77_760, 2]
    assert found["sums"][1, 1].tolist() == [3, 3 * 129_600, 3 * 86_400, 3]
    first, second = (FIRST_DAY + np.array([0, 7])) // 7 % RING
    assert found["week_sums"][first, 0, 0].tolist() == [1, 36_000]
    assert found["week_sums"][second, 0, 1].tolist() == [3, 3 * 129_600]
    assert {at: n for at, n in np.ndenumerate(found["week_hours"]) if n} == {
        (int(first), 0, 0, 10): 1,
        (int((FIRST_DAY + 3) // 7 % RING), 1, 0, 24): 2,
        (int(second), 0, 1, 36): 3,
    }


def test_a_delivery_later_than_promised_counts_as_late_and_one_from_the_end_on_not_at_all() -> None:
    late = delivered(WEEK, PROMISE - 1, (0, 0, 5 / 12), (0, 0, 1), (0, 0, 8))
    assert late["sums"][0, :, 0].tolist() == [1, 0, 2, 0]
    assert late["sums"][0, :, 3].tolist() == [0, 0, 0, 0]
    assert int(late["by_cell"].sum()) == int(late["week_sums"][..., 0].sum()) == 3


def test_the_last_hour_holds_all_that_take_longer() -> None:
    found = delivered(WEEK, PROMISE, (0, 0, 59 / 24), (0, 0, 60 / 24), (0, 0, 7))
    assert found["hours"][0, :, BINS - 1].tolist() == [1, 3, 2, 0]


def test_a_delivery_a_whole_ring_ahead_of_the_review_is_not_counted_by_week() -> None:
    for reviewed, counted in ((WEEK, 1), (WEEK - RING + 1, 1), (WEEK - RING, 0)):
        found = delivered(reviewed, PROMISE, (0, 0, 0.5))
        assert int(found["week_sums"][..., 0].sum()) == int(found["week_hours"].sum()) == counted
        assert int(found["sums"][..., 0].sum()) == 1


def test_the_percentile_is_the_first_hour_that_reaches_the_share() -> None:
    counts = np.array([[0, 5, 0, 4, 1], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
    found = tallying.percentile_hours(counts, (0.0, 0.5, 0.51, 0.9, 0.91, 1.0))
    assert found[0].tolist() == [1, 1, 3, 3, 4, 4]
    assert np.isnan(found[1]).all()
    assert found[2].tolist() == [0] * 6
