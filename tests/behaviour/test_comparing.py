"""Plans against a baseline: what is nobody's effect is zero, what is somebody's is where and when it should be."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from behaviour.planned import FROZEN, TRADING, expand, intervention, more_sorting, narrow, nothing, two_routes
from oracle.base_world import route

import sim
from sim.cli.comparison_json import json_of
from sim.experiments.comparing import replicating
from sim.experiments.comparing.cautions import warnings
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.decomposing import STEPS, WHOLE_EFFECT
from sim.experiments.comparing.plans import PlanError
from sim.experiments.comparing.portfolios import BEYOND
from sim.experiments.comparing.wording import rests_on
from sim.indicators.measures import BY_NAME, DIMENSIONS
from sim.scenario.scenario import Scenario

PATH = ["collection", "sorting", "flight", "ural-customs", "inland"]
AMPLE = {"stations": {"sorting": {"servers": 40}}}


def compared(base: Scenario, *plans: Any, **options: Any) -> Comparison:
    return sim.compare(base, list(plans), **{"replications": 3, "parcels_per_row": 1} | options)


def of(comparison: Comparison, plan: str, measure: str, **where: str) -> Any:
    rows = comparison.frame("months" if "month" in where else "differences")
    for name, value in ({"plan": plan, "measure": measure} | ({} if where else {"dimension": "whole"}) | where).items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def part(comparison: Comparison, measure: str, name: str, how: str) -> float:
    rows = comparison.portfolio
    return float(rows[(rows.measure == measure) & (rows.part == name) & (rows["as"] == how)].difference.iloc[0])


# -- what changes nothing ----------------------------------------------------------------------------------------------


def test_plan_that_changes_nothing_differs_by_zero_with_zero_width_in_every_measure_and_group() -> None:
    dimensions = [name for name in DIMENSIONS if name not in ("whole", "month")]
    comparison = compared(narrow(TRADING), nothing(), by=dimensions)
    for table in (comparison.differences, comparison.months):
        assert len(table) > 30
        assert not table[["difference", "standard_error", "half_width"]].to_numpy().any()
        assert set(table.is_precise) == {"yes"}
    assert comparison.plans.expected_regret.tolist() == [0]
    assert comparison.plans.p_best.tolist() == [0.5]


def test_plan_that_changes_nothing_has_no_credible_width_either() -> None:
    drawn = narrow().model_copy(update={"uncertain": {"stations.sorting.service.mean": ("30 min", "40 min")}})
    comparison = compared(drawn, nothing(), replications=6)
    assert comparison.layout.n_draws == 3
    placed = of(comparison, "nothing", "placed")
    assert (placed.difference, placed.credible_low, placed.credible_high, placed.half_width) == (0, 0, 0, 0)


def test_plan_that_changes_nothing_stays_at_zero_beside_one_with_a_drawn_start() -> None:
    late = more_sorting(2, "late", starts_within="21 d")
    idle = nothing().model_copy(update={"starts_within": late.starts_within})
    comparison = compared(narrow(), late, idle, replications=4, parcels_per_row=10)
    table = comparison.differences.set_index("plan")
    assert not table.loc["nothing", ["difference", "half_width"]].to_numpy().any()
    assert table.loc["late"].set_index("measure").difference["mean_days"] < 0
    alone = compared(narrow(), late, replications=4, parcels_per_row=10).differences
    assert table.loc["late"].difference.tolist() == alone.difference.tolist()


def test_measures_are_those_of_the_tables_of_a_run() -> None:
    scenario = narrow(TRADING)
    results = sim.run(scenario, replications=2)
    raw = compared(scenario, nothing(), replications=2).frame("replications")
    base = raw[raw.plan == "narrow"].set_index("replication")
    summary, trade = results.summary.set_index("replication"), results.trade.groupby("replication").sum()
    for name in ("placed", "delivered", "mean_days", "p50_days", "p90_days", "p95_days", "share_within_promise"):
        assert base[name].tolist() == pytest.approx(summary[name].tolist()), name
    for name in ("buyers_surplus_cny", "subsidy_cny"):  # the outside options weigh 1: they are worth nothing
        assert base[name].tolist() == pytest.approx(trade[name].tolist(), rel=1e-9), name
    empty = results.costs[results.costs.bearer == "empty"].groupby("replication").lanes_cny.sum()
    expected = trade.operators_result_cny - empty.reindex(trade.index, fill_value=0)
    assert base.operators_result_cny.tolist() == pytest.approx(expected.tolist())


def test_groups_add_up_to_the_whole() -> None:
    comparison = compared(two_routes(), more_sorting(2), by=[name for name in DIMENSIONS if name != "whole"])
    table = comparison.differences
    for (measure, dimension), rows in table[table.dimension != "whole"].groupby(["measure", "dimension"]):
        whole = table[(table.measure == measure) & (table.dimension == "whole")]
        if BY_NAME[measure].is_sum and len(whole):
            assert rows.difference.sum() == pytest.approx(whole.difference.iloc[0], abs=1e-6), (measure, dimension)


def test_same_tables_whatever_the_number_of_workers() -> None:
    one, two = (compared(narrow(), more_sorting(), replications=2, workers=workers) for workers in (1, 2))
    for name in one.tables:
        for column, values in one.tables[name].items():
            np.testing.assert_array_equal(values, two.tables[name][column])


# -- where and when ----------------------------------------------------------------------------------------------------


def test_plan_that_starts_later_acts_later() -> None:
    comparison = compared(narrow(), more_sorting(), more_sorting(name="later", at="2016-06-01"))
    for measure in ("placed", "operators_result_cny", "goods_cny"):
        assert of(comparison, "more-sorting", measure, month="2016-04").difference == 0
    assert of(comparison, "later", "mean_days", month="2016-04").difference == 0
    assert of(comparison, "later", "placed", month="2016-05").difference == 0
    assert of(comparison, "more-sorting", "placed", month="2016-05").difference > 0
    years = comparison.plans.set_index("plan").years_in_force
    assert years["more-sorting"] == pytest.approx(36 / 365.25)
    assert years["later"] == pytest.approx(5 / 365.25)


def test_two_plans_that_relieve_one_bottleneck_do_not_add_up() -> None:
    plans = [more_sorting(2, name) for name in ("ours", "theirs")]
    comparison = compared(narrow(FROZEN), *plans, is_portfolio=True)
    alone = part(comparison, "mean_days", "ours", "alone")
    assert alone < -0.5
    assert part(comparison, "mean_days", "ours", "last") > 0.2 * alone
    assert part(comparison, "mean_days", BEYOND, "together") > 0.3
    for measure in ("mean_days", "benefit_cny"):
        parts = sum(part(comparison, measure, name, "alone") for name in ("ours", "theirs"))
        assert part(comparison, measure, "all", "together") == pytest.approx(
            parts + part(comparison, measure, BEYOND, "together")
        )


def test_portfolio_of_three_runs_all_and_all_but_each() -> None:
    plans = [
        more_sorting(),
        nothing(),
        intervention("customs", {"m": expand("customs.ural-customs.release", servers=2)}),
    ]
    comparison = compared(narrow(), *plans, is_portfolio=True, replications=1)
    names = [one.plan.name for one in comparison.alternatives]
    assert names[3:] == ["all", "all-but-more-sorting", "all-but-nothing", "all-but-customs"]
    assert part(comparison, "placed", "nothing", "last") == 0


def test_closed_route_sends_its_orders_where_the_choice_says() -> None:
    """Of equal routes the remaining one weighs ``0.7 ** 0.6`` of both together."""
    closing = intervention("closing", {"m": {"kind": "close", "routes": ["other"]}}, at="2016-04-18")
    comparison = compared(two_routes(FROZEN), closing, by=["route"])
    latent = of(comparison, "closing", "latent_orders").baseline
    inside = 0.5 * 0.7**0.6 / (0.5 * 0.7**0.6 + 0.5)
    error = 4 * np.sqrt(latent / 3) / latent
    placed, post = (of(comparison, "closing", "placed"), of(comparison, "closing", "placed", group="post"))
    assert (placed.baseline + placed.difference) / latent == pytest.approx(inside, abs=error)
    assert post.difference / latent == pytest.approx(inside - 0.35, abs=error)
    assert of(comparison, "closing", "placed", group="other").difference == pytest.approx(-0.15 * latent, rel=0.1)
    others = [of(comparison, "closing", name).difference for name in ("other_gateway", "not_bought")]
    assert others[0] / others[1] == pytest.approx(0.3 / 0.2, rel=0.3)
    assert placed.difference == pytest.approx(-sum(others))


@pytest.mark.parametrize("dissimilarity", [1.0, 0.3])
def test_second_identical_route_gains_what_the_nest_allows(dissimilarity: float) -> None:
    """Two equal routes weigh ``2 ** dissimilarity`` of one: the more alike routes are, the less a copy brings."""
    twin = {
        "routes": {"twin": route("harbin", {"air": {"steps": PATH}}, is_open=False)},
        "market": {"origins": {"harbin": {"choice": {"like": {"twin": "post"}, "dissimilarity": dissimilarity}}}},
    }
    opening = intervention(
        "opening", {"m": {"kind": "change", "change": "routes.twin.is_open", "set": True}}, at="2016-04-18"
    )
    base = narrow(AMPLE, FROZEN, twin)
    comparison = compared(base, opening, by=["route"])
    latent, weight = of(comparison, "opening", "latent_orders").baseline, 2**dissimilarity
    error = 4 * np.sqrt(latent / 3) / latent
    gained, post = of(comparison, "opening", "placed"), of(comparison, "opening", "placed", group="post")
    assert gained.difference / latent == pytest.approx(weight / (1 + weight) - 0.5, abs=error)
    assert post.difference / latent == pytest.approx(weight / (1 + weight) / 2 - 0.5, abs=error)
    assert of(comparison, "opening", "mean_days").difference == pytest.approx(0, abs=0.1)
    table = sim.run(base, replications=3).surplus
    sooner_than_promised = table.correction_cny.sum() / 3 / gained.baseline * gained.difference
    choice = np.log((1 + weight) / 2) / 0.02 * latent
    surplus = of(comparison, "opening", "buyers_surplus_cny").difference
    assert surplus == pytest.approx(choice + sooner_than_promised, rel=0.03)


def test_gain_is_created_diverted_or_new() -> None:
    comparison = compared(narrow(), more_sorting(3))
    plan = comparison.plans.iloc[0]
    assert plan.parcels_gained > 0
    assert plan.parcels_gained == pytest.approx(plan.created + plan.diverted + plan.new_buyers)
    assert plan.created == 0


@pytest.mark.parametrize("servers", [1, 2, 4])
def test_more_capacity_never_lengthens_the_wait_at_its_station(servers: int) -> None:
    comparison = compared(narrow(FROZEN), more_sorting(servers), by=["queue"])
    one, base = comparison.alternatives[0].samples, comparison.base.samples
    place = base.groups["queue"].index("sorting")
    waits = one.values["queue"]["mean_wait_hours"][place] - base.values["queue"]["mean_wait_hours"][place]
    assert (waits < 0).all()


def test_relieved_bottleneck_shows_up_downstream() -> None:
    slow_customs = {"customs": {"ural-customs": {"release": {"servers": 1, "service": "34 min"}}}}
    comparison = compared(narrow(FROZEN, slow_customs), more_sorting(3), by=["queue"])
    wait = {queue: of(comparison, "more-sorting", "mean_wait_hours", group=queue).difference
            for queue in ("sorting", "ural-customs.release")}  # fmt: skip
    assert wait["sorting"] < -1
    assert wait["ural-customs.release"] > 1


# -- why ---------------------------------------------------------------------------------------------------------------


def test_contributions_of_feedback_add_up_to_the_whole_effect() -> None:
    cheaper = intervention("cheaper", {"m": {"kind": "subsidy", "routes": ["post"], "per_parcel": "10 CNY"}})
    shares: list[float] = []
    comparison = compared(
        two_routes(), cheaper, is_decomposed=True, replications=2, on_progress=lambda p: shares.append(p.share)
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1
    table = comparison.decomposition
    for (plan, measure), rows in table.groupby(["plan", "measure"]):
        steps = rows.set_index("step").contribution
        assert list(steps.index) == [*STEPS, WHOLE_EFFECT]
        assert steps[list(STEPS)].sum() == pytest.approx(steps[WHOLE_EFFECT], abs=1e-9)
        assert steps[WHOLE_EFFECT] == pytest.approx(of(comparison, plan, measure).difference)
    placed = table[table.measure == "placed"].set_index("step").contribution
    assert placed["physics only"] == 0
    assert placed["+ route shift"] == 0
    assert placed["+ induced demand"] > 0
    assert placed["+ sellers"] == 0


def test_common_luck_removes_most_of_the_variance() -> None:
    comparison = compared(narrow(), more_sorting(), replications=6)
    placed = of(comparison, "more-sorting", "placed")
    assert placed.pairing > 0.9
    apart = np.sqrt(2 * comparison.base.samples.whole("placed").var(ddof=1) / 6)
    assert placed.standard_error < apart / 3


# -- what a comparison must not say ------------------------------------------------------------------------------------


def with_shares(inside: float, other: float, *overs: dict[str, Any]) -> Scenario:
    shares = {"inside": inside, "other_gateway": other, "not_bought": round(1 - inside - other, 6)}
    return narrow(FROZEN, {"market": {"origins": {"harbin": {"choice": {"reference_shares": shares}}}}}, *overs)


def test_order_that_only_moves_from_another_gateway_adds_no_income() -> None:
    cheaper = intervention("cheaper", {"m": {"kind": "subsidy", "routes": ["post"], "per_parcel": "10 CNY"}})
    comparison = compared(with_shares(0.5, 0.5, TRADING), cheaper)
    gained = of(comparison, "cheaper", "placed")
    assert gained.difference > 0.03 * gained.baseline
    for name in ("sellers_of_the_province_cny", "sellers_elsewhere_cny"):
        found = of(comparison, "cheaper", name)
        assert abs(found.difference) < 0.01 * found.baseline


def test_objective_that_is_not_known_ranks_nothing() -> None:
    free = narrow(FROZEN, {"market": {"origins": {"harbin": {"choice": {"price_weight": 0}}}}})
    comparison = compared(free, more_sorting(), replications=2, objective="surplus", parcels_per_row=50)
    assert np.isnan(comparison.plans.p_best).all()
    json.dumps(json_of(comparison, Path()), allow_nan=False)
    assert any("buyers' surplus is not known" in line for line in warnings(comparison))


def test_a_year_in_force_is_one_of_the_starts_as_drawn() -> None:
    late = more_sorting(starts_within="30 d")
    years = compared(narrow(FROZEN), late, replications=4, parcels_per_row=50).plans.years_in_force.iloc[0]
    assert (36 - 30) / 365.25 < years < 36 / 365.25


def test_replication_that_is_missing_in_one_plan_is_left_out_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without draws it alone: what is left is paired as if it had never been asked for."""
    measure = replicating.measure_replication
    plans = [more_sorting(), nothing()]
    whole = compared(narrow(FROZEN), *plans, replications=5, parcels_per_row=10)

    def work(worlds: Any, replication: int, tell: Any) -> Any:
        if replication == 2 and "more-sorting" in worlds.described.interventions:
            raise ValueError("no luck")
        return measure(worlds, replication, tell)

    monkeypatch.setattr(replicating, "measure_replication", work)
    comparison = compared(narrow(FROZEN), *plans, replications=5, parcels_per_row=10)
    assert comparison.replications == (0, 1, 3, 4)
    assert "replication 2 is left out: more-sorting: ValueError: no luck." in warnings(comparison)
    for one, before in zip(comparison.everything, whole.everything, strict=True):
        expected = before.samples.whole("mean_days")[[0, 1, 3, 4]]
        assert one.samples.whole("mean_days").tolist() == expected.tolist()
    assert not comparison.differences.set_index("plan").loc["nothing", "difference"].to_numpy().any()


def test_decomposition_that_fails_leaves_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = replicating.measure_replication

    def work(worlds: Any, replication: int, tell: Any) -> Any:
        if not worlds.described.market.feedback.congestion:
            raise ValueError("no luck")
        return measure(worlds, replication, tell)

    monkeypatch.setattr(replicating, "measure_replication", work)
    comparison = compared(narrow(), more_sorting(), replications=1, is_decomposed=True, parcels_per_row=50)
    assert "decomposition" not in comparison.tables
    assert any("there is no decomposition" in line and "no luck" in line for line in warnings(comparison))


def test_plan_that_is_the_baseline_or_has_the_name_of_another_is_refused() -> None:
    with pytest.raises(PlanError, match="is the baseline itself"):
        compared(narrow(), narrow().model_copy(update={"scenario": "same"}))
    with pytest.raises(PlanError, match="two plans are called 'all'"):
        compared(narrow(), more_sorting(name="all"), nothing(), is_portfolio=True)


def test_replications_run_in_whole_draws_and_a_comparison_can_be_copied() -> None:
    drawn = narrow(FROZEN).model_copy(update={"uncertain": {"stations.sorting.service.mean": ("30 min", "40 min")}})
    comparison = compared(drawn, more_sorting(), replications=5, parcels_per_row=50)
    assert (comparison.replications, comparison.left_out) == ((0, 1, 2, 3), {})
    assert any("not the 5 asked for" in line for line in rests_on(comparison))
    assert copy.copy(comparison).replications == comparison.replications
