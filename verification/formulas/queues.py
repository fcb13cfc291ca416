"""Queues: mean waits, the share that waits, tails. Times in one unit throughout, rates per that unit.

Kleinrock (1975), Queueing Systems I. Where no closed form exists the chain is solved on as many states as matter.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats


def erlang_c(load: float, servers: int) -> float:
    """Probability that an arrival waits at M/M/c (Kleinrock 1975, equation 3.40); ``load`` in servers."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def wait_m_m_c(rate: float, mean: float, servers: int = 1) -> float:
    """Mean wait at M/M/c (Kleinrock 1975, section 3.5)."""
    load = rate * mean
    return erlang_c(load, servers) * mean / (servers - load)


def tail_m_m_c(rate: float, mean: float, servers: int, longer_than: float) -> float:
    """Share that waits longer: those who wait do so exponentially at rate c mu - lambda (Kleinrock 1975, 3.5)."""
    return erlang_c(rate * mean, servers) * math.exp(-(servers / mean - rate) * longer_than)


def empty_m_m_c(load: float, servers: int) -> float:
    """Probability that M/M/c holds nobody (Kleinrock 1975, equation 3.37)."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return 1 / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def pollaczek_khinchine(rate: float, mean: float, cv: float) -> float:
    """Mean wait at M/G/1 (Kleinrock 1975, equation 5.71); ``cv`` is the coefficient of variation of the service."""
    load = mean * rate
    return load * mean * (1 + cv**2) / (2 * (1 - load))


def second_moment_m_d_1(rate: float, service: float) -> float:
    """Mean squared wait at M/D/1 (Takacs 1962: E W2 = 2 (E W)^2 + lambda E S3 / (3 (1 - rho)))."""
    wait = pollaczek_khinchine(rate, service, 0.0)
    return 2 * wait**2 + rate * service**3 / (3 * (1 - rate * service))


def wait_m_d_c(rate: float, service: float, servers: int, states: int = 400) -> float:
    """Mean wait at M/D/c (Crommelin 1932): a service later all in service have left, N <- max(N - c, 0) + arrivals."""
    number = np.arange(states)
    stationary = stationary_of(_moved(np.maximum(number - servers, 0), rate * service))
    return float(stationary @ np.maximum(number - servers, 0)) / rate


def wait_of_batches(rate: float, batch: int, service: float) -> float:
    """Mean wait of an item at M[X]/D/1 with batches of constant size (Chaudhry and Templeton 1983).

    Pollaczek and Khinchine with whole batches as customers, and the mean wait for those before one in the own batch.
    ``rate`` is that of items.
    """
    load = rate * service
    return (load * service + (batch - 1) * service) / (2 * (1 - load))


def tail_of_tandem(rate: float, means: Sequence[float], longer_than: float) -> float:
    """Share that spends longer in two M/M/1 in a row: times there are independent exponentials (Reich 1957)."""
    a, b = (1 / mean - rate for mean in means)
    return (a * math.exp(-b * longer_than) - b * math.exp(-a * longer_than)) / (a - b)


def wait_bulk(rate: float, gap: float, room: int, states: int = 300) -> tuple[float, float]:
    """Mean wait for departures every ``gap`` with ``room``, and the share of them that leave full (Bailey 1954).

    Left behind M <- (M + arrivals - room)+. Somebody who comes finds M on average and half a gap still to go. With
    ``room`` 1 it is a server that takes a vacation of one gap when it finds nobody (Fuhrmann and Cooper 1985).
    """
    number = np.arange(states)
    arrivals = stats.poisson.pmf(number, rate * gap)
    moves = np.zeros((states, states))
    for left in range(states):
        reach = np.maximum(left + number - room, 0)
        moves[left] = np.bincount(np.minimum(reach, states - 1), weights=arrivals, minlength=states)
    stationary = stationary_of(moves)
    full = stationary @ stats.poisson.sf(room - 1 - number, rate * gap)
    return float(stationary @ number) / rate + gap / 2, float(full)


def wait_by_load(rate: float, check: float, ready: int) -> tuple[float, float]:
    """Mean wait, and departures per time, where at every ``check`` a vehicle takes all if at least ``ready`` wait.

    Renewal theory (Kleinrock 1975, section 5.2; Powell 1985 for vehicle dispatching): between departures the number is
    a chain from 0 that stops at ``ready``; its expected visits give the time and the parcel-time of a cycle.
    """
    number = np.arange(ready)
    steps = stats.poisson.pmf(number[None, :] - number[:, None], rate * check)
    visits = np.linalg.solve(np.eye(ready) - steps.T, np.eye(ready)[0])
    cycle = float(visits.sum()) * check
    area = float(visits @ (number * check + rate * check**2 / 2))
    return area / (rate * cycle), 1 / cycle


def erlang_b(load: float, servers: int) -> float:
    """Probability that all servers of M/G/c/c are taken (Kleinrock 1975, equation 3.44)."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def stationary_of(moves: np.ndarray) -> np.ndarray:
    """Stationary distribution of a chain: float64[n] of float64[n, n], rows summing to one."""
    n = len(moves)
    balance = np.vstack([moves.T - np.eye(n), np.ones(n)])
    share, *_ = np.linalg.lstsq(balance, np.append(np.zeros(n), 1.0), rcond=None)
    return share


def _moved(left: np.ndarray, arrivals: float) -> np.ndarray:
    """Chain from each state to ``left`` of it plus a Poisson number; the last state takes what lies beyond."""
    states = len(left)
    moves = stats.poisson.pmf(np.arange(states)[None, :] - left[:, None], arrivals)
    moves[:, -1] += 1 - moves.sum(axis=1)
    return moves
