"""Choice: utilities and weights of a nested logit over routes with two outside options.

Arrays run over (variant, region, product, route): orders of one variant are offered the same routes. Weights feed a
race of exponentials (`births.decide_layer`): the winner of the race is the alternative of highest utility with type-I
extreme value noise. Train (2009), Discrete choice methods with simulation, chapters 3 and 4.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

MISS = 1e-12
"""Largest logarithm of target over predicted share at which constants are taken to be met."""
TOLERATED_MISS = 1e-5
"""What may be left where prices decide everything and next to nobody may stay outside."""
MOST_STEPS = 2000
NEAR = 1e-4
"""Miss below which rounding hides whether the height falls."""
LEAST_DAMPING, MOST_DAMPING = 1e-6, 1e9
"""With more damping a step is lost in rounding."""
SMALLEST = 1e-300


def offered_shares(offered: np.ndarray, cell_weights: np.ndarray) -> np.ndarray:
    """Share of the orders that each route is offered to: float64[routes]; exactly 1 if it is offered to all.

    offered bool[variants, regions, products, routes]; cell_weights float64[variants, regions, products].
    """
    total = np.broadcast_to(cell_weights[..., None], offered.shape).sum(axis=(0, 1, 2))
    return (cell_weights[..., None] * offered).sum(axis=(0, 1, 2)) / total


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The promised service as described, and the shares that routes have there."""

    cost: np.ndarray
    """Generalised cost in CNY: float64[regions, products, routes]; finite where a route does not serve, too."""
    serves: np.ndarray
    """Whether a route serves a region and carries a product: bool[regions, products, routes]."""
    offered: np.ndarray
    """Whether a route is offered: bool[variants, regions, products, routes]."""
    order_shares: np.ndarray
    """Share of the orders: float64[variants, regions, products]."""
    shares: np.ndarray
    """Shares of the routes within the inside share: float64[routes]."""
    outside: float
    """Share of both outside options over that of the inside."""
    price_weight: float
    dissimilarity: float


def reference_constants(reference: Reference) -> np.ndarray:
    """Constants of the utilities (float64[routes]) with which the routes have their shares at the promised service.

    A route that is offered to nobody has the constant of one that is offered to all, and no part in the others'; one
    that serves nobody has 0. ValueError if the shares cannot be met. Berry (1994), Estimating discrete-choice models of
    product differentiation, RAND Journal of Economics 25: there is one such vector, if there is an outside option.
    """
    constants, offered = _closed_form(reference), offered_shares(reference.offered, reference.order_shares) > 0
    if offered.any():
        constants[offered] = _Fit.of(reference, offered).solved(constants[offered])
    return constants


def _closed_form(reference: Reference) -> np.ndarray:
    """Constants (float64[routes]) that are exact where costs are alike and no two routes are offered to some only."""
    weights = reference.order_shares.sum(axis=0)[:, :, None] * reference.serves
    total = weights.sum(axis=(0, 1))
    mean = (weights * reference.cost).sum(axis=(0, 1)) / np.where(total > 0, total, 1.0)
    offered = offered_shares(reference.offered, reference.order_shares)
    where_offered = reference.shares / np.where(offered > 0, offered, 1.0)
    log_share = reference.dissimilarity * np.log(where_offered)
    return np.where(total > 0, log_share + reference.price_weight * mean, 0.0)


class _At(NamedTuple):
    """What constants lead to: ``log_miss`` is the logarithm of target over predicted share, float64[routes]."""

    constants: np.ndarray
    log_miss: np.ndarray
    not_inside: np.ndarray
    """Share of the outside options by cell: float64[cells]."""
    within: np.ndarray
    """Shares of the routes within the inside by cell: float64[cells, routes]."""
    cells: np.ndarray
    """Shares of the cells in the orders of a route: float64[cells, routes]."""
    height: float
    """Expected logsum less what the targets take of the constants: convex, and lowest where the targets are met."""

    @property
    def miss(self) -> float:
        return float(np.abs(self.log_miss).max())


@dataclass(frozen=True)
class _Fit:
    """Shares to be met by the routes that are offered to some; cells are (variant, region, product)."""

    disutility: np.ndarray
    """Price weight times cost: float64[cells, routes]; infinite where a route is not offered."""
    order_shares: np.ndarray
    """float64[cells]; what they lack of 1 is offered nothing."""
    target: np.ndarray
    """float64[routes], of all orders."""
    outside: float
    dissimilarity: float

    @classmethod
    def of(cls, reference: Reference, offered: np.ndarray) -> "_Fit":
        """The cells in which something is offered; offered bool[routes] says which routes take part."""
        cost = np.broadcast_to(reference.cost, reference.offered.shape)
        disutility = np.where(reference.offered, reference.price_weight * cost, np.inf)[..., offered]
        counts = reference.offered.any(axis=-1) & (reference.order_shares > 0)
        shares = reference.shares[offered]
        return cls(
            disutility[counts],
            reference.order_shares[counts] / reference.order_shares.sum(),
            shares / shares.sum() / (1 + reference.outside),
            reference.outside,
            reference.dissimilarity,
        )

    def solved(self, constants: np.ndarray) -> np.ndarray:
        """The constants that meet the target, from a first guess: float64[routes]."""
        at, damping = self._at(constants), 0.0
        for _ in range(MOST_STEPS):
            if at.miss < MISS or damping > MOST_DAMPING:
                break
            tried = self._at(at.constants + self._step(at, damping))
            if tried.miss < at.miss if at.miss < NEAR else tried.height < at.height:
                at, damping = tried, damping / 8 if damping > LEAST_DAMPING else 0.0
            else:
                damping = max(4 * damping, LEAST_DAMPING)
        if at.miss > TOLERATED_MISS:
            raise ValueError(f"no constants of the routes give the reference shares: {at.miss:.2g} is left of them")
        return at.constants

    def _at(self, constants: np.ndarray) -> _At:
        scaled = (constants - self.disutility) / self.dissimilarity
        logsum = _log_sum(scaled, axis=1)
        of_nest, outside = self.dissimilarity * logsum, np.log(max(self.outside, SMALLEST))
        with_outside = np.logaddexp(of_nest, outside)
        # By logarithms, as shares may be smaller than any number on the way.
        chosen = scaled - logsum[:, None] + (np.log(self.order_shares) + of_nest - with_outside)[:, None]
        predicted = _log_sum(chosen, axis=0)
        return _At(
            constants=constants,
            log_miss=np.log(self.target) - predicted,
            not_inside=np.exp(outside - with_outside),
            within=np.exp(scaled - logsum[:, None]),
            cells=np.exp(chosen - predicted),
            height=float(self.order_shares @ with_outside - self.target @ constants),
        )

    def _step(self, at: _At, damping: float) -> np.ndarray:
        """Step of the constants (float64[routes]): Newton's for ``log_miss``, or shorter (Levenberg, Marquardt)."""
        both = at.not_inside - 1 / self.dissimilarity
        slopes = (at.cells * both[:, None]).T @ at.within
        slopes[np.diag_indices_from(slopes)] += (1 + damping) / self.dissimilarity
        return np.asarray(np.linalg.lstsq(slopes, at.log_miss, rcond=None)[0])


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    """Logarithm of the sum of exponentials along an axis."""
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis))


def nest_and_route_weights(
    utility: np.ndarray, is_available: np.ndarray, dissimilarity: float, outside: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the races: (float64[variants, regions, products, 3] inside, other gateway, not bought; [..., routes]).

    utility float64[regions, products, routes] (finite), is_available bool[variants, regions, products, routes]; outside
    options weigh ``outside``; where nothing can be chosen, not bought weighs infinitely much. Ben-Akiva and Lerman
    (1985), Discrete choice analysis, section 10.3: the inside weighs exp(dissimilarity * logsum).
    """
    scaled = np.where(is_available, utility / dissimilarity, -np.inf)
    best = scaled.max(axis=-1, keepdims=True, initial=-500.0)
    beyond = np.maximum(best - 500.0, 0.0)  # all routes of a cell are moved together, so that their race stays as it is
    route_weights = np.where(is_available, np.exp(np.clip(scaled - beyond, -500.0, 500.0)), 0.0)
    # One after the other: a closed route adds 0, and the sum does not depend on how many there are, to the last bit.
    inside = np.cumsum(route_weights, axis=-1)[..., -1] ** dissimilarity
    return nest_weights(inside, outside), route_weights


def nest_weights(inside: np.ndarray, outside: tuple[float, float]) -> np.ndarray:
    """Weights of the nests (float64[..., 3]) with that of the inside (float64[...]).

    Where nothing can be chosen, not bought weighs infinitely much.
    """
    weights = np.empty((*inside.shape, 3))
    weights[..., 0] = inside
    weights[..., 1], weights[..., 2] = outside
    weights[weights.sum(axis=-1) == 0, 2] = np.inf
    return weights


def surplus(nest_weights: np.ndarray, variant_shares: np.ndarray, price_weight: float) -> np.ndarray:
    """Expected surplus of an order in CNY, but for a constant: float64[regions, products].

    NaN without a price weight, and where some of the orders can choose nothing.
    nest_weights float64[variants, regions, products, 3]; variant_shares float64[variants]. Small and Rosen (1981),
    Applied welfare economics with discrete choice models, Econometrica 49.
    """
    if price_weight == 0:
        return np.full(nest_weights.shape[1:3], np.nan)
    total = nest_weights.sum(axis=-1)[variant_shares > 0]
    logsum = np.log(np.where(np.isfinite(total), total, np.nan))
    return np.tensordot(variant_shares[variant_shares > 0], logsum, axes=1) / price_weight


def inside_share(nest_weights: np.ndarray) -> np.ndarray:
    """Probability of the inside by cell: float64[...] of nest_weights float64[..., 3]."""
    total = nest_weights.sum(axis=-1)
    return np.divide(nest_weights[..., 0], total, out=np.zeros_like(total), where=total > 0)
