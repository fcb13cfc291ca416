"""From described markets, routes and products to the arrays that orders are decided with."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.actors.market import Market
from sim.actors.offers import Access, Offers
from sim.actors.orders import Expectations, Goods, OriginMarket, Paths, Price, RouteState
from sim.building.network import BuiltNetwork
from sim.building.paths import path_choice
from sim.flow.network import Context
from sim.kernels import distributions
from sim.scenario.scenario import Scenario, World
from sim.scenario.sellers_over_time import Schedules, level_factors
from sim.scenario.targets import mean
from sim.ticks import DAY, EPOCH, midnight
from sim.units import Tariff

KeyOf = Callable[..., np.uint64]


def promised(world: World) -> Expectations:
    """What the routes promise, in days; NaN in regions that a route does not serve."""
    shape = (len(world.routes), len(world.regions))
    days, spread = np.full(shape, np.nan), np.full(shape, np.nan)
    for r, route in enumerate(world.routes.values()):
        for g, region in enumerate(world.regions):
            if region in route.promise:
                days[r, g] = route.promise[region].days / DAY
                spread[r, g] = route.promise[region].spread / DAY
    return Expectations(days, spread)


def route_states(world: World) -> dict[str, RouteState]:
    """The changeable numbers of each route."""
    return {
        name: RouteState(
            is_open=route.is_open,
            tariff=_price(route.tariff),
            by_product={product: _price(tariff) for product, tariff in route.tariff_by_product.items()},
        )
        for name, route in world.routes.items()
    }


def _price(tariff: Tariff) -> Price:
    return Price(tariff.fixed_cny, tariff.per_kg_cny)


def accesses(world: World) -> dict[str, Access]:
    """Who may use each warehouse and what it stocks, as it may change."""
    return {
        name: Access(
            users=None if warehouse.users is None else dict(warehouse.users),
            assortment={product: stock.assortment for product, stock in warehouse.stock.items()},
        )
        for name, warehouse in world.warehouses.items()
    }


def build_market(
    world: Scenario,
    built: BuiltNetwork,
    context: Context,
    key_of: KeyOf,
    start_from: Expectations,
    states: Mapping[str, RouteState],
    access: Mapping[str, Access],
    schedules: Schedules,
) -> Market:
    """The market of all origins of a world; ``schedules`` by dotted path."""
    promise = promised(world)
    goods = _goods(world)
    origins = []
    for number, (name, origin) in enumerate(world.market.origins.items()):
        routes = [route for route in world.routes if world.routes[route].origin == name]
        regions, products = world.regions, world.products
        region_shares = [(origin.region_shares or {}).get(g, regions[g].order_share) for g in regions]
        product_shares = [(origin.product_shares or {}).get(p, products[p].order_share) for p in products]
        origins.append(
            OriginMarket(
                name,
                origin,
                number=number,
                utc_offset=world.places[name].utc_offset,
                route_numbers=np.array([list(world.routes).index(route) for route in routes]),
                offers=_offers(world, name, routes, access),
                promise=promise,
                goods=goods,
                paths=_paths(world, built, routes),
                region_shares=np.array(region_shares),
                product_shares=np.array(product_shares),
                level_of_day=_level_of_day(world, name, schedules),
                key_of=key_of,
                route_names=routes,
                parcels_per_row=world.parcels_per_row,
                routes=[states[route] for route in routes],
            )
        )
    return Market(
        world.market.review, origins, promise, start_from, built.network, context.parcels, context.record, context.log
    )


def _level_of_day(world: Scenario, origin: str, schedules: Schedules) -> Callable[[int], float]:
    """Level of a day, counted from the epoch, under the dated changes of it and those of the active sellers."""
    base, schedule = world.market.origins[origin].level, schedules.get(f"market.origins.{origin}.level", ())
    shift = midnight(EPOCH, world.places[origin].utc_offset)  # of its midnight against Beijing's, of the same date
    first_day = (midnight(world.horizon.start) - world.horizon.warm_up) // DAY
    factors = level_factors(world, origin, schedules)

    def level(day: int) -> float:
        value = base
        for at, changed in schedule:
            if at - shift <= day * DAY:
                value = float(changed)
        return value if factors is None else value * factors[min(max(day - first_day, 0), len(factors) - 1)]

    return level


def _offers(world: World, origin: str, routes: Sequence[str], access: Mapping[str, Access]) -> Offers:
    """What the orders of an origin are offered, by the warehouses at the head of its routes' paths."""
    heads = {}
    for r, name in enumerate(routes):
        for g, region in enumerate(world.regions):
            paths = world.routes[name].gateways.get(region, {})
            first = [world.routes[name].paths[path].steps[0] for path in ([paths] if isinstance(paths, str) else paths)]
            if found := [access[step] for step in dict.fromkeys(first) if step in access]:
                heads[g, r] = found
    classes = world.market.origins[origin].sellers.classes or {"": 1.0}
    return Offers(_serves(world, routes), classes, list(world.products), heads)


def _serves(world: World, routes: Sequence[str]) -> np.ndarray:
    """Whether a route serves a region and carries a product: bool[regions, products, routes]."""
    result = np.zeros((len(world.regions), len(world.products), len(routes)), np.bool_)
    for r, name in enumerate(routes):
        route = world.routes[name]
        for g, region in enumerate(world.regions):
            for p, product in enumerate(world.products):
                carries = route.products is None or product in route.products
                result[g, p, r] = carries and region in route.promise
    return result


def _goods(world: World) -> Goods:
    weights = [distributions.table(product.weight) for product in world.products.values()]
    values = [distributions.table(product.value) for product in world.products.values()]
    parts_from = np.array([np.cumsum([0, *map(len, tables)]) for tables in (weights, values)])
    return Goods(
        names=list(world.products),
        mean_kg=np.array([mean(product.weight) / 1000 for product in world.products.values()]),
        weight_parts=np.concatenate(weights),
        value_parts=np.concatenate(values),
        parts_from=parts_from,
        densities=np.array([product.density for product in world.products.values()]),
    )


def _paths(world: World, built: BuiltNetwork, routes: Sequence[str]) -> Paths:
    shares, numbers, first = path_choice(world, built.paths, routes)
    first_nodes = built.first_nodes[: len(built.paths)]
    nodes = list(dict.fromkeys(first_nodes))
    return Paths(
        shares=shares,
        numbers=numbers,
        first=first,
        first_nodes=nodes,
        node_of_path=np.array([nodes.index(node) for node in first_nodes]),
    )
