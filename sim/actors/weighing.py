"""What the alternatives of an origin weigh: constants, utilities as they are known now and as described.

Knows what is offered, priced and expected; knows nothing of single orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.actors.offers import Offers, Variants
from sim.kernels import choice
from sim.scenario.market import Choice, Feedback


@dataclass
class Expectations:
    """What the market knows of service: days and spread float64[routes, regions], in days; NaN where not served."""

    days: np.ndarray
    spread: np.ndarray

    def copy(self) -> "Expectations":
        """An independent copy."""
        return Expectations(self.days.copy(), self.spread.copy())


@dataclass
class Price:
    """A tariff that dated changes may change, in CNY and CNY/kg."""

    fixed: float
    per_kg: float


@dataclass
class RouteState:
    """The numbers of a route that dated changes may change."""

    is_open: bool
    tariff: Price
    by_product: dict[str, Price]
    """Tariffs of products that have their own, by name."""
    subsidy: float
    """CNY a parcel, paid to the buyer's side."""

    def price(self, product: str) -> Price:
        """The tariff of a product."""
        return self.by_product.get(product, self.tariff)


@dataclass
class OriginState:
    """The numbers of an origin that dated changes may change and that hold at an instant, not for a day."""

    trust: float
    """What credit, payment and brand are worth to a buyer: CNY an order."""


class Weights(NamedTuple):
    """Weights of the races, as in `choice.nest_and_route_weights`, by the variants of what orders are offered."""

    variants: Variants
    nests: np.ndarray
    routes: np.ndarray


@dataclass(frozen=True)
class _Described:
    """The world as described, at the promised service."""

    offers: Offers
    utility: np.ndarray
    """float64[regions, products, routes], of closed routes too."""
    is_open: np.ndarray
    """bool[routes]"""
    counts: np.ndarray
    """Whether what a route is offered with tells orders apart: bool[routes]."""


class Weighing:
    """The weights of one origin's alternatives at an instant; built while everything still is as described."""

    def __init__(
        self,
        described: Choice,
        feedback: Feedback,
        *,
        offers: Offers,
        products: Sequence[str],
        mean_kg: np.ndarray,
        order_shares: np.ndarray,
        promise: Expectations,
        state: OriginState,
        routes: Sequence[RouteState],
        route_names: Sequence[str],
        route_numbers: np.ndarray,
    ) -> None:
        """mean_kg float64[products]; order_shares float64[regions, products]; route_numbers int64[routes]."""
        self._choice = described
        self._feedback = feedback
        self._offers = offers
        self._products = products
        self._mean_kg = mean_kg
        self._state = state
        self._routes = routes
        self._route_numbers = route_numbers
        self._has_share = np.array([name in described.reference_shares.routes for name in route_names])
        cost = self._generalised_cost(promise)
        self._constants = self._reference_constants(cost, order_shares, route_names)
        self._described = self._as_described(cost)

    def now(self, expectations: Expectations) -> Weights:
        """The weights at the service that is expected, with the switches of the feedback."""
        is_open = self._is_open()
        if self._described is not None:
            return self._with_switches(self._described, expectations, is_open)
        variants = self._offers.variants(self._has_share | is_open)
        return Weights(variants, *self._weights(self._utility(expectations), variants.offered & is_open))

    def _with_switches(self, described: _Described, expectations: Expectations, is_open: np.ndarray) -> Weights:
        """Nests, routes or both as they are described, for orders told apart by what they are offered now and then."""
        counts = self._has_share | is_open
        cuts = self._offers.cuts(counts) | described.offers.cuts(described.counts)
        variants, then = self._offers.variants(counts, cuts), described.offers.variants(described.counts, cuts)
        available = variants.offered & is_open
        nests, routes = self._weights(self._utility(expectations), available)
        if not self._feedback.route_shift:
            _, routes = self._weights(described.utility, available)
        if not self._feedback.induced_demand:
            nests, _ = self._weights(described.utility, then.offered & described.is_open)
            nests = choice.nest_weights(np.where(available.any(axis=-1), nests[..., 0], 0.0), self._outside())
        return Weights(variants, nests, routes)

    def _weights(self, utility: np.ndarray, available: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return choice.nest_and_route_weights(utility, available, self._choice.dissimilarity, self._outside())

    def _outside(self) -> tuple[float, float]:
        """Weights of another gateway and of not buying, where the inside weighs 1 at the promised service."""
        shares = self._choice.reference_shares
        return shares.other_gateway / shares.inside, shares.not_bought / shares.inside

    def _utility(self, expectations: Expectations) -> np.ndarray:
        """float64[regions, products, routes]."""
        c = self._choice
        utility = self._constants - c.price_weight * self._generalised_cost(expectations)
        utility += c.price_weight * (self._state.trust - c.trust)
        return utility

    def _is_open(self) -> np.ndarray:
        return np.array([route.is_open for route in self._routes])

    # -- what it costs -------------------------------------------------------------------------------------------------

    def tariffs(self) -> np.ndarray:
        """Fixed part in CNY, and CNY/kg, by product and route: float64[2, products, routes]."""
        prices = [[route.price(product) for route in self._routes] for product in self._products]
        by_part = [[[getattr(price, part) for price in row] for row in prices] for part in ("fixed", "per_kg")]
        return np.array(by_part).reshape(2, len(self._products), len(self._routes))

    def subsidies(self) -> np.ndarray:
        """What is paid to the buyer's side for a parcel, at most the tariff: CNY float64[products, routes]."""
        return np.minimum([route.subsidy for route in self._routes], self._mean_tariffs())

    def _mean_tariffs(self) -> np.ndarray:
        """Tariffs at the products' mean weights: CNY float64[products, routes]."""
        fixed, per_kg = self.tariffs()
        return fixed + per_kg * self._mean_kg[:, None]

    def _generalised_cost(self, expectations: Expectations) -> np.ndarray:
        """CNY float64[regions, products, routes]; 0 where a route does not serve a region."""
        c = self._choice
        days = expectations.days[self._route_numbers].T
        spread = expectations.spread[self._route_numbers].T
        service = np.nan_to_num(c.value_of_time * days + c.value_of_reliability * spread)
        return service[:, None, :] + (self._mean_tariffs() - self.subsidies())[None, :, :]

    # -- as described --------------------------------------------------------------------------------------------------

    def _reference_constants(self, cost: np.ndarray, order_shares: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Constants of all routes, float64[routes]: those with a share first, then those that are like them."""
        c, has_share = self._choice, self._has_share
        with_share = [name for name in names if name not in c.like]
        variants = self._offers.variants(has_share)
        reference = choice.Reference(
            # By np.compress, which leaves the order in memory, and so every sum, as it is without the other routes.
            cost=np.compress(has_share, cost, axis=-1),
            serves=np.compress(has_share, self._offers.serves, axis=-1),
            offered=np.compress(has_share, variants.offered, axis=-1),
            order_shares=variants.shares[:, None, None] * order_shares,
            shares=np.array([c.reference_shares.routes[name] for name in with_share]),
            outside=sum(self._outside()),
            price_weight=c.price_weight,
            dissimilarity=c.dissimilarity,
        )
        found = dict(zip(with_share, choice.reference_constants(reference), strict=True))
        return np.array([found[c.like.get(name, name)] for name in names])

    def _as_described(self, cost: np.ndarray) -> _Described | None:
        """What switches need to know; None where everything is fed back."""
        if self._feedback.induced_demand and self._feedback.route_shift:
            return None
        is_open = self._is_open()
        utility = self._constants - self._choice.price_weight * cost
        return _Described(self._offers.as_now(), utility, is_open, self._has_share | is_open)
