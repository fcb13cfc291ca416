"""The twin alone: containers, stock, sellers and choice, by instants and numbers worked out by hand."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from oracle.base_world import Dict, described, merged
from oracle.consolidations import Consolidation
from oracle.freight import batches
from oracle.items import Item, Way
from oracle.lanes import Lane, Waiting
from oracle.market import Market, predicted_shares
from oracle.registry import RAIL, container_station, freight, railway
from oracle.strategies import scenarios
from oracle.trace import Row
from oracle.twin import simulate
from oracle.warehouses import Warehouse
from oracle.world import COMPLETIONS, PLACING, At, World
from oracle.worlds import WORLDS
from oracle.worlds_of_stock import storehouse
from sim.ids import first_container_id
from sim.scenario.scenario import Scenario
from sim.ticks import DAY, HOUR, MINUTE, SECOND, WEEK, midnight, week_of

LITRE_2_5 = {"clothes": "400 g", "gadgets": {"distribution": "constant", "mean": "750 g"}}
"""Mean weights at which a piece of either product takes 2.5 l."""


def test_containers_are_closed_when_the_next_does_not_fit_or_by_age() -> None:
    packing = container_station("harbin", container={"mass": "5 kg"}, check_every="6 h", close_after="10 h")
    world = World(described("by-hand", railway(consolidations={"packing": packing})), 0)
    closed: list[tuple[int, int, list[int]]] = []

    def send(item: Item) -> None:
        closed.append(((world.env.now - world.start) // HOUR, item.item_id, [p.item_id for p in item.contents]))

    consolidation = Consolidation(world, "packing", send)
    way = Way(tuple(RAIL), 0, "post", "air")

    def parcel(item_id: int, grams: int, hour: int):  # type: ignore[no-untyped-def]
        yield At(world.env, world.start + hour * HOUR, COMPLETIONS)
        consolidation.hold(Item(item_id, way, grams, 1, position=1))

    for item_id, (grams, hour) in enumerate([(3000, 1), (2500, 2), (1000, 3), (500, 6), (9000, 7), (1000, 8)]):
        world.env.process(parcel(item_id, grams, hour))
    world.env.process(consolidation.run())
    world.env.run(until=world.start + 2 * DAY)

    def name(hour: int, ordinal: int) -> int:
        return first_container_id("container/post/air", week_of(world.start), hour * 3600) + ordinal

    assert closed == [
        (6, name(6, 0), [0]),  # 1 does not fit beside it; 1 and 2 wait, as there is room and 1 has waited 4 h
        (12, name(12, 0), [1, 2, 3]),  # 4 fits no container at all
        (12, name(12, 1), [4]),
        (18, name(18, 0), [5]),  # for want of others, exactly 10 h after it was ready
    ]
    assert world.trace.log[0] == Row(0, "packing", world.start + HOUR, world.start + 6 * HOUR, world.start + 6 * HOUR)


def test_train_on_demand_waits_for_a_number_of_containers() -> None:
    rule = {"when_ready_pieces": 3, "check_every": "1 h", "min_gap": 0, "max_gap": "20 h", "fleet": 9}
    world = World(described("by-hand", {"lanes": {"flight": {"timetable": None, "on_demand": rule}}}), 0)
    lane = Lane(world, "flight")
    world.env.process(lane.run())
    for item_id, hour in enumerate((0, 1, 5, 7, 8)):
        item = Item(item_id, Way(("flight", "inland"), 0), 9, 9)
        lane.waiting.append(Waiting(item, world.start + hour * HOUR + MINUTE, world.env.event()))
    world.env.run(until=world.start + 2 * DAY)
    found = [((d.scheduled_at - world.start) // HOUR, d.pieces) for d in world.trace.departures]
    assert found == [(6, 3), (26, 2)]


def warehouse_of(**fields: Dict | str) -> tuple[World, Warehouse]:
    """A warehouse that reviews nothing by itself, whose pieces take 2.5 l each, with room for four."""
    products = {name: {"weight": weight} for name, weight in LITRE_2_5.items()}
    stock = {"clothes": {"initial": 3}, "gadgets": {"initial": 2}}
    store = merged({"storage": "10 l", "stock": stock}, fields)
    world = World(described("by-hand", storehouse(**store), {"products": products}), 0)
    return world, Warehouse(world, "store", send=lambda *_: None)


def test_lots_go_in_one_after_another_and_those_outside_serve_nobody() -> None:
    world, store = warehouse_of()
    assert store.shelf == {"clothes": 3, "gadgets": 1}
    assert [(lot.product, lot.pieces) for lot in store.outside] == [("gadgets", 1)]

    def at(hour: int, priority: int, act, *args):  # type: ignore[no-untyped-def]
        yield At(world.env, world.start + hour * HOUR, priority)
        act(*args)

    def order(hour: int, order_id: int, product: str) -> None:
        world.env.process(at(hour, PLACING, store.take, order_id, product))

    def stock(hour: int, item_id: int, product: str, pieces: int) -> None:
        world.env.process(at(hour, COMPLETIONS, store.stock_comes, item_id, Counter({product: pieces})))

    order(1, 20, "clothes")  # makes room for the gadget outside
    for order_id in (11, 12, 10):
        order(2, order_id, "gadgets")  # two are there: 10 and 11 take them
    stock(3, 5, "clothes", 4)  # two go in
    stock(4, 6, "gadgets", 3)  # behind them: serves nobody
    order(5, 21, "clothes")
    order(6, 22, "clothes")  # now all clothes are in, and 12 gets the first of the gadgets
    stock(7, 7, "gadgets", 1)
    order(7, 13, "gadgets")  # none on the shelf: waits
    world.env.run(until=world.start + DAY)
    rows = {row.order_id: [(t - world.start) // HOUR for t in row[2:]] for row in world.trace.log}
    assert rows == {
        20: [1, 1, 1],
        10: [2, 2, 2],
        11: [2, 2, 2],
        5: [3, 3, 3],
        6: [4, 4, 4],
        21: [5, 5, 5],
        22: [6, 6, 6],
        12: [2, 6, 6],
        7: [7, 7, 7],
    }
    assert (store.shelf["clothes"], store.shelf["gadgets"]) == (4, 0)
    assert [(lot.item_id, lot.pieces) for lot in store.outside] == [(6, 2), (7, 1)]
    assert [taker.order_id for taker in store.waiting] == [13]
    assert (store.position("clothes"), store.position("gadgets")) == (4, 2)


def test_stock_comes_before_orders_of_the_same_instant() -> None:
    world, store = warehouse_of(stock={"gadgets": {"initial": 0}}, fallback={"route": "post", "delay": "2 h"})

    def both():  # type: ignore[no-untyped-def]
        yield At(world.env, world.start + HOUR, PLACING)
        store.take(2, "gadgets")
        store.take(1, "gadgets")
        yield At(world.env, world.start + HOUR, COMPLETIONS)
        store.stock_comes(9, Counter({"gadgets": 1}))

    world.env.process(both())
    world.env.run(until=world.start + DAY)
    rows = [(row.order_id, *((t - world.start) // HOUR for t in row[2:])) for row in world.trace.log]
    assert rows == [(9, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1, 3)]


def test_policies_order_up_to_or_whole_multiples() -> None:
    world, store = warehouse_of()
    ordered = {
        product: [store.n_to_order(product, store.described.stock[product], position) for position in (61, 25, 12, -5)]
        for product in ("clothes", "gadgets")
    }
    assert ordered == {"clothes": [0, 35, 48, 65], "gadgets": [0, 0, 8, 24]}  # (25, 60), and 12 with lots of 8
    loads: list[tuple[int, int, Counter[str]]] = []
    store.send = lambda item, pieces: loads.append((item.item_id, item.grams, pieces))
    store.review()  # 3 clothes and 2 gadgets are there: 57 pieces of 400 g, 16 of 750 g, at most 15 kg a load
    first = first_container_id("warehouse/store", week_of(world.start), world.start % WEEK // SECOND)
    assert loads == [
        (first, 14_800, {"clothes": 37}),
        (first + 1, 14_750, {"clothes": 20, "gadgets": 9}),
        (first + 2, 5_250, {"gadgets": 7}),
    ]
    assert [review[2:] for review in world.trace.stock_reviews] == [("clothes", 3, 57), ("gadgets", 2, 16)]
    assert store.position("clothes") == 60


def test_fallback_without_delay_takes_one_tick() -> None:
    trace = simulate(WORLDS["fallback-at-once"]())
    delays = {row.left_at - row.started_at for row in trace.log if row.step == "store"}
    assert delays == {0, 1}


def test_parcels_come_back_from_where_they_were_delivered() -> None:
    trace = simulate(WORLDS["restocked"]())
    times = {row.order_id: row for row in trace.log if row.step == "inland"}
    back = [row for row in trace.log if row.step == "back"]
    after = [row.arrived_at - times[row.order_id].left_at for row in back]
    assert 6 * HOUR <= min(after) < 12 * HOUR
    assert 3 * DAY < max(after) <= 4 * DAY
    again = {row.order_id: row for row in trace.log if row.step == "store" and row.arrived_at in {r[4] for r in back}}
    assert all(again[row.order_id].arrived_at == row.left_at for row in back if row.order_id in again)


def test_active_sellers_and_skills_follow_their_stocks() -> None:
    growth = {"active": 100, "saturation": 1e9, "entries_per_year": 3652.5, "elasticity": 0.5}
    skilled = {"posts": 100, "trained": 0, "gain": 1, "stations": ["sorting"]}
    sellers = {"growth": growth, "skills": skilled, "trained_per_year": 3652.5}
    prefix = "market.origins.harbin.sellers"
    changes = {
        "park": {"change": f"{prefix}.growth.entries_per_year", "at": "2016-04-19", "multiply": 2},
        "school": {"change": f"{prefix}.trained_per_year", "at": "2016-04-18", "multiply": 2},
    }
    market = {"origins": {"harbin": {"sellers": sellers}}}
    world = World(described("by-hand", {"market": market, "changes": changes}), 0)
    factors = [world.sellers.level_factor("harbin", world.start + day * DAY) for day in range(3)]
    assert factors == pytest.approx([1, 1, (130 / 120) ** 0.5], rel=1e-5)  # ten a day, then twenty
    may = midnight(date(2016, 5, 1))
    assert world.sellers.service_factor("sorting", may - 1) == 1
    # A tenth of the empty posts is filled a day as described, a fifth with the school; 13 days have passed.
    assert world.sellers.service_factor("sorting", may) == pytest.approx((2 - 0.9**13) / (2 - 0.8**13), rel=1e-12)
    assert world.sellers.service_factor("collection", may) == 1


def test_constants_give_the_reference_share_of_all_orders_to_a_route_that_few_can_take() -> None:
    world = World(WORLDS["only-for-some"](), 0)
    market, choice = Market(world), world.scenario.market.origins["harbin"].choice
    groups = list(market.groups("harbin", ["shelf"]))
    assert sum(share for share, costs in groups if costs) == pytest.approx(0.7 * 0.6 * 0.5)
    constants = {"shelf": market.constant("shelf", choice)}
    assert predicted_shares(groups, constants, choice) == pytest.approx({"shelf": 0.15}, rel=1e-12)
    offered = [order for order in market.latent_orders() if market.is_offered("shelf", order)]
    assert all(order.product == "clothes" and order.seller_class == "large" and order.rank < 0.5 for order in offered)
    assert len(offered) == pytest.approx(0.21 * len(list(market.latent_orders())), rel=0.15)


def test_freight_comes_in_batches_with_ids_of_its_own() -> None:
    streams = {"bulk": freight(["flight"], 600, batch=3), "none": freight(["flight"], 600, level=0)}
    world = World(described("by-hand", {"freight": streams}), 0)
    found = list(batches(world, "bulk"))
    assert {len(containers) for _, containers in found} == {3}
    assert len(found) == pytest.approx(200 * (world.end - world.start) / WEEK, rel=0.1)
    assert all(world.start <= at < world.end for at, _ in found)
    first = first_container_id("freight/bulk", week_of(world.start), 7)
    assert [c.item_id for c in found[7][1]] == [first, first + 1, first + 2]
    assert not list(batches(world, "none"))


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(scenarios())
def test_twin_runs_in_any_world(scenario: Scenario) -> None:
    trace = simulate(scenario)
    assert all(row.arrived_at <= row.started_at <= row.left_at for row in trace.log)
