"""Choice: utilities and weights of a nested logit over routes with two outside options.

Arrays run over (variant, region, product, route): orders of one variant are offered the same routes. Weights feed a
race of exponentials (`births.decide_layer`): the winner of the race is the alternative of highest utility with type-I
extreme value noise. Train (2009), Discrete choice methods with simulation, chapters 3 and 4.
"""

import numpy as np


def offered_shares(offered: np.ndarray, cell_weights: np.ndarray) -> np.ndarray:
    """Share of the orders that each route is offered to: float64[routes]; exactly 1 if it is offered to all.

    offered bool[variants, regions, products, routes]; cell_weights float64[variants, regions, products].
    """
    total = np.broadcast_to(cell_weights[..., None], offered.shape).sum(axis=(0, 1, 2))
    return (cell_weights[..., None] * offered).sum(axis=(0, 1, 2)) / total


def reference_constants(
    generalised_cost: np.ndarray,
    served: np.ndarray,
    shares: np.ndarray,
    offered: np.ndarray,
    price_weight: float,
    dissimilarity: float,
    cell_weights: np.ndarray,
) -> np.ndarray:
    """Constants of the utilities (float64[routes]) that give the routes' shares at the reference service.

    generalised_cost float64[regions, products, routes] in CNY, served bool of the same shape, shares float64[routes]
    within the inside share, offered float64[routes] the share of orders that each is offered to (0 counts as 1),
    cell_weights float64[regions, products]. Routes without a served cell get 0.
    """
    weights = cell_weights[:, :, None] * served
    total = weights.sum(axis=(0, 1))
    cost = np.where(served, generalised_cost, 0.0)
    mean = (weights * cost).sum(axis=(0, 1)) / np.where(total > 0, total, 1.0)
    where_offered = shares / np.where(offered > 0, offered, 1.0)
    return np.where(total > 0, dissimilarity * np.log(where_offered) + price_weight * mean, 0.0)


def nest_and_route_weights(
    utility: np.ndarray, is_available: np.ndarray, dissimilarity: float, outside: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the races: (float64[variants, regions, products, 3] inside, other gateway, not bought; [..., routes]).

    utility float64[regions, products, routes] (finite), is_available bool[variants, regions, products, routes]; outside
    options weigh ``outside``; where nothing can be chosen, not bought weighs infinitely much. Ben-Akiva and Lerman
    (1985), Discrete choice analysis, section 10.3: the inside weighs exp(dissimilarity * logsum).
    """
    route_weights = np.where(is_available, np.exp(np.clip(utility / dissimilarity, -500.0, 500.0)), 0.0)
    inside = route_weights.sum(axis=-1) ** dissimilarity
    nest_weights = np.empty((*inside.shape, 3))
    nest_weights[..., 0] = inside
    nest_weights[..., 1], nest_weights[..., 2] = outside
    nest_weights[nest_weights.sum(axis=-1) == 0, 2] = np.inf
    return nest_weights, route_weights


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
