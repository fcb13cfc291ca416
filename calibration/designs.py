"""Where the simulator is run: designs in the parameters' normal scores, seeded.

Knows no simulator.
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

MOST_OPTIMISED = 300
"""Points up to which the hypercube is also spread evenly in pairs of parameters; beyond, that takes too long."""


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Luck of its own for each purpose, whatever else is drawn."""
    return np.random.default_rng([seed, *purpose.encode()])


def latin_hypercube(n: int, d: int, seed: int) -> np.ndarray:
    """Normal scores of a Latin hypercube over the prior: float64[n, d]; each parameter's quantiles are met evenly."""
    rule = "random-cd" if n <= MOST_OPTIMISED else None
    return ndtri(qmc.LatinHypercube(d, rng=generator(seed, "first wave"), optimization=rule).random(n))


def spread_out(z: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Of many points ``n`` that lie far apart, by the greedy rule of the farthest next one: float64[n, d].

    Johnson, Moore and Ylvisaker (1990), Minimax and maximin distance designs.
    """
    if len(z) <= n:
        return z
    chosen = [int(rng.integers(len(z)))]
    distance = np.sum((z - z[chosen[0]]) ** 2, axis=1)
    while len(chosen) < n:
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.sum((z - z[chosen[-1]]) ** 2, axis=1))
    return z[chosen]
