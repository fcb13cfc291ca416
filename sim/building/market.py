"""From described markets, routes and products to the arrays that orders are decided with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.actors.levels import Levels
from sim.actors.market import Market
from sim.actors.offers import Access, Head, Offers
from sim.actors.orders import Goods, OriginMarket, Paths
from sim.actors.weighing import Expectations, OriginState, Price, RouteState
from sim.building.network import BuiltNetwork
from sim.flow.network import Context
from sim.kernels import distributions
from sim.scenario.gateways import candidates
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


@dataclass(frozen=True)
class States:
    """What dated changes may change of what orders choose by, by name of the route, warehouse and origin."""

    routes: dict[str, RouteState]
    access: dict[str, Access]
    origins: dict[str, OriginState]


def states(world: World) -> States:
    """The changeable numbers that orders choose by, as described."""
    origins = world.market.origins.items()
    return States(
        _route_states(world), _accesses(world), {name: OriginState(origin.choice.trust) for name, origin in origins}
    )


def _route_states(world: World) -> dict[str, RouteState]:
    return {
        name: RouteState(
            is_open=route.is_open,
            tariff=_price(route.tariff),
            by_product={product: _price(tariff) for product, tariff in route.tariff_by_product.items()},
            subsidy=route.subsidy,
        )
        for name, route in world.routes.items()
    }


def _price(tariff: Tariff) -> Price:
    return Price(tariff.fixed_cny, tariff.per_kg_cny)


def _accesses(world: World) -> dict[str, Access]:
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
    states: States,
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
                world.market.feedback,
                number=number,
                utc_offset=world.places[name].utc_offset,
                route_numbers=np.array([list(world.routes).index(route) for route in routes]),
                offers=_offers(world, built, routes, states.access),
                promise=promise,
                goods=goods,
                paths=_paths(built),
                region_shares=np.array(region_shares),
                product_shares=np.array(product_shares),
                levels=_levels(world, name, schedules),
                state=states.origins[name],
                key_of=key_of,
                route_names=routes,
                parcels_per_row=world.parcels_per_row,
                routes=[states.routes[route] for route in routes],
            )
        )
    return Market(
        world.market, origins, promise, start_from, built.network, context.parcels, context.record, context.log
    )


def _levels(world: Scenario, origin: str, schedules: Schedules) -> Levels:
    """Levels of the days under the dated changes of them and those of the active sellers."""
    described, stem = world.market.origins[origin], f"market.origins.{origin}"
    shift = midnight(EPOCH, world.places[origin].utc_offset)  # of its midnight against Beijing's, of the same date
    first_day = (midnight(world.horizon.start) - world.horizon.warm_up) // DAY
    factors = level_factors(world, origin, schedules)
    own = _by_day(described.level, schedules.get(f"{stem}.level", ()), shift)

    def level(day: int) -> float:
        return own(day) if factors is None else own(day) * factors[min(max(day - first_day, 0), len(factors) - 1)]

    changes = {product: schedules.get(f"{stem}.product_levels.{product}", ()) for product in world.products}
    bases = {product: described.product_levels.get(product, 1.0) for product in world.products}
    if not any(changes.values()) and set(bases.values()) == {1.0}:
        return Levels(level, None)
    return Levels(level, [_by_day(bases[product], changes[product], shift) for product in world.products])


def _by_day(base: float, schedule: Sequence[tuple[int, float | bool]], shift: int) -> Callable[[int], float]:
    """A number on a Beijing day, counted from the epoch: as it is on the day of the same date elsewhere."""

    def number(day: int) -> float:
        value = base
        for at, changed in schedule:
            if at - shift <= day * DAY:
                value = float(changed)
        return value

    return number


def _offers(world: World, built: BuiltNetwork, routes: Sequence[str], access: Mapping[str, Access]) -> Offers:
    """What the orders of an origin are offered on its routes, by the warehouses at the head of their paths."""
    changes = [change for change in world.changes.values() if ".gateways." in change.change]
    heads = {}
    for r, name in enumerate(routes):
        for g, region in enumerate(world.regions):
            paths = list(candidates(world.routes[name], region, changes, name))
            if found := _heads(world, built, access, name, g, paths):
                heads[g, r] = found
    classes = world.market.origins[world.routes[routes[0]].origin].sellers.classes or {"": 1.0}
    return Offers(_serves(world, routes), classes, list(world.products), heads)


def _heads(
    world: World, built: BuiltNetwork, access: Mapping[str, Access], route: str, region: int, paths: Sequence[str]
) -> list[Head]:
    """The warehouses at which some paths of a route to a region begin."""
    number, by_warehouse = list(world.routes).index(route), dict[str, list[int]]()
    for path in paths:
        first = world.routes[route].paths[path].steps[0]
        if first in access:
            by_warehouse.setdefault(first, []).append(built.paths.index((route, path)))

    def has_share(numbers: Sequence[int]) -> bool:
        return any(built.path_shares.share(number, region, path) > 0 for path in numbers)

    return [Head(access[name], partial(has_share, numbers)) for name, numbers in by_warehouse.items()]


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


def _paths(built: BuiltNetwork) -> Paths:
    first_nodes = built.first_nodes[: len(built.paths)]
    nodes = list(dict.fromkeys(first_nodes))
    return Paths(
        shares=built.path_shares,
        first_nodes=nodes,
        node_of_path=np.array([nodes.index(node) for node in first_nodes]),
    )
