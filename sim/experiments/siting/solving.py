"""Exact choice of sites: p-median and maximal covering as mixed-integer programs, solved by HiGHS through scipy.

Demand points i, candidates j. ``x[i, j]`` is the share of i that j serves, ``y[j]`` whether j is open. p-median
(ReVelle and Swain 1970): least ``sum d_i c_ij x_ij + sum f_j y_j`` with every point served; maximal covering (Church
and ReVelle 1974): most ``sum d_i x_ij`` over pairs within the bound. A point may be divided where a site is full. Knows
arrays only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from sim.errors import SimError

OPEN = 0.5
SERVED = 1e-6


class NoAnswerError(SimError):
    """No set of sites of that size can serve the demand."""


@dataclass(frozen=True)
class Instance:
    """What is solved, all float64; costs that cannot be are inf."""

    demand: np.ndarray
    """[points], of what the objective counts: kilograms or parcels a year."""
    cost: np.ndarray
    """[points, candidates], of one unit of demand; inf where it cannot be served, in covering beyond the bound."""
    fixed: np.ndarray
    """[candidates], a year."""
    volume: np.ndarray
    """[points], parcels a day, of what capacity counts."""
    capacity: np.ndarray
    """[candidates], parcels a day; inf without a bound."""
    is_covering: bool = False
    """Whether the most demand within reach is sought rather than the least cost; the costs of pairs then only say
    which are within reach."""

    def __post_init__(self) -> None:
        known = np.isfinite(self.demand) & np.isfinite(self.volume)
        if not known.all():
            raise NoAnswerError(
                f"the demand of {np.count_nonzero(~known)} of {len(known)} points is not known, so no set can be chosen"
            )

    @property
    def can(self) -> np.ndarray:
        """Whether a candidate can serve a point: bool[points, candidates]."""
        return np.isfinite(self.cost)


@dataclass(frozen=True)
class Answer:
    """A set of sites and what it comes to."""

    chosen: tuple[int, ...]
    value: float
    """Total cost, or demand covered."""
    served: np.ndarray
    """Share of each point that each candidate serves: float64[points, candidates]."""


def best(instance: Instance, size: int, excluded: Iterable[Sequence[int]] = ()) -> Answer:
    """The best set of exactly ``size`` sites that is none of the excluded. Raises NoAnswerError if there is none."""
    found = _solved(instance, size, None, excluded)
    if found is None:
        raise NoAnswerError(f"no {size} of {len(instance.fixed)} candidates can serve the demand within their capacity")
    return found


def value_of(instance: Instance, chosen: Sequence[int]) -> Answer | None:
    """What a given set comes to at its best; None if it cannot serve the demand."""
    is_open = np.zeros(len(instance.fixed))
    is_open[list(chosen)] = 1
    return _solved(instance, len(chosen), is_open, ())


def best_sets(instance: Instance, size: int, most: int) -> list[Answer]:
    """The ``most`` best sets of that size, the best first; fewer if there are no more."""
    found: list[Answer] = []
    while len(found) < most:
        one = _solved(instance, size, None, [each.chosen for each in found])
        if one is None:
            break
        found.append(one)
    return found


def better(instance: Instance, one: float, other: float) -> bool:
    """Whether one value is strictly better than another."""
    return one > other if instance.is_covering else one < other


def _solved(
    instance: Instance, size: int, is_open: np.ndarray | None, excluded: Iterable[Sequence[int]]
) -> Answer | None:
    n_points, n_sites = instance.cost.shape
    can = instance.can
    worth = np.where(can, -instance.demand[:, None] if instance.is_covering else 0.0, 0.0)
    if not instance.is_covering:
        worth = instance.demand[:, None] * np.where(can, instance.cost, 0.0)
    scale = max(float(np.abs(worth).max(initial=0)), float(np.abs(instance.fixed).max(initial=0)), 1e-300)
    objective = np.concatenate([worth.ravel(), np.zeros(n_sites) if instance.is_covering else instance.fixed]) / scale
    low, high = np.zeros(len(objective)), np.concatenate([can.ravel().astype(float), np.ones(n_sites)])
    if is_open is not None:
        low[-n_sites:] = high[-n_sites:] = is_open
    integer = np.concatenate([np.zeros(n_points * n_sites), np.ones(n_sites)])
    found = milp(
        objective,
        integrality=integer,
        bounds=Bounds(low, high),
        constraints=list(_constraints(instance, size, excluded)),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    chosen = tuple(int(j) for j in np.flatnonzero(found.x[-n_sites:] > OPEN))
    served = np.where(found.x[:-n_sites] > SERVED, found.x[:-n_sites], 0.0).reshape(n_points, n_sites)
    return Answer(chosen, _value(instance, chosen, served), served)


def _value(instance: Instance, chosen: Sequence[int], served: np.ndarray) -> float:
    if instance.is_covering:
        return float((instance.demand[:, None] * served).sum())
    moved = instance.demand[:, None] * np.where(served > 0, instance.cost, 0.0) * served
    return float(moved.sum() + instance.fixed[list(chosen)].sum())


def _constraints(instance: Instance, size: int, excluded: Iterable[Sequence[int]]) -> Iterable[LinearConstraint]:
    n_points, n_sites = instance.cost.shape
    n = n_points * n_sites
    pair = np.arange(n)
    point, site = np.divmod(pair, n_sites)
    each = coo_array((np.ones(n), (point, pair)), shape=(n_points, n + n_sites))
    yield LinearConstraint(each.tocsr(), 0.0 if instance.is_covering else 1.0, 1.0)
    opens = coo_array((np.ones(n), (pair, pair)), shape=(n, n + n_sites))
    closed = coo_array((-np.ones(n), (pair, n + site)), shape=(n, n + n_sites))
    yield LinearConstraint((opens + closed).tocsr(), -np.inf, 0.0)
    count = coo_array((np.ones(n_sites), (np.zeros(n_sites, int), n + np.arange(n_sites))), shape=(1, n + n_sites))
    yield LinearConstraint(count.tocsr(), size, size)
    if bounded := np.flatnonzero(np.isfinite(instance.capacity)).tolist():
        rows = [_capacity(instance, j) for j in bounded]
        yield LinearConstraint(vstack(rows).tocsr(), -np.inf, 0.0)
    for chosen in excluded:
        row = np.zeros(n + n_sites)
        row[n + np.array(chosen, int)] = 1
        yield LinearConstraint(row[None, :], -np.inf, len(chosen) - 1)


def _capacity(instance: Instance, j: int) -> coo_array:
    """Parcels a day of a site, less its capacity if it is open."""
    n_points, n_sites = instance.cost.shape
    n = n_points * n_sites
    columns = np.append(np.arange(n_points) * n_sites + j, n + j)
    values = np.append(instance.volume, -instance.capacity[j])
    return coo_array((values, (np.zeros(n_points + 1, int), columns)), shape=(1, n + n_sites))
