"""The record counted a second time, from where things were and when, by plain Python."""

from collections import Counter

import numpy as np
from properties.journeys import Item, Journeys, Visit

from sim.kernels.tallying import HOUR_BINS, seconds
from sim.ticks import DAY, HOUR, SECOND, WEEK


def assert_the_record_is_what_the_log_says(journeys: Journeys) -> None:
    """Every table of the record that the log can tell."""
    assert_flows(journeys)
    assert_placed_are_delivered_lost_or_in_transit(journeys)
    assert_latent_orders_add_up(journeys)
    assert_times(journeys)
    assert_queues(journeys)
    assert_lanes(journeys)
    assert_freight(journeys)
    assert_costs(journeys)


def first_flight(journeys: Journeys, parcel: Item) -> int | None:
    """Departure of a parcel, or of its container, by the first lane of its path."""
    lanes = (v for v in journeys.forward(parcel) if v.step in journeys.scenario.lanes)
    return next((visit.started_at for visit in lanes), None)


def assert_flows(journeys: Journeys) -> None:
    """By month and cell, and by day and route: placed, shipped, delivered, lost; and picked."""
    record, axes = journeys.model.record, journeys.model.record.axes
    by_cell = {name: np.zeros_like(record.shipped) for name in ("placed", "shipped", "delivered", "lost")}
    by_day = {name: np.zeros_like(record.by_day[name]) for name in by_cell}
    picked = np.zeros_like(record.picked)
    goods = np.zeros_like(record.goods)
    n_back = np.zeros(len(axes.routes), np.int64)
    for parcel in journeys.of("order"):
        cell = axes.routes.index(parcel.owner), axes.regions.index(parcel.region), axes.products.index(parcel.product)
        goods[:, record.month(parcel.born_at), *cell] += (parcel.fen, parcel.grams)
        when = (parcel.born_at, first_flight(journeys, parcel), parcel.ready_at, parcel.lost_at)
        for name, at in zip(by_cell, when, strict=True):
            if at is not None and at < journeys.end:
                by_cell[name][record.month(at), *cell] += 1
                by_day[name][cell[0], at // DAY - axes.first_day] += 1
        if parcel.took_at is not None:
            picked[axes.warehouses.index(parcel.way.steps[0]), record.month(parcel.took_at), cell[0]] += 1
        if parcel.back_at is not None and parcel.back_at < journeys.end:
            n_back[cell[0]] += 1
    for name in by_day:
        np.testing.assert_array_equal(record.by_day[name], by_day[name], err_msg=name)
        recorded = record.placed() if name == "placed" else getattr(record, name)
        np.testing.assert_array_equal(recorded, by_cell[name], err_msg=name)
    np.testing.assert_array_equal(record.goods, goods)
    np.testing.assert_array_equal(record.picked, picked)
    assert (n_back <= record.returned.sum(axis=(0, 2, 3))).all()


def assert_placed_are_delivered_lost_or_in_transit(journeys: Journeys) -> None:
    """By origin, route and day, across fallback and return; and nothing comes back that was not delivered."""
    record, axes = journeys.model.record, journeys.model.record.axes
    counts = {name: np.cumsum(record.by_day[name], axis=1) for name in record.by_day}
    parcels = [(p, p.ready_at if p.lost_at is None else p.lost_at) for p in journeys.of("order")]
    for day in range(axes.n_days):
        ends = min((axes.first_day + day + 1) * DAY, journeys.end)
        there = Counter(p.owner for p, gone_at in parcels if p.born_at < ends and (gone_at is None or gone_at >= ends))
        for r, route in enumerate(axes.routes):
            placed, gone = counts["placed"][r, day], counts["delivered"][r, day] + counts["lost"][r, day]
            assert placed == gone + there[route], f"{route} on day {day}"
    assert (counts["returned"] <= counts["delivered"]).all()
    assert (np.cumsum(record.returned, axis=0) <= np.cumsum(record.delivered, axis=0)).all(), "by cell too"
    for o in range(len(axes.origins)):
        mine = [r for r, origin in enumerate(axes.origin_of_route) if origin == o]
        assert record.alternatives[o][:, : len(mine)].sum() == sum(counts["placed"][r, -1] for r in mine)


def assert_latent_orders_add_up(journeys: Journeys) -> None:
    """Latent = placed + by another gateway + not bought: the surplus and the orders count the same ones."""
    record = journeys.model.record
    for o, alternatives in enumerate(record.alternatives):
        assert (alternatives >= 0).all()
        inside = alternatives[:, :-2].sum()
        outside = alternatives[:, -2:].sum()
        by_name = {name: n for (origin, name), n in record.outcomes().items() if origin == record.axes.origins[o]}
        named = by_name.pop("other-gateway", 0) + by_name.pop("not-bought", 0)
        assert (sum(by_name.values()), named) == (inside, outside)


def assert_times(journeys: Journeys) -> None:
    """Door to door, from posting, within the promise, and to the hour, by the month of the order."""
    record, axes, s = journeys.model.record, journeys.model.record.axes, journeys.scenario
    service, hours = np.zeros_like(record.service), np.zeros_like(record.hours)
    for parcel in journeys.of("order"):
        if parcel.ready_at is None or parcel.ready_at >= journeys.end:
            continue
        cell = axes.routes.index(parcel.owner), axes.regions.index(parcel.region), axes.products.index(parcel.product)
        span, where = parcel.ready_at - parcel.born_at, (record.month(parcel.born_at), *cell)
        posted = seconds(parcel.ready_at - posted_at(journeys, parcel))
        within = span <= s.routes[parcel.owner].promise[parcel.region].days
        service[where] += (1, seconds(span), posted, within)
        hours[*where, min(span // HOUR, HOUR_BINS)] += 1
    np.testing.assert_array_equal(record.service, service)
    np.testing.assert_array_equal(record.hours, hours)


def posted_at(journeys: Journeys, parcel: Item) -> int:
    """When it left the step of posting of the route by whose steps it went, or was ordered if it passed none."""
    at = parcel.born_at
    for visit in journeys.forward(parcel):
        step = visit.step.split(".")[0]
        route = journeys.scenario.routes[visit.way.owner]
        is_shelf = visit.step in journeys.scenario.warehouses
        if visit.item is parcel and step == (route.posted_after or visit.way.steps[0]) and not is_shelf:
            assert visit.left_at is not None
            at = visit.left_at
    return at


def assert_queues(journeys: Journeys) -> None:
    """Arrivals, starts, waits and backlogs of every queue; Little's law from the numbers that waited."""
    record, axes = journeys.model.record, journeys.model.record.axes
    here: dict[str, list[Visit]] = {name: [] for name in axes.queues}
    for visit in journeys.visits():
        if visit.step in here and visit.arrived_at < journeys.end:
            here[visit.step].append(visit)
    reviews = [*range(-(-journeys.model.start // WEEK) * WEEK, journeys.end, WEEK), journeys.end]
    for number, name in enumerate(axes.queues):
        arrivals = np.zeros(axes.n_months, np.int64)
        totals = np.zeros((axes.n_months, 3), np.int64)
        for visit in here[name]:
            arrivals[record.month(visit.arrived_at)] += 1
            if visit.started_at is not None and visit.started_at < journeys.end:
                wait = seconds(visit.started_at - visit.arrived_at)
                month = totals[record.month(visit.started_at)]
                month[:2] += (1, wait)
                month[2] = max(month[2], wait)
        found, recorded = record.queue_arrivals[number], record.queue_totals[number]
        np.testing.assert_array_equal(found, arrivals, err_msg=name)
        np.testing.assert_array_equal(recorded[:, [0, 1, 3]], totals, err_msg=name)
        waiting = [
            sum(v.arrived_at < at and (v.started_at is None or v.started_at >= at) for v in here[name])
            for at in reviews
        ]
        assert record.queue_backlog[number, -1, 0] == waiting[-1], name
        by_month = Counter()
        for at, n in zip(reviews, waiting, strict=True):
            if at > journeys.model.start:
                by_month[record.month(at - 1)] = max(by_month[record.month(at - 1)], n)
        assert {m: n for m, n in enumerate(record.queue_backlog[number, :, 1].tolist()) if n} == +by_month, name
        assert_littles_law(here[name], journeys.model.start, journeys.end)
        assert found.sum() == recorded[:, 0].sum() + waiting[-1]


def assert_littles_law(visits: list[Visit], start: int, end: int) -> None:
    """The time integral of the number in the queue is the sum of the waits, of those that still wait up to the end."""
    moves = [(v.arrived_at, 1) for v in visits]
    moves += [(v.started_at, -1) for v in visits if v.started_at is not None and v.started_at < end]
    number = integral = 0
    now = start
    for at, move in sorted(moves, key=lambda each: (each[0], -each[1])):
        integral += number * (at - now)
        number, now = number + move, at
        assert number >= 0
    integral += number * (end - now)
    assert integral == sum(min(end if v.started_at is None else v.started_at, end) - v.arrived_at for v in visits)


def assert_lanes(journeys: Journeys) -> None:
    """Departures, mass, pieces and what stayed behind, by month; departures after the end count for nothing."""
    record, axes, s = journeys.model.record, journeys.model.record.axes, journeys.scenario
    here: dict[str, list[Visit]] = {name: [] for name in axes.lanes}
    for visit in journeys.visits():
        if visit.step in here:
            here[visit.step].append(visit)
    moves_on = {p for route in s.routes.values() for path in route.paths.values() if path.reroute for p in path.steps}
    for number, name in enumerate(axes.lanes):
        statuses = np.zeros((axes.n_months, 4), np.int64)
        load = np.zeros((axes.n_months, 3), np.int64)
        for lane, at, status, _ in record.departure_log():
            if lane != name or at >= axes.end:
                continue
            month, cutoff_at = record.month(at), at - s.lanes[name].cutoff
            statuses[month, ("departed", "cancelled", "weather", "closed").index(status)] += 1
            if status == "departed":
                on_board = [visit.item for visit in here[name] if visit.started_at == at]
                ready = (v for v in here[name] if v.arrived_at < cutoff_at)
                behind = sum(v.started_at is None or v.started_at > at for v in ready)
                load[month] += (sum(item.grams for item in on_board), len(on_board), behind)
        totals = record.lane_totals[number]
        np.testing.assert_array_equal(totals[:, :4], statuses, err_msg=name)
        np.testing.assert_array_equal(totals[:, [4, 6]], load[:, :2], err_msg=name)
        if name not in moves_on:
            np.testing.assert_array_equal(totals[:, 7], load[:, 2], err_msg=name)


def assert_freight(journeys: Journeys) -> None:
    """Sent = arrived + under way, by stream and month, and the time it took."""
    record, axes = journeys.model.record, journeys.model.record.axes
    sent, arrived = np.zeros_like(record.freight_sent), np.zeros_like(record.freight_arrived)
    under_way = np.zeros(len(axes.freight), np.int64)
    for item in journeys.of("freight"):
        stream = axes.freight.index(item.owner)
        sent[record.month(item.born_at), stream] += 1
        if item.gone_at is not None and item.gone_at < journeys.end:
            arrived[record.month(item.gone_at), stream] += (1, (item.gone_at - item.born_at) // SECOND)
        else:
            under_way[stream] += 1
    np.testing.assert_array_equal(record.freight_sent, sent)
    np.testing.assert_array_equal(record.freight_arrived, arrived)
    np.testing.assert_array_equal(record.freight_sent.sum(axis=0), arrived[..., 0].sum(axis=0) + under_way)


def account_of(item: Item, accounts: tuple[str, ...]) -> int:
    """A parcel is its route's; a container its parcels' route's; freight and loads are their own."""
    return accounts.index(item.owner)


def assert_costs(journeys: Journeys) -> None:
    """Handling of every arrival before the end, and filling of containers, by month and account."""
    record, axes, s = journeys.model.record, journeys.model.record.axes, journeys.scenario
    handling, filling = np.zeros_like(record.cost["handling"]), np.zeros_like(record.cost["containers"])
    counted = [name for name in s.stations if s.stations[name].cost_per_item]
    for visit in journeys.visits():
        if visit.step in counted and visit.arrived_at < journeys.end:
            where = record.month(visit.arrived_at), account_of(visit.item, axes.accounts)
            handling[where] += s.stations[visit.step].cost_per_item
    for container in journeys.of("container"):
        name = next(step for step in container.way.steps if step in s.consolidations)
        where = record.month(container.born_at), account_of(container, axes.accounts)
        filling[where] += s.consolidations[name].cost_per_container
    if not any(office.cost_per_item for office in s.customs.values()):
        np.testing.assert_allclose(record.cost["handling"], handling)
    np.testing.assert_allclose(record.cost["containers"], filling)
