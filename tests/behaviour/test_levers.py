"""Levers: what shifts, trust, variety, subsidies and duty-free limits reach, from their date on, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from behaviour.runs import assert_identical, at_step, orders_of, run, with_changes
from oracle.base_world import Dict, described, lane, origin, route
from oracle.worlds import change

from sim.indicators import tables_of
from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.scenario.targets import schedules
from sim.ticks import DAY

FROZEN: Dict = {"market": {"feedback": {"congestion": False}}}
AT = "2016-05-04"
DAYS_UNTIL = 16
"""From the start to that date."""


def world(*overs: Dict, orders_per_week: float = 600) -> Scenario:
    """The post by three paths and express; nothing is fed back."""
    paths = {
        "air": {"steps": ["collection", "sorting", "flight", "ural-customs", "inland"]},
        "road": {"steps": ["collection", "truck", "inland"]},
        "charter": {"steps": ["collection", "charter", "inland"]},
    }
    over: Dict = {
        "lanes": {
            "truck": lane("harbin", "moscow", mode="road", transit="3 d"),
            "charter": lane("harbin", "yekaterinburg", transit="7 h"),
        },
        "routes": {
            "post": route("harbin", paths, gateways={"ural": {"road": 0.25, "air": 0.75}, "center": "air"}),
            "express": route("harbin", {"air": paths["air"]}, tariff="40 CNY"),
        },
        "market": {"origins": {"harbin": origin(orders_per_week, {"post": 0.7, "express": 0.3})}},
    }
    return described("levers", over, FROZEN, *overs)


def parts_at(orders: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders before the date of the change, and from it on."""
    is_before = orders.ordered_at < model.start + DAYS_UNTIL * DAY
    return orders[is_before], orders[~is_before]


# -- gateways ----------------------------------------------------------------------------------------------------------


def test_a_shift_moves_orders_of_its_region_from_its_date_on_and_by_its_share() -> None:
    scenario = world()
    shifted = with_changes(scenario, more=change("routes.post.gateways.ural.road", AT, set=0.6))
    model = run(shifted)
    before, after = orders_of(run(scenario)), orders_of(model)
    pd.testing.assert_frame_equal(before.drop(columns="path"), after.drop(columns="path"))
    moved = before[before.path != after.path]
    assert set(moved.route) == {"post"}
    assert set(moved.region) == {"ural"}
    assert parts_at(moved, model)[0].empty
    assert set(after.path[moved.index]) == {"road"}, "none leaves the path that has more"
    concerned = parts_at(before[(before.route == "post") & (before.region == "ural")], model)[1]
    share = len(moved) / len(concerned)
    assert len(concerned) > 300
    assert abs(share - 0.35) < 4 * np.sqrt(0.35 * 0.65 / len(concerned))


def test_a_shift_to_a_path_that_nobody_took_takes_from_a_fixed_one() -> None:
    scenario = world()
    shifted = with_changes(scenario, new=change("routes.post.gateways.center.charter", AT, set=0.2, until="2016-05-10"))
    model = run(shifted)
    orders = orders_of(model)
    center = orders[(orders.route == "post") & (orders.region == "center")]
    by_charter = center[center.path == "charter"]
    days = (by_charter.ordered_at - model.start) // DAY
    assert (days.min(), days.max()) == (DAYS_UNTIL, DAYS_UNTIL + 5)
    unchanged = orders.drop(by_charter.index)
    pd.testing.assert_frame_equal(unchanged, orders_of(run(scenario)).loc[unchanged.index])


def test_shares_that_are_set_to_what_is_described_change_no_byte() -> None:
    scenario = world()
    ural = "routes.post.gateways.ural"
    added = {
        "road": change(f"{ural}.road", AT, set=0.25),
        "air": change(f"{ural}.air", AT, multiply=1, until="2016-05-09"),
        "charter": change(f"{ural}.charter", AT, add=0, ramp="5 d"),
    }
    assert_identical(run(scenario), run(with_changes(scenario, **added)))


def test_a_held_share_does_not_give_way_to_another() -> None:
    ural = "routes.post.gateways.ural"
    held = {"road": change(f"{ural}.road", AT, set=0.25), "charter": change(f"{ural}.charter", AT, set=0.3)}
    found = schedules(with_changes(world(), **held))
    assert [value for _, value in found[f"{ural}.air"]] == [pytest.approx(0.45)]
    assert found[f"{ural}.road"] == []


def test_market_looks_anew_where_shares_trust_and_subsidies_change() -> None:
    changed = {
        "a": change("routes.post.gateways.ural.road", "2016-05-05", set=0.6),
        "b": change("market.origins.harbin.choice.trust", "2016-05-06", set=10),
        "c": change("routes.post.subsidy", "2016-05-07", set=10),
    }
    scenario = with_changes(world(), **changed)
    model = build(scenario)
    instants = {(at - model.start) / DAY for at in model._market_instants(schedules(scenario))}
    assert {17, 18, 19} < instants


# -- trust, variety ----------------------------------------------------------------------------------------------------


def test_trust_wins_orders_from_outside_and_moves_none_between_routes() -> None:
    scenario = world()
    model = run(with_changes(scenario, credit=change("market.origins.harbin.choice.trust", AT, set=30)))
    before, after = orders_of(run(scenario)).set_index("order_id"), orders_of(model).set_index("order_id")
    pd.testing.assert_frame_equal(after.loc[before.index], before)
    won = after.drop(before.index)
    assert len(won) > 100
    assert (won.ordered_at >= model.start + DAYS_UNTIL * DAY).all()


def test_twice_the_level_of_a_product_doubles_its_latent_orders_and_leaves_all_others() -> None:
    scenario = world()
    double = world({"market": {"origins": {"harbin": {"product_levels": {"gadgets": 2}}}}})
    one, two = run(scenario), run(double)
    latent = [model.record.alternatives[0].sum(axis=(0, 1, 2)) for model in (one, two)]
    clothes, gadgets = range(2)
    assert latent[0][clothes] == latent[1][clothes]
    assert abs(latent[1][gadgets] - 2 * latent[0][gadgets]) < 4 * np.sqrt(2 * latent[0][gadgets])
    before, after = orders_of(one).set_index("order_id"), orders_of(two).set_index("order_id")
    pd.testing.assert_frame_equal(after.loc[before.index], before)
    assert set(after.drop(before.index)["product"]) == {"gadgets"}


def test_a_level_of_a_product_acts_from_its_date_and_under_that_of_all() -> None:
    scenario = world({"market": {"origins": {"harbin": {"level": 1.2}}}})
    fewer = with_changes(scenario, fewer=change("market.origins.harbin.product_levels.clothes", AT, set=0.5))
    model = run(fewer)
    before, after = orders_of(run(scenario)).set_index("order_id"), orders_of(model).set_index("order_id")
    gone = before.drop(after.index)
    assert set(gone["product"]) == {"clothes"}
    assert (gone.ordered_at >= model.start + DAYS_UNTIL * DAY).all()
    concerned = parts_at(before[before["product"] == "clothes"], model)[1]
    assert abs(len(gone) / len(concerned) - 0.5) < 4 * np.sqrt(0.25 / len(concerned))


def test_levels_of_products_that_are_all_one_change_no_byte() -> None:
    ones = {"market": {"origins": {"harbin": {"product_levels": {"gadgets": 1, "clothes": 1}}}}}
    assert_identical(run(world()), run(world(ones)))


# -- subsidies ---------------------------------------------------------------------------------------------------------


def sums(model: Model, table: str) -> dict[str, float]:
    """Sums over the rows of a table, of its columns in CNY."""
    columns = tables_of(model.record, model.scenario)[table]
    return {name: float(np.nansum(values)) for name, values in columns.items() if name.endswith("_cny")}


def test_a_subsidy_is_to_orders_what_a_cut_of_the_tariff_is_and_to_operators_nothing() -> None:
    scenario = world()
    subsidised = run(with_changes(scenario, help=change("routes.post.subsidy", AT, set="9 CNY")))
    cut = run(with_changes(scenario, cut=change("routes.post.tariff.fixed", AT, add="-9 CNY")))
    orders = orders_of(subsidised)
    pd.testing.assert_frame_equal(orders, orders_of(cut))
    assert len(orders) > len(orders_of(run(scenario)))
    n = (parts_at(orders, subsidised)[1].route == "post").sum()
    ours, theirs = sums(subsidised, "accounts"), sums(cut, "accounts")
    assert ours["subsidy_cny"] == pytest.approx(9 * n)
    assert theirs["subsidy_cny"] == 0
    assert ours["tariffs_cny"] - theirs["tariffs_cny"] == pytest.approx(9 * n)
    assert ours["operators_result_cny"] - theirs["operators_result_cny"] == pytest.approx(9 * n)
    assert sums(subsidised, "trade")["subsidy_cny"] == pytest.approx(9 * n)
    assert sums(subsidised, "trade")["buyers_surplus_cny"] == pytest.approx(sums(cut, "trade")["buyers_surplus_cny"])


def test_a_subsidy_above_the_tariff_makes_it_free_and_pays_no_more() -> None:
    scenario = world()
    subsidised = run(with_changes(scenario, help=change("routes.express.subsidy", AT, set="100 CNY")))
    free = run(with_changes(scenario, free=change("routes.express.tariff.fixed", AT, set=0)))
    orders = orders_of(subsidised)
    pd.testing.assert_frame_equal(orders, orders_of(free))
    n = (parts_at(orders, subsidised)[1].route == "express").sum()
    assert sums(subsidised, "accounts")["subsidy_cny"] == pytest.approx(40 * n)


def test_a_described_subsidy_moves_no_order() -> None:
    as_ever = orders_of(run(world()))
    subsidised = run(world({"routes": {"post": {"subsidy": 8}}}))
    both = [len(as_ever), len(orders_of(subsidised))]
    assert both[0] == both[1], "the constants are those of the described price"
    assert sums(subsidised, "accounts")["subsidy_cny"] > 0


# -- duty-free limit ---------------------------------------------------------------------------------------------------


def test_a_higher_duty_free_limit_spares_parcels_from_its_date_on() -> None:
    examination = {"share": 0, "share_above_duty_free": 1, "servers": 9, "service": "5 min"}
    office = {"ural-customs": {"examination": examination, "duty_free_limit": 200}}
    scenario = world({"customs": office})
    model = run(with_changes(scenario, higher=change("customs.ural-customs.duty_free_limit", AT, set="500 CNY")))
    value = orders_of(model).set_index("order_id").value_fen
    released, examined = (at_step(model, f"ural-customs.{part}") for part in ("release", "examination"))
    changes_at = model.start + DAYS_UNTIL * DAY + 3 * 3_600_000_000  # midnight in Yekaterinburg
    is_late = released.left_at >= changes_at
    for rows, limit in ((released[~is_late], 20_000), (released[is_late], 50_000)):
        worth = value[rows.index]
        assert (worth > limit).sum() > 50
        assert set(worth.index[worth > limit]) == set(rows.index.intersection(examined.index))
