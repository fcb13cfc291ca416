"""M/M/c behind opening hours: a service that crosses a closing resumes at the next opening.

While open the number of parcels is a birth-and-death process, while closed it only grows and those in service stand
still; services are exponential, so resuming is as good as beginning anew. The distribution at the first opening of the
cycle repeats itself, and Little's law turns the mean number waiting into the mean wait. Matrix exponentials: Van Loan
(1978). For queues with a rate that changes in time: Green and Kolesar (1991).
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats
from scipy.linalg import expm


def wait_behind_hours(
    rate: float, mean: float, servers: int, spells: Sequence[tuple[float, float]], states: int = 300
) -> float:
    """Mean wait; ``spells`` are (open, closed) durations of one cycle in turn, in the unit of ``mean``."""
    number = np.arange(states)
    waiting = np.maximum(number - servers, 0)
    at_opening = np.eye(states)[0]
    pieces = [(*_open(rate, mean, servers, opened, states), _closed(rate * shut, states)) for opened, shut in spells]
    area = 0.0
    for _ in range(1000):
        before, area = at_opening, 0.0
        for (moved, held, grown), (_, shut) in zip(pieces, spells, strict=True):
            area += float(at_opening @ held @ waiting)
            at_closing = at_opening @ moved
            area += shut * (float(at_closing @ waiting) + rate * shut / 2)
            at_opening = at_closing @ grown
        if np.abs(at_opening - before).max() < 1e-13:
            break
    cycle = sum(opened + shut for opened, shut in spells)
    return area / cycle / rate


def _open(rate: float, mean: float, servers: int, duration: float, states: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the open time leads from each state, and the time it spends in each: float64[n, n] both."""
    number = np.arange(states)
    up, down = np.full(states - 1, rate), np.minimum(number[1:], servers) / mean
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    whole = expm(np.block([[generator, np.eye(states)], [np.zeros((states, 2 * states))]]) * duration)
    return whole[:states, :states], whole[:states, states:]


def _closed(arrivals: float, states: int) -> np.ndarray:
    """Where the closed time leads from each state: a Poisson number more."""
    number = np.arange(states)
    moves = stats.poisson.pmf(number[None, :] - number[:, None], arrivals)
    moves[:, -1] += 1 - moves.sum(axis=1)
    return moves
