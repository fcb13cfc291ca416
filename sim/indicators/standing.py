"""What plans are compared by of buyers and sellers: worth of having the corridor, and income wherever it is sold by."""

import math

import numpy as np

from sim.indicators.declared import Run
from sim.indicators.trade import corrections
from sim.scenario.market import Choice
from sim.scenario.targets import mean


def surplus_of_the_corridor(run: Run) -> np.ndarray:
    """Buyers' surplus less that of the outside options alone, CNY: float64[months, origins, regions, products].

    The logarithm of the record has a constant of its own in every scenario; a latent order more would count it.
    """
    latent = np.stack([orders.sum(axis=1) for orders in run.record.alternatives], axis=1)
    outside = np.array([worth_of_outside(origin.choice) for origin in run.scenario.market.origins.values()])
    return run.record.surplus_cny + corrections(run) - latent * outside[None, :, None, None]


def worth_of_outside(choice: Choice) -> float:
    """Surplus of an order that has the outside options alone, where the inside as described weighs 1, in CNY.

    0 if there are none, or no price weight: then there is nothing to count from.
    """
    shares = choice.reference_shares
    outside = (shares.other_gateway + shares.not_bought) / shares.inside
    return math.log(outside) / choice.price_weight if outside > 0 and choice.price_weight > 0 else 0.0


def income_wherever_sold(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Sellers' income of all orders that are bought, and that of the province's own: float64[months, origins] in CNY.

    An order that goes by another Chinese gateway is the same sale. NaN without `trade`.
    """
    trades = [origin.trade for origin in run.scenario.market.origins.values()]
    margins = np.array([trade.seller_margin if trade else np.nan for trade in trades])
    local = np.array([trade.local_share if trade else np.nan for trade in trades])
    by_other = np.stack([orders[:, -2].sum(axis=1) for orders in run.record.alternatives], axis=1)
    income = (_placed_value(run) + by_other @ mean_values(run)) * margins
    return income, income * local


def _placed_value(run: Run) -> np.ndarray:
    """Value of the orders placed: float64[months, origins] in CNY."""
    of_routes, of = run.record.goods[0].sum(axis=(2, 3)) / 100, np.array(run.record.axes.origin_of_route)
    return np.stack([of_routes[:, of == i].sum(axis=1) for i in range(len(run.record.axes.origins))], axis=1)


def mean_values(run: Run) -> np.ndarray:
    """Mean value of an order placed, by product; as described where there is none: float64[products] in CNY."""
    value, placed = run.record.goods[0].sum(axis=(0, 1, 2)) / 100, run.placed.sum(axis=(0, 1, 2))
    described = np.array([mean(product.value) for product in run.scenario.products.values()])
    return np.where(placed > 0, value / np.maximum(placed, 1), described)
