"""Pieces of stock: what one of a product weighs and how much room it takes."""

from sim.scenario.targets import mean
from sim.scenario.world import Product


def piece_grams(product: Product) -> int:
    """The product's mean weight in whole g, at least 1."""
    return max(1, round(mean(product.weight)))


def piece_cm3(product: Product) -> int:
    """The volume of that weight in whole cm3, at least 1."""
    return max(1, round(piece_grams(product) * 1000.0 / product.density))
