"""The orders of one origin: their birth, their choice by what the market knows, and their way into the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.actors.books import Interval
from sim.actors.levels import Levels
from sim.actors.offers import Offers
from sim.actors.weighing import Expectations, OriginState, RouteState, Weighing, Weights
from sim.calendars import hourly_orders
from sim.flow.network import Node, flat
from sim.flow.parcels import ParcelLog, ParcelTable
from sim.flow.path_shares import PathShares
from sim.ids import MAX_INDEX, MAX_LAYERS, first_order_id
from sim.kernels import births, choice, ordering, tallying
from sim.luck import uniforms
from sim.record import Record
from sim.scenario.market import Feedback, Origin
from sim.ticks import DAY, WEEK

ROWS_A_LAYER_WEEK = 50


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What the kernels need to know of the products."""

    names: Sequence[str]
    mean_kg: np.ndarray
    weight_parts: np.ndarray
    value_parts: np.ndarray
    parts_from: np.ndarray
    densities: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The paths by which orders enter the network, and the nodes at which each path of all routes begins."""

    shares: PathShares
    first_nodes: Sequence[Node]
    node_of_path: np.ndarray


class OriginMarket:
    """Latent orders of one origin: their birth, choice and placement."""

    def __init__(
        self,
        name: str,
        origin: Origin,
        feedback: Feedback,
        *,
        number: int,
        utc_offset: int,
        route_numbers: np.ndarray,
        offers: Offers,
        promise: Expectations,
        goods: Goods,
        paths: Paths,
        region_shares: np.ndarray,
        product_shares: np.ndarray,
        levels: Levels,
        state: OriginState,
        key_of: Callable[..., np.uint64],
        route_names: Sequence[str],
        parcels_per_row: int,
        routes: Sequence[RouteState],
    ) -> None:
        self.name = name
        self._origin = origin
        self._number = number
        self._utc_offset = utc_offset
        self.route_numbers = route_numbers
        self._goods = goods
        self._paths = paths
        self._region_shares = region_shares
        self._product_shares = product_shares
        self._levels = levels
        self._parcels_per_row = parcels_per_row
        self._count_key = key_of("count", name)
        self._keys = np.array([key_of(purpose, name) for purpose in ("birth", "kind", "nest")])
        self._route_keys = np.array([key_of("choose", route) for route in route_names])
        self._goods_key = key_of("goods", name)
        self._weighing = Weighing(
            origin.choice,
            feedback,
            offers=offers,
            products=goods.names,
            mean_kg=goods.mean_kg,
            order_shares=np.outer(region_shares, product_shares),
            promise=promise,
            state=state,
            routes=routes,
            route_names=route_names,
            route_numbers=route_numbers,
        )

    def weights(self, expectations: Expectations) -> Weights:
        """Weights of the races now."""
        return self._weighing.now(expectations)

    def place(
        self,
        start: int,
        end: int,
        expectations: Expectations,
        parcels: ParcelTable,
        record: Record,
        log: ParcelLog | None,
    ) -> None:
        """Let latent orders from ``start`` to before ``end``, in one Beijing week, choose; send off the placed."""
        week, week_start = start // WEEK, start // WEEK * WEEK
        cumulative = hourly_orders(self._origin, self._utc_offset, week)
        levels, by_product = self._levels.of_week(week_start // DAY)
        if cumulative[-1] <= 0 or levels.max() <= 0:
            return
        layers = [self._layer(week, layer, cumulative[-1] / 4) for layer in range(self._n_layers(levels))]
        capacity = sum(rows for _, rows, _ in layers)
        instant, what = np.empty(capacity, np.int64), np.empty((capacity, 2), np.int64)
        month_by_day = np.array([record.month(week_start + i * DAY) for i in range(7)])
        variants, nest_weights, route_weights = self.weights(expectations)
        interval = Interval(record, self._number, self.route_numbers, start, end)
        n = 0
        for layer, (orders, rows, size) in enumerate(layers):
            n = births.decide_layer(
                self._keys,
                self._route_keys,
                first_order_id(self.name, week, layer),
                rows,
                orders,
                size,
                cumulative,
                births.guide(cumulative),
                np.array([start - week_start, end - week_start]),
                layer,
                levels,
                by_product,
                month_by_day,
                np.cumsum(self._region_shares),
                np.cumsum(self._product_shares),
                variants.class_ends,
                variants.rank_ends,
                nest_weights,
                route_weights,
                record.alternatives[self._number],
                instant,
                what,
                n,
            )
        if n:
            self._send_off(instant[:n], what, week_start, parcels, record, log)
        surplus = choice.surplus(nest_weights, variants.shares, self._origin.choice.price_weight)
        of_routes = (expectations.days[self.route_numbers], expectations.spread[self.route_numbers])
        interval.close(surplus, self._weighing.tariffs(), self._weighing.subsidies(), *of_routes)

    def _n_layers(self, levels: np.ndarray) -> int:
        return min(int(np.ceil(levels.max() * 4)), MAX_LAYERS)

    def _layer(self, week: int, layer: int, expected: float) -> tuple[int, int, int]:
        """Orders of a layer in a week, the rows that stand for them, and the orders in a row."""
        u, _ = uniforms(self._count_key, week * MAX_LAYERS + layer)
        orders = births.poisson_quantile(u, expected)
        size = min(self._parcels_per_row, max(1, orders // ROWS_A_LAYER_WEEK))
        rows = -(-orders // size)
        if rows > MAX_INDEX:
            raise OverflowError(f"{self.name}: {rows} rows in one layer of a week; raise parcels_per_row")
        return orders, rows, size

    def _send_off(
        self,
        instant: np.ndarray,
        what: np.ndarray,
        week_start: int,
        parcels: ParcelTable,
        record: Record,
        log: ParcelLog | None,
    ) -> None:
        n = instant.shape[0]
        instant, position = ordering.sort_stable(instant, np.arange(n))
        columns = np.empty((10, n), np.int64)
        order_id, at, count, route, path, region, product, grams, cm3, fen = columns
        births.unpack(instant, position, what, week_start, order_id, at, route, region, product, count)
        goods, paths, axes = self._goods, self._paths, record.axes
        births.describe_goods(
            order_id,
            product,
            self._goods_key,
            goods.weight_parts,
            goods.value_parts,
            goods.parts_from,
            goods.densities,
            grams,
            cm3,
            fen,
        )
        route[:] = self.route_numbers[route]
        paths.shares.choose(order_id, route, region, path)
        row = parcels.take(n)
        births.write_rows(
            row,
            columns,
            parcels.ids,
            parcels.ordered_at,
            parcels.count,
            parcels.route,
            parcels.path,
            parcels.region,
            parcels.product,
            parcels.cell,
            parcels.grams,
            parcels.cm3,
            parcels.fen,
            (len(axes.regions), len(axes.products)),
        )
        tallying.placed(
            row,
            parcels.count,
            parcels.ordered_at,
            parcels.route,
            parcels.cell,
            parcels.grams,
            parcels.fen,
            axes.first_day,
            record.month_of_day,
            flat(record.goods, 2),
            record.by_day["placed"],
        )
        if log is not None:
            log.order(
                order_id=order_id,
                ordered_at=at,
                route=route,
                path=path,
                region=region,
                product=product,
                grams=grams,
                value_fen=fen,
            )
        if len(paths.first_nodes) == 1:
            paths.first_nodes[0].receive(at, row)
            return
        node = paths.node_of_path[path]
        for i, first in enumerate(paths.first_nodes):
            first.receive(*ordering.pick(node, i, at, row))
