"""Shares of a nested logit with the inside routes in one nest, and the constants that give reference shares.

Ben-Akiva and Lerman (1985), Discrete choice analysis, section 10.3; Train (2009), Discrete choice methods with
simulation, section 4.2. The constants are found by a root finder that knows nothing of the logit but its probabilities.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import root

Group = tuple[float, dict[str, float]]
"""Share of the orders, and the cost in CNY of each route that they are offered."""


def constants(
    shares: dict[str, float], inside: float, groups: Sequence[Group], theta: float, dissimilarity: float
) -> dict[str, float]:
    """Constants with which each route is taken by ``inside`` times its share of all orders."""
    target = inside * np.array(list(shares.values()))

    def missed(values: np.ndarray) -> np.ndarray:
        at = dict(zip(shares, values, strict=True))
        return np.log([*taken(at, inside, groups, theta, dissimilarity).values()]) - np.log(target)

    costs = [[cost for _, offered in groups for route, cost in offered.items() if route == name] for name in shares]
    found = root(missed, [theta * np.mean(of_route) for of_route in costs], tol=1e-13)
    assert np.abs(missed(found.x)).max() < 1e-9
    return dict(zip(shares, found.x.tolist(), strict=True))


def taken(
    of_routes: dict[str, float], inside: float, groups: Sequence[Group], theta: float, dissimilarity: float
) -> dict[str, float]:
    """Share of all orders that takes each route with these constants."""
    total = dict.fromkeys(of_routes, 0.0)
    for share, offered in groups:
        weights = {name: math.exp((of_routes[name] - theta * cost) / dissimilarity) for name, cost in offered.items()}
        of_nest = sum(weights.values()) ** dissimilarity if weights else 0.0
        for name, weight in weights.items():
            total[name] += share * of_nest / (of_nest + (1 - inside) / inside) * weight / sum(weights.values())
    return total
