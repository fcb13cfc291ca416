"""Stock of one product under Poisson demand, periodic review and a constant lead time.

Axsater (2015), Inventory control, chapters 5 and 6; Zipkin (2000), Foundations of inventory management, chapter 6;
Hadley and Whitin (1963) for periodic review. A review every r, a lead time L: at L + s after a review, s from 0 to r,
the net stock is the position after the review less the demand of L + s, which is Poisson and independent of it.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from verification.formulas.queues import stationary_of


class Demand(NamedTuple):
    """Pieces an hour, hours between reviews, hours from review to stock."""

    rate: float
    every: float
    lead: float


def positions_r_q(reorder: int, quantity: int) -> dict[int, float]:
    """Position after a review under (R, nQ): uniform on R + 1 ... R + Q (Axsater 2015, section 5.3.1)."""
    return {reorder + i: 1 / quantity for i in range(1, quantity + 1)}


def positions_s_s(low: int, high: int, demand: Demand) -> dict[int, float]:
    """Position after a review under (s, S): a chain that an order sends to S."""
    states = np.arange(low + 1, high + 1)
    moves = stats.poisson.pmf(states[:, None] - states[None, :], demand.rate * demand.every)
    moves[:, -1] += 1 - moves.sum(axis=1)
    return dict(zip(states.tolist(), stationary_of(moves).tolist(), strict=True))


def service(positions: dict[int, float], demand: Demand) -> dict[str, float]:
    """Fill rate, mean stock in pieces, and mean wait of all orders in hours, over the time between two reviews."""
    wanted = np.arange(400)
    after = demand.lead + (np.arange(400) + 0.5) / 400 * demand.every
    pmf = stats.poisson.pmf(wanted[None, :], demand.rate * after[:, None]).mean(axis=0)
    found = dict.fromkeys(("fill rate", "stock", "backlog"), 0.0)
    for position, share in positions.items():
        net = position - wanted
        found["fill rate"] += share * float(pmf[net > 0].sum())
        found["stock"] += share * float((pmf * np.maximum(net, 0)).sum())
        found["backlog"] += share * float((pmf * np.maximum(-net, 0)).sum())
    return found | {"wait": found["backlog"] / demand.rate}


def orders_per_review(positions: dict[int, float], lowest: int, demand: Demand) -> float:
    """Share of reviews that order: the demand since the last one takes the position to ``lowest`` or below."""
    mean = demand.rate * demand.every
    return sum(share * float(stats.poisson.sf(position - lowest - 1, mean)) for position, share in positions.items())
