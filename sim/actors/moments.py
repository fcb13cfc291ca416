"""Moments: SimPy events at an exact instant with an exact rank among the events of that instant.

The ranks are the order within one instant of docs/model.md, section 9.
"""

import simpy

CHANGES, REVIEWS, MARKET, CONSOLIDATIONS, DEPARTURES = 10, 15, 20, 30, 10_000
"""Ranks; departures use `DEPARTURES` plus their place in the order of (priority, lane name)."""


class Moment(simpy.Event):
    """An event that happens at instant ``at``, after all of lower rank at that instant."""

    def __init__(self, env: simpy.Environment, at: int, rank: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=rank, delay=at - env.now)  # type: ignore[arg-type]  # ranks refine SimPy's two
