"""The market actor: a weekly review of what is known of service, then the orders up to its next instant."""

from collections.abc import Callable, Generator, Sequence

import numpy as np
import simpy

from sim.actors.moments import MARKET, Moment
from sim.actors.orders import OriginMarket
from sim.actors.weighing import Expectations
from sim.flow.network import Network
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.kernels import tallying
from sim.record import Record
from sim.scenario import market
from sim.ticks import DAY, HOUR, SECONDS_A_DAY, WEEK


class Market:
    """All origins, and the weekly review of what they know."""

    def __init__(
        self,
        described: market.Market,
        origins: Sequence[OriginMarket],
        promise: Expectations,
        start_from: Expectations,
        network: Network,
        parcels: ParcelTable,
        record: Record,
        log: ParcelLog | None,
    ) -> None:
        self._review = described.review
        self._is_fed_back = described.feedback.congestion
        self.origins = origins
        self._promise = promise
        self.expectations = start_from.copy()
        self._network = network
        self._parcels = parcels
        self._record = record
        self._log = log

    def review(self, monday: int) -> None:
        """Take in the deliveries of the past week; the network must have been advanced to ``monday``."""
        record, rule = self._record, self._review
        hours, sums = record.week_of_deliveries(monday)
        if self._is_fed_back:
            n = sums[..., 0]
            is_observed = n >= rule.minimum_parcels
            days = sums[..., 1] / np.maximum(n, 1) / SECONDS_A_DAY
            p50, p90 = np.moveaxis(tallying.percentile_hours(hours, (0.5, 0.9)), -1, 0)
            spread = np.nan_to_num(p90 - p50) * HOUR / DAY
            now, promise = self.expectations, self._promise
            for current, observed, promised in (
                (now.days, days, promise.days),
                (now.spread, spread, promise.spread),
            ):
                weight = np.where(is_observed, rule.smoothing, rule.relaxation)
                current += weight * (np.where(is_observed, observed, promised) - current)
        axes = record.axes
        for r, g in np.argwhere(~np.isnan(self._promise.days)):
            record.expectation(
                monday,
                axes.routes[r],
                axes.regions[g],
                float(self.expectations.days[r, g]),
                float(self.expectations.spread[r, g]),
            )

    def place(self, start: int, end: int) -> None:
        """Let all latent orders from ``start`` to before ``end`` choose."""
        for origin in self.origins:
            origin.place(start, end, self.expectations, self._parcels, self._record, self._log)

    def run(
        self, env: simpy.Environment, instants: Sequence[int], orders_end: int, on_review: Callable[[int], None]
    ) -> Generator[simpy.Event, None, None]:
        """Act at each of ``instants``: review on Mondays, then place the orders up to the next instant."""
        for i, at in enumerate(instants):
            yield Moment(env, at, MARKET)
            if at % WEEK == 0 and at > instants[0]:
                self._network.advance_all(at)
                self.review(at)
                on_review(at)
            next_at = instants[i + 1] if i + 1 < len(instants) else orders_end
            if at < orders_end:
                self.place(at, min(next_at, orders_end))
