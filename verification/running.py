"""Replications of a small world on the engine, and what can be seen of one: its record and its log of parcels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.ticks import SECOND, WEEK

MONTHS = slice(1, 11)
"""February to November: the corridor starts empty, and empties after the last order."""
RUN_IN = 4 * WEEK
Values = dict[str, tuple[float, ...]]
"""One value a replication, by quantity."""


@dataclass(frozen=True)
class Effort:
    """How much is run: the seed, and which share of the replications that a check asks for."""

    seed: int = 20150101
    share: float = 1.0

    def replications(self, wanted: int) -> int:
        """Replications to run where ``wanted`` are asked for; never fewer than four."""
        return max(4, round(wanted * self.share))

    def seeded(self, scenario: Scenario, name: str) -> Scenario:
        """The scenario with luck of its own: every model of the report has another seed."""
        return scenario.model_copy(update={"seed": self.seed + crc32(name.encode()) % 1_000_000_000})


class Seen:
    """A finished run, seen from February to November. Times in seconds."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.record = model.record

    def wait(self, queue: str) -> float:
        """Mean wait of the parcels that started at a queue, as recorded."""
        started, seconds, *_ = self.record.queue_totals[self._number(queue), MONTHS].sum(axis=0)
        return float(seconds / started)

    def utilisation(self, queue: str) -> float:
        """Share of open server time that services took, as recorded, per server."""
        number = self._number(queue)
        busy = self.record.queue_totals[number, MONTHS, 2].sum() / 1000
        return float(busy / self.record.queue_open_seconds[number, MONTHS].sum())

    def _number(self, queue: str) -> int:
        return self.record.axes.queues.index(queue)

    @cached_property
    def _log(self) -> Mapping[str, np.ndarray]:
        return self.model.parcel_log.table()

    def step(self, name: str) -> Mapping[str, np.ndarray]:
        """All parcels at a step, by order id: order_id, arrived_at, started_at, left_at in ticks."""
        rows = np.flatnonzero(self._log["step"] == name)
        rows = rows[np.argsort(self._log["order_id"][rows])]
        return {column: values[rows] for column, values in self._log.items() if column != "step"}

    def waits(self, name: str) -> np.ndarray:
        """Waits of the parcels that came to a step after the first four weeks: float64[n]."""
        step = self.step(name)
        settled = step["arrived_at"] >= self.model.start + RUN_IN
        return (step["started_at"] - step["arrived_at"])[settled] / SECOND

    def looks(self, every: int) -> np.ndarray:
        """Instants at a constant interval while orders come, the first four weeks left out: int64[n]."""
        return np.arange(self.model.start + RUN_IN, self.record.axes.orders_end, every)

    def present(self, names: tuple[str, ...], looks: np.ndarray) -> np.ndarray:
        """Parcels at each of several steps, waiting or in service, at some instants: int64[steps, looks]."""
        found = np.zeros((len(names), len(looks)), np.int64)
        for i, step in enumerate(map(self.step, names)):
            arrived, left = np.sort(step["arrived_at"]), np.sort(step["left_at"])
            found[i] = np.searchsorted(arrived, looks, "right") - np.searchsorted(left, looks, "right")
        return found


def replicated(scenario: Scenario, replications: int, measure: Callable[[Seen], Mapping[str, float]]) -> Values:
    """Run a scenario several times and measure each run."""
    rows = [measure(Seen(build(scenario, r, parcel_log=True).run())) for r in range(replications)]
    return {name: tuple(float(row[name]) for row in rows) for name in rows[0]}
