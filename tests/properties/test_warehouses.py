"""Whole runs with warehouses and returns: what the log says of a shelf, worked out again by a shelf in plain Python."""

import numpy as np
from behaviour.runs import orders_of, run, steps_of
from behaviour.stocked import BACK_TO_THE_SHELF, assert_parcels_balance, assert_pieces_balance, stocked, with_warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.base_world import Dict, merged
from properties.plain_shelf import Enlarge, Order, PlainShelf, Stock

from sim.flow.replenishment import packed
from sim.ids import first_container_id
from sim.kernels import shelf
from sim.model import Model
from sim.scenario.scenario import Scenario
from sim.scenario.targets import schedules
from sim.ticks import SECOND, WEEK

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
NAME = "ural-warehouse"
STORAGE = f"warehouses.{NAME}.storage"


def stock_of(draw: st.DrawFn, policy: str) -> Dict:
    point, more = draw(st.integers(0, 200)), draw(st.integers(1, 150))
    number = {"s-S": {"order_up_to": point + more}, "R-Q": {"quantity": more}}[policy]
    return {"reorder_point": point, "initial": draw(st.integers(0, 200))} | number


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    fields: Dict = {
        "stock": {"clothes": stock_of(draw, "s-S"), "gadgets": stock_of(draw, "R-Q")},
        "storage": f"{draw(st.integers(0, 900))} l" if draw(st.booleans()) else "20 m3",
        "review_every": f"{draw(st.sampled_from((1, 7, 24, 100)))} h",
        "replenishment": {"load": draw(st.sampled_from(({"mass": "30 kg"}, {"volume": "90 l"}, {"pieces": 11})))},
    }
    if fields["storage"] == "0 l":
        fields["storage"] = "1 cm3"
    if draw(st.booleans()):
        fields["fallback"] = {"route": "post", "delay": f"{draw(st.integers(0, 30))} h"}
    over: Dict = with_warehouse(**fields)
    if draw(st.booleans()):
        over = merged(over, BACK_TO_THE_SHELF)
    if draw(st.booleans()):
        change = {"change": STORAGE, "set": f"{draw(st.integers(1, 2000))} l", "until": "2016-05-12"}
        over = merged(over, {"changes": {"room": change | {"at": f"2016-05-0{draw(st.integers(1, 9))}"}}})
    return stocked(over, {"seed": draw(st.integers(0, 99))})


def contents(model: Model) -> dict[int, np.ndarray]:
    """Pieces in every load by its id, from the log of the reviews."""
    review = model.record.stock_review_log()
    products = list(model.scenario.products)
    supply = stock_supply(model)
    found = {}
    for at in sorted({row[0] for row in review}):
        wanted = np.zeros(len(products), np.int64)
        for _, _, product, _, ordered in (row for row in review if row[0] == at):
            wanted[products.index(product)] = ordered
        first = first_container_id(f"warehouse/{NAME}", at // WEEK, at % WEEK // SECOND)
        found |= {first + i: load for i, load in enumerate(packed(wanted, *supply))}
    return found


def stock_supply(model: Model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grams and cm3 of a piece, and the room of a load."""
    load = model.scenario.warehouses[NAME].replenishment.load
    room = [limit or 10**9 for limit in (load.mass, load.volume, load.pieces)]
    return np.array([400, 750]), np.array([2500, 2500]), np.array(room)


def replay(model: Model) -> PlainShelf:
    """The shelf of a run, from what came to it."""
    loads, orders, steps = contents(model), orders_of(model), steps_of(model)
    mine = orders[orders.route == "stocked"]
    storage = model.scenario.warehouses[NAME].storage
    shelf_of = PlainShelf(storage, [2500, 2500, 1], model.scenario.warehouses[NAME].fallback is not None)
    events: list[tuple[tuple[int, ...], Stock | Order | Enlarge]] = []
    for at, value in schedules(model.scenario).get(STORAGE, ()):
        events.append(((at, 0), Enlarge(at, int(value) - storage)))
        storage = int(value)
    for product, pieces in enumerate(model.record.initial_stock[0].tolist()):
        events.append(((model.start, 1, -1, product), Stock(model.start, product, pieces, -1)))
    ordered_at = dict(zip(mine.order_id, mine.ordered_at, strict=True))
    kinds = list(model.scenario.products)
    product_of = {i: kinds.index(name) for i, name in zip(orders.order_id, orders["product"], strict=True)}
    here = steps[steps.step == NAME]
    for i, at in zip(here.order_id.tolist(), here.arrived_at.tolist(), strict=True):
        if i in loads:
            arrived = [(p, n, shelf.ARRIVED) for p, n in enumerate(loads[i].tolist()) if n]
        elif ordered_at.get(i) != at:
            arrived = [(product_of[i], 1, shelf.RESTOCKED)]
        else:
            continue
        events += [((at, 1, i, p), Stock(at, p, n, kind)) for p, n, kind in arrived]
    for i, at in ordered_at.items():
        if at < model.end:
            events.append(((at, 2, i), Order(at, i, product_of[i], 1)))
    for _, event in sorted(events, key=lambda item: item[0]):
        shelf_of.happen(event)
    shelf_of.turn_to(model.end)
    return shelf_of


@given(scenario=worlds())
@SETTINGS
def test_every_order_takes_its_piece_when_the_plain_shelf_gives_it(scenario: Scenario) -> None:
    model = run(scenario)
    plain = replay(model)
    steps, orders = steps_of(model), orders_of(model).set_index("order_id")
    here = steps[(steps.step == NAME) & steps.order_id.isin(orders.index)]
    is_order = here.arrived_at.to_numpy() == orders.ordered_at[here.order_id].to_numpy()
    here = here[is_order]
    fell = set(plain.fallen)
    logged = {tuple(row) for row in here[["order_id", "arrived_at", "left_at"]].to_numpy().tolist()}
    fallback = scenario.warehouses[NAME].fallback
    delay = max(fallback.delay, 1) if fallback else 0
    assert logged == set(plain.taken) | {(i, at, at + delay) for i, at in fell}
    np.testing.assert_array_equal(model.record.stock_totals[0].sum(axis=0), plain.totals.sum(axis=0)[:2])
    assert_pieces_balance(model)
    assert_parcels_balance(model)


@given(scenario=worlds())
@settings(SETTINGS, max_examples=15)
def test_rows_of_several_balance_in_any_world(scenario: Scenario) -> None:
    more = scenario.market.origins["harbin"].model_copy(update={"latent_orders_per_year": 200_000})
    market = scenario.market.model_copy(update={"origins": {"harbin": more}})
    model = run(scenario.model_copy(update={"parcels_per_row": 10, "market": market}))
    assert_pieces_balance(model)
    assert_parcels_balance(model)
