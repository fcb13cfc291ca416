"""The twin alone: small examples worked out by hand, and what must balance in every world."""

from collections import Counter
from itertools import pairwise

import pytest

from oracle.base_world import Dict, described, merged, place, route
from oracle.clock import Clock
from oracle.desks import station
from oracle.items import Item, Way
from oracle.lanes import Lane, Waiting
from oracle.stations import Desk
from oracle.trace import Row, Trace
from oracle.twin import Twin, simulate
from oracle.world import PLACING, At, World
from oracle.worlds import WORLDS
from sim.ticks import DAY, HOUR, MINUTE, WEEK

PATH = {"air": {"steps": ["desk", "flight", "inland"]}}


def world_with(desk: Dict, **parts: Dict) -> World:
    """The base world with one station `desk` in Harbin; it starts on a Monday, 00:00."""
    over = merged({"stations": {"desk": {"place": "harbin", **desk}}}, parts)
    return World(described("by-hand", over, {"routes": {"post": route("harbin", PATH)}}), 0)


def parcel(item_id: int, grams: int = 1000, volume: int = 1) -> Item:
    return Item(item_id, Way(("desk", "flight", "inland"), 0), grams, volume, position=1)


def served(world: World, arrivals: list[int]) -> list[tuple[int, int]]:
    """Start and end of service of parcels 0, 1, 2, ... that come at these instants after the start."""
    desk = station(world, "desk")

    def visit(order_id: int, arrival: int):  # type: ignore[no-untyped-def]
        yield At(world.env, world.start + arrival, PLACING)
        yield from desk.visit(order_id)

    for order_id, arrival in enumerate(arrivals):
        world.env.process(visit(order_id, arrival))
    world.env.run(until=world.end)
    rows = sorted(world.trace.log)
    return [(row.started_at - world.start, row.left_at - world.start) for row in rows]


def test_two_servers_take_parcels_in_order_of_arrival_then_id() -> None:
    world = world_with({"servers": 2, "service": "10 h"})
    arrivals = [hour * HOUR for hour in (1, 1, 1, 0, 12)]
    assert [(start // HOUR, end // HOUR) for start, end in served(world, arrivals)] == [
        (1, 11),  # id 0 takes the second server at 1 h
        (10, 20),  # id 1 waits for the server that id 3 has until 10 h
        (11, 21),  # id 2 for that of id 0
        (0, 10),
        (20, 30),
    ]


def test_service_rests_while_closed_and_arrival_at_closing_waits() -> None:
    world = world_with({"servers": 5, "service": "4 h", "hours": "Mon 08:00-12:00, Tue 09:00-11:00, Wed 00:00-24:00"})
    arrivals = [hour * HOUR for hour in (7, 8, 10, 12)]
    assert [(start // HOUR, end // HOUR) for start, end in served(world, arrivals)] == [
        (8, 12),  # ends exactly at the closing
        (8, 12),
        (10, 24 + 11),  # two hours on Monday, two on Tuesday
        (24 + 9, 48 + 2),  # two hours on Tuesday, two on Wednesday
    ]


def test_holiday_is_closed() -> None:
    horizon = {"start": "2016-05-09", "end": "2016-05-16"}
    desk = {"servers": 1, "service": "1 h", "place": "moscow", "closed_on_holidays": True}
    assert served(world_with(desk, horizon=horizon), [9 * HOUR]) == [(29 * HOUR, 30 * HOUR)]  # 10 May, Moscow time


def test_cut_keeps_the_servers_that_are_free_last_and_added_ones_are_free_at_once() -> None:
    changes = {
        "cut": {"change": "stations.desk.servers", "at": "2016-04-19", "set": 1},
        "rise": {"change": "stations.desk.servers", "at": "2016-04-20", "set": 2},
    }
    world = world_with({"servers": 3, "service": "60 h"}, changes=changes)
    arrivals = [hour * HOUR for hour in (0, 5, 10, 11, 11)]
    # The cut on Tuesday keeps the server busy until 70 h; the one added on Wednesday is free at 48 h.
    assert [start // HOUR for start, _ in served(world, arrivals)] == [0, 5, 10, 48, 70]


def test_closed_station_finishes_what_it_started_and_starts_at_reopening() -> None:
    changes = {"closed": {"change": "stations.desk.is_open", "at": "2016-04-19", "set": False, "until": "2016-04-21"}}
    world = world_with({"servers": 2, "service": "30 h"}, changes=changes)
    arrivals = [hour * HOUR for hour in (23, 24, 60)]
    assert [(start // HOUR, end // HOUR) for start, end in served(world, arrivals)] == [(23, 53), (72, 102), (72, 102)]


def test_work_is_done_in_open_intervals_only() -> None:
    clock = Clock([(0, 10), (20, 30), (35, 100)])
    assert [clock.is_open(at) for at in (0, 9, 10, 20, 30, 35)] == [True, True, False, True, False, True]
    assert [clock.finish(5, work) for work in (5, 6, 15, 16)] == [10, 21, 30, 36]
    assert clock.next_opening(10) == 20


def loading(payload: Dict, parcels: list[tuple[int, int]]) -> Trace:
    """Parcels of (grams, hour of being ready) at a lane that leaves daily at 20:00 with a cutoff of two hours."""
    lanes = {"flight": {"payload": {"mass": None, **payload}, "cutoff": "2 h"}}
    world = world_with({"dwell": 0}, lanes=lanes)
    lane = Lane(world, "flight")
    world.env.process(lane.run())
    for order_id, (grams, hour) in enumerate(parcels):
        ready_at = world.start + hour * HOUR
        lane.waiting.append(Waiting(parcel(order_id, grams, 5 * grams), ready_at, world.env.event()))
    world.env.run(until=world.start + 4 * DAY)
    return world.trace


def test_flight_loads_the_longest_prefix_and_the_rest_rolls_over() -> None:
    trace = loading({"mass": "5 kg"}, [(3000, 1), (2500, 2), (100, 3), (2000, 18), (5000, 17)])
    # Monday: 0 fits, 1 does not, so 2 may not pass it. 3 is ready at the cutoff and not before it.
    assert [departure.pieces for departure in trace.departures] == [1, 2, 1, 1]
    start = trace.departures[0].scheduled_at - 20 * HOUR
    loaded = {row.order_id: (row.started_at - start) // DAY for row in trace.log}
    assert loaded == {0: 0, 1: 1, 2: 1, 4: 2, 3: 3}
    assert trace.log[0] == Row(0, "flight", start + HOUR, start + 20 * HOUR, start + 25 * HOUR)


def test_flight_counts_volume_and_pieces() -> None:
    parcels = [(1000, 1)] * 5
    assert [d.pieces for d in loading({"volume": "10 l"}, parcels).departures] == [2, 2, 1, 0]
    assert [d.pieces for d in loading({"volume": "9.9 l", "pieces": 3}, parcels).departures] == [1, 1, 1, 1]
    assert [d.pieces for d in loading({"pieces": 3}, parcels).departures] == [3, 2, 0, 0]


def test_timetable_runs_in_local_time_and_same_instants_are_one_departure() -> None:
    entries = [{"weekdays": ["tue"], "at": "01:00"}, {"on": "2016-04-19", "at": "01:00"}, {"every": "50 h"}]
    lanes = {"flight": {"timetable": entries, "from": "moscow", "cutoff": "3 h"}}
    horizon = {"end": "2016-04-25", "drain": 0}
    world = world_with({"dwell": 0}, lanes=lanes, horizon=horizon, places={"moscow": place(3, "RU")})
    hours = [(scheduled - world.start) // HOUR for scheduled in Lane(world, "flight").timetable()]
    assert hours == [24 + 1 + 5, 50, 100, 150]


def test_ramp_grows_day_by_day_and_set_moves_from_the_value_without_it() -> None:
    changes = {
        "b": {"change": "stations.desk.servers", "at": "2016-04-20", "set": 8, "ramp": "4 d"},
        "a": {"change": "stations.desk.servers", "at": "2016-04-19", "set": 4, "until": "2016-04-22"},
        "c": {"change": "stations.desk.servers", "at": "2016-04-22", "multiply": 0.5},
        "d": {"change": "stations.desk.servers", "at": "2016-04-23", "add": 5, "ramp": "2 d"},
    }
    world = world_with({"servers": 2, "service": "1 h"}, changes=changes)
    days = [world.numbers.count("stations.desk.servers", 2, world.start + day * DAY) for day in range(7)]
    # 2; 4; 4 + 1; 4 + 2; (2 + 4.5) / 2 = 3.25; 8 / 2 + 2.5 = 6.5, half up; 8 / 2 + 5
    assert days == [2, 4, 5, 6, 3, 7, 9]


def test_on_demand_waits_for_mass_gap_and_vehicle() -> None:
    rule = {"when_ready": "2 kg", "check_every": "1 h", "min_gap": "4 h", "fleet": 1, "turnaround": "1 h"}
    lanes = {"flight": {"timetable": None, "on_demand": rule, "transit": "5 h", "payload": {"pieces": 2}}}
    world = world_with({"dwell": 0}, lanes=lanes)
    lane = Lane(world, "flight")
    world.env.process(lane.run())
    for order_id, hour in enumerate((0, 3, 3, 3, 20)):
        ready_at = world.start + hour * HOUR + MINUTE
        lane.waiting.append(Waiting(parcel(order_id), ready_at, world.env.event()))
    world.env.run(until=world.start + 2 * DAY)
    found = [((d.scheduled_at - world.start) // HOUR, d.pieces) for d in world.trace.departures]
    assert found == [(4, 2), (16, 2)]  # the one vehicle is back 2 * (5 + 1) hours after it left; the last lacks a mate


@pytest.fixture(scope="module", params=WORLDS)
def run(request: pytest.FixtureRequest) -> tuple[Twin, Trace]:
    """The twin and its trace in every world."""
    twin = Twin(World(WORLDS[request.param](), 0))
    return twin, twin.run()


def test_everything_moves_forward(run: tuple[Twin, Trace]) -> None:
    _, trace = run
    steps: dict[int, list[Row]] = {}
    for row in sorted(trace.log, key=lambda row: (row.arrived_at, row.started_at, row.left_at)):
        assert row.arrived_at <= row.started_at <= row.left_at
        steps.setdefault(row.order_id, []).append(row)
    for rows in steps.values():
        instants = [instant for row in rows for instant in (row.arrived_at, row.left_at)]
        assert instants == sorted(instants)
    assert len(trace.log) == len(set(trace.log))


def test_parcels_set_out_when_they_are_ordered_and_pass_each_step_once(run: tuple[Twin, Trace]) -> None:
    twin, trace = run
    rows: dict[int, list[Row]] = {}
    for row in trace.log:
        rows.setdefault(row.order_id, []).append(row)
    assert len({order.order_id for order in trace.orders}) == len(trace.orders)
    assert not {order.order_id for order in trace.orders} & trace.contents.keys()
    for order in trace.orders:
        of_order = rows.get(order.order_id, [])
        assert min((row.arrived_at for row in of_order), default=order.ordered_at) == order.ordered_at
        if twin.scenario.routes[order.route].returns is None:
            assert len({row.step for row in of_order}) == len(of_order)


def test_all_that_is_placed_is_delivered_lost_or_somewhere(run: tuple[Twin, Trace]) -> None:
    twin, trace = run
    placed = sum(n for (_, alternative), n in trace.outcomes.items() if alternative in twin.scenario.routes)
    assert placed == len(trace.orders) >= 190
    done = [row.order_id for row in trace.log if row.step in ("lost", "inland")]
    assert len(done) == len(set(done))
    here = present(twin, trace)
    here |= {order_id for item_id in here for order_id in trace.contents.get(item_id, ())}
    ids = {order.order_id for order in trace.orders}
    assert ids == set(done) | (here & ids)
    returning = {o.order_id for o in trace.orders if twin.scenario.routes[o.route].returns is not None}
    on_last_mile = {row.order_id for row in trace.log if row.step == "inland" and row.left_at >= twin.world.end}
    assert set(done) & here <= returning | on_last_mile


def present(twin: Twin, trace: Trace) -> set[int]:
    """Ids of all that waits somewhere at the end or is under way beyond it."""
    network = twin.journeys
    found = {row.order_id for row in trace.log if row.left_at >= twin.world.end}
    found |= {waiting.item.item_id for lane in network.lanes.values() for waiting in lane.waiting}
    found |= {item_id for desk in all_desks(twin) for _, item_id, _ in desk.waiting}
    found |= {ready.item_id for c in network.consolidations.values() for ready in c.waiting}
    return found | {taker.order_id for warehouse in network.warehouses.values() for taker in warehouse.waiting}


def all_desks(twin: Twin) -> list[Desk]:
    """All queues with servers."""
    network = twin.journeys
    found = [*network.stations.values(), *network.releases.values(), *network.examinations.values()]
    found += [desk for warehouse in network.warehouses.values() for desk in (warehouse.receiving, warehouse.pick)]
    return [desk for desk in found if desk is not None]


def test_parcels_go_on_when_their_container_is_unpacked(run: tuple[Twin, Trace]) -> None:
    twin, trace = run
    rows: dict[int, list[Row]] = {}
    for row in trace.log:
        rows.setdefault(row.order_id, []).append(row)
    for container_id, parcels in trace.contents.items():
        closed = {row.started_at for i in parcels for row in rows[i] if row.step in twin.scenario.consolidations}
        steps = sorted(rows.get(container_id, ()), key=lambda row: row[2:])
        if not steps or not getattr(twin.scenario.stations.get(steps[-1].step), "unpacks_containers", False):
            continue
        assert steps[0].arrived_at in closed
        unpacked = steps[-1].left_at
        if unpacked < twin.world.end:
            later = [min(row.arrived_at for row in rows[i] if row.arrived_at >= unpacked) for i in parcels]
            assert set(later) == {unpacked}


def test_pieces_are_on_the_shelf_outside_or_gone(run: tuple[Twin, Trace]) -> None:
    twin, trace = run
    products = {order.order_id: order.product for order in trace.orders}
    for name, warehouse in twin.journeys.warehouses.items():
        balance = Counter({product: warehouse.initial(product) for product in warehouse.products})
        for review in trace.stock_reviews:
            balance[review.product] += review.ordered if review.warehouse == name else 0
        balance.subtract(warehouse.under_way)
        seen: set[int] = set()
        for row in sorted((row for row in trace.log if row.step == name), key=lambda row: row[2:]):
            if row.order_id in products and row.started_at == row.left_at:
                balance[products[row.order_id]] += 1 if row.order_id in seen else -1
            seen.add(row.order_id)
        held = Counter(warehouse.shelf)
        for lot in warehouse.outside:
            held[lot.product] += lot.pieces
        assert {p: n for p, n in balance.items() if n} == {p: n for p, n in held.items() if n}
        assert not any(warehouse.shelf[taker.product] for taker in warehouse.waiting)


def test_departures_carry_what_the_log_says(run: tuple[Twin, Trace]) -> None:
    twin, trace = run
    carried = Counter((row.step, row.started_at) for row in trace.log if row.step in twin.journeys.lanes)
    listed = {(d.lane, d.scheduled_at): d.pieces for d in trace.departures if d.status == "departed"}
    assert carried == Counter({key: n for key, n in listed.items() if n})
    assert all(d.pieces == 0 for d in trace.departures if d.status != "departed")
    assert len({d[:2] for d in trace.departures}) == len(trace.departures)


def test_worlds_together_show_every_kind_of_event() -> None:
    traces = {name: simulate(make()) for name, make in WORLDS.items()}
    assert {d.status for trace in traces.values() for d in trace.departures} == {
        "departed",
        "cancelled",
        "weather",
        "closed",
    }
    steps = Counter(row.step for trace in traces.values() for row in trace.log)
    assert min(steps["lost"], steps["ural-customs.examination"], steps["ural-customs.release"]) > 100
    reroute = {row.step for row in traces["reroute"].log}
    assert {"flight", "second", "truck", "charter"} <= reroute
    rolled = [row for row in traces["payload"].log if row.step == "second" and row.started_at - row.arrived_at > DAY]
    assert rolled
    moved = {(e.route, e.region) for e in traces["market"].expectations if abs(e.days - 9) > 1}
    assert moved
    assert {row.step for row in traces["reroute-of-containers"].log} >= {"train", "second", "truck", "hub"}
    assert len(traces["freight-levels"].log) > 600
    assert {len(parcels) for parcels in traces["oversized"].contents.values()} > {1, 2, 3}
    waits = {row.started_at > row.arrived_at for row in traces["narrow-storage"].log if row.step == "store"}
    assert waits == {False, True}
    assert sum(trace.returned.total() for trace in traces.values()) > 500
    assert max(len(trace.orders) for trace in traces.values()) < 3_500


def test_reviews_are_weekly() -> None:
    trace = simulate(WORLDS["everything"]())
    mondays = sorted({expectation.monday for expectation in trace.expectations})
    assert all(monday % WEEK == 0 for monday in mondays)
    assert {b - a for a, b in pairwise(mondays)} == {WEEK}
