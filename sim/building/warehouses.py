"""From described warehouses and returns to shelves, stock reviews, and what becomes of delivered parcels."""

from collections.abc import Callable, Sequence

import numpy as np

from sim.actors.reviews import StockReview, StockRule
from sim.building.network import BuiltNetwork
from sim.flow.replenishment import Supply
from sim.scenario.containers import HEAVIEST
from sim.scenario.itineraries import accounts
from sim.scenario.pieces import piece_cm3, piece_grams
from sim.scenario.scenario import World
from sim.scenario.warehouses import Stock

KeyOf = Callable[..., np.uint64]
MOST_PIECES = 10**9


def stock_reviews(world: World, built: BuiltNetwork) -> dict[str, StockReview]:
    """The reviews of each warehouse."""
    return {
        name: StockReview(
            warehouse=built.warehouses[name],
            every=warehouse.review_every,
            rules=_rules(world, warehouse.stock),
            supply=_supply(world, built, name),
        )
        for name, warehouse in world.warehouses.items()
    }


def _rules(world: World, stock: dict[str, Stock]) -> Sequence[StockRule]:
    return [
        StockRule(number, stock[name].reorder_point, stock[name].order_up_to, stock[name].quantity)
        for number, name in enumerate(world.products)
        if name in stock
    ]


def _supply(world: World, built: BuiltNetwork, name: str) -> Supply:
    load = world.warehouses[name].replenishment.load
    path = next(i for i, way in enumerate(built.itineraries) if (way.kind, way.owner) == ("load", name))
    room = [min(load.mass or HEAVIEST, HEAVIEST), min(load.volume or HEAVIEST, HEAVIEST), load.pieces or MOST_PIECES]
    return Supply(
        first=built.first_nodes[path],
        path=path,
        account=accounts(world).index(name, len(world.routes) + len(world.freight)),
        grams=np.array([piece_grams(product) for product in world.products.values()], np.int64),
        cm3=np.array([piece_cm3(product) for product in world.products.values()], np.int64),
        room=np.array(room, np.int64),
    )
