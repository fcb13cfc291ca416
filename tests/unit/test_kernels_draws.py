"""Draws for many rows against the luck of each, one at a time."""

import numpy as np
import pytest

from sim import luck
from sim.kernels import distributions, draws
from sim.kernels.distributions import CONSTANT, EXPONENTIAL, LOGNORMAL, UNIFORM

KEY = luck.key(4, 1, "draws")
N = 1100
"""More rows than are worked through in one go."""
RNG = np.random.default_rng(2)
IDS = RNG.permutation(3 * N).astype(np.int64) + 10**10
ROW = RNG.permutation(3 * N)[:N]
LOOKED_AT = [*range(40), *range(1000, N)]
TABLES = {
    "lognormal": np.array([[1.0, LOGNORMAL, 8.0, 0.7, 0.0]]),
    "mixture": np.array([[0.4, EXPONENTIAL, 900.0, 0, 0], [1.0, UNIFORM, 10.0, 4000.0, 0]]),
    "small": np.array([[1.0, LOGNORMAL, -1.0, 1.0, 0.0]]),
}


@pytest.mark.parametrize("parts", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("least", [0, 1, 700])
def test_a_duration_is_the_quantile_of_its_orders_luck(parts: np.ndarray, second: bool, least: int) -> None:
    found = draws.durations(parts, KEY, ROW, IDS, second, least)
    for i in LOOKED_AT:
        u = luck.uniforms(KEY, IDS[ROW[i]])[second]
        assert found[i] == max(least, round(distributions.quantile(parts, u)))
    assert found.min() >= least


def test_normal_tails_are_those_of_single_draws() -> None:
    u = np.array([1e-9, 0.01, 0.0749, 0.075, 0.0751, 0.5, 0.9249, 0.925, 0.9251, 0.99, 1 - 1e-9])
    out = np.zeros(u.shape[0], np.int64)
    distributions.whole_many(TABLES["lognormal"], u.copy(), 0, out)
    assert out.tolist() == [round(distributions.quantile(TABLES["lognormal"], each)) for each in u]


def test_instants_are_even_over_their_span() -> None:
    found = draws.instants(KEY, IDS, 1000)
    assert found[:50].tolist() == [int(luck.uniforms(KEY, each)[0] * 1000) for each in IDS[:50]]
    assert (found.min(), found.max()) == (0, 999)


def test_values_are_in_whole_fen_and_never_below_nothing() -> None:
    parts = np.array([[1.0, UNIFORM, -1.0, 3.0, 0.0]])
    found = draws.fen(parts, KEY, IDS)
    assert found[:50].tolist() == [max(0, round((4 * luck.uniforms(KEY, each)[0] - 1) * 100)) for each in IDS[:50]]
    assert (found == 0).any()


COUNT = (np.arange(3 * N) % 7 + 1).astype(np.int32)


@pytest.mark.parametrize("is_single", [False, True])
def test_a_share_takes_of_each_row_what_its_luck_says(is_single: bool) -> None:
    share = np.linspace(0, 1, N)
    found = draws.taken(KEY, share, ROW, IDS, COUNT, is_single)
    for i in LOOKED_AT:
        u, n = luck.uniforms(KEY, IDS[ROW[i]])[0], 1 if is_single else int(COUNT[ROW[i]])
        assert found[i] == draws.binomial_quantile(u, n, share[i])
    assert found.max() == (1 if is_single else 7)


@pytest.mark.parametrize("is_single", [False, True])
def test_goods_above_the_limit_are_examined_at_the_share_of_those(is_single: bool) -> None:
    of_product, limit = np.array([0.1, 0.9, 0.0]), 500
    product, fen = np.arange(3 * N) % 3, np.resize([499, 500, 501, 10_000], 3 * N)
    found = draws.examined(KEY, of_product, 0.5, limit, ROW, IDS, COUNT, is_single, product, fen)
    for i in LOOKED_AT:
        k = ROW[i]
        p = 0.5 if fen[k] > limit else of_product[product[k]]
        n = 1 if is_single else int(COUNT[k])
        assert found[i] == draws.binomial_quantile(luck.uniforms(KEY, IDS[k])[0], n, p)


def test_times_go_by_the_code_of_path_and_region() -> None:
    parts = np.array([[1.0, CONSTANT, 5, 0, 0], *TABLES["mixture"], *TABLES["lognormal"], [1.0, CONSTANT, 9, 0, 0]])
    first, last = np.array([0, 1, 3, 4]), np.array([1, 3, 4, 5])
    path, region = np.arange(3 * N) % 3, np.arange(3 * N) // 3 % 2
    code_of_path = np.array([2, 0, 2])
    found = draws.times_by_code(parts, first, last, KEY, code_of_path, ROW, IDS, path, region)
    for i in LOOKED_AT:
        k = ROW[i]
        code = code_of_path[path[k]] + region[k]
        u = luck.uniforms(KEY, IDS[k])[0]
        assert found[i] == round(distributions.quantile_between(parts, first[code], last[code], u))
    assert {5, 9} <= set(found.tolist())
