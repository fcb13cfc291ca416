"""Checks that reference shares can be met: that as many orders as should take a route are offered it, as described."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.gateways import described_shares
from sim.scenario.market import Origin
from sim.scenario.scenario import Scenario
from sim.scenario.warehouses import Warehouse

MOST_IN_GROUPS = 12
"""Routes offered to some orders only, up to which every group of them is looked at."""
ROUNDING = 1e-9

Reach = list[float]
"""Share of the goods with which a route is offered, by region, product and class."""


def offered(s: Scenario) -> Iterator[Found]:
    """Routes, and groups of routes, that fewer orders are offered than should take them."""
    for name, origin in s.market.origins.items():
        like = origin.choice.like
        own = [route for route in s.routes if s.routes[route].origin == name and route not in like]
        if own and _has_its_names(s, origin, own):
            for routes, cover, wanted in _too_few(s, origin, own):
                path: Path = ("market", "origins", name, "choice", "reference_shares", "routes")
                at = (*path, routes[0]) if len(routes) == 1 else path
                yield at, _message(routes, cover, wanted), None


def _message(routes: Sequence[str], cover: float, wanted: float) -> str:
    if len(routes) == 1:
        head = f"the route '{routes[0]}' is offered to {100 * cover:.3g} % of orders"
        return f"{head}, less than its reference share of {100 * wanted:.3g} % of them"
    names = ", ".join(f"'{route}'" for route in routes)
    head = f"the routes {names} together are offered to {100 * cover:.3g} % of orders"
    return f"{head}, less than their reference shares of {100 * wanted:.3g} % of them"


def _has_its_names(s: Scenario, origin: Origin, own: Sequence[str]) -> bool:
    """Whether all that is looked up exists; what does not is reported elsewhere."""
    if own and set(own) != origin.choice.reference_shares.routes.keys():
        return False
    of_regions, of_products = origin.region_shares or s.regions, origin.product_shares or s.products
    if of_regions.keys() != s.regions.keys() or of_products.keys() != s.products.keys():
        return False
    return all(path in s.routes[r].paths for r in own for g in s.regions for path in described_shares(s.routes[r], g))


def _too_few(s: Scenario, origin: Origin, own: Sequence[str]) -> Iterator[tuple[Sequence[str], float, float]]:
    """Groups, smallest first and none that holds another; the orders they are offered to; those they should have."""
    weights, reference = _order_shares(s, origin), origin.choice.reference_shares
    reaches = {route: _reach(s, origin, route) for route in own}
    covers = {route: _cover(weights, [reach]) for route, reach in reaches.items()}
    taking_part = sum(reference.routes[route] for route, cover in covers.items() if cover > 0)
    some = [route for route, cover in covers.items() if 0 < cover < 1 - ROUNDING]
    found: list[set[str]] = []
    for size in range(1, (len(some) if len(some) <= MOST_IN_GROUPS else 1) + 1):
        for group in combinations(some, size):
            wanted = reference.inside * sum(reference.routes[route] for route in group) / taking_part
            cover = _cover(weights, [reaches[route] for route in group])
            if wanted > cover + ROUNDING and not any(smaller <= set(group) for smaller in found):
                found.append(set(group))
                yield group, cover, wanted


def _cover(weights: Sequence[float], reaches: Sequence[Reach]) -> float:
    """Share of orders that some of the routes are offered to: the widest of them takes in the others."""
    return float(sum(w * max(some) for w, *some in zip(weights, *reaches, strict=True)) / sum(weights))


def _order_shares(s: Scenario, origin: Origin) -> list[float]:
    """Shares of the orders by region, product and class."""
    of_regions = origin.region_shares or {name: region.order_share for name, region in s.regions.items()}
    of_products = origin.product_shares or {name: goods.order_share for name, goods in s.products.items()}
    classes = _classes(origin).values()
    return [of_regions[g] * of_products[p] * share for g, p, share in product(s.regions, s.products, classes)]


def _classes(origin: Origin) -> Mapping[str, float]:
    return {"": 1.0} if origin.sellers.classes is None else origin.sellers.classes


def _reach(s: Scenario, origin: Origin, name: str) -> Reach:
    route = s.routes[name]
    carried = set(s.products if route.products is None else route.products)
    return [
        min((_stocked(warehouse, p, c) for warehouse in _heads(s, name, g)), default=1.0)
        if g in route.promise and p in carried
        else 0.0
        for g, p, c in product(s.regions, s.products, _classes(origin))
    ]


def _heads(s: Scenario, name: str, region: str) -> list[Warehouse]:
    """The warehouses at which paths begin that have a share of the region."""
    route = s.routes[name]
    firsts = {route.paths[path].steps[0] for path, share in described_shares(route, region).items() if share > 0}
    return [s.warehouses[first] for first in sorted(firsts) if first in s.warehouses]


def _stocked(warehouse: Warehouse, goods: str, seller_class: str) -> float:
    """Share of the goods that sellers of a class can have there."""
    if warehouse.users is not None and not warehouse.users.get(seller_class, False):
        return 0.0
    stock = warehouse.stock.get(goods)
    return stock.assortment if stock else 0.0
