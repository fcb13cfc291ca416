"""The twin: a second program for `docs/model.md`, with one SimPy process per parcel; slow, and plain enough to check.

It shares with the engine the description, the luck and the inverse distributions, and nothing else. The order of one
instant, by SimPy priorities (`world.py`): 1. dated changes, 2. stock reviews by name, 3. the market's review, then
orders and freight, 4. consolidations by name, 5. departures by (lane priority, lane name), 6. completions and what
follows from them, then stock and orders at warehouses, 7. grants of servers by (arrival, id).
"""

from collections.abc import Generator

import simpy

from oracle.freight import batches
from oracle.items import Item
from oracle.journeys import Journeys
from oracle.market import Latent, Market, mondays
from oracle.trace import Order, Trace
from oracle.world import PLACING, REVIEW, At, World
from sim.kernels import distributions
from sim.scenario.scenario import Scenario

Process = Generator[simpy.Event, object, None]


def simulate(scenario: Scenario, replication: int = 0) -> Trace:
    """Run a scenario, parcel by parcel and container by container."""
    if scenario.parcels_per_row != 1 or scenario.market.review.settle_iterations:
        raise ValueError("the twin knows neither rows of several parcels nor settled expectations")
    return Twin(World(scenario, replication)).run()


class Twin:
    """One run."""

    def __init__(self, world: World) -> None:
        self.world, self.env, self.scenario = world, world.env, world.scenario
        self.market = Market(world)
        self.journeys = Journeys(world, self.market.note)

    def run(self) -> Trace:
        """Start everything that acts, and let time pass."""
        self.journeys.start()
        if self.scenario.market.feedback.congestion:
            self.env.process(self.reviews())
        for name in self.scenario.freight:
            for at, containers in batches(self.world, name):
                self.env.process(self.batch(at, containers))
        for order in self.market.latent_orders():
            self.env.process(self.parcel(order))
        self.env.run(until=self.world.end)
        return self.world.trace

    def reviews(self) -> Process:
        """Every Monday."""
        for monday in mondays(self.world):
            yield At(self.env, monday, REVIEW)
            self.market.review(monday)

    # --- one order

    def parcel(self, latent: Latent) -> Process:
        """An order comes, is placed or not, and its parcel travels."""
        yield At(self.env, latent.at, PLACING)
        alternative = self.market.choose(latent)
        self.world.trace.outcomes[latent.origin, alternative] += 1
        if alternative in self.scenario.routes:
            order = self.placed(latent, alternative)
            self.world.trace.orders.append(order)
            way = self.world.way(order.route, order.path)
            volume = self.world.volume(order.product, order.grams)
            yield from self.journeys.travel(Item(order.order_id, way, order.grams, volume, order))

    def placed(self, latent: Latent, route: str) -> Order:
        """The order with its path and its goods."""
        u_weight, u_value = self.world.fine(latent.order_id, "goods", latent.origin)
        product = self.scenario.products[latent.product]
        grams = int(distributions.whole(distributions.table(product.weight), u_weight, 1))
        fen = max(0, round(100 * distributions.quantile(distributions.table(product.value), u_value)))
        path = self.world.gateway(route, latent.region, latent.order_id, latent.at)
        kind = (latent.region, latent.product)
        return Order(latent.order_id, latent.at, latent.origin, route, path, *kind, grams, fen)

    def batch(self, at: int, containers: list[Item]) -> Process:
        """Freight that comes together."""
        yield At(self.env, at, PLACING)
        for container in containers:
            self.journeys.send(container)
