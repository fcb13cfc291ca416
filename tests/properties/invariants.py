"""What must hold in every run of every scenario, worked out again from the parcel log and the description."""

import math
from bisect import bisect_right

import numpy as np
import pandas as pd
from behaviour.runs import orders_of, steps_of

from sim.calendars import open_intervals
from sim.model import Model
from sim.scenario.scenario import Scenario
from sim.scenario.targets import schedules
from sim.ticks import DAY

FAR = 400 * DAY


def step_names(scenario: Scenario, step: str) -> set[str]:
    """The names under which a step of a path may stand in the log."""
    if step not in scenario.customs:
        return {step}
    office = scenario.customs[step]
    return {f"{step}.{part}" for part in ("release", "examination") if getattr(office, part)}


def assert_everything(scenario: Scenario, model: Model) -> None:
    """All invariants."""
    assert_times_are_monotone_and_chained(scenario, model)
    assert_parcels_walk_their_paths(scenario, model)
    assert_nothing_gets_lost_from_the_books(model)
    assert_queues_are_first_come_first_served(scenario, model)
    assert_services_start_while_open(scenario, model)
    assert_no_more_in_service_than_servers(scenario, model)
    assert_departures_keep_their_rules(scenario, model)


def assert_times_are_monotone_and_chained(scenario: Scenario, model: Model) -> None:
    """Arrived <= started <= left; each step begins when the one before is left, unless the parcel was rerouted."""
    steps, orders = steps_of(model), orders_of(model)
    if orders.empty:
        return
    assert (steps.arrived_at <= steps.started_at).all()
    assert (steps.started_at <= steps.left_at).all()
    before = steps.groupby("order_id").left_at.shift(1)
    first = steps[before.isna()].set_index("order_id").arrived_at
    later, left = steps[before.notna()], before.dropna().astype(np.int64)
    may_wait = later.step.isin(taking_over := lanes_that_take_over(scenario))
    if any(route.loss and route.loss.at in taking_over for route in scenario.routes.values()):
        may_wait |= later.step == "lost"
    assert (later.arrived_at[~may_wait] == left[~may_wait]).all()
    assert (later.arrived_at >= left).all()
    ordered = orders.set_index("order_id").ordered_at.reindex(first.index)
    is_first_rerouted = steps[before.isna()].step.isin(lanes_that_take_over(scenario)).to_numpy()
    assert (first[~is_first_rerouted] == ordered[~is_first_rerouted]).all()


def lanes_that_take_over(scenario: Scenario) -> set[str]:
    """Lanes at which rerouted parcels become ready later than they left the step before."""
    targets = [route.paths[p.reroute] for route in scenario.routes.values() for p in route.paths.values() if p.reroute]
    return {step for path in targets for step in path.steps if step in scenario.lanes}


def assert_parcels_walk_their_paths(scenario: Scenario, model: Model) -> None:
    """The steps logged are those of a path of the route, from its beginning, in order; a loss only at the end."""
    steps = steps_of(model)
    orders = orders_of(model)
    if orders.empty:
        return
    walks = steps.groupby("order_id").step.agg(tuple)
    by_order = orders.set_index("order_id").reindex(walks.index)
    for (route, path, walk), _ in pd.Series(walks.index, index=walks.index).groupby(
        [by_order.route, by_order.path, walks]
    ):
        paths = scenario.routes[route].paths
        allowed = [paths[path].steps] if paths[path].reroute is None else [each.steps for each in paths.values()]
        assert any(_is_walk(scenario, walk, each) for each in allowed), f"{walk} is no walk of {route}: {path}"


def _is_walk(scenario: Scenario, walk: tuple[str, ...], path: tuple[str, ...]) -> bool:
    rest = list(walk[:-1] if walk[-1] == "lost" else walk)
    for step in path:
        names = step_names(scenario, step)
        taken = 0
        while rest and rest[0] in names:
            rest.pop(0)
            taken += 1
        may_pass = step in scenario.customs and scenario.customs[step].release is None
        if taken == 0 and not may_pass:
            break
        if taken > len(names):
            return False
    return not rest


def assert_nothing_gets_lost_from_the_books(model: Model) -> None:
    """Placed = delivered + lost + in transit, by origin, route and day; and the latent orders add up."""
    steps, orders, record = steps_of(model), orders_of(model), model.record
    axes = record.axes
    ends = np.arange(axes.first_day + 1, axes.first_day + axes.n_days + 1) * DAY
    placed, delivered, lost = (np.cumsum(record.by_day[name], axis=1) for name in ("placed", "delivered", "lost"))
    gone_at = pd.Series(np.iinfo(np.int64).max, index=orders.order_id if len(orders) else [], dtype=np.int64)
    if len(steps):
        last_mile = steps.step.isin(set(model.scenario.last_miles))
        gone_at.loc[steps.order_id[steps.step == "lost"]] = steps.arrived_at[steps.step == "lost"].to_numpy()
        gone_at.loc[steps.order_id[last_mile]] = steps.left_at[last_mile].to_numpy()
    flown = (
        steps[steps.step.isin(set(model.scenario.lanes))].drop_duplicates("order_id").set_index("order_id").started_at
    )
    for r, route in enumerate(axes.routes):
        mine = orders[orders.route == route] if len(orders) else orders
        ordered = np.sort(mine.ordered_at.to_numpy()) if len(mine) else np.zeros(0, np.int64)
        gone = np.sort(gone_at.reindex(mine.order_id).to_numpy()) if len(mine) else np.zeros(0, np.int64)
        in_transit = np.searchsorted(ordered, ends) - np.searchsorted(gone, np.minimum(ends, model.end))
        np.testing.assert_array_equal(placed[r], delivered[r] + lost[r] + in_transit, err_msg=route)
        assert (in_transit >= 0).all()
        shipped_at = np.sort(flown[flown.index.isin(mine.order_id)]) if len(mine) else np.zeros(0, np.int64)
        shipped = np.searchsorted(shipped_at, np.minimum(ends, model.end))
        np.testing.assert_array_equal(np.cumsum(record.by_day["shipped"][r]), shipped, err_msg=route)
        assert record.shipped[:, r].sum() == shipped[-1]
    np.testing.assert_array_equal(record.placed().sum(axis=(0, 2, 3)), placed[:, -1])
    np.testing.assert_array_equal(record.delivered.sum(axis=(0, 2, 3)), delivered[:, -1])
    np.testing.assert_array_equal(record.lost.sum(axis=(0, 2, 3)), lost[:, -1])
    np.testing.assert_array_equal(record.hours.sum(axis=(0, 2, 3, 4)), delivered[:, -1])


def queues(scenario: Scenario) -> dict[str, tuple[object, object, str, str]]:
    """By name in the log: servers and dwell, opening, place, and the dotted path of its numbers."""
    found: dict[str, tuple[object, object, str, str]] = {
        name: (station, station, station.place, f"stations.{name}") for name, station in scenario.stations.items()
    }
    for name, office in scenario.customs.items():
        for part in ("release", "examination"):
            if (queue := getattr(office, part)) is not None:
                found[f"{name}.{part}"] = queue, office, office.place, f"customs.{name}.{part}"
    return found


def assert_queues_are_first_come_first_served(scenario: Scenario, model: Model) -> None:
    """At every queue parcels start in order of (arrival, id)."""
    steps = steps_of(model)
    for name in queues(scenario):
        here = steps[steps.step == name].sort_values(["arrived_at", "order_id"])
        assert here.started_at.is_monotonic_increasing, name
        if queues(scenario)[name][0].dwell is None:  # type: ignore[attr-defined]
            assert (here.left_at > here.started_at).all() or not queues(scenario)[name][0].servers  # type: ignore[attr-defined]


def assert_services_start_while_open(scenario: Scenario, model: Model) -> None:
    """No service starts outside the opening hours, or ends outside them where no dwell follows."""
    steps = steps_of(model)
    for name, (queue, opening, place, _) in queues(scenario).items():
        if queue.servers is None:  # type: ignore[attr-defined]
            continue
        where = scenario.places[place]
        holidays = where.country if opening.closed_on_holidays else None  # type: ignore[attr-defined]
        spans = open_intervals(opening.hours, where.utc_offset, holidays, model.start, model.end + FAR)  # type: ignore[attr-defined]
        opens, closes = (np.array(column) for column in zip(*spans, strict=True))
        here = steps[(steps.step == name) & (steps.started_at < model.end)]
        k = np.searchsorted(opens, here.started_at, side="right") - 1
        assert (k >= 0).all()
        assert (here.started_at.to_numpy() < closes[k]).all(), name
        if queue.dwell is None:  # type: ignore[attr-defined]
            k = np.searchsorted(opens, here.left_at, side="left") - 1
            assert (here.left_at.to_numpy() <= closes[k]).all(), name


def assert_no_more_in_service_than_servers(scenario: Scenario, model: Model) -> None:
    """Where the staffing never changes and no dwell follows, at most c services of c servers are under way."""
    steps, when = steps_of(model), schedules(scenario)
    for name, (queue, _, _, path) in queues(scenario).items():
        if queue.servers is None or queue.dwell is not None or f"{path}.servers" in when:  # type: ignore[attr-defined]
            continue
        here = steps[steps.step == name]
        instants = np.concatenate([here.left_at, here.started_at])
        moves = np.repeat([-1, 1], len(here))
        in_service = np.cumsum(moves[np.lexsort((moves, instants))])
        assert in_service.max(initial=0) <= queue.servers, name  # type: ignore[attr-defined]


def value_at(when: dict[str, list[tuple[int, float | bool]]], path: str, described: float | None, at: int) -> float:
    """A number in force at an instant; infinite if it is not described."""
    if described is None:
        return math.inf
    changes = when.get(path, [])
    i = bisect_right([instant for instant, _ in changes], at)
    return float(changes[i - 1][1]) if i else float(described)


def assert_departures_keep_their_rules(scenario: Scenario, model: Model) -> None:
    """Loads fit; hold only what was ready before the cutoff; arrive together; and are the longest prefix that fits."""
    when, orders = schedules(scenario), orders_of(model)
    if orders.empty:
        return
    goods = orders.set_index("order_id")
    density = goods["product"].map({name: product.density for name, product in scenario.products.items()})
    cm3 = np.maximum(1, np.rint(goods.grams * 1000.0 / density)).astype(np.int64)
    priority = goods.route.map({name: route.priority for name, route in scenario.routes.items()})
    steps = steps_of(model)
    recorded = {(lane, at): (status, pieces) for lane, at, status, pieces in model.record.departure_log()}
    for name, lane in scenario.lanes.items():
        here = steps[steps.step == name]
        here = here.assign(
            mass=goods.grams.reindex(here.order_id).to_numpy(),
            volume=cm3.reindex(here.order_id).to_numpy(),
            pieces=1,
            priority=priority.reindex(here.order_id).to_numpy(),
        ).sort_values(["priority", "arrived_at", "order_id"])
        departed = {at: pieces for (lane_, at), (status, pieces) in recorded.items() if lane_ == name and pieces}
        assert here.groupby("started_at").size().to_dict() == departed
        for departs_at, load in here.groupby("started_at"):
            cutoff_at = departs_at - lane.cutoff
            assert recorded[name, departs_at] == ("departed", len(load))
            assert (load.arrived_at < cutoff_at).all(), "ready at the cutoff is too late"
            assert load.left_at.nunique() == 1
            left_behind = here[(here.started_at > departs_at) & (here.arrived_at < cutoff_at)]
            room = {
                limit: value_at(when, f"lanes.{name}.payload.{limit}", getattr(lane.payload, limit), cutoff_at)
                for limit in ("mass", "volume", "pieces")
            }
            assert all(load[limit].sum() <= room[limit] for limit in room)
            if len(left_behind) and not lanes_that_take_over(scenario):
                next_one = left_behind.iloc[0]
                ranks = ["priority", "arrived_at", "order_id"]
                assert tuple(load.iloc[-1][ranks]) < tuple(next_one[ranks])
                assert any(load[limit].sum() + next_one[limit] > room[limit] for limit in room), "it would have fitted"
