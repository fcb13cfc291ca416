"""What to beware of in a comparison is said once, with the plans and replications that it holds for."""

from dataclasses import replace

import numpy as np
import pytest
from behaviour.planned import FROZEN, TRADING, more_sorting, narrow

import sim
from sim.experiments.comparing.cautions import LINES_OF_A_KIND, warnings
from sim.experiments.comparing.compared import OF_A_DRAW, Compared
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.replicating import Rule
from sim.experiments.comparing.wording import rests_on

PLANS = 12


@pytest.fixture(scope="module")
def many() -> Comparison:
    """Twelve plans, two replications."""
    comparison = sim.compare(
        narrow(FROZEN, TRADING), [more_sorting()], replications=2, parcels_per_row=200, objective="days"
    )
    one = comparison.alternatives[0]
    named = (replace(one, plan=replace(one.plan, name=f"plan-{i}")) for i in range(PLANS))
    return replace(comparison, base=tidy(comparison.base), alternatives=tuple(map(tidy, named)))


def tidy(one: Compared, **known: object) -> Compared:
    return replace(one, **{"unsettled": 0, "piled_up": {}} | known)  # type: ignore[arg-type]


def of_plans(comparison: Comparison, of: dict[int, dict[str, object]], **base: object) -> Comparison:
    changed = (tidy(one, **of.get(i, {})) for i, one in enumerate(comparison.alternatives))
    return replace(comparison, base=tidy(comparison.base, **base), alternatives=tuple(changed))


def test_nothing_to_beware_of_is_not_said(many: Comparison) -> None:
    assert list(warnings(many)) == []


def test_expectations_that_did_not_settle_are_said_once_for_all_plans(many: Comparison) -> None:
    every = of_plans(many, {i: {"unsettled": 2} for i in range(PLANS)}, unsettled=2)
    assert list(warnings(every)) == [
        "expectations did not settle in 2 of 2 replications of the baseline and all plans."
    ]
    some = of_plans(many, {i: {"unsettled": 1 + i % 2} for i in range(6)})
    assert list(warnings(some)) == [
        "expectations did not settle in 1 to 2 of 2 replications of plan-0, plan-1, plan-2, plan-3 and 2 more plans."
    ]
    one = of_plans(many, {}, unsettled=1)
    assert list(warnings(one)) == ["expectations did not settle in 1 of 2 replications of narrow."]


def test_plans_with_backlogs_at_the_same_places_share_a_line(many: Comparison) -> None:
    common = {"piled_up": {"sorting": 2, "customs": 1}}
    of: dict[int, dict[str, object]] = {i: dict(common) for i in range(PLANS)}
    of[3] = {"piled_up": {"sorting": 2}}
    assert list(warnings(of_plans(many, of, piled_up={"sorting": 1}))) == [
        "in the baseline work piles up without end at sorting (in 1 of 2 replications): differences grow with the "
        "horizon, and plans that relieve it look better the longer it runs.",
        "with plan-0, plan-1, plan-2, plan-4 and 7 more plans work piles up at customs (in 1 of 2 replications).",
    ]
    of[3] = common
    assert list(warnings(of_plans(many, of))) == [
        "with all plans work piles up at sorting and customs (in 1 of 2 replications)."
    ]


def test_backlogs_that_differ_by_plan_end_in_a_count(many: Comparison) -> None:
    found = list(warnings(of_plans(many, {i: {"piled_up": {f"place-{i}": 2}} for i in range(PLANS)})))
    assert len(found) == LINES_OF_A_KIND + 1
    assert found[0] == "with plan-0 work piles up at place-0."
    assert found[-1] == f"work piles up elsewhere with {PLANS - LINES_OF_A_KIND} more plans."
    (long,) = warnings(of_plans(many, {0: {"piled_up": {f"place-{i}": 2 for i in range(7)}}}))
    assert long == "with plan-0 work piles up at place-0, place-1, place-2, place-3 and 3 more places."


LEFT_OUT = [
    ({3: "plan-1: no luck"}, ["replication 3 is left out: plan-1: no luck."]),
    ({2: OF_A_DRAW, 3: "no luck"}, ["replication 3 is left out: no luck."]),
    ({2: OF_A_DRAW}, ["replication 2 is left out: its draw is not complete."]),
    ({2: "no luck", 4: "no luck", 7: "no luck"}, ["replications 2, 4 and 7 are left out: no luck."]),
]


@pytest.mark.parametrize(("replications", "said"), LEFT_OUT)
def test_replications_left_out_for_one_reason_share_a_line(
    many: Comparison, replications: dict[int, str], said: list[str]
) -> None:
    assert list(warnings(replace(many, left_out=replications))) == said


def test_many_reasons_for_replications_left_out_end_in_a_count(many: Comparison) -> None:
    found = list(warnings(replace(many, left_out={i: f"reason {i}" for i in range(9)})))
    assert (len(found), found[-1]) == (LINES_OF_A_KIND + 1, "4 more replications are left out, for other reasons.")


def test_places_of_few_replications_say_so_briefly(many: Comparison) -> None:
    (said,) = warnings(of_plans(many, {0: {"piled_up": {"a": 1, "b": 1, "c": 2}}}))
    assert said == "with plan-0 work piles up at c, a (in 1 of 2 replications) and b (1 of 2)."


def test_difference_that_luck_alone_could_make_is_told(many: Comparison) -> None:
    one = many.alternatives[0]
    base = many.base.samples.whole("mean_days")
    unsure = replace(one, samples=one.samples.with_whole({"mean_days": base + np.array([1.0, -0.9])}))
    equal = replace(one, samples=one.samples.with_whole({"mean_days": base}))
    (said,) = (line for line in rests_on(replace(many, alternatives=(unsure,))) if "may be nothing" in line)
    assert said == "By Monte Carlo error alone the difference may be nothing for plan-0."
    assert not any("may be nothing" in line for line in rests_on(replace(many, alternatives=(equal,))))


def test_plans_that_are_not_precise_are_named_up_to_a_few(many: Comparison) -> None:
    (said,) = (
        line for line in rests_on(replace(many, rule=Rule(relative=1e-9, floor=0))) if line.startswith("Not as precise")
    )
    assert "plan-3 (±" in said
    assert "and 8 more plans; more replications would help" in said
    assert "plan-4" not in said


def test_plans_are_shown_from_the_best_by_the_objective(many: Comparison) -> None:
    days = {"plan-0": 9.0, "plan-1": 7.0, "plan-2": np.nan, "plan-3": 8.0}
    timed = tuple(
        replace(one, samples=one.samples.with_whole({"mean_days": np.full(2, days[one.plan.name])}))
        for one in many.alternatives[:4]
    )
    ranked = replace(many, alternatives=timed).ranked
    assert [one.plan.name for one in ranked] == ["plan-1", "plan-3", "plan-0", "plan-2"]
