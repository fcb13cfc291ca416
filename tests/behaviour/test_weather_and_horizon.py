"""Weather, the settling of what the market knows, and where the simulated time ends."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from behaviour.runs import at_step, orders_of, run, steps_of
from oracle.base_world import Dict, described, lane, origin, route

from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

FROZEN: Dict = {"market": {"feedback": {"congestion": False}}}


# -- weather ----------------------------------------------------------------------------------------------------------


def in_weather(harbin: list[float], far: list[float], is_sensitive: bool = True, **over: Any) -> Scenario:
    weather = {"places": {"harbin": {"weather": harbin}, "yekaterinburg": {"weather": far}}}
    return described("weather", weather, {"lanes": {"flight": {"weather_sensitive": is_sensitive}}}, over, FROZEN)


FAIR, FOUL, MAY = [0.0] * 12, [1.0] * 12, [0.0] * 4 + [1.0] + [0.0] * 7


@pytest.mark.parametrize(("harbin", "far"), [(MAY, FAIR), (FAIR, MAY), (MAY, MAY)])
def test_a_month_of_bad_weather_at_either_end_keeps_the_flight_on_the_ground(
    harbin: list[float], far: list[float]
) -> None:
    model = run(in_weather(harbin, far))
    may = model.start + 13 * DAY
    statuses = [(at < may, status) for _, at, status, _ in model.record.departure_log() if at < may + 31 * DAY]
    assert set(statuses) == {(True, "departed"), (False, "weather")}
    assert at_step(model, "flight").started_at.max() < may


def test_what_does_not_mind_the_weather_flies_in_any() -> None:
    assert {status for *_, status, _ in run(in_weather(FOUL, FOUL, False)).record.departure_log()} == {"departed"}


def test_share_of_departures_kept_on_the_ground_is_that_of_days_with_bad_weather_at_either_end() -> None:
    year: Dict = {"horizon": {"start": "2015-01-05", "end": "2019-12-30", "drain": 0}}
    model = build(in_weather([0.2] * 12, [0.1] * 12, **year)).run()
    statuses = [status for _, _, status, _ in model.record.departure_log()]
    share, n = 1 - 0.8 * 0.9, len(statuses)
    # The binomial's normal approximation at 99.9 %: one departure a day, every day with its own weather.
    assert abs(statuses.count("weather") / n - share) < 3.29 * np.sqrt(share * (1 - share) / n)


def test_the_weather_is_the_same_for_all_flights_of_a_day_and_place() -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    thrice = [{"weekdays": days, "at": f"{hour:02}:00"} for hour in (1, 9, 17)]
    second = lane("harbin", "moscow", weather_sensitive=True)
    model = run(in_weather([0.4] * 12, FAIR, lanes={"flight": {"timetable": thrice}, "second": second}))
    log = pd.DataFrame(model.record.departure_log(), columns=["lane", "at", "status", "pieces"])
    by_day = log.groupby(log["at"] // DAY).status.unique()
    assert set(by_day.map(len)) == {1}
    assert set(by_day.map(lambda s: s[0])) == {"departed", "weather"}


def test_winter_weather_lengthens_the_tail_of_winter_and_leaves_summer() -> None:
    winter = [0.5, 0.4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]
    year: Dict = {"horizon": {"start": "2015-01-05", "end": "2015-12-28"}}
    times = []
    for months in (FAIR, winter):
        model = run(in_weather(months, FAIR, **year))
        orders, ready = orders_of(model).set_index("order_id"), at_step(model, "inland").left_at
        month = (orders.ordered_at - model.start) // (30 * DAY)
        times.append(((ready - orders.ordered_at) / DAY).groupby(month).quantile(0.95))
    longer = times[1] - times[0]
    assert (longer[[0, 1]] > 0.25).all()
    assert (longer[[3, 4, 5, 6, 7, 8, 9]] == 0).all()


# -- what the market knows --------------------------------------------------------------------------------------------


def weekly_moves(model: Model) -> pd.Series:
    """Largest move of any expected days, by week."""
    log = pd.DataFrame(model.record.expectation_log(), columns=["monday", "route", "region", "days", "spread"])
    by_cell = log.set_index(["monday", "route", "region"]).days.unstack(["route", "region"])
    return by_cell.diff().abs().max(axis=1).dropna()


YEAR: Dict = {"horizon": {"start": "2015-01-05", "end": "2015-12-28"}}
STEADY: Dict = YEAR | {"stations": {"sorting": {"service": "12 min"}}}


def test_constant_inputs_settle() -> None:
    model = build(described("steady", STEADY, orders_per_week=1_000)).run()
    moves = weekly_moves(model)
    assert moves.iloc[0] > 0.3, "it starts from a promise that is not kept, so it has a way to go"
    assert moves.iloc[-20:].max() < 0.1 * moves.iloc[0]


def test_expectations_settle_at_the_service_that_is_delivered() -> None:
    model = run(described("steady", STEADY, orders_per_week=1_000))
    orders, ready = orders_of(model).set_index("order_id"), at_step(model, "inland").left_at
    times = ((ready - orders.ordered_at) / DAY)[ready > model.end - 80 * DAY].groupby(orders.region).mean()
    for r, region in enumerate(model.record.axes.regions):
        assert model.expectations.days[0, r] == pytest.approx(times[region], rel=0.02)


def test_repeating_the_first_year_settles_and_says_how_far_it_came() -> None:
    review = {"settle_iterations": 8, "settle_tolerance": 0.01, "settle_parcels_per_row": 1}
    scenario = described("settling", STEADY, {"market": {"review": review}}, orders_per_week=300)
    model = build(scenario)
    assert model.settlement is not None
    assert model.settlement.is_settled
    assert 1 < len(model.settlement.moves) <= 8
    assert model.settlement.moves[-1] <= 0.01 < model.settlement.moves[0]
    started_from = model.expectations.days.copy()
    moved = np.abs(model.run().expectations.days - started_from) / started_from
    assert moved.max() < 0.05


def test_frozen_expectations_never_move() -> None:
    model = build(described("frozen", STEADY, FROZEN)).run()
    assert (weekly_moves(model) == 0).all()


# -- the horizon ------------------------------------------------------------------------------------------------------


def test_orders_that_are_unfinished_at_the_end_are_placed_and_not_delivered() -> None:
    model = run(described("short", {"horizon": {"drain": 0}}))
    record, steps = model.record, steps_of(model)
    ready = steps[steps.step == "inland"].left_at
    assert record.delivered.sum() == (ready < model.end).sum()
    unfinished = record.placed().sum() - record.delivered.sum()
    assert unfinished == len(orders_of(model)) - (ready < model.end).sum()
    assert unfinished > 20


def test_a_flight_that_loads_before_the_end_and_leaves_after_it_has_not_shipped() -> None:
    at_two = [{"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "02:00"}]
    over: Dict = {"horizon": {"drain": 0}, "lanes": {"flight": {"timetable": at_two, "cutoff": "6 h"}}}
    model = run(described("late", over))
    departs_at = at_step(model, "flight").started_at
    assert (departs_at >= model.end).any()
    assert model.record.shipped.sum() == model.record.by_day["shipped"].sum() == (departs_at < model.end).sum()


def test_a_later_end_changes_nothing_that_started_before_the_earlier_one() -> None:
    short, long = (run(described("horizon", {"horizon": {"drain": drain}})) for drain in (0, "14 d"))
    before = [steps[steps.started_at < short.end] for steps in (steps_of(short), steps_of(long))]
    key = ["order_id", "arrived_at", "step"]
    ours, theirs = (each.sort_values(key, ignore_index=True) for each in before)
    pd.testing.assert_frame_equal(ours, theirs)
    assert (long.record.placed().sum() - long.record.delivered.sum()) == 0


def test_no_order_comes_in_the_drain_and_every_one_of_the_warm_up_is_simulated() -> None:
    model = run(described("warm", {"horizon": {"warm_up": "14 d"}}))
    ordered = orders_of(model).ordered_at
    assert ordered.min() < model.start + DAY
    assert ordered.max() < model.orders_end
    assert not model.record.axes.is_reported_month().all() or model.record.axes.reported_from == model.start + 14 * DAY


# -- things that have nothing to do with one another ------------------------------------------------------------------

URUMQI: Dict = {
    "lanes": {"a-train": lane("urumqi", "moscow", transit="4 d")},
    "stations": {
        "a-yard": {"place": "urumqi", "servers": 1, "service": {"distribution": "exponential", "mean": "20 min"}}
    },
    "routes": {"a-rail": route("urumqi", {"rail": {"steps": ["a-yard", "a-train", "inland"]}})},
    "market": {"origins": {"urumqi": origin(300, {"a-rail": 1})}},
}


def first(over: Dict, scenario: Scenario) -> Scenario:
    """The same scenario with the things of ``over`` in front of all others."""
    sections = {
        name: {key: getattr(scenario, name)[key] for key in (*over[name], *getattr(scenario, name))}
        for name in ("lanes", "stations", "routes")
    }
    origins = scenario.market.origins
    turned = {key: origins[key] for key in sorted(origins, reverse=True)}
    return scenario.model_copy(update=sections | {"market": scenario.market.model_copy(update={"origins": turned})})


@pytest.mark.parametrize("is_in_front", [False, True])
def test_a_second_origin_changes_no_luck_of_the_first(is_in_front: bool) -> None:
    alone, both = described("one"), described("two", URUMQI)
    both = first(URUMQI, both) if is_in_front else both
    one, two = run(alone), run(both)
    orders = orders_of(two)
    ours = orders[orders.origin == "harbin"].reset_index(drop=True)
    assert len(orders) > 2 * len(ours)
    pd.testing.assert_frame_equal(orders_of(one), ours)
    steps = steps_of(two)
    pd.testing.assert_frame_equal(steps_of(one), steps[steps.order_id.isin(ours.order_id)].reset_index(drop=True))


# -- rows that stand for several parcels ------------------------------------------------------------------------------


def mid_size(parcels_per_row: int) -> Model:
    """Some 50,000 latent orders through random service, customs with examination, loss, and a flight with room."""
    over: Dict = {
        "parcels_per_row": parcels_per_row,
        "stations": {"sorting": {"servers": 4, "service": {"distribution": "exponential", "mean": "4 min"}}},
        "customs": {
            "ural-customs": {
                "release": {"servers": 3, "service": "3 min"},
                "examination": {"share": 0.1, "servers": 2, "service": "12 min"},
            }
        },
        "routes": {"post": {"loss": {"share": 0.05, "at": "inland"}}},
        "horizon": {"end": "2016-05-30"},
    }
    return build(described("mid-size", over, FROZEN, orders_per_week=6_000)).run()


@pytest.mark.parametrize("parcels_per_row", [2, 20])
def test_rows_of_several_parcels_keep_the_number_of_latent_orders_and_the_balance(parcels_per_row: int) -> None:
    one, rows = mid_size(1).record, mid_size(parcels_per_row).record
    assert sum(one.outcomes().values()) == sum(rows.outcomes().values())
    for record in (one, rows):
        placed, delivered, lost = (record.by_day[name].sum() for name in ("placed", "delivered", "lost"))
        assert placed == delivered + lost == record.placed().sum()
        np.testing.assert_array_equal(record.queue_totals[:, :, 0].sum(axis=1), record.queue_arrivals.sum(axis=1))


def test_totals_of_rows_of_twenty_are_within_a_few_percent_of_single_parcels() -> None:
    one, rows = mid_size(1), mid_size(20)
    assert rows.n_steps == one.n_steps
    for name, tolerance in (("placed", 0.02), ("delivered", 0.02), ("lost", 0.12)):
        ours, theirs = (model.record.by_day[name].sum() for model in (rows, one))
        assert ours == pytest.approx(theirs, rel=tolerance), name
    grams = [model.record.lane_totals[0, :, 4].sum() for model in (rows, one)]
    assert grams[0] == pytest.approx(grams[1], rel=0.05)
    days = [mean_hours(model) / 24 for model in (rows, one)]
    assert days[0] == pytest.approx(days[1], rel=0.02)
    busy = [model.record.queue_totals[:, :, 2].sum(axis=1) for model in (rows, one)]
    np.testing.assert_allclose(busy[0][busy[1] > 0], busy[1][busy[1] > 0], rtol=0.06)


def mean_hours(model: Model) -> float:
    """Mean door-to-door time from the histogram of whole hours."""
    counts = model.record.hours.sum(axis=(0, 1, 2, 3))
    return float((counts * np.arange(len(counts))).sum() / counts.sum())
