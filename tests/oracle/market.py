"""Latent orders, the choice of a route, and what the market knows: one order at a time, as the page says it.

Knows nothing of stations or lanes.
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from scipy.stats import poisson

from oracle.trace import Expectation, Order
from oracle.world import World, pick, race
from sim import ids
from sim.calendars import hourly_orders
from sim.kernels import distributions
from sim.scenario.market import Choice, Origin
from sim.ticks import DAY, HOUR, SECOND, WEEK, local_day, midnight, week_of
from sim.units import Tariff


class Latent(NamedTuple):
    """An order that could be placed."""

    order_id: int
    at: int
    origin: str
    region: str
    product: str
    seller_class: str
    rank: float


class Market:
    """All origins, and what is expected of each route in each region."""

    def __init__(self, world: World) -> None:
        self.world, self.scenario = world, world.scenario
        self.expected = {
            (name, region): (promise.days / DAY, promise.spread / DAY)
            for name, route in self.scenario.routes.items()
            for region, promise in route.promise.items()
        }
        self.promised = dict(self.expected)
        self.constants: dict[str, dict[str, float]] = {}
        self.became_ready: list[tuple[str, str, int, int]] = []

    # --- latent orders

    def latent_orders(self) -> Iterator[Latent]:
        """All orders of the simulated time that exist."""
        weeks = range(week_of(self.world.start), week_of(self.world.last_order - 1) + 1)
        for name in self.scenario.market.origins:
            n_layers = self.n_layers(name)
            for week in weeks:
                for layer in range(n_layers):
                    yield from self.layer(name, week, layer)

    def n_layers(self, name: str) -> int:
        """Layers that hold all orders of the highest level in the simulated time."""
        days = range(self.world.start, self.world.last_order, DAY)
        return math.ceil(4 * max(self.level(name, product, day) for product in self.scenario.products for day in days))

    def level(self, name: str, product: str, at: int) -> float:
        """Level of a product on the Beijing day that holds the instant: what the origin's own day of that date has."""
        origin, path = self.scenario.market.origins[name], f"market.origins.{name}"
        own_midnight = midnight(local_day(at), self.world.utc_offset(name))
        of_all = self.world.numbers.number(f"{path}.level", origin.level, own_midnight)
        of_product = origin.product_levels.get(product, 1.0)
        of_product = self.world.numbers.number(f"{path}.product_levels.{product}", of_product, own_midnight)
        return of_all * self.world.sellers.level_factor(name, at) * of_product

    def layer(self, name: str, week: int, layer: int) -> Iterator[Latent]:
        """The orders of one layer in one week that exist."""
        origin = self.scenario.market.origins[name]
        cumulative = hourly_orders(origin, self.world.utc_offset(name), week)
        u, _ = self.world.fine(week * ids.MAX_LAYERS + layer, "count", name)
        n_orders = int(poisson.ppf(u, cumulative[-1] / 4))
        for i in range(n_orders):
            order_id = ids.first_order_id(name, week, layer) + i
            u, mark = self.world.fine(order_id, "birth", name)
            at = week * WEEK + instant_in_week(cumulative, u)
            if self.world.start <= at < self.world.last_order:
                latent = self.latent(name, origin, order_id, at)
                if (layer + mark) / 4 < self.level(name, latent.product, at):
                    yield latent

    def latent(self, name: str, origin: Origin, order_id: int, at: int) -> Latent:
        """One order with its region and product, the class of its seller, and how common its goods are."""
        u_region, u_product, u_class, rank = self.world.coarse(order_id, "kind", name)
        region = pick(self.region_shares(origin), u_region)
        product = pick(self.product_shares(origin), u_product)
        return Latent(order_id, at, name, region, product, pick(self.class_shares(origin), u_class), rank)

    def class_shares(self, origin: Origin) -> dict[str, float]:
        """Shares by class of seller; all are of one class without a name if there are none."""
        return {"": 1.0} if origin.sellers.classes is None else dict(origin.sellers.classes)

    def region_shares(self, origin: Origin) -> dict[str, float]:
        """Shares by region, in the order in which the world names the regions."""
        own, regions = origin.region_shares, self.scenario.regions
        return {name: region.order_share if own is None else own.get(name, 0.0) for name, region in regions.items()}

    def product_shares(self, origin: Origin) -> dict[str, float]:
        """Shares by product, in the order in which the world names the products."""
        own, products = origin.product_shares, self.scenario.products
        return {name: product.order_share if own is None else own.get(name, 0.0) for name, product in products.items()}

    # --- choice

    def choose(self, order: Latent) -> str:
        """A route, "other-gateway" or "not-bought"."""
        choice = self.scenario.market.origins[order.origin].choice
        inside, weights = self.weights(order, choice)
        shares = choice.reference_shares
        nests = {
            "inside": inside,
            "other-gateway": shares.other_gateway / shares.inside,
            "not-bought": shares.not_bought / shares.inside,
        }
        if not any(nests.values()):
            return "not-bought"
        uniforms = self.world.coarse(order.order_id, "nest", order.origin)
        times = {name: race(u, weight) for (name, weight), u in zip(nests.items(), uniforms, strict=False)}
        winner = min(times, key=times.__getitem__)
        if winner != "inside":
            return winner
        times = {name: race(self.world.coarse(order.order_id, "choose", name)[0], w) for name, w in weights.items()}
        return min(times, key=times.__getitem__)

    def weights(self, order: Latent, choice: Choice) -> tuple[float, dict[str, float]]:
        """What the inside weighs, and each route that can be taken, under the switches of the feedback."""
        feedback = self.scenario.market.feedback
        now = [name for name in self.scenario.routes if self.is_offered(name, order) and self.is_open(name, order.at)]
        then = [
            name
            for name, route in self.scenario.routes.items()
            if route.is_open and self.is_offered(name, order, is_described=True)
        ]
        current = {name: math.exp(self.utility(name, order, choice) / choice.dissimilarity) for name in now}
        logsum = sum(current.values())
        if not feedback.induced_demand:
            logsum = sum(self.described_weight(name, order, choice) for name in then)
        if not feedback.route_shift:
            current = {name: self.described_weight(name, order, choice) for name in now}
        return (logsum**choice.dissimilarity if now and logsum else 0.0), current

    def described_weight(self, route_name: str, order: Latent, choice: Choice) -> float:
        """Weight of a route with all as described, at the promised service."""
        cost = self.promised_cost(route_name, order.region, order.product, choice)
        utility = self.constant(route_name, choice) - choice.price_weight * cost
        return math.exp(utility / choice.dissimilarity)

    def serves(self, route_name: str, origin: str, region: str, product: str) -> bool:
        """Whether a route of this origin serves the region and carries the product."""
        route = self.scenario.routes[route_name]
        carries = route.products is None or product in route.products
        return route.origin == origin and region in route.promise and carries

    def is_offered(self, route_name: str, order: Latent, *, is_described: bool = False) -> bool:
        """Whether the order can take the route, be it open or not; now, or as described and unchanged."""
        if not self.serves(route_name, order.origin, order.region, order.product):
            return False
        now = None if is_described else order.at
        return all(
            self.admits(warehouse, order.seller_class, now)
            and self.assortment(warehouse, order.product, now) > order.rank
            for warehouse in self.warehouses(route_name, order.region, now)
        )

    def warehouses(self, route_name: str, region: str, now: int | None) -> list[str]:
        """Warehouses at which paths begin that have a share of the region; without an instant, as described."""
        route = self.scenario.routes[route_name]
        paths = [path for path, share in self.world.gateways(route_name, region, now).items() if share > 0]
        return [first for path in paths if (first := route.paths[path].steps[0]) in self.scenario.warehouses]

    def admits(self, warehouse: str, seller_class: str, now: int | None) -> bool:
        """Whether a warehouse is for sellers of the class; without an instant, as described and unchanged."""
        users = self.scenario.warehouses[warehouse].users
        if users is None:
            return True
        described = users.get(seller_class, False)
        if now is None or seller_class not in users:
            return described
        return self.world.numbers.switch(f"warehouses.{warehouse}.users.{seller_class}", described, now)

    def assortment(self, warehouse: str, product: str, now: int | None) -> float:
        """Share of a product's orders whose goods a warehouse stocks; without an instant, as described."""
        stock = self.scenario.warehouses[warehouse].stock.get(product)
        if stock is None or now is None:
            return 0.0 if stock is None else stock.assortment
        return self.world.numbers.number(f"warehouses.{warehouse}.stock.{product}.assortment", stock.assortment, now)

    def is_open(self, route_name: str, now: int) -> bool:
        """Whether orders may choose the route."""
        base = self.scenario.routes[route_name].is_open
        return self.world.numbers.switch(f"routes.{route_name}.is_open", base, now)

    def utility(self, route_name: str, order: Latent, choice: Choice) -> float:
        """Systematic utility with what is true at the order's instant."""
        price = self.price(route_name, order.product, order.at)
        days, spread = self.expected[route_name, order.region]
        path = f"market.origins.{order.origin}.choice.trust"
        trust = self.world.numbers.number(path, choice.trust, order.at) - choice.trust
        felt = generalised_price(choice, price, days, spread) - trust
        return self.constant(route_name, choice) - choice.price_weight * felt

    def constant(self, route_name: str, choice: Choice) -> float:
        """The constant with which the route, or the one it is like, has its reference share at the promised service."""
        route_name = choice.like.get(route_name, route_name)
        name = self.scenario.routes[route_name].origin
        if name not in self.constants:
            self.constants[name] = self.fitted(name, choice)
        return self.constants[name][route_name]

    def fitted(self, name: str, choice: Choice) -> dict[str, float]:
        """Constants of all routes that have a reference share, moved towards their shares until those hold."""
        routes = [route for route in self.scenario.routes if route in choice.reference_shares.routes]
        constants = {route: self.first_constant(route, choice) for route in routes}
        groups = list(self.groups(name, routes))
        fitting = sorted({route for _, costs in groups for route in costs}, key=routes.index)
        shares = choice.reference_shares
        of_all = sum(shares.routes[route] for route in fitting)
        total = shares.inside + shares.other_gateway + shares.not_bought
        miss = math.inf
        while miss > 1e-13:
            predicted = predicted_shares(groups, constants, choice)
            misses = {
                route: math.log(shares.inside / total * shares.routes[route] / of_all / predicted[route])
                for route in fitting
            }
            if max(map(abs, misses.values()), default=0.0) >= miss:
                break  # no more than rounding is left
            miss = max(map(abs, misses.values()), default=0.0)
            for route in fitting:
                constants[route] += choice.dissimilarity * misses[route]
        return constants

    def groups(self, name: str, routes: list[str]) -> Iterator[tuple[float, dict[str, float]]]:
        """Shares of the orders that are alike as described, each with the promised costs of what it is offered."""
        origin = self.scenario.market.origins[name]
        ends = {stock.assortment for house in self.scenario.warehouses.values() for stock in house.stock.values()}
        bounds = sorted({0.0, 1.0} | {end for end in ends if 0 < end < 1})
        for region, of_region in self.region_shares(origin).items():
            for product, of_product in self.product_shares(origin).items():
                for seller_class, of_class in self.class_shares(origin).items():
                    for low, high in itertools.pairwise(bounds):
                        share = of_region * of_product * of_class * (high - low)
                        alike = Latent(0, 0, name, region, product, seller_class, (low + high) / 2)
                        costs = {
                            route: self.promised_cost(route, region, product, origin.choice)
                            for route in routes
                            if self.is_offered(route, alike, is_described=True)
                        }
                        if share > 0:
                            yield share, costs

    def promised_cost(self, route_name: str, region: str, product: str, choice: Choice) -> float:
        """Generalised cost at the promise, as described."""
        price = self.price(route_name, product, None)
        return generalised_price(choice, price, *self.promised[route_name, region])

    def first_constant(self, route_name: str, choice: Choice) -> float:
        """The constant of a route that is offered to all at its mean cost."""
        origin = self.scenario.market.origins[self.scenario.routes[route_name].origin]
        total = weight = 0.0
        for region, product, share in self.served(route_name, origin):
            total += share * self.promised_cost(route_name, region, product, choice)
            weight += share
        if weight == 0:
            return 0.0
        share = choice.reference_shares.routes[route_name]
        return choice.dissimilarity * math.log(share) + choice.price_weight * total / weight

    def served(self, route_name: str, origin: Origin) -> Iterator[tuple[str, str, float]]:
        """Regions and products of a route, each pair with its share of the orders."""
        name = self.scenario.routes[route_name].origin
        for region, region_share in self.region_shares(origin).items():
            for product, product_share in self.product_shares(origin).items():
                if self.serves(route_name, name, region, product):
                    yield region, product, region_share * product_share

    def price(self, route_name: str, product: str, now: int | None) -> float:
        """Tariff at the product's mean weight, less the subsidy; without an instant, as described and unchanged."""
        route = self.scenario.routes[route_name]
        subsidy = route.subsidy
        is_special = product in route.tariff_by_product
        tariff = route.tariff_by_product[product] if is_special else route.tariff
        if now is not None:
            path = f"routes.{route_name}.{f'tariff_by_product.{product}' if is_special else 'tariff'}"
            fixed = self.world.numbers.number(f"{path}.fixed", tariff.fixed_cny, now)
            tariff = Tariff(fixed, self.world.numbers.number(f"{path}.per_kg", tariff.per_kg_cny, now))
            subsidy = self.world.numbers.number(f"routes.{route_name}.subsidy", subsidy, now)
        mean_grams = distributions.mean(distributions.table(self.scenario.products[product].weight))
        return max(0.0, tariff.fixed_cny + tariff.per_kg_cny * mean_grams / 1000 - subsidy)

    # --- what the market knows

    def note(self, order: Order, ready_at: int) -> None:
        """A parcel will be ready for collection at an instant."""
        self.became_ready.append((order.route, order.region, ready_at, ready_at - order.ordered_at))

    def review(self, monday: int) -> None:
        """The weekly review by what became ready for collection in the past week."""
        rule = self.scenario.market.review
        for (route, region), promised in self.promised.items():
            hit = [t for r, g, at, t in self.became_ready if (r, g) == (route, region) and monday - WEEK <= at < monday]
            if len(hit) >= rule.minimum_parcels:
                goal, pace = observed(hit), rule.smoothing
            else:
                goal, pace = promised, rule.relaxation
            known = self.expected[route, region]
            self.expected[route, region] = tuple(x + pace * (y - x) for x, y in zip(known, goal, strict=True))
            self.world.trace.expectations.append(Expectation(monday, route, region, *self.expected[route, region]))


def predicted_shares(
    groups: list[tuple[float, dict[str, float]]], constants: dict[str, float], choice: Choice
) -> dict[str, float]:
    """Share of all orders that takes each route, of groups of orders with the costs of what they are offered."""
    shares = choice.reference_shares
    outside = (shares.other_gateway + shares.not_bought) / shares.inside
    taken = dict.fromkeys(constants, 0.0)
    for share, costs in groups:
        weights = {
            route: math.exp((constants[route] - choice.price_weight * cost) / choice.dissimilarity)
            for route, cost in costs.items()
        }
        inside = sum(weights.values()) ** choice.dissimilarity if weights else 0.0
        for route, weight in weights.items():
            taken[route] += share * inside / (inside + outside) * weight / sum(weights.values())
    of_all = sum(share for share, _ in groups)
    return {route: share / of_all for route, share in taken.items()}


def generalised_price(choice: Choice, price: float, days: float, spread: float) -> float:
    """Price, with time and unreliability at their worth."""
    return price + choice.value_of_time * days + choice.value_of_reliability * spread


def instant_in_week(cumulative: list[float], u: float) -> int:
    """Ticks into the week at which a share ``u`` of its orders has come."""
    p = u * cumulative[168]
    hour = max(h for h in range(168) if cumulative[h] <= p and cumulative[h + 1] > cumulative[h])
    part = (p - cumulative[hour]) / (cumulative[hour + 1] - cumulative[hour])
    return hour * HOUR + min(math.floor(part * 3.6e9), HOUR - 1)


def observed(times: list[int]) -> tuple[float, float]:
    """Mean and p90 less p50 of door-to-door times, in days; times to the second, percentiles to the hour."""
    hours = sorted(time // HOUR for time in times)
    p50, p90 = (hours[math.ceil(tenths * len(hours) / 10) - 1] for tenths in (5, 9))
    seconds = [(time + SECOND // 2) // SECOND for time in times]
    return sum(seconds) / len(seconds) * SECOND / DAY, (p90 - p50) * HOUR / DAY


def mondays(world: World) -> list[int]:
    """Instants of the weekly review, after the start and before the end."""
    first = (world.start // WEEK + 1) * WEEK
    return list(range(first, world.end, WEEK))
