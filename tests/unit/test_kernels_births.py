"""Births of orders against the same rules worked through one order at a time, with the luck of each."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from sim import luck
from sim.kernels import births, distributions
from sim.kernels.births import DAY, HOUR
from sim.kernels.distributions import CONSTANT, EXPONENTIAL, LOGNORMAL

KEYS = np.array([luck.key(3, 0, name) for name in ("birth", "kind", "nest")], np.uint64)
ROUTE_KEYS = np.array([luck.key(3, 0, "route", str(i)) for i in range(3)], np.uint64)


def week(*hours: float) -> np.ndarray:
    """Cumulative orders by hour of a week in which hours take turns: float64[169]."""
    return np.concatenate([[0.0], np.cumsum(np.resize(hours, 168))])


@pytest.mark.parametrize("hours", [(1.0,), (1.0, 5.0, 0.0, 0.25), (0.0, 0.0, 3.0), (1e-9, 1e3)])
@pytest.mark.parametrize("u", [1e-12, 0.001, 0.25, 1 / 3, 0.5, 0.9, 1 - 1e-12])
def test_an_order_arises_when_its_share_of_the_week_has(hours: tuple[float, ...], u: float) -> None:
    cumulative = week(*hours)
    at = births.instant_in_week(u, cumulative, births.guide(cumulative))
    assert at == births.instant_in_week(u, cumulative, np.zeros(1024, np.int64)), "the guide only saves looking"
    hour, part = divmod(at, HOUR)
    assert cumulative[hour] <= u * cumulative[168] <= cumulative[hour + 1]
    reached = cumulative[hour] + (cumulative[hour + 1] - cumulative[hour]) * np.array([part, part + 1]) / HOUR
    assert reached[0] <= u * cumulative[168] * (1 + 1e-12)
    assert reached[1] >= u * cumulative[168] * (1 - 1e-12)


def test_no_order_arises_in_an_hour_without_orders_nor_after_the_week() -> None:
    cumulative = week(0.0, 2.0)
    guide = births.guide(cumulative)
    found = [births.instant_in_week(u, cumulative, guide) for u in np.linspace(1e-9, 1 - 1e-9, 999)]
    assert {at // HOUR % 2 for at in found} == {1}
    assert max(found) < 7 * DAY
    assert births.instant_in_week(math.nextafter(1, 0), cumulative, guide) == 7 * DAY - 1


def test_the_guide_names_the_hour_in_which_a_share_lies() -> None:
    cumulative = week(1.0, 0.0, 7.0)
    at = np.arange(1024) / 1024 * cumulative[-1]
    hours = births.guide(cumulative)
    assert (cumulative[hours] <= at).all()
    assert (at < cumulative[hours + 1]).all()


@pytest.mark.parametrize("start", [0, 1])
def test_the_first_share_above_a_number_is_the_last_one_at_most(start: int) -> None:
    cumulative = np.array([0.2, 0.2, 0.7, 1.0])
    assert [births.first_above(cumulative, u, start) for u in (0.1, 0.2, 0.69, 0.7, 1.0, 2.0)] == [start, 2, 2, 3, 3, 3]


def test_looking_may_start_where_the_leading_bits_say() -> None:
    cumulative = np.array([0.001, 0.3, 0.3, 0.302, 0.9, 1.0])
    starts = births._starts(cumulative)
    for i in range(256):
        for u in (i / 256, (i + 0.5) / 256, (i + 1) / 256 - 1e-9):
            assert births.first_above(cumulative, u, starts[i]) == births.first_above(cumulative, u, 0)
    assert starts[0] == 0
    assert starts[128] == 4, "it does save looking"


def case(**changed: Any) -> dict[str, Any]:
    """A layer of a week: two regions, three products, three routes, two classes by two intervals of the rank."""
    rng = np.random.default_rng(8)
    cumulative = week(1.0, 4.0, 2.0)
    found: dict[str, Any] = {
        "first_id": 10**12,
        "n_rows": 400,
        "n_orders": 1999,
        "row_size": 5,
        "cumulative": cumulative,
        "start_hours": births.guide(cumulative),
        "window": np.array([DAY + 5, 6 * DAY]),
        "layer": 1,
        "level_by_day": np.array([0.5, 0.4, 0.3, 0.45, 0.25, 0.35, 0.5]),
        "level_by_product": np.zeros((0, 0)),
        "month_by_day": np.array([0, 0, 0, 1, 1, 1, 1]),
        "region_shares": np.array([0.3, 1.0]),
        "product_shares": np.array([0.2, 0.7, 1.0]),
        "class_shares": np.array([0.4, 1.0]),
        "rank_ends": np.array([0.5, 1.0]),
        "nest_weights": rng.uniform(0, 2, (4, 2, 3, 3)),
        "route_weights": rng.uniform(0, 2, (4, 2, 3, 3)),
    }
    return found | changed


def by_kernel(given: dict[str, Any]) -> tuple[np.ndarray, list[int], list[list[int]]]:
    n_routes = given["route_weights"].shape[-1]
    tally = np.full((2, n_routes + 2, 2, 3), 3, np.int64)
    instant, what = np.full(given["n_rows"] + 1, -1), np.full((given["n_rows"] + 1, 2), -1)
    n = births.decide_layer(KEYS, ROUTE_KEYS[:n_routes], *given.values(), tally, instant, what, 1)
    assert instant[0] == -1, "what is there before stays"
    return tally, instant[1:n].tolist(), what[1:n].tolist()


def one_by_one(given: dict[str, Any]) -> tuple[np.ndarray, list[int], list[list[int]]]:
    nest, routes = given["nest_weights"], given["route_weights"]
    tally, instants, what = np.full((2, routes.shape[-1] + 2, 2, 3), 3, np.int64), [], []

    def first(shares: np.ndarray, u: float) -> int:
        return min(int(np.searchsorted(shares, u, side="right")), len(shares) - 1)

    for i in range(given["n_rows"]):
        thing = given["first_id"] + i
        when, height = luck.uniforms(KEYS[0], thing)
        kinds, races = luck.four_uniforms(KEYS[1], thing), luck.four_uniforms(KEYS[2], thing)
        at = births.instant_in_week(when, given["cumulative"], given["start_hours"])
        day, mark = at // DAY, (given["layer"] + height) / 4
        if not given["window"][0] <= at < given["window"][1] or mark >= given["level_by_day"][day]:
            continue
        region, product = first(given["region_shares"], kinds[0]), first(given["product_shares"], kinds[1])
        if len(given["level_by_product"]) and mark >= given["level_by_product"][day, product]:
            continue
        of_class, interval = first(given["class_shares"], kinds[2]), first(given["rank_ends"], kinds[3])
        variant = 0 if len(nest) == 1 else of_class * len(given["rank_ends"]) + interval
        times = [-math.log(u) / max(w, 1e-280) for u, w in zip(races, nest[variant, region, product], strict=False)]
        chosen = int(np.argmin(times)) if nest[..., 1:].any() else 0
        coarse = [luck.four_uniforms(key, thing)[0] for key in ROUTE_KEYS[: routes.shape[-1]]]
        weights = routes[variant, region, product]
        route = int(np.argmin([-math.log(u) / max(w, 1e-280) for u, w in zip(coarse, weights, strict=True)]))
        count = min(given["row_size"], given["n_orders"] - i * given["row_size"])
        tally[given["month_by_day"][day], routes.shape[-1] + chosen - 1 if chosen else route, region, product] += count
        if not chosen:
            instants.append(at)
            what.append([thing, route << 40 | region << 32 | product << 24 | count])
    return tally, instants, what


ONE = {"nest_weights": np.array([[[[3.0, 1, 0.5]] * 3] * 2]), "route_weights": np.array([[[[1.0, 2, 0]] * 3] * 2])}
LEVELS = np.linspace(0.2, 0.5, 21).reshape(7, 3)
CASES = {
    "classes and ranks": case(),
    "one variant": case(**ONE),
    "levels by product": case(level_by_product=LEVELS, level_by_day=LEVELS.max(axis=1)),
    "nobody stays outside": case(nest_weights=case()["nest_weights"] * [1, 0, 0]),
    "one route": case(route_weights=case()["route_weights"][..., :1]),
    "nowhere to go": case(nest_weights=case()["nest_weights"] * [0, 0, 1]),
    "more than a batch": case(n_rows=2100, n_orders=2100 * 5 - 3, layer=0, window=np.array([0, 7 * DAY])),
}


@pytest.mark.parametrize("given", CASES.values(), ids=CASES)
def test_orders_decide_as_they_would_one_by_one(given: dict[str, Any]) -> None:
    tally, instants, what = by_kernel(given)
    expected_tally, expected_instants, expected_what = one_by_one(given)
    assert instants == expected_instants
    assert what == expected_what
    assert tally.tolist() == expected_tally.tolist()
    assert (tally > 3).any()


def test_goods_have_the_weight_volume_and_value_of_their_own_luck() -> None:
    weights = np.array([[1.0, EXPONENTIAL, 300, 0, 0], [0.5, CONSTANT, 0.2, 0, 0], [1.0, LOGNORMAL, 5, 1, 0]])
    values = np.array([[0.3, CONSTANT, -4, 0, 0], [1.0, EXPONENTIAL, 80, 0, 0], [1.0, LOGNORMAL, 4, 0.5, 0]])
    parts_from, densities = np.array([[0, 1, 3], [0, 2, 3]]), np.array([250.0, 1e7])
    n, key = 2100, luck.key(3, 0, "goods")
    ids, product = np.arange(n) + 10**9, np.arange(n) % 2
    grams, cm3, fen = (np.zeros(n, np.int64) for _ in range(3))
    births.describe_goods(ids, product, key, weights, values, parts_from, densities, grams, cm3, fen)
    for i in [*range(60), *range(n - 60, n)]:
        one, two = luck.uniforms(key, ids[i])
        p = product[i]
        weight = distributions.quantile_between(weights, *parts_from[0, p : p + 2], one)
        value = distributions.quantile_between(values, *parts_from[1, p : p + 2], two)
        assert grams[i] == max(1, round(weight))
        assert cm3[i] == max(1, round(grams[i] * 1000 / densities[p]))
        assert fen[i] == max(0, round(value * 100))
    assert (grams.min(), cm3.min(), fen.min()) == (1, 1, 0)


def test_packed_orders_are_unpacked_in_the_order_wanted() -> None:
    rows = [(11, 300, 200, 255, 16_777_215), (12, 0, 0, 0, 1), (13, 2, 3, 4, 5)]
    what = np.array([(one, r << 40 | g << 32 | p << 24 | n) for one, r, g, p, n in rows])
    columns = [np.zeros(2, np.int64) for _ in range(6)]
    births.unpack(np.array([5, 9]), np.array([2, 0]), what, 1000, *columns)
    assert [column.tolist() for column in columns] == [
        [13, 11],
        [1005, 1009],
        [2, 300],
        [3, 200],
        [4, 255],
        [5, 16_777_215],
    ]


def test_orders_take_paths_by_the_shares_of_their_route_and_region() -> None:
    shares = np.array([1.0, 0.25, 0.75, np.inf, 0.5, np.inf, np.inf])
    numbers = np.array([40, 41, 42, 43, 44, 45, 46])
    first = np.array([0, 1, 4, 6, 7])  # two routes, two regions: one path, three, two, one
    n = 400
    order_id, route, region = np.arange(n) + 77, np.arange(n) % 2, (np.arange(n) // 2) % 2
    path = np.zeros(n, np.int64)
    births.choose_paths(order_id, route, region, ROUTE_KEYS[:2], shares, numbers, first, 2, path)
    found: Counter[tuple[int, int, int]] = Counter()
    for i in range(n):
        u = luck.uniforms(ROUTE_KEYS[route[i]], order_id[i])[0]
        low, high = first[2 * route[i] + region[i]], first[2 * route[i] + region[i] + 1]
        expected = next(numbers[j] for j in range(low, high) if j == high - 1 or u < shares[j])
        assert path[i] == expected
        found[int(route[i]), int(region[i]), int(path[i])] += 1
    assert len(found) == len(numbers), "every path is taken"


def test_orders_are_written_into_the_rows_that_are_theirs() -> None:
    row, columns = np.array([4, 1]), np.arange(20).reshape(10, 2) + 1
    table = [np.zeros(5, np.int64) for _ in range(11)]
    ids, at, count, route, path, region, product, cell, grams, cm3, fen = table
    births.write_rows(row, columns, ids, at, count, route, path, region, product, cell, grams, cm3, fen, (7, 100))
    written = (ids, at, count, route, path, region, product, grams, cm3, fen)
    assert [column[row].tolist() for column in written] == columns.tolist()
    assert [column[[0, 2, 3]].any() for column in table] == [False] * 11
    assert cell[row].tolist() == [(7 * 7 + 11) * 100 + 13, (8 * 7 + 12) * 100 + 14]
