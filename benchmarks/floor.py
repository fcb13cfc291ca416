"""The floor of H: draw what the year needs, with the product's own luck and distributions, and sort once. No queue.

What is drawn follows from the scenario:

- for every latent order the luck of its birth, kind and nest: the instant in the week, the mark, region, product and
  the race of three exponentials; for every placed order one exponential for each route it may take;
- for every placed order the luck of its goods (weight and value by their distributions), of its path where its region
  has several, and of loss on routes that lose;
- for every step, for as many orders as pass it in expectation (placed orders by route, region and product, times the
  shares of paths, losses and examinations), one block of luck and from it the service, the dwell or both, as far as
  they are random; the selection of customs; the time of the last mile.

Things that a block of luck is drawn for are the ids of placed orders, one after the other in memory. Nothing is kept
of a draw but a sum, so that it cannot be left out. Each placed instant is sorted once, with those of its week, which
puts all in order and costs less than one sort of the year. Choice is that at the promised service: there is no
feedback without a simulation.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from sim import luck
from sim.building.market import _serves, promised
from sim.calendars import hourly_orders
from sim.ids import MAX_LAYERS, first_order_id
from sim.kernels import births, choice, distributions
from sim.kernels.births import first_above, instant_in_week
from sim.kernels.distributions import quantile_between, whole_many
from sim.luck import coarse, fill_fine, fine, words
from sim.scenario.base import Distribution
from sim.scenario.scenario import Scenario
from sim.scenario.stations import Queue
from sim.scenario.targets import mean
from sim.ticks import WEEK, midnight

_BATCH = 1024


@dataclass
class Drawn:
    """What was drawn: orders, and blocks of luck and quantiles by purpose."""

    n_latent: int = 0
    n_placed: int = 0
    blocks: Counter[str] = field(default_factory=Counter)
    quantiles: Counter[str] = field(default_factory=Counter)
    checksum: float = 0.0

    def figures(self) -> dict[str, float]:
        """Counts as plain numbers."""
        purposes = {f"blocks_{name}": float(n) for name, n in self.blocks.items()}
        quantiles = {f"quantiles_{name}": float(n) for name, n in self.quantiles.items()}
        return {"latent": float(self.n_latent), "placed": float(self.n_placed), **purposes, **quantiles}


def floor(scenario: Scenario) -> Drawn:
    """Draw for all orders of the horizon of a scenario with one origin, and sort."""
    drawn = Drawn()
    (origin,) = scenario.market.origins
    at, ids, cells = _orders(scenario, origin, drawn)
    _describe(scenario, origin, ids, cells, drawn)
    _travel(scenario, ids, cells, drawn)
    drawn.checksum += float(at[-1])
    return drawn


def _orders(scenario: Scenario, name: str, drawn: Drawn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latent orders and their choices: instants in order, ids of the placed, and placed by (route, region, product)."""
    origin = scenario.market.origins[name]
    key = _keys(scenario)
    keys = np.array([key(purpose, name) for purpose in ("birth", "kind", "nest")])
    routes = list(scenario.routes)
    route_keys = np.array([key("choose", route) for route in routes])
    shares = [np.cumsum([t.order_share for t in things.values()]) for things in (scenario.regions, scenario.products)]
    nest_weights, route_weights = _race_weights(scenario, name)
    cells = np.zeros((len(routes), len(scenario.regions), len(scenario.products)), np.int64)
    start, end = midnight(scenario.horizon.start), midnight(scenario.horizon.end)
    weeks = range(start // WEEK, -(-end // WEEK))
    expected = [hourly_orders(origin, scenario.places[name].utc_offset, week) for week in weeks]
    room = round(1.1 * origin.level * sum(cumulative[-1] for cumulative in expected)) + 1000
    at, ids = np.empty(room, np.int64), np.empty(room, np.int64)  # memory is taken where it is written to
    n_races = 0
    for week, cumulative in zip(weeks, expected, strict=True):
        window = np.array([max(start - week * WEEK, 0), min(end - week * WEEK, WEEK)])
        n_before = drawn.n_placed
        for layer in range(math.ceil(origin.level * 4)):
            u, _ = luck.uniforms(key("count", name), week * MAX_LAYERS + layer)
            n = births.poisson_quantile(u, cumulative[-1] / 4)
            first = first_order_id(name, week, layer)
            n_latent, drawn.n_placed, races = _decide(
                keys,
                route_keys,
                first,
                n,
                week * WEEK,
                cumulative,
                births.guide(cumulative),
                window,
                layer,
                origin.level,
                *shares,
                nest_weights,
                route_weights,
                cells,
                at,
                ids,
                drawn.n_placed,
            )
            drawn.n_latent += n_latent
            n_races += races
            drawn.blocks.update(birth=n, kind=n, nest=n)
        at[n_before : drawn.n_placed].sort()
    drawn.blocks["choose"] = n_races
    return at[: drawn.n_placed], ids[: drawn.n_placed], cells


@njit(cache=True)
def _blocks(key, first, n, out):  # type: ignore[no-untyped-def]
    """Blocks of luck of ``n`` consecutive things: uint32[4, n]."""
    for i in range(n):
        a, b, c, d = words(key, first + i, 0)
        out[0, i], out[1, i], out[2, i], out[3, i] = a, b, c, d


@njit(cache=True)
def _decide(
    keys,
    route_keys,
    first,
    n,
    week_start,
    cumulative,
    start_hours,
    window,
    layer,
    level,
    region_shares,
    product_shares,
    nest_weights,
    route_weights,
    cells,
    at_out,
    ids_out,
    n_out,
):  # type: ignore[no-untyped-def]
    """The draws of one layer of a week; see `sim.kernels.births.decide_layer` for the arrays."""
    birth, kind, nest = np.empty((3, 4, _BATCH), np.uint32)
    n_latent = n_races = 0
    for batch in range(0, n, _BATCH):
        size = min(_BATCH, n - batch)
        _blocks(keys[0], first + batch, size, birth)
        _blocks(keys[1], first + batch, size, kind)
        _blocks(keys[2], first + batch, size, nest)
        for i in range(size):
            at = instant_in_week(fine(birth[0, i], birth[1, i]), cumulative, start_hours)
            if at < window[0] or at >= window[1] or (layer + fine(birth[2, i], birth[3, i])) * 0.25 >= level:
                continue
            n_latent += 1
            region = first_above(region_shares, coarse(kind[0, i]))
            product = first_above(product_shares, coarse(kind[1, i]))
            weight = nest_weights[region, product]
            best, chosen = np.inf, 2
            for j in range(3):
                if weight[j] > 0.0:
                    race = -math.log(coarse(nest[j, i])) / weight[j]
                    if race < best:
                        best, chosen = race, j
            if chosen > 0:
                continue
            route, best = 0, np.inf
            for j in range(route_keys.shape[0]):
                if route_weights[region, product, j] > 0.0:
                    a, _, _, _ = words(route_keys[j], first + batch + i, 0)
                    race = -math.log(coarse(a)) / route_weights[region, product, j]
                    n_races += 1
                    if race < best:
                        best, route = race, j
            cells[route, region, product] += 1
            at_out[n_out], ids_out[n_out] = week_start + at, first + batch + i
            n_out += 1
    return n_latent, n_out, n_races


@njit(cache=True)
def _draw(first, second, key, ids):  # type: ignore[no-untyped-def]
    """One block for each id, and from it a value of each of two distributions (tables; an empty one draws nothing)."""
    one, two, out = np.empty(_BATCH), np.empty(_BATCH), np.empty(_BATCH, np.int64)
    total = 0
    for start in range(0, ids.shape[0], _BATCH):
        size = min(_BATCH, ids.shape[0] - start)
        fill_fine(key, ids[start : start + size], one, two)
        if first.shape[0] > 0:
            whole_many(first, one[:size], 0, out[:size])
            for i in range(size):
                total += out[i]
        if second.shape[0] > 0:
            whole_many(second, two[:size], 0, out[:size])
            for i in range(size):
                total += out[i]
        if first.shape[0] == 0 and second.shape[0] == 0:
            for i in range(size):
                total += one[i] < 0.5
    return total


NOTHING = np.empty((0, 5))


def _race_weights(scenario: Scenario, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the races at the promised service: see `sim.kernels.choice.nest_and_route_weights`."""
    c, promise = scenario.market.origins[name].choice, promised(scenario)
    service = np.nan_to_num(c.value_of_time * promise.days + c.value_of_reliability * promise.spread).T
    price = np.array(
        [
            [
                (tariff := route.tariff_by_product.get(p, route.tariff)).fixed_cny
                + tariff.per_kg_cny * mean(product.weight) / 1000
                for route in scenario.routes.values()
            ]
            for p, product in scenario.products.items()
        ]
    )
    cost = service[:, None, :] + price[None, :, :]
    serves = _serves(scenario, list(scenario.routes))
    cells = np.outer(*([t.order_share for t in things.values()] for things in (scenario.regions, scenario.products)))
    shares = c.reference_shares
    of_routes = np.array([shares.routes[route] for route in scenario.routes])
    outside = (shares.other_gateway / shares.inside, shares.not_bought / shares.inside)
    constants = choice.reference_constants(
        choice.Reference(
            cost=cost,
            serves=serves,
            offered=serves[None],
            order_shares=cells[None],
            shares=of_routes,
            outside=sum(outside),
            price_weight=c.price_weight,
            dissimilarity=c.dissimilarity,
        )
    )
    nest, routes = choice.nest_and_route_weights(
        constants - c.price_weight * cost, serves[None], c.dissimilarity, outside
    )
    return nest[0], routes[0]


def _describe(scenario: Scenario, name: str, ids: np.ndarray, cells: np.ndarray, drawn: Drawn) -> None:
    """Goods of all placed orders, paths where there are several, losses on routes that lose."""
    key = _keys(scenario)
    taken = 0
    for n, product in zip(cells.sum((0, 1)).tolist(), scenario.products.values(), strict=True):
        tables = distributions.table(product.weight), distributions.table(product.value)
        drawn.checksum += _draw(*tables, key("goods", name), ids[taken : taken + n])
        taken += n
    drawn.blocks["goods"] = taken
    drawn.quantiles["goods"] = 2 * taken
    for (route, described), by_region in zip(scenario.routes.items(), cells.sum(2), strict=True):
        choices = [not isinstance(described.gateways.get(region, ""), str) for region in scenario.regions]
        n = int(by_region[choices].sum())
        drawn.checksum += _draw(NOTHING, NOTHING, key("path", route), ids[:n])
        drawn.blocks["path"] += n
        if described.loss and described.loss.share:
            n = int(by_region.sum())
            drawn.checksum += _draw(NOTHING, NOTHING, key("loss", route), ids[:n])
            drawn.blocks["loss"] += n


def _travel(scenario: Scenario, ids: np.ndarray, cells: np.ndarray, drawn: Drawn) -> None:
    """All draws of stations, customs and last miles, for the expected number of orders that pass each."""
    key = _keys(scenario)
    products = list(scenario.products)
    for step, passing in _passing(scenario, cells).items():
        by_product = passing.sum(0)
        if step[0] in scenario.stations:
            _queue(scenario.stations[step[0]], key("station", step[0]), by_product.sum(), ids, drawn, "station")
        elif step[0] in scenario.customs:
            customs = scenario.customs[step[0]]
            if customs.release:
                _queue(customs.release, key("release", step[0]), by_product.sum(), ids, drawn, "release")
            if examination := customs.examination:
                n = round(by_product.sum())
                drawn.checksum += _draw(NOTHING, NOTHING, key("selection", step[0]), ids[:n])
                drawn.blocks["selection"] += n
                share = np.array([examination.share_by_product.get(p, examination.share) for p in products])
                if examination.share_above_duty_free is not None and customs.duty_free_limit is not None:
                    above = np.array(
                        [_share_above(scenario.products[p].value, customs.duty_free_limit) for p in products]
                    )
                    share = share * (1 - above) + examination.share_above_duty_free * above
                n_examined = (by_product * share).sum()
                _queue(examination, key("examination", step[0]), n_examined, ids, drawn, "examination")
        elif step[0] in scenario.last_miles:
            times = scenario.last_miles[step[0]].times[step[1]]
            for n, region in zip(passing.sum(1), scenario.regions, strict=True):
                if n:
                    table = distributions.table(times[region])
                    drawn.checksum += _draw(table, NOTHING, key("last-mile", step[0]), ids[: round(n)])
                    drawn.blocks["last-mile"] += round(n)
                    drawn.quantiles["last-mile"] += round(n)


def _passing(scenario: Scenario, cells: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Expected orders (float64[regions, products]) by step and, for last miles, place of entry."""
    result: dict[tuple[str, str], np.ndarray] = {}
    for r, route in enumerate(scenario.routes.values()):
        for path, part in _paths(scenario, route.gateways):
            orders = cells[r] * part[:, None]
            entry = ""
            for step in route.paths[path].steps:
                if route.loss and route.loss.at == step:
                    orders = orders * (1 - route.loss.share)
                entry = scenario.lanes[step].to if step in scenario.lanes else entry
                where = (step, entry if step in scenario.last_miles else "")
                result[where] = result.get(where, 0) + orders
    return result


def _paths(scenario: Scenario, gateways: dict) -> Iterator[tuple[str, np.ndarray]]:  # type: ignore[type-arg]
    """Each path of a route with the share of every region's orders that takes it."""
    by_region = [
        {of_region: 1.0} if isinstance(of_region, str) else of_region
        for of_region in (gateways.get(g, {}) for g in scenario.regions)
    ]
    for path in dict.fromkeys(path for shares in by_region for path in shares):
        yield path, np.array([shares.get(path, 0.0) for shares in by_region])


def _queue(queue: Queue, key: np.uint64, n: float, ids: np.ndarray, drawn: Drawn, purpose: str) -> None:
    tables = [_random(queue.service), _random(queue.dwell)]
    if n_random := sum(len(table) > 0 for table in tables):
        drawn.checksum += _draw(*tables, key, ids[: round(n)])
        drawn.blocks[purpose] += round(n)
        drawn.quantiles[purpose] += n_random * round(n)


def _random(distribution: Distribution | None) -> np.ndarray:  # type: ignore[type-arg]
    """The table of a distribution; an empty one where nothing is random."""
    if distribution is None or all(part.distribution == "constant" for part in distribution.parts):
        return NOTHING
    return distributions.table(distribution)


def _share_above(distribution: Distribution, limit: float) -> float:  # type: ignore[type-arg]
    """Share of a distribution above a limit, to 1e-4."""
    return float((_evenly(distributions.table(distribution)) > limit).mean())


@njit(cache=True)
def _evenly(table):  # type: ignore[no-untyped-def]
    """Ten thousand quantiles, evenly apart."""
    out = np.empty(10_000)
    for i in range(10_000):
        out[i] = quantile_between(table, 0, table.shape[0], (i + 0.5) / 10_000)
    return out


def _keys(scenario: Scenario):  # type: ignore[no-untyped-def]
    return lambda *purpose: luck.key(scenario.seed, 0, *purpose)
