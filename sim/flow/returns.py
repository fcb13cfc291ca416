"""Returns: delivered parcels that buyers hand back after a while, and how these set out on their way back.

They wait here from delivery on, since whether one is handed back is decided by the share in force at that instant.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.flow.network import EMPTY, Batch, Context, Pool, count_events, divide
from sim.kernels import draws, ordering


@dataclass(frozen=True)
class RouteReturns:
    """Of one route: the key of its luck, and the time from delivery to handing back."""

    key: np.uint64
    after: np.ndarray


class Returns:
    """Delivered parcels of one last mile, until they are handed back or it is clear that they are not."""

    def __init__(
        self, context: Context, *, routes: Mapping[int, RouteReturns], share: np.ndarray, way_back: np.ndarray
    ) -> None:
        """routes by number; share float64[routes] handed back; way_back int64[itineraries], -1 where there is none."""
        self._context = context
        self._routes = routes
        self.share = share
        self._way_back = way_back
        self._returns = np.zeros(share.shape[0], np.bool_)
        self._returns[list(routes)] = True
        self._delivered = Pool()

    def put(self, ready: np.ndarray, row: np.ndarray) -> None:
        """Take over delivered parcels (rows int64[n]), which are ready for collection at int64[n]."""
        parcels = self._context.parcels
        may_return = ordering.look_up(self._returns, parcels.route, row)
        if not may_return.all():
            parcels.give_back(row[~may_return])
            ready, row = ready[may_return], row[may_return]
        self._delivered.put(ready, row, EMPTY)

    def take(self, until: int) -> Batch:
        """Those ready before ``until`` that set out on a way back, and when; the rows of the others are free again."""
        parcels = self._context.parcels
        ready, row = self._delivered.take(until, EMPTY)
        parts, route_of = [(EMPTY, EMPTY)], parcels.route[row]
        for number, route in self._routes.items():
            parts.append(self._of_route(number, route, *ordering.pick(route_of, number, ready, row)))
        at, row = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        way_back = self._way_back[parcels.path[row]]
        goes = way_back >= 0
        parcels.give_back(row[~goes])
        parcels.path[row[goes]] = way_back[goes]
        return at[goes], row[goes]

    def _of_route(self, number: int, route: RouteReturns, ready: np.ndarray, row: np.ndarray) -> Batch:
        context, parcels = self._context, self._context.parcels
        share = np.full(row.shape[0], self.share[number])
        handed = draws.taken(route.key, share, row, parcels.ids, parcels.count, not context.is_aggregated)
        (ready, row), (_, kept) = divide(context, ready, row, handed)
        parcels.give_back(kept)
        at = ready + draws.durations(route.after, route.key, row, parcels.ids, True, 0)
        count_events(context, at, row, context.record.returned, context.record.by_day["returned"])
        return at, row
