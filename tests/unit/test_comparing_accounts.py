"""Costs and benefits worked out by hand; when there are enough replications; which number matters."""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.experiments.comparing.accounts import BENEFITS, Lasting, returns, unknown_in, with_accounts
from sim.experiments.comparing.costs import annuity, cost_of, years_in_force
from sim.experiments.comparing.replicating import Rule, _next
from sim.experiments.comparing.samples import Samples
from sim.experiments.comparing.sensitivity import _moved
from sim.experiments.differences import Difference, Layout, difference, ranking
from sim.indicators.standing import worth_of_outside
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.market import Choice, Horizon

YEAR = Horizon(start=date(2016, 1, 1), end=date(2017, 1, 1))


def proposal(**fields: Any) -> Intervention:
    said = {"intervention": "one", "name": {"en": "One"}, "proposes": "A test.", "at": "2016-01-01"}
    change = {"kind": "change", "change": "stations.x.servers", "add": 1}
    return Intervention.model_validate(said | {"measures": {"m": change}} | fields)


# -- costs -------------------------------------------------------------------------------------------------------------


def test_capital_is_recovered_over_its_life_and_both_costs_count_while_in_force() -> None:
    half = proposal(at="2016-07-02", capital=1000, running_per_year=100, life=10, paid_by="operators")
    cost, years = cost_of({"one": half}, YEAR, 0.08), 183 / 365.25
    assert cost.capital == 1000
    assert cost.recovery == pytest.approx(1000 * 0.08 / (1 - 1.08**-10) * years)
    assert cost.running == pytest.approx(100 * years)
    assert cost.by_payer == {"province": 0, "operators": pytest.approx(cost.total), "sellers": 0}
    assert cost.per_year == pytest.approx(cost.total / years)


def test_what_has_ended_or_begins_after_the_end_costs_nothing_more() -> None:
    ended = proposal(at="2015-01-01", until="2016-01-01", capital=1000, running_per_year=100)
    later = proposal(at="2017-01-01", capital=1000, running_per_year=100)
    for one in (ended, later):
        assert (cost_of({"one": one}, YEAR, 0.08).total, cost_of({"one": one}, YEAR, 0.08).capital) == (0, 0)
    passing = proposal(at="2016-03-01", lasts="31 d", running_per_year=3652.5)
    assert cost_of({"one": passing}, YEAR, 0.08).running == pytest.approx(310)
    assert cost_of({"one": passing}, YEAR, 0.08).per_year == 0


def test_years_in_force_count_no_day_twice() -> None:
    spring, summer = proposal(at="2016-03-01", until="2016-06-01"), proposal(at="2016-05-01", until="2016-09-01")
    assert years_in_force([spring, summer], YEAR) * 365.25 == pytest.approx(184)
    before = proposal(at="2010-01-01", until="2016-01-11")
    assert years_in_force([before, summer], YEAR) * 365.25 == pytest.approx(10 + 123)


def test_annuity_is_the_present_value_of_one_a_year() -> None:
    assert annuity(0.08, 20) == pytest.approx(sum(1.08**-year for year in range(1, 21)))
    assert annuity(0.0, 20) == 20


# -- what a plan gives -------------------------------------------------------------------------------------------------

FOUR = Layout.of(4, 2)
MONTHS = tuple(f"2016-{month:02d}" for month in range(1, 13))


def samples(benefits: dict[str, float], cost: list[float], **whole: float) -> Samples:
    """Two draws of two replications: benefits and other measures alike in all, costs as given."""
    known = dict.fromkeys(("placed", "mean_days", "timed_orders"), 100.0) | dict.fromkeys(BENEFITS, 0.0)
    of = {name: np.full((1, 4), value) for name, value in (known | benefits | whole).items()}
    by_month = {name: np.repeat(of[name] / 12, 12, axis=0) for name in BENEFITS}
    costs = [cost_of({"one": proposal(running_per_year=each * 365.25 / 366)}, YEAR, 0.08) for each in cost]
    groups = {"whole": ("",), "month": MONTHS}
    made = Samples(groups, {"whole": of, "month": by_month}, np.zeros(2, np.int64))
    return with_accounts(made, costs, unknown_in([made]))


def lasting(months: tuple[int, ...] = tuple(range(12)), cost: float = 0.0) -> Lasting:
    return Lasting(months, "" if months else "fewer than twelve whole months in force", np.full(4, cost), 0.08)


BASE = samples({}, [0, 0, 0, 0])
GIVES = {
    "buyers_surplus_cny": 100.0,
    "sellers_of_the_province_cny": 30.0,
    "sellers_elsewhere_cny": 50.0,
    "operators_result_cny": 40.0,
    "subsidy_cny": 20.0,
}


def test_benefit_over_cost_by_standing() -> None:
    found = returns(samples(GIVES, [50] * 4, placed=110.0, mean_days=99.5), BASE, FOUR, lasting()).figures
    assert found["benefit_cost"].value == pytest.approx((100 + 30 + 50 + 40 - 20) / 50)
    assert found["benefit_cost_of_the_province"].value == pytest.approx((30 - 20) / 50)
    assert found["benefit_cost_of_china"].value == pytest.approx((30 + 50 + 40 - 20) / 50)
    assert found["cost_per_parcel_gained_cny"].value == pytest.approx(50 / 10)
    assert found["cost_per_parcel_day_saved_cny"].value == pytest.approx(50 / (0.5 * 100))


def test_luck_alone_makes_the_ratio_uncertain_by_its_linear_part() -> None:
    found = returns(samples(GIVES, [48, 52, 49, 51]), BASE, FOUR, lasting()).figures["benefit_cost"]
    residuals = (200 - 4 * np.array([48, 52, 49, 51])) / 50  # of the ratio 4, over the mean cost
    within = (residuals.reshape(2, 2) - residuals.reshape(2, 2).mean(axis=1, keepdims=True)).ravel()
    error = np.sqrt((within**2).sum() / 2 / 4)
    assert found.half_width == pytest.approx(4.302653 * error, rel=1e-6), "Student's t of two degrees of freedom"
    assert returns(samples(GIVES, [50] * 4), BASE, FOUR, lasting()).figures["benefit_cost"].half_width == 0


def test_uncertain_cost_makes_the_ratio_uncertain() -> None:
    found = returns(samples(GIVES, [40, 40, 60, 60]), BASE, FOUR, lasting()).figures["benefit_cost"]
    assert found.value == pytest.approx(200 / 50)
    assert found.low == pytest.approx(200 / 60 + 0.025 * (200 / 40 - 200 / 60))
    assert found.high == pytest.approx(200 / 40 - 0.025 * (200 / 40 - 200 / 60))


@pytest.mark.parametrize(
    ("plan", "figure", "why"),
    [
        (samples(GIVES, [0] * 4), "benefit_cost", "no cost"),
        (samples(GIVES, [50] * 4), "cost_per_parcel_gained_cny", "no parcels gained"),
        (samples(GIVES, [50] * 4, mean_days=101.0), "cost_per_parcel_day_saved_cny", "no days saved"),
    ],
)
def test_figure_that_makes_no_sense_is_empty_and_says_why(plan: Samples, figure: str, why: str) -> None:
    found = returns(plan, BASE, FOUR, lasting()).figures[figure]
    assert math.isnan(found.value)
    assert found.why == why


def test_net_present_value_continues_the_last_full_year() -> None:
    plan = samples(GIVES, [50] * 4)
    found = returns(plan, BASE, FOUR, lasting(cost=50.0)).figures["net_present_value_cny"]
    assert found.value == pytest.approx((200 - 50) * annuity(0.08, 20))
    short = returns(plan, BASE, FOUR, lasting(())).figures["net_present_value_cny"]
    assert (math.isnan(short.value), short.why) == (True, "fewer than twelve whole months in force")


# -- how many replications ---------------------------------------------------------------------------------------------


def found_with(half_width: float, of: float = 100.0, baseline: float = 1000.0) -> Difference:
    precise = half_width <= max(0.05 * of, 0.002 * baseline)
    return Difference(baseline, of, 0, 0, half_width / 2, half_width, 0.9, 1.0, precise)


def test_more_replications_are_called_for_as_the_square_of_what_is_missing() -> None:
    rule = Rule()
    assert _next([found_with(4.9)], rule, 8, 2) == 8
    assert _next([found_with(4.9), found_with(5.9)], rule, 8, 2) == 12  # 8 * 1.18 ** 2 is 11.1
    assert _next([found_with(50.0)], rule, 8, 2) == 16  # at most twice as many at once
    assert _next([found_with(50.0)], rule, 32, 2) == 40
    assert _next([found_with(50.0)], rule, 40, 2) == 40


def test_replications_are_added_in_whole_draws() -> None:
    assert _next([found_with(50.0)], Rule(most=13), 8, 2) == 12
    assert _next([found_with(math.nan)], Rule(), 8, 2) == 16
    assert _next([found_with(5.1)], Rule(), 9, 3) == 12


# -- what matters ------------------------------------------------------------------------------------------------------


def test_number_that_moves_the_answer_is_told_from_one_that_does_not() -> None:
    luck = np.random.default_rng(1)
    mattering, idle = luck.uniform(0, 1, 20), luck.uniform(0, 1, 20)
    answer = 7 + 3 * mattering + luck.normal(0, 0.1, 20)
    low, high, moves, share, clear = _moved(mattering, answer, 2)
    assert moves == pytest.approx(3 * (high - low), rel=0.1)
    assert share > 0.95
    assert clear == "yes"
    assert _moved(idle, answer, 2)[4] == "no"
    assert _moved(idle, answer, 2)[3] < 0.2


def test_alternatives_that_are_equally_good_share_the_first_place_without_draws() -> None:
    values = np.random.default_rng(2).normal(1000, 10, 6)
    found = ranking(np.stack([values, values, values - 100]), Layout.of(6, None))
    assert found.probability_best.tolist() == [0.5, 0.5, 0.0]
    assert found.regret[:2].tolist() == [0, 0]
    assert found.regret[2] == pytest.approx(100)


def test_pairing_is_what_makes_a_small_difference_precise() -> None:
    shared = np.random.default_rng(3).normal(1000, 100, 20)
    paired = difference(shared + 5, shared, Layout.of(20, 2))
    assert paired.is_precise
    assert paired.pairing == pytest.approx(1)


def test_what_one_plan_does_not_know_counts_in_no_plan() -> None:
    base, plan = (
        Samples({}, {"whole": {name: np.full((1, 2), 7.0) for name in BENEFITS}}, np.zeros(2)) for _ in range(2)
    )
    plan.values["whole"]["sellers_elsewhere_cny"][0, 1] = math.nan
    costs = [cost_of({}, YEAR, 0.08)] * 2
    benefits = [with_accounts(one, costs, unknown_in([base, plan])).whole("benefit_cny") for one in (base, plan)]
    assert benefits[0].tolist() == benefits[1].tolist() == [21, 14]


def test_what_ends_with_the_horizon_has_no_lasting_cost() -> None:
    assert cost_of({"one": proposal(until="2017-01-01", running_per_year=100)}, YEAR, 0.08).per_year == 0


def test_surplus_of_an_order_without_the_corridor_is_nothing() -> None:
    for inside in (0.9, 0.5, 0.1):
        shares = {"inside": inside, "other_gateway": 0.0, "not_bought": 1 - inside, "routes": {"r": 1.0}}
        said = {"price_weight": 0.02, "value_of_time": 3, "value_of_reliability": 1, "dissimilarity": 0.6}
        worth = worth_of_outside(Choice.model_validate(said | {"reference_shares": shares}))
        total = math.log(1 + (1 - inside) / inside) / 0.02
        assert total - worth == pytest.approx(-math.log(1 - inside) / 0.02)
