"""What must hold in every run of every scenario, worked out again from the log and the description.

`properties.journeys` puts together who went where and checks that along the way; here is what holds at each place, and
in `properties.books` what the record counts.
"""

from collections import Counter
from itertools import pairwise

import numpy as np
from behaviour.runs import steps_of
from properties.books import assert_the_record_is_what_the_log_says
from properties.journeys import Item, Journeys, Visit, Way
from properties.shelves import assert_shelves_hold_what_they_should

from sim.calendars import open_intervals
from sim.model import Model
from sim.scenario.scenario import Scenario
from sim.scenario.targets import schedules
from sim.ticks import DAY

FAR = 400 * DAY


def assert_everything(scenario: Scenario, model: Model) -> Journeys:
    """All invariants; what they are about."""
    journeys = Journeys(scenario, model)
    assert_times_never_go_back(journeys)
    assert_every_parcel_is_in_one_place(journeys)
    assert_containers_keep_what_is_in_them(journeys)
    assert_queues_are_first_come_first_served(scenario, journeys)
    assert_services_start_while_open(scenario, model)
    assert_no_more_in_service_than_servers(scenario, model)
    assert_departures_keep_their_rules(scenario, model, journeys)
    assert_shelves_hold_what_they_should(journeys)
    assert_the_record_is_what_the_log_says(journeys)
    return journeys


def assert_times_never_go_back(journeys: Journeys) -> None:
    """Along a parcel's steps, then its container's, then its own again, and along those of whatever else travels."""
    for item in journeys.items.values():
        visits = journeys.forward(item) if item.kind == "order" else item.visits
        for one, then in pairwise(visits):
            assert one.left_at is not None, f"{item.id} goes on from {one.step} without leaving it"
            assert one.arrived_at <= one.left_at <= then.arrived_at
        if visits:
            assert item.born_at <= visits[0].arrived_at


def assert_every_parcel_is_in_one_place(journeys: Journeys) -> None:
    """Delivered, lost or under way; whoever is under way is at one step, or in one container that is."""
    for parcel in journeys.of("order"):
        ends = [each is not None for each in (parcel.ready_at, parcel.lost_at)]
        assert sum(ends) <= 1
        way = [visit for visit in parcel.visits if visit.way.kind == "order"]
        last = way[-1] if way else None
        is_waiting = last is not None and last.left_at is None
        is_packed = parcel.container is not None and parcel.container.gone_at is None
        assert sum([*ends, is_waiting, is_packed]) == 1, f"{parcel.id} is at {last}"
        assert sum(visit.left_at is None for visit in parcel.visits) <= 1
        assert (parcel.took_at is None) or (parcel.fell_at is None)


def assert_containers_keep_what_is_in_them(journeys: Journeys) -> None:
    """Every consolidated parcel is in one container; inside = unpacked + under way; container in = container out."""
    containers = journeys.of("container")
    inside = Counter(parcel.id for container in containers for parcel in container.inside)
    consolidated = [v.item.id for v in journeys.visits() if v.step in journeys.scenario.consolidations and v.left_at]
    assert inside == Counter(consolidated)
    assert set(inside.values()) <= {1}
    unpacked = [parcel for container in containers if container.gone_at for parcel in container.inside]
    under_way = [parcel for container in containers if not container.gone_at for parcel in container.inside]
    assert len(unpacked) + len(under_way) == len(consolidated)
    for parcel in under_way:
        assert parcel.visits[-1].step in journeys.scenario.consolidations, "it has no steps of its own in the container"
    for parcel in unpacked:
        after = parcel.visits[[v.step in journeys.scenario.consolidations for v in parcel.visits].index(True) + 1 :]
        assert after or parcel.lost_at is not None
        assert not after or after[0].arrived_at >= parcel.container.gone_at  # type: ignore[union-attr]
    for container in containers:
        steps = [visit.step for visit in container.visits if visit.left_at is not None]
        assert len(steps) == len(set(steps)), "it passes each step once"
        assert container.grams == sum(parcel.grams for parcel in container.inside)


def queues(scenario: Scenario) -> dict[str, tuple[object, object, str, str]]:
    """By name in the log: servers and dwell, opening, place, and the dotted path of its numbers."""
    found: dict[str, tuple[object, object, str, str]] = {
        name: (station, station, station.place, f"stations.{name}") for name, station in scenario.stations.items()
    }
    for section, parts in (("customs", ("release", "examination")), ("warehouses", ("receiving", "pick"))):
        for name, office in getattr(scenario, section).items():
            for part in parts:
                if (queue := getattr(office, part)) is not None:
                    found[f"{name}.{part}"] = queue, office, office.place, f"{section}.{name}.{part}"
    return found


def assert_queues_are_first_come_first_served(scenario: Scenario, journeys: Journeys) -> None:
    """At every queue all start in order of (arrival, id), and whoever still waits came last."""
    here: dict[str, list[Visit]] = {name: [] for name in queues(scenario)}
    for visit in journeys.visits():
        if visit.step in here and visit.arrived_at < journeys.end:
            here[visit.step].append(visit)
    for name, visits in here.items():
        visits.sort(key=lambda visit: (visit.arrived_at, visit.item.id))
        starts = [visit.started_at for visit in visits if visit.started_at is not None]
        assert starts == sorted(starts), name
        has_started = [visit.started_at is not None for visit in visits]
        assert has_started == sorted(has_started, reverse=True), f"somebody at {name} was left out"
        queue = queues(scenario)[name][0]
        if queue.dwell is None and queue.servers:  # type: ignore[attr-defined]
            assert all(v.left_at > v.started_at for v in visits if v.started_at is not None)  # type: ignore[operator]


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


def lanes_that_take_over(scenario: Scenario) -> set[str]:
    """Lanes at which rerouted parcels become ready later than they left the step before, and those they leave."""
    found = set()
    for route in scenario.routes.values():
        for path in route.paths.values():
            if path.reroute is not None:
                pairs = zip(path.steps, route.paths[path.reroute].steps, strict=False)
                found |= {step for pair in pairs if pair[0] != pair[1] for step in pair if step in scenario.lanes}
    return found


def priority_of(scenario: Scenario, way: Way) -> int:
    """That of the route, freight or replenishment by whose steps one travels."""
    if way.kind == "load":
        return scenario.warehouses[way.owner].replenishment.priority
    return scenario.freight[way.owner].priority if way.kind == "freight" else scenario.routes[way.owner].priority


def assert_departures_keep_their_rules(scenario: Scenario, model: Model, journeys: Journeys) -> None:
    """Loads fit; hold only what was ready before the cutoff; arrive together; and are the longest prefix that fits."""
    recorded = {(lane, at): (status, pieces) for lane, at, status, pieces in model.record.departure_log()}
    here: dict[str, list[Visit]] = {name: [] for name in scenario.lanes}
    for visit in journeys.visits():
        if visit.step in here:
            here[visit.step].append(visit)
    taking_over = lanes_that_take_over(scenario)
    for name, visits in here.items():
        loads: dict[int, list[Visit]] = {}
        for visit in visits:
            if visit.started_at is not None:
                loads.setdefault(visit.started_at, []).append(visit)
        departed = {at: pieces for (lane, at), (status, pieces) in recorded.items() if lane == name and pieces}
        assert {at: len(load) for at, load in loads.items()} == departed
        for departs_at, load in loads.items():
            assert recorded[name, departs_at][0] == "departed"
            assert_one_load(journeys, name, departs_at, load, [] if name in taking_over else visits)


def assert_one_load(journeys: Journeys, name: str, departs_at: int, load: list[Visit], all_here: list[Visit]) -> None:
    """One departure that carried something."""
    scenario, lane = journeys.scenario, journeys.scenario.lanes[name]
    cutoff_at = departs_at - lane.cutoff
    assert all(visit.arrived_at < cutoff_at for visit in load), "ready at the cutoff is too late"
    assert len({visit.left_at for visit in load}) == 1, "all on board arrive together"
    room = [
        journeys.number(f"lanes.{name}.payload.{limit}", getattr(lane.payload, limit), cutoff_at)
        for limit in ("mass", "volume", "pieces")
    ]
    used = [sum(column) for column in zip(*(size_of(visit.item) for visit in load), strict=True)]
    assert all(u <= r for u, r in zip(used, room, strict=True)), f"{name} carries {used}, and has room for {room}"
    behind = [v for v in all_here if v.arrived_at < cutoff_at and (v.started_at is None or v.started_at > departs_at)]
    if behind:
        ranked = [(priority_of(scenario, visit.way), visit.arrived_at, visit.item.id) for visit in load]
        rank, first = min(((priority_of(scenario, v.way), v.arrived_at, v.item.id), size_of(v.item)) for v in behind)
        assert max(ranked) < rank, "by priority, then first come first served"
        assert any(u + e > r for u, e, r in zip(used, first, room, strict=True)), "it would have fitted"


def size_of(item: Item) -> tuple[int, int, int]:
    """Grams, cm3 and pieces: a container is one piece, whatever is in it."""
    return item.grams, item.cm3, 1
