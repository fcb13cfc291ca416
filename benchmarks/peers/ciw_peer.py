"""W in Ciw: a network of five nodes whose services are read from the table by parcel number.

What is W and what is an approximation:

- Sorting, inspection and import customs are ordinary nodes, the inland delay a node with infinitely many servers.
  Nothing is approximated there: Ciw hands the customer to the distribution, so a parcel gets its own numbers.
- The flight is Ciw's slotted schedule: a slot every 12 hours of at most K services, each of 6 hours. Ciw starts them in
  order of arrival at the node, which is W's rule. Only at one and the same microsecond does it differ: Ciw lets a
  parcel that became ready at the very instant of the slot board or not by chance, W lets it wait.
- Parcels that land together end their service together, and Ciw then lets chance decide who goes first. `_ByNumber`
  replaces that one method by the parcel number, so that single parcels can be compared; no mean changes by it.

Ciw counts in floats, which hold whole microseconds of a few years exactly.
"""

from collections.abc import Iterator

import ciw
import numpy as np
from ciw.dists import Deterministic, Distribution

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

SORTING, INSPECTION, FLIGHT, IMPORT, INLAND = 1, 2, 3, 4, 5


class _Gaps(Distribution):
    """Times between the arrivals of the table, and none after the last."""

    def __init__(self, arrived_at: Ticks) -> None:
        self.gaps: Iterator[int] = iter(np.diff(arrived_at, prepend=0).tolist())

    def __deepcopy__(self, memo: dict[int, object]) -> "_Gaps":
        return self

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        return float(next(self.gaps, float("inf")))


class _OfParcel(Distribution):
    """The duration that the table holds for the parcel; Ciw counts individuals from one."""

    def __init__(self, duration: Ticks) -> None:
        self.duration: list[int] = duration.tolist()

    def __deepcopy__(self, memo: dict[int, object]) -> "_OfParcel":
        return self

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        return self.duration[ind.id_number - 1]


class _ByNumber(ciw.Node):
    """A node whose simultaneous departures leave in order of the parcel number."""

    def decide_between_simultaneous_individuals(self) -> ciw.Individual:
        return min(self.next_individual, key=lambda individual: individual.id_number)


def simulate(table: Table, corridor: Corridor) -> Journeys:
    """Every parcel of ``table`` through the network."""
    simulation = ciw.Simulation(_network(table, corridor), node_class=_ByNumber)
    simulation.simulate_until_max_customers(len(table["arrived_at"]), method="Complete")
    return _journeys(simulation, len(table["arrived_at"]))


def _network(table: Table, corridor: Corridor) -> ciw.Network:
    is_inspected = table["is_inspected"].tolist()

    def route(individual: ciw.Individual, simulation: ciw.Simulation) -> list[int]:  # noqa: ARG001
        inspection = [INSPECTION] if is_inspected[individual.id_number - 1] else []
        return [*inspection, FLIGHT, IMPORT, INLAND]

    return ciw.create_network(
        arrival_distributions=[_Gaps(table["arrived_at"]), None, None, None, None],
        service_distributions=[
            _OfParcel(table["sorting_duration"]),
            _OfParcel(table["inspection_duration"]),
            Deterministic(FLIGHT_DURATION),
            Deterministic(corridor.import_duration),
            _OfParcel(table["inland_duration"]),
        ],
        number_of_servers=[
            SORTING_SERVERS,
            INSPECTION_SERVERS,
            ciw.Slotted(slots=[FLIGHT_GAP], slot_sizes=[corridor.flight_capacity]),
            IMPORT_SERVERS,
            float("inf"),
        ],
        routing=ciw.routing.ProcessBased(route),
    )


def _journeys(simulation: ciw.Simulation, n: int) -> Journeys:
    wait = {node: np.zeros(n, np.int64) for node in (SORTING, INSPECTION, FLIGHT, IMPORT)}
    delivered_at = np.zeros(n, np.int64)
    for record in simulation.get_all_records():
        if record.node == INLAND:
            delivered_at[record.id_number - 1] = record.exit_date
        else:
            wait[record.node][record.id_number - 1] = record.waiting_time
    return Journeys(
        sorting_wait=wait[SORTING],
        inspection_wait=wait[INSPECTION],
        flight_wait=wait[FLIGHT],
        import_wait=wait[IMPORT],
        delivered_at=delivered_at,
    )
