"""Levels of latent orders: of all orders of an origin, and of those of a product, day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Levels:
    """The level of each Beijing day, counted from the epoch, and those of the products that multiply it."""

    of_all: Callable[[int], float]
    of_products: Sequence[Callable[[int], float]] | None
    """By product; None if all are one on all days."""

    def of_week(self, monday: int) -> tuple[np.ndarray, np.ndarray]:
        """The highest level of each day, float64[7], and that of each product, float64[7, products] or [0, 0]."""
        days = range(monday, monday + 7)
        of_all = np.array([self.of_all(day) for day in days])
        if self.of_products is None:
            return of_all, np.empty((0, 0))
        by_product = of_all[:, None] * np.array([[level(day) for level in self.of_products] for day in days])
        return by_product.max(axis=1), by_product
