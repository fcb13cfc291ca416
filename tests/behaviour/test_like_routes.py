"""Routes without a reference share: what describing one changes, and what its opening does."""

from typing import Any

import numpy as np
import pytest
from oracle.base_world import Dict, described, lane, merged, route
from oracle.worlds import change
from oracle.worlds_of_feedback import lively, newcomers

import sim
from sim.indicators import Columns
from sim.model import build
from sim.scenario.scenario import Scenario

NEW = {
    "parcel",
    "rush",
    "near",
    "annex",
    "annex.receiving",
    "annex.pick",
    "new-flight",
    *(f"new-{i}" for i in range(9)),
}


def closed_newcomers(n_more: int = 0) -> Dict:
    """Routes like others that never open, one with a warehouse and a lane of its own, and so many more of one kind."""
    parts = newcomers() | {"changes": {}}
    parts["routes"]["parcel"]["is_open"] = False
    parts["routes"]["parcel"]["paths"] = {"air": {"steps": ["collection", "new-flight", "ural-customs", "inland"]}}
    parts["lanes"] = {"new-flight": lane("harbin", "yekaterinburg")}
    more = {f"new-{i}": route("harbin", {"air": {"steps": ["sorting", "flight", "inland"]}}) for i in range(n_more)}
    closed: Dict = {"is_open": False, "tariff": "1 CNY"}
    like = dict.fromkeys(more, "post")
    parts["routes"] |= {name: merged(fields, closed) for name, fields in more.items()}
    return merged(parts, {"market": {"origins": {"harbin": {"choice": {"like": like}}}}})


def old(scenario: Dict) -> Dict:
    """The lively world without its newcomers."""
    parts = newcomers()
    without = {section: dict.fromkeys(parts[section]) for section in ("warehouses", "routes", "changes")}
    choice = {"like": None}
    return merged(merged(lively(), without), merged({"market": {"origins": {"harbin": {"choice": choice}}}}, scenario))


def rows_of_others(table: Columns) -> list[tuple[Any, ...]]:
    """Rows of a table, as bytes, that name nothing that is new."""
    rows = zip(*(values.tolist() for values in table.values()), strict=True)
    return [
        tuple(cell.hex() if isinstance(cell, float) else cell for cell in row)
        for row in rows
        if not NEW & {cell for cell in row if isinstance(cell, str)}
    ]


VARIATIONS: dict[str, Dict] = {
    "as-it-is": {},
    "settled": {"market": {"review": {"settle_iterations": 2, "settle_parcels_per_row": 3}}},
    "in-rows": {"parcels_per_row": 5},
    "by-reference": {"market": {"feedback": {"induced_demand": False, "route_shift": False}}},
}


@pytest.mark.parametrize(("variation", "n_more"), [*((name, 0) for name in VARIATIONS), ("as-it-is", 9)])
def test_describing_a_closed_route_changes_not_one_bit(variation: str, n_more: int) -> None:
    without = described("old", old(VARIATIONS[variation]))
    with_new = described("old", merged(old(VARIATIONS[variation]), closed_newcomers(n_more)))
    assert len(with_new.routes) == len(without.routes) + 3 + n_more
    tables = [sim.run(scenario, replications=1).tables for scenario in (without, with_new)]
    assert tables[0].keys() == tables[1].keys()
    for name in tables[0]:
        ours, theirs = (rows_of_others(each[name]) for each in tables)
        assert ours == theirs, name
    assert len(rows_of_others(tables[0]["summary"])) == 2


def opening(at: str) -> Scenario:
    """The lively world in which one more route opens on a day."""
    opens = {"changes": {"opens": change("routes.new-0.is_open", at, set=True)}}
    return described("opening", merged(merged(old({}), closed_newcomers(1)), opens))


def test_before_it_opens_every_parcel_is_the_same_to_the_tick() -> None:
    models = [build(scenario, parcel_log=True).run() for scenario in (described("old", old({})), opening("2016-05-04"))]
    orders = [model.parcel_log.orders() for model in models]
    day = sim.ticks.midnight(sim.ticks.EPOCH.replace(year=2016, month=5, day=4))
    before = [{name: values[each["ordered_at"] < day] for name, values in each.items()} for each in orders]
    assert before[0]["order_id"].shape[0] > 300
    for name in before[0]:
        np.testing.assert_array_equal(before[0][name], before[1][name])
    assert not (orders[0]["route"] == "new-0").any()
    assert (orders[1]["route"] == "new-0").sum() > 50


def test_a_new_route_sends_no_order_outside_and_takes_those_that_change_their_route() -> None:
    # The same noise, the same order: one more alternative can only win orders. One that comes inside for it may take
    # any route, as the inside races first.
    frozen: Dict = {"market": {"feedback": {"congestion": False}}}
    closed = {"changes": {"near-opens": None, "rush-opens": None}}
    scenarios = [described("old", merged(merged(lively(), frozen), over)) for over in (closed, {})]
    taken = []
    for scenario in scenarios:
        orders = build(scenario, parcel_log=True).run().parcel_log.orders()
        taken.append(dict(zip(orders["order_id"].tolist(), orders["route"].tolist(), strict=True)))
    assert taken[0].keys() < taken[1].keys()
    moved = {order for order in taken[0] if taken[0][order] != taken[1][order]}
    assert {taken[1][order] for order in moved} == {"rush", "near"}
