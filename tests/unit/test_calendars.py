"""Calendars: opening hours, holidays, growth, season."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from sim.calendars import (
    daily_orders,
    growth_level,
    hourly_orders,
    lunar_new_year,
    open_intervals,
    public_holidays,
    season_weights,
)
from sim.clock import parse_opening_hours
from sim.scenario.market import Growth, Origin, Season
from sim.ticks import BEIJING_OFFSET, DAY, EPOCH, HOUR, NEVER, local_day, midnight

MONDAY = midnight(date(2016, 5, 2))
CHOICE = {
    "price_weight": 0,
    "value_of_time": 0,
    "value_of_reliability": 0,
    "dissimilarity": 1,
    "reference_shares": {"inside": 1, "other_gateway": 0, "not_bought": 0, "routes": {"post": 1}},
}


def market_origin(**fields: object) -> Origin:
    return Origin.model_validate({"latent_orders_per_year": 36_500, "reference_year": 2015, "choice": CHOICE} | fields)


def spans(hours: str, start: int, end: int, offset: int = BEIJING_OFFSET) -> list[list[float]]:
    """Open intervals in hours since Monday 2 May 2016, 00:00 Beijing time."""
    parsed = parse_opening_hours(hours)
    assert parsed is not None
    found = open_intervals(parsed, offset, None, start, end)
    assert all(opens < closes for opens, closes in found)
    assert all(a[1] < b[0] for a, b in pairwise(found)), "in order and apart"
    return [[(instant - MONDAY) / HOUR for instant in span] for span in found]


# -- opening hours ----------------------------------------------------------------------------------------------------


def test_what_is_always_open_is_one_interval_without_an_end() -> None:
    assert open_intervals((), BEIJING_OFFSET, None, MONDAY, MONDAY + DAY) == [(MONDAY, NEVER)]


def test_hours_hold_on_their_weekdays() -> None:
    assert spans("Mon-Tue 09:00-12:00, Mon 13:00-18:00", MONDAY, MONDAY + 5 * DAY) == [[9, 12], [13, 18], [33, 36]]


def test_hours_are_local() -> None:
    assert spans("Mon 09:00-12:00", MONDAY, MONDAY + DAY, offset=5 * HOUR) == [[12, 15]]


def test_a_night_shift_is_one_interval_over_midnight() -> None:
    assert spans("Mon-Tue 22:00-06:00", MONDAY, MONDAY + 3 * DAY) == [[22, 30], [46, 54]]


def test_the_second_half_of_a_night_shift_that_began_before_the_start_counts() -> None:
    assert spans("daily 22:00-06:00", MONDAY, MONDAY + 1)[0] == [0, 6]


def test_days_around_the_clock_merge_into_one_interval() -> None:
    assert spans("Mon-Wed 00:00-24:00", MONDAY, MONDAY + 5 * DAY) == [[0, 72]]


def test_nothing_opens_before_the_start() -> None:
    assert spans("Mon 09:00-12:00", MONDAY + 10 * HOUR, MONDAY + DAY) == [[10, 12]]
    assert spans("Mon 09:00-12:00", MONDAY + 12 * HOUR, MONDAY + DAY) == []


def test_a_holiday_closes_the_part_of_a_night_shift_that_lies_on_it() -> None:
    # 9 May is Victory Day in Russia.
    sunday = midnight(date(2016, 5, 8), 5 * HOUR)
    found = open_intervals(parse_opening_hours("daily 22:00-06:00") or (), 5 * HOUR, "RU", sunday, sunday + 3 * DAY)
    hours = [[(instant - sunday) / HOUR for instant in span] for span in found]
    assert hours[:3] == [[0, 6], [22, 24], [48, 54]]


def test_what_is_always_open_but_for_holidays_closes_on_them_only() -> None:
    start = midnight(date(2016, 5, 8), 3 * HOUR)
    found = open_intervals((), 3 * HOUR, "RU", start, start + 3 * DAY)
    assert [(a - start) // DAY for span in found for a in span][:3] == [0, 1, 2]


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("RU", date(2016, 5, 9)),
        ("RU", date(2016, 6, 12)),
        ("RU", date(2017, 1, 7)),
        ("CN", date(2016, 10, 1)),
        ("CN", date(2016, 2, 8)),
        ("KZ", date(2016, 3, 22)),
    ],
)
def test_public_holidays_are_those_of_the_country(country: str, day: date) -> None:
    assert day in public_holidays(country, day.year)
    assert date(2016, 7, 20) not in public_holidays(country, 2016)


# Purple Mountain Observatory's calendar; the first day of the first month.
NEW_YEARS = [
    date(2009, 1, 26),
    date(2012, 1, 23),
    date(2014, 1, 31),
    date(2015, 2, 19),
    date(2016, 2, 8),
    date(2017, 1, 28),
    date(2018, 2, 16),
    date(2020, 1, 25),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2030, 2, 3),
]


@pytest.mark.parametrize("day", NEW_YEARS, ids=str)
def test_lunar_new_year_is_the_first_day_of_the_lunar_year(day: date) -> None:
    assert lunar_new_year(day.year) == day


# -- growth -----------------------------------------------------------------------------------------------------------


def growth(**fields: object) -> Growth:
    return Growth.model_validate({"levels": {2014: 0.5, 2016: 2.0, 2017: 3.0}} | fields)


def test_without_growth_the_level_is_one() -> None:
    assert growth_level(None, date(2040, 2, 29)) == 1.0


def test_level_of_a_named_year_holds_in_its_middle() -> None:
    # 2 July is the middle of a common year; half a day in 365 is less than 0.3 % here.
    assert growth_level(growth(), date(2014, 7, 2)) == pytest.approx(0.5, rel=0.003)
    assert growth_level(growth(), date(2016, 7, 1)) == pytest.approx(2.0, rel=0.003)


def test_level_between_two_middles_is_log_linear() -> None:
    assert growth_level(growth(), date(2015, 7, 2)) == pytest.approx(1.0, rel=0.003)
    quarter = growth_level(growth(), date(2015, 1, 1))
    assert quarter == pytest.approx(0.5 * 4**0.25, rel=0.003)


def test_level_before_the_first_named_year_is_constant() -> None:
    assert growth_level(growth(), date(2006, 3, 1)) == growth_level(growth(), date(2014, 6, 1)) == 0.5


def test_level_beyond_the_last_named_year_grows_at_its_rate_without_a_ceiling() -> None:
    level = growth_level(growth(rate_beyond=0.2), date(2020, 7, 2))
    assert level == pytest.approx(3 * np.exp(0.2 * 3), rel=0.003)


def test_level_beyond_the_last_named_year_is_logistic_below_its_saturation() -> None:
    described = growth(rate_beyond=0.2, saturation=6)
    days = [date(2017, 7, 2) + timedelta(days=30 * i) for i in range(900) if i < 520]
    levels = [growth_level(described, day) for day in days]
    assert all(a < b < 6 for a, b in pairwise(levels))
    assert levels[-1] == pytest.approx(6, rel=0.001)
    # The first rate is `rate_beyond`; the logistic curve at half its ceiling is at its inflection.
    assert np.log(levels[1] / levels[0]) == pytest.approx(0.2 * 30 / 365.25, rel=0.02)
    assert levels[0] == pytest.approx(3, rel=0.003)


def test_level_that_has_reached_its_saturation_stays() -> None:
    assert growth_level(growth(rate_beyond=0.2, saturation=2.5), date(2030, 1, 1)) == 3.0


def test_level_has_no_step_at_a_turn_of_the_year() -> None:
    described = growth(rate_beyond=0.3, saturation=9)
    days = [date(2013, 1, 1) + timedelta(days=i) for i in range(8 * 365)]
    levels = np.array([growth_level(described, day) for day in days])
    assert np.abs(np.diff(np.log(levels))).max() < 0.005


# -- season -----------------------------------------------------------------------------------------------------------


def season(**fields: object) -> Season:
    return Season.model_validate(fields)


MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
EVENTS = {
    "sale": {"on": "11-11", "starts": -2, "lasts": 4, "factor": 6},
    "new-year": {"on": "lunar-new-year", "starts": -5, "lasts": 20, "factor": 0.3},
    "turn": {"on": "12-30", "lasts": 5, "factor": 0},
    "leap": {"on": "02-29", "factor": 9},
}


@pytest.mark.parametrize("year", [2015, 2016, 2017, 2020])
def test_shares_of_a_years_days_sum_to_one(year: int) -> None:
    weights = season_weights(season(months=MONTHS, weekdays=[7, 6, 5, 4, 3, 2, 1], events=EVENTS), year)
    assert len(weights) == (366 if year % 4 == 0 else 365)
    assert weights.sum() == pytest.approx(1, abs=1e-12)


def on(weights: np.ndarray, month: int, day: int, year: int = 2016) -> float:
    return float(weights[(date(year, month, day) - date(year, 1, 1)).days])


def test_day_is_month_times_weekday_times_event() -> None:
    weights = season_weights(season(months=MONTHS, weekdays=[7, 6, 5, 4, 3, 2, 1], events=EVENTS), 2016)
    one = on(weights, 3, 6)  # a Sunday in March: 3 x 1
    assert on(weights, 3, 7) / one == pytest.approx(7)
    assert on(weights, 11, 8) / one == pytest.approx(11 * 6 / 3)  # a Tuesday before the sale
    assert [round(on(weights, 11, day) / on(weights, 11, day - 7), 9) for day in (9, 10, 11, 12)] == [6] * 4
    assert on(weights, 11, 13) == pytest.approx(on(weights, 11, 6))


def test_lunar_event_is_where_the_lunar_year_begins() -> None:
    weights = season_weights(season(events=EVENTS), 2016)
    usual = on(weights, 6, 1)
    assert on(weights, 2, 2) == pytest.approx(usual)
    assert on(weights, 2, 3) == pytest.approx(0.3 * usual)
    assert on(weights, 2, 22) == pytest.approx(0.3 * usual)
    assert on(weights, 2, 23) == pytest.approx(usual)


def test_event_reaches_over_the_turn_of_the_year() -> None:
    before, after = season_weights(season(events=EVENTS), 2015), season_weights(season(events=EVENTS), 2016)
    assert [on(before, 12, day, 2015) for day in (30, 31)] == [0, 0]
    assert [on(after, 1, day) for day in (1, 2, 3)] == [0, 0, 0]
    assert on(before, 12, 29, 2015) > 0
    assert on(after, 1, 4) > 0


def test_event_on_a_leap_day_happens_in_leap_years_only() -> None:
    leap, common = season_weights(season(events=EVENTS), 2016), season_weights(season(events=EVENTS), 2015)
    assert on(leap, 2, 29) == pytest.approx(9 * on(leap, 3, 1))
    assert on(common, 2, 28, 2015) == pytest.approx(on(common, 3, 1, 2015))
    assert common.max() == pytest.approx(6 * on(common, 6, 1, 2015))


@pytest.mark.parametrize("year", [2015, 2016])
def test_orders_of_a_year_are_its_level_whatever_the_season(year: int) -> None:
    seasonal = market_origin(season={"months": MONTHS, "events": EVENTS})
    first = (date(year, 1, 1) - EPOCH).days
    orders = daily_orders(seasonal, first, (date(year + 1, 1, 1) - date(year, 1, 1)).days)
    assert orders.sum() == pytest.approx(36_500, rel=1e-12)


def test_days_of_a_week_over_the_turn_of_the_year_belong_each_to_its_own_year() -> None:
    # 2016 has one day more, so each of its days has a smaller share.
    first = (date(2015, 12, 28) - EPOCH).days
    assert daily_orders(market_origin(), first, 7) == pytest.approx([36_500 / 365] * 4 + [36_500 / 366] * 3)


def test_hours_of_a_week_add_up_to_its_days() -> None:
    origin = market_origin(season={"hours": list(range(24)), "weekdays": [1, 2, 3, 4, 5, 6, 7]})
    week = (date(2016, 5, 2) - EPOCH).days // 7
    cumulative = hourly_orders(origin, BEIJING_OFFSET, week)
    assert cumulative.shape == (169,)
    assert cumulative[0] == 0
    assert np.diff(cumulative[::24]) == pytest.approx(daily_orders(origin, 7 * week, 7))
    assert np.diff(cumulative)[:24] / cumulative[24] == pytest.approx(np.arange(24) / np.arange(24).sum())


def test_hours_are_those_of_the_origin() -> None:
    origin = market_origin(season={"hours": [1] + [0] * 23})
    at_midnight = np.diff(hourly_orders(origin, 6 * HOUR, 800))
    assert np.flatnonzero(at_midnight).tolist() == [2 + 24 * day for day in range(7)]


# -- ticks ------------------------------------------------------------------------------------------------------------


def test_the_epoch_is_a_monday_at_midnight_in_beijing() -> None:
    assert EPOCH.weekday() == 0
    assert midnight(EPOCH) == 0
    assert midnight(EPOCH, 3 * HOUR) == 5 * HOUR


@pytest.mark.parametrize("offset", [0, 3 * HOUR, 5 * HOUR + HOUR // 2, 8 * HOUR, 12 * HOUR])
def test_local_day_changes_at_local_midnight(offset: int) -> None:
    at = midnight(date(2016, 2, 29), offset)
    assert [local_day(at - 1, offset), local_day(at, offset), local_day(at + DAY, offset)] == [
        date(2016, 2, 28),
        date(2016, 2, 29),
        date(2016, 3, 1),
    ]
