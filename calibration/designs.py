"""Where the simulator is run: designs in the parameters' normal scores, seeded.

Knows no simulator.
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Luck of its own for each purpose, whatever else is drawn."""
    return np.random.default_rng([seed, *purpose.encode()])


def latin_hypercube(n: int, d: int, seed: int) -> np.ndarray:
    """Normal scores of a Latin hypercube over the prior: float64[n, d]; each parameter's quantiles are met evenly."""
    u = qmc.LatinHypercube(d, rng=generator(seed, "first wave"), optimization="random-cd" if n <= 300 else None).random(
        n
    )
    return ndtri(u)


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
