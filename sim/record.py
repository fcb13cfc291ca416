"""What a run writes down while it runs: whole numbers by month, day and cell. Declared once, here.

Knows axes and arrays; knows no simulation. Tables are made of it in `sim.indicators`.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.kernels import shelf, tallying
from sim.ticks import DAY, EPOCH, NEVER, SECOND, WEEK, local_day, midnight

REVIEW_WEEKS = 60
"""Weeks that a delivery may lie ahead of the review; later ones are not reviewed."""


@dataclass(frozen=True, kw_only=True)
class Axes:
    """Names along the axes of all arrays, and the days they cover."""

    origins: tuple[str, ...]
    routes: tuple[str, ...]
    origin_of_route: tuple[int, ...]
    regions: tuple[str, ...]
    products: tuple[str, ...]
    queues: tuple[str, ...]
    lanes: tuple[str, ...]
    freight: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    start: int
    """First instant simulated (S)."""
    end: int
    """First instant no longer simulated (E)."""
    reported_from: int
    """First instant reported: what lies before is warm-up."""
    orders_end: int = NEVER
    """First instant at which no orders come: what lies from here to the end is drain."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """What costs and emissions fall to: routes, then freight, then warehouses."""
        return (*self.routes, *self.freight, *self.warehouses)

    @property
    def n_cells(self) -> int:
        """Cells of route, region and product; containers are in none, their cell is this number."""
        return len(self.routes) * len(self.regions) * len(self.products)

    @property
    def first_day(self) -> int:
        """First day simulated, counted from the epoch."""
        return self.start // DAY

    @property
    def n_days(self) -> int:
        """Days simulated."""
        return -(-self.end // DAY) - self.first_day

    @property
    def n_months(self) -> int:
        """Months that the simulated time touches."""
        return int(self.month_of_day[-1]) + 1

    @property
    def month_of_day(self) -> np.ndarray:
        """Number of the month of each simulated day, from 0: int64[days + 1]; the last stands for what lies beyond."""
        first = local_day(self.start)
        base = first.year * 12 + first.month
        days = np.datetime64(EPOCH) + np.arange(self.first_day, self.first_day + self.n_days)
        months = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12 + 1 - base
        if self._is_month_split:  # the warm-up's part of the first reported month is a month of its own
            months += np.arange(self.n_days) >= self.reported_from // DAY - self.first_day
        return np.append(months, months[-1])

    @property
    def _is_month_split(self) -> bool:
        return self.reported_from > self.start and local_day(self.reported_from).day > 1

    def month_names(self) -> list[str]:
        """Months as `2016-01`."""
        first = local_day(self.start)
        months = [divmod(first.year * 12 + first.month - 1 + i, 12) for i in range(self.n_months)]
        names = [f"{year:04d}-{month + 1:02d}" for year, month in months]
        if self._is_month_split:
            reported = names.index(f"{local_day(self.reported_from):%Y-%m}")
            names = names[: reported + 1] + names[reported:-1]
        return names

    def is_reported_month(self) -> np.ndarray:
        """Whether each month belongs to the reported time: bool[months]."""
        first = int(self.month_of_day[self.reported_from // DAY - self.first_day])
        return np.arange(self.n_months) >= first

    def month_bounds(self) -> np.ndarray:
        """Instants at which each month begins and the last one ends, cut to the simulated time: int64[months + 1]."""
        days = [local_day(self.start)] + [
            local_day((self.first_day + int(i)) * DAY) for i in np.flatnonzero(np.diff(self.month_of_day)) + 1
        ]
        return np.array([max(midnight(day), self.start) for day in days] + [self.end])


@dataclass
class Record:
    """Accumulators of one run; shapes by the axes: months M, routes R, regions G, products P, accounts A."""

    axes: Axes
    alternatives: list[np.ndarray] = field(init=False)
    """By origin: orders int64[M, routes of the origin + 2, G, P]; the last two are another gateway and not bought."""

    def __post_init__(self) -> None:
        a = self.axes
        self.month_of_day = a.month_of_day
        cell = (a.n_months, len(a.routes), len(a.regions), len(a.products))
        by_origin = [sum(o == i for o in a.origin_of_route) for i in range(len(a.origins))]
        self.alternatives = [np.zeros((cell[0], n + 2, *cell[2:]), np.int64) for n in by_origin]
        self.shipped, self.delivered, self.lost, self.returned = (np.zeros(cell, np.int64) for _ in range(4))
        self.goods = np.zeros((2, *cell), np.int64)
        self.surplus_cny = np.zeros((a.n_months, len(a.origins), *cell[2:]))
        """Buyers' surplus of latent orders at the service expected, but for a constant: float64[M, origins, G, P]."""
        self.expected_service = np.zeros((2, *cell))
        """Days, and spread in days, expected when orders were placed, summed over them: float64[2, M, R, G, P]."""
        self.tariffs_cny = np.zeros(cell[:2])
        """Tariffs of the orders placed: float64[M, R]."""
        self.subsidy_cny = np.zeros(cell[:2])
        """Subsidies paid for the orders placed: float64[M, R]."""
        self.hours = np.zeros((*cell, tallying.HOUR_BINS + 1), np.int32)
        self.service = np.zeros((*cell, 4), np.int64)
        self.by_day = {
            name: np.zeros((len(a.routes), a.n_days), np.int64)
            for name in ("placed", "shipped", "delivered", "lost", "returned")
        }
        self.queue_totals = np.zeros((len(a.queues), a.n_months, 4), np.int64)
        self.queue_arrivals = np.zeros((len(a.queues), a.n_months), np.int64)
        self.queue_open_seconds = np.zeros((len(a.queues), a.n_months), np.int64)
        self.queue_backlog = np.zeros((len(a.queues), a.n_months, 2), np.int64)
        self.lane_totals = np.zeros((len(a.lanes), a.n_months, 9), np.int64)
        by_account = (a.n_months, len(a.accounts))
        self.cost = {kind: np.zeros(by_account) for kind in ("lanes", "handling", "containers", "last_miles")}
        """Operators' cost in CNY by kind: float64[M, A]."""
        self.co2e_g = np.zeros(by_account)
        self.empty_cny = np.zeros(a.n_months)
        """Operators' cost of departures that carried nothing, which fall to no account: float64[M]."""
        self.freight_sent = np.zeros((a.n_months, len(a.freight)), np.int64)
        self.freight_value_fen = np.zeros((a.n_months, len(a.freight)), np.int64)
        self.bulk_fen = np.zeros((a.n_months, len(a.freight)), np.int64)
        """Value of the containers that came while orders came."""
        self.freight_arrived = np.zeros((a.n_months, len(a.freight), 2), np.int64)
        """Containers, and seconds they were under way."""
        self.stock_totals = np.zeros((len(a.warehouses), a.n_months, len(a.products), shelf.N_TOTALS), np.int64)
        """What happened on the shelves: int64[warehouses, M, P, 10], see `sim.kernels.shelf.ARRIVED`."""
        self.initial_stock = np.zeros((len(a.warehouses), len(a.products)), np.int64)
        self.loads_received = np.zeros((len(a.warehouses), a.n_months), np.int64)
        self.picked = np.zeros((len(a.warehouses), a.n_months, len(a.routes)), np.int64)
        """Parcels that took a piece from a shelf: int64[warehouses, M, R]."""
        self.week_hours = np.zeros((REVIEW_WEEKS, len(a.routes), len(a.regions), tallying.HOUR_BINS + 1), np.int32)
        self.week_sums = np.zeros((REVIEW_WEEKS, len(a.routes), len(a.regions), 2), np.int64)
        self.unreviewed_week = a.start // WEEK
        self._departures: list[tuple[str, int, str, int]] = []
        self._expectations: list[tuple[int, str, str, float, float]] = []
        self._stock_reviews: list[tuple[int, str, str, int, int]] = []

    def month(self, at: int) -> int:
        """Number of the month that holds an instant; the nearest one for an instant outside the simulated time."""
        return int(self.month_of_day[min(max(at // DAY - self.axes.first_day, 0), self.axes.n_days)])

    def count_freight_arrivals(self, stream: np.ndarray, at: np.ndarray, since: np.ndarray) -> None:
        """Count containers of freight streams (int64[n]) that were under way from ``since`` to ``at`` (ticks)."""
        month = self.month_of_day[at // DAY - self.axes.first_day]
        np.add.at(self.freight_arrived[..., 0], (month, stream), 1)
        np.add.at(self.freight_arrived[..., 1], (month, stream), (at - since) // SECOND)

    def count_picks(self, warehouse: int, at: np.ndarray, route: np.ndarray, pieces: np.ndarray) -> None:
        """Count parcels of routes (int64[n]) that took their pieces at instants within the simulated time."""
        month = self.month_of_day[at // DAY - self.axes.first_day]
        np.add.at(self.picked[warehouse], (month, route), pieces)

    def departure(self, lane: int, scheduled_at: int, status: str, pieces: int) -> None:
        """Write down one scheduled departure and what became of it."""
        self._departures.append((self.axes.lanes[lane], scheduled_at, status, pieces))

    def expectation(self, monday: int, route: str, region: str, days: float, spread: float) -> None:
        """Write down what the market knows of a route in a region after a review."""
        self._expectations.append((monday, route, region, days, spread))

    def stock_review(self, at: int, warehouse: str, product: int, position: int, ordered: int) -> None:
        """Write down what a review ordered of a product at a position (pieces)."""
        self._stock_reviews.append((at, warehouse, self.axes.products[product], position, ordered))

    def stock_review_log(self) -> list[tuple[int, str, str, int, int]]:
        """All orders of stock reviews in order: (instant, warehouse, product, position, ordered)."""
        return list(self._stock_reviews)

    def departure_log(self) -> list[tuple[str, int, str, int]]:
        """All scheduled departures in order: (lane, scheduled instant, status, pieces)."""
        return list(self._departures)

    def expectation_log(self) -> list[tuple[int, str, str, float, float]]:
        """All expectations in order: (Monday, route, region, days, spread)."""
        return list(self._expectations)

    def outcomes(self) -> dict[tuple[str, str], int]:
        """Orders by origin and alternative over the whole simulated time; alternatives without an order are absent."""
        result = {}
        for i, origin in enumerate(self.axes.origins):
            names = [r for r, o in zip(self.axes.routes, self.axes.origin_of_route, strict=True) if o == i]
            totals = self.alternatives[i].sum(axis=(0, 2, 3))
            for name, total in zip([*names, "other-gateway", "not-bought"], totals, strict=True):
                if total:
                    result[origin, name] = int(total)
        return result

    def week_of_deliveries(self, monday: int) -> tuple[np.ndarray, np.ndarray]:
        """Deliveries of the week before ``monday``, handed out once: (hours int64[R, G, bins], sums int64[R, G, 2])."""
        week = monday // WEEK - 1
        slot = week % REVIEW_WEEKS
        hours, sums = self.week_hours[slot].copy(), self.week_sums[slot].copy()
        self.week_hours[slot] = 0
        self.week_sums[slot] = 0
        self.unreviewed_week = week + 1
        return hours, sums

    def placed(self) -> np.ndarray:
        """Placed orders: int64[M, R, G, P]."""
        result = np.empty_like(self.shipped)
        for i in range(len(self.axes.origins)):
            members = [r for r, o in enumerate(self.axes.origin_of_route) if o == i]
            result[:, members] = self.alternatives[i][:, : len(members)]
        return result
