"""Choice: utilities and weights of a nested logit over routes with two outside options.

Arrays run over (region, product, route). Weights feed a race of exponentials (`births.decide_layer`): the winner of
the race is the alternative of highest utility with type-I extreme value noise. Train (2009), Discrete choice methods
with simulation, chapters 3 and 4.
"""

import numpy as np


def reference_constants(
    generalised_cost: np.ndarray,
    served: np.ndarray,
    shares: np.ndarray,
    price_weight: float,
    dissimilarity: float,
    cell_weights: np.ndarray,
) -> np.ndarray:
    """Constants of the utilities (float64[routes]) that give the routes' shares at the reference service.

    generalised_cost float64[regions, products, routes] in CNY, served bool of the same shape, shares float64[routes]
    within the inside share, cell_weights float64[regions, products]. Routes without a served cell get 0.
    """
    weights = cell_weights[:, :, None] * served
    total = weights.sum(axis=(0, 1))
    cost = np.where(served, generalised_cost, 0.0)
    mean = (weights * cost).sum(axis=(0, 1)) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, dissimilarity * np.log(shares) + price_weight * mean, 0.0)


def nest_and_route_weights(
    utility: np.ndarray, is_available: np.ndarray, dissimilarity: float, outside: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the races: (float64[regions, products, 3] inside, other gateway, not bought; float64[..., routes]).

    utility float64[regions, products, routes] (finite); outside options weigh ``outside``. Ben-Akiva and Lerman (1985),
    Discrete choice analysis, section 10.3: the inside weighs exp(dissimilarity * logsum).
    """
    route_weights = np.where(is_available, np.exp(np.clip(utility / dissimilarity, -500.0, 500.0)), 0.0)
    inside = route_weights.sum(axis=2) ** dissimilarity
    nest_weights = np.empty((*inside.shape, 3))
    nest_weights[..., 0] = inside
    nest_weights[..., 1], nest_weights[..., 2] = outside
    nest_weights[..., 2] += nest_weights.sum(axis=2) == 0  # where nothing can be chosen, nothing is bought
    return nest_weights, route_weights


def inside_share(nest_weights: np.ndarray) -> np.ndarray:
    """Probability of the inside by cell: float64[regions, products]."""
    total = nest_weights.sum(axis=2)
    return np.divide(nest_weights[..., 0], total, out=np.zeros_like(total), where=total > 0)
