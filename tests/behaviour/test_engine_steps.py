"""What SimPy runs: as many steps as there are decisions, whatever the number of parcels."""

import pytest
from behaviour.runs import orders_of, run, with_changes, with_latent_orders
from oracle.base_world import described
from oracle.worlds import WORLDS, change

NAMES = ["plain", "timetable", "on-demand", "payload", "reroute", "everything"]
NAMES += ["containers", "closed-by-age", "one-yard", "block-trains", "reroute-of-containers", "two-railways"]
NAMES += ["order-up-to", "reorder-quantity", "stock-by-rail", "fallback-at-once", "restocked", "stock-at-same-instants"]


@pytest.mark.parametrize("name", NAMES)
def test_ten_times_the_parcels_take_the_same_number_of_steps(name: str) -> None:
    scenario = WORLDS[name]()
    few, many = run(scenario), run(with_latent_orders(scenario, 10))
    assert len(orders_of(many)) > 5 * len(orders_of(few))
    assert many.n_steps == few.n_steps


def test_every_departure_takes_a_step_more() -> None:
    twice = [{"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": at} for at in ("20:00", "08:00")]
    once, more = run(described("once")), run(described("twice", {"lanes": {"flight": {"timetable": twice}}}))
    n_added = len(more.record.departure_log()) - len(once.record.departure_log())
    assert n_added == 42
    assert more.n_steps - once.n_steps == n_added


def test_dated_changes_take_a_step_for_each_day_on_which_something_changes() -> None:
    scenario = WORLDS["plain"]()
    changed = with_changes(
        scenario,
        a=change("stations.sorting.servers", "2016-04-26", add=3, ramp="3 d"),
        b=change("stations.sorting.service.mean", "2016-04-28", multiply=0.5),
    )
    assert run(changed).n_steps - run(scenario).n_steps == 3
