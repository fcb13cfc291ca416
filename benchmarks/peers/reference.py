"""W without a simulator: each station over the whole year at once, from the arrival instants alone.

Possible because nothing downstream acts back upstream. Shares no code with the product, so that agreement means
something; also the least that has to be done, `floor`.
"""

from heapq import heapify, heapreplace

import numpy as np

from benchmarks.workload import (
    FLIGHT_DURATION,
    FLIGHT_GAP,
    IMPORT_SERVERS,
    INSPECTION_SERVERS,
    SORTING_SERVERS,
    Corridor,
    Journeys,
    Table,
    Ticks,
)


def simulate(table: Table, corridor: Corridor, number: Ticks | None = None) -> Journeys:
    """Every parcel of ``table`` through the corridor, station after station.

    ``number`` says which of two parcels goes first where instants coincide; by default the order of arrival.
    """
    arrived_at, is_inspected = table["arrived_at"], table["is_inspected"]
    n = len(arrived_at)
    if number is None:
        number = np.arange(n)

    sorting_wait = waits(arrived_at, table["sorting_duration"], SORTING_SERVERS, number)
    ready_at = arrived_at + sorting_wait + table["sorting_duration"]

    inspected = np.flatnonzero(is_inspected)
    duration = table["inspection_duration"][inspected]
    inspection_wait = np.zeros(n, np.int64)
    inspection_wait[inspected] = waits(ready_at[inspected], duration, INSPECTION_SERVERS, number[inspected])
    ready_at[inspected] += inspection_wait[inspected] + duration

    departed_at = departures(ready_at, corridor.flight_capacity, number)
    landed_at = departed_at + FLIGHT_DURATION
    import_duration = np.full(n, corridor.import_duration)
    import_wait = waits(landed_at, import_duration, IMPORT_SERVERS, number)
    return Journeys(
        sorting_wait=sorting_wait,
        inspection_wait=inspection_wait,
        flight_wait=departed_at - ready_at,
        import_wait=import_wait,
        delivered_at=landed_at + import_wait + import_duration + table["inland_duration"],
    )


def waits(ready_at: Ticks, duration: Ticks, n_servers: int, number: Ticks) -> Ticks:
    """Wait of each parcel, first come first served by (``ready_at``, number); Kiefer and Wolfowitz (1955)."""
    order = np.lexsort((number, ready_at))
    free_at = [0] * n_servers
    heapify(free_at)
    started_at = np.empty(len(order), np.int64)
    for parcel, ready, service in zip(order.tolist(), ready_at[order].tolist(), duration[order].tolist(), strict=True):
        start = max(ready, free_at[0])
        heapreplace(free_at, start + service)
        started_at[parcel] = start
    return started_at - ready_at


def departures(ready_at: Ticks, capacity: int, number: Ticks) -> Ticks:
    """Departure of each parcel: who is ready strictly before a flight boards, by (``ready_at``, number), if it fits."""
    order = np.lexsort((number, ready_at))
    ready = ready_at[order].tolist()
    departed_at = np.empty(len(order), np.int64)
    flight_at, first = 0, 0
    while first < len(ready):
        flight_at += FLIGHT_GAP
        beyond = first
        while beyond < len(ready) and ready[beyond] < flight_at and beyond - first < capacity:
            beyond += 1
        departed_at[order[first:beyond]] = flight_at
        first = beyond
    return departed_at


def floor(table: Table) -> int:
    """What no implementation can leave out once the table is drawn: put the parcels in another order once."""
    ready_at = table["arrived_at"] + table["sorting_duration"] + table["inspection_duration"]
    order = np.argsort(ready_at, kind="stable")
    return int((ready_at + table["inland_duration"])[order][-1])
