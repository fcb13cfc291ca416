"""From described lanes to their changeable state: payload, weather, rerouting."""

from collections.abc import Callable

import numpy as np

from sim.actors.departures import Demand, LaneState, Reroutes
from sim.building.network import BuiltNetwork
from sim.building.nodes import room
from sim.kernels import distributions
from sim.luck import uniforms
from sim.scenario.lanes import Lane, OnDemand
from sim.scenario.scenario import World
from sim.scenario.world import Place
from sim.ticks import EPOCH, local_day

KeyOf = Callable[..., np.uint64]


def lane_state(world: World, name: str, number: int, built: BuiltNetwork, key_of: KeyOf) -> LaneState:
    """The state of one lane at the start."""
    lane = world.lanes[name]
    shares = lane.cancellation if isinstance(lane.cancellation, tuple) else (lane.cancellation,) * 12
    ends = dict.fromkeys((lane.from_, lane.to)) if lane.weather_sensitive else {}
    return LaneState(
        number=number,
        utc_offset=world.places[lane.from_].utc_offset,
        cutoff=lane.cutoff,
        is_open=lane.is_open,
        room=room(lane.payload),
        transit=distributions.table(lane.transit),
        cancellation=np.array(shares),
        transit_key=key_of("transit", name),
        cancellation_key=key_of("cancellation", name),
        grounds=[_grounded(world.places[place], key_of("weather", place)) for place in ends],
        cost_per_departure=lane.cost_per_departure,
        cost_per_kg=lane.cost_per_kg,
        g_co2e_per_g=_emission(lane),
        reroutes=_reroutes(world, name, built),
    )


def demand(described: OnDemand) -> Demand:
    """When an on-demand lane departs."""
    return Demand(
        when_ready=described.when_ready,
        when_ready_pieces=described.when_ready_pieces,
        check_every=described.check_every,
        min_gap=described.min_gap,
        max_gap=described.max_gap,
        fleet=described.fleet,
        turnaround=described.turnaround,
    )


def _emission(lane: Lane) -> float:
    """g CO2e of a gram carried over the lane's distance: g/tkm is g for 1e6 g carried 1 km."""
    return lane.emission * (lane.distance or 0.0) / 1e6


def _grounded(place: Place, key: np.uint64) -> Callable[[int], bool]:
    """Whether the weather of a place keeps aircraft on the ground on the local day of an instant."""

    def is_grounded(at: int) -> bool:
        if place.weather is None:
            return False
        day = local_day(at, place.utc_offset)
        return bool(uniforms(key, (day - EPOCH).days)[0] < place.weather[day.month - 1])

    return is_grounded


def _reroutes(world: World, lane: str, built: BuiltNetwork) -> Reroutes | None:
    new_path = np.full(len(built.itineraries), -1, np.int64)
    gateway_of_path = {}
    for number, (route, path) in enumerate(built.paths):
        other = world.routes[route].paths[path].reroute
        steps = built.itineraries[number].steps
        if other is None or lane not in steps:
            continue
        position = steps.index(lane)
        target = built.paths.index((route, other))
        detour = built.itineraries[target].steps[position : position + 1]
        if detour and detour[0] != lane and detour[0] in built.gateways:
            new_path[number] = target
            gateway_of_path[target] = built.gateways[detour[0]]
    return Reroutes(new_path, gateway_of_path) if gateway_of_path else None
