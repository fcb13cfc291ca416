"""Active sellers and skills against closed forms, and what they change.

Entries in proportion to the room that is left, without exits, are N' = E (1 - N / K): the room shrinks exponentially.
Far from saturation N' = E - x N has the closed form E / x + (N0 - E / x) exp(-x t). The steps are days, hence the
tolerances.
"""

import itertools
import math

import pytest
from oracle.base_world import Dict, described, origin
from oracle.worlds import change

from sim.model import build
from sim.scenario.scenario import Scenario
from sim.scenario.sellers import Sellers
from sim.scenario.sellers_over_time import level_factors, path_of, with_skills
from sim.scenario.targets import schedules
from sim.ticks import DAY, local_day

YEARS = 5
GROWTH = {"active": 1000, "saturation": 5000, "entries_per_year": 900, "entries_per_park_place": 0.5}
SKILLS = {"posts": 200, "trained": 40, "gain": 0.3, "stations": ["sorting", "ural-customs"]}


def sellers(growth: Dict | None = None, skills: Dict | None = None, **fields: object) -> Sellers:
    parts = {name: part for name, part in (("growth", growth), ("skills", skills)) if part}
    return Sellers.model_validate(parts | fields)


def test_entries_in_proportion_to_the_room_fill_it_exponentially() -> None:
    n = path_of(sellers(GROWTH), {}, 0, 5 * 366).active
    for day in (0, 365, 1500):
        closed = 5000 - (5000 - 1000) * math.exp(-900 / 5000 * day / 365.25)
        assert n[day] == pytest.approx(closed, rel=3e-4)


def test_without_saturation_in_sight_exits_and_entries_balance() -> None:
    n = path_of(sellers(GROWTH | {"saturation": 1e9, "exits_per_year": 0.3}), {}, 0, 5 * 366).active
    for day in (100, 1000, 1800):
        closed = 900 / 0.3 + (1000 - 900 / 0.3) * math.exp(-0.3 * day / 365.25)
        assert n[day] == pytest.approx(closed, rel=1e-3)


def test_one_day_is_the_formula_of_the_page() -> None:
    growth = GROWTH | {"park_places": 60, "starts_per_trained": 0.2, "exits_per_year": 0.1}
    path = path_of(sellers(growth, SKILLS | {"turnover_per_year": 0.25}, trained_per_year=100), {}, 0, 2)
    entries = 900 + 0.5 * 60 + 0.2 * 100
    assert path.active == pytest.approx([1000, 1000 + (entries * (1 - 1000 / 5000) - 0.1 * 1000) / 365.25])
    assert path.trained == pytest.approx([40, 40 + (100 * 0.8 * (1 - 40 / 200) - 0.25 * 40) / 365.25])


def test_more_park_places_never_make_fewer_sellers() -> None:
    before = [0.0] * 1000
    for places in (0, 10, 100, 1000, 100_000):
        n = path_of(sellers(GROWTH | {"park_places": places, "exits_per_year": 0.2}), {}, 0, 1000).active
        assert all(now >= then for now, then in zip(n, before, strict=True))
        before = list(n)


def test_a_number_acts_from_its_day_on() -> None:
    parks = {"growth.park_places": [(3 * DAY, 1000.0)]}
    changed, as_described = (path_of(sellers(GROWTH), when, 0, 6).active for when in (parks, {}))
    assert changed[:4] == as_described[:4]
    assert changed[4] - as_described[4] == pytest.approx(0.5 * 1000 * (1 - changed[3] / 5000) / 365.25)


def with_sellers(parts: Dict, **changes: Dict) -> Scenario:
    market = {"market": {"origins": {"harbin": origin(100, {"post": 1}, sellers=parts)}}}
    horizon = {"horizon": {"start": "2016-04-18", "end": "2016-07-20", "drain": "7 d"}}
    return described("with-sellers", market, horizon, {"changes": changes})


def test_without_a_dated_change_of_their_numbers_nothing_changes() -> None:
    more = change("stations.sorting.servers", "2016-05-02", set=3)
    scenario = with_sellers({"growth": GROWTH, "skills": SKILLS, "trained_per_year": 500}, more=more)
    when = schedules(scenario)
    assert level_factors(scenario, "harbin", when) is None
    assert with_skills(when, scenario) == when == {"stations.sorting.servers": when["stations.sorting.servers"]}


def test_a_change_that_leaves_a_stock_as_it_is_gives_a_factor_of_exactly_one() -> None:
    parks = change("market.origins.harbin.sellers.growth.park_places", "2016-05-02", add=500)
    scenario = with_sellers({"growth": GROWTH, "skills": SKILLS, "trained_per_year": 500}, parks=parks)
    when = schedules(scenario)
    assert with_skills(when, scenario) == when
    factors = level_factors(scenario, "harbin", when)
    assert factors is not None
    assert set(factors[:15]) == {1.0}  # from 18 April to the morning of 2 May
    assert all(later > earlier for earlier, later in itertools.pairwise(factors[14:41]))


def test_elasticity_is_the_power_of_the_relative_number_of_sellers() -> None:
    parks = change("market.origins.harbin.sellers.growth.park_places", "2016-05-02", add=5000)
    one, half = (
        level_factors(scenario, "harbin", schedules(scenario))
        for scenario in (with_sellers({"growth": GROWTH | {"elasticity": e}}, parks=parks) for e in (1.0, 0.5))
    )
    assert one is not None
    assert half == pytest.approx([math.sqrt(factor) for factor in one])
    assert one[-1] > 1.05


def test_sellers_raise_latent_orders_by_the_factor() -> None:
    parks = change("market.origins.harbin.sellers.growth.park_places", "2016-04-18", add=1e6)
    before, after = (build(with_sellers({"growth": GROWTH}, **changes)).run() for changes in ({}, {"parks": parks}))
    factors = level_factors(after.scenario, "harbin", schedules(after.scenario))
    assert factors is not None
    latent = [model.record.alternatives[0].sum() for model in (before, after)]
    assert latent[1] / latent[0] == pytest.approx(sum(factors) / len(factors), rel=0.03)


def test_skills_shorten_services_month_by_month_after_all_dated_changes() -> None:
    training = change("market.origins.harbin.sellers.trained_per_year", "2016-05-10", set=400)
    slower = change("stations.sorting.service.mean", "2016-06-15", multiply=2)
    scenario = with_sellers({"skills": SKILLS, "trained_per_year": 50}, training=training, slower=slower)
    when = schedules(scenario)
    got = dict(with_skills(when, scenario))
    first = 5586  # 18 April 2016
    own = {"trained_per_year": when["market.origins.harbin.sellers.trained_per_year"]}
    changed, plain = (path_of(scenario.market.origins["harbin"].sellers, w, first, 93).trained for w in (own, {}))
    minutes = {}
    for at, value in got["stations.sorting.service.mean"]:
        minutes[local_day(int(at)).isoformat()] = value / (60 * 1_000_000)
    assert list(minutes) == ["2016-06-01", "2016-06-15", "2016-07-01"]

    def factor(day: int) -> float:
        return (1 + 0.3 * plain[day] / 200) / (1 + 0.3 * changed[day] / 200)

    assert minutes["2016-06-01"] == pytest.approx(20 * factor(44))
    assert minutes["2016-06-15"] == pytest.approx(40 * factor(44))
    assert minutes["2016-07-01"] == pytest.approx(40 * factor(74))
    assert factor(74) < factor(44) < 1
    release = [at for at, _ in got["customs.ural-customs.release.service.mean"]]
    assert [local_day(int(at)).isoformat() for at in release] == ["2016-06-01", "2016-07-01"]
    build(scenario).run()
