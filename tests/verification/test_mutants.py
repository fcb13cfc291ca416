"""The engine broken on purpose, by a little: the report has to notice each fault, and to be silent without it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from sim import luck
from sim.actors.reviews import StockRule
from sim.flow.loading import Gateway
from sim.flow.station import WorkClock
from sim.kernels import choice, distributions
from sim.ticks import SECOND
from verification import choices, departures, networks, queues, stocks
from verification.peers import comparing
from verification.peers.lines import OFFICE
from verification.running import Effort
from verification.statistics import judged

Break = Callable[[pytest.MonkeyPatch], None]
EFFORT = Effort(share=0.1)


def longer_services(patch: pytest.MonkeyPatch) -> None:
    """Exponential durations have a mean three per cent too long."""
    real = distributions.table

    def table(distribution: Any) -> np.ndarray:
        parts = real(distribution)
        parts[parts[:, 1] == distributions.EXPONENTIAL, 2] *= 1.03
        return parts

    patch.setattr(distributions, "table", table)


def one_too_many(patch: pytest.MonkeyPatch) -> None:
    """A departure takes one piece more than it has room for."""
    real = Gateway.load
    patch.setattr(Gateway, "load", lambda self, room: real(self, room + np.array([0, 0, 1])))


def below_the_reorder_point(patch: pytest.MonkeyPatch) -> None:
    """A review orders below the reorder point and not at it."""
    real = StockRule.wanted
    patch.setattr(StockRule, "wanted", lambda self, at: 0 if at == self.reorder_point else real(self, at))


def without_nests(patch: pytest.MonkeyPatch) -> None:
    """Choice forgets that routes are alike."""
    real = choice.nest_and_route_weights
    patch.setattr(choice, "nest_and_route_weights", lambda v, serves, _, outside: real(v, serves, 1.0, outside))


def late_closing(patch: pytest.MonkeyPatch) -> None:
    """Offices close a quarter of an hour late."""
    real = WorkClock.from_intervals

    def from_intervals(intervals: list[tuple[int, int]]) -> WorkClock | None:
        return real([(opens, closes + 900 * SECOND) for opens, closes in intervals])

    patch.setattr(WorkClock, "from_intervals", from_intervals)


def shared_luck(patch: pytest.MonkeyPatch) -> None:
    """The second station draws the services of the first again."""
    real = luck.key

    def key(seed: int, replication: int, *purpose: str) -> np.uint64:
        return real(seed, replication, *("station-0" if name == "station-1" else name for name in purpose))

    patch.setattr(luck, "key", key)


def a_microsecond_late(patch: pytest.MonkeyPatch) -> None:
    """Services behind opening hours end one microsecond late."""
    real = WorkClock.wall_end
    patch.setattr(WorkClock, "wall_end", lambda self, work: real(self, work) + 1)


FAULTS: dict[Break, Callable[[], Any]] = {
    longer_services: partial(queues._m_m_c, 1, 0.7),
    one_too_many: departures.CASES[0],
    below_the_reorder_point: partial(stocks._policy, "s-S"),
    without_nests: partial(choices._dearer, 0.4),
    late_closing: departures.DAILY,
    shared_luck: networks._tandem,
    a_microsecond_late: partial(comparing.LineCase, family="f", model="an office", line=replace(OFFICE, days=4)),
}


def verdicts(make: Callable[[], Any]) -> set[str]:
    return {one.verdict for one in judged(list(make().checks(EFFORT)))}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_noticed(fault: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert "differs" in verdicts(FAULTS[fault])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_without_the_fault_nothing_is_noticed(fault: Break) -> None:
    assert "differs" not in verdicts(FAULTS[fault])
