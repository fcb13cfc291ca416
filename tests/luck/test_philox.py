"""Luck is Philox4x32-10: against the published known answers, and what uniform and independent numbers must show."""

import hashlib
import itertools
from typing import Any

import numpy as np
import pytest
from behaviour.runs import at_step, run
from oracle.base_world import described
from scipy import stats

from sim import ids, luck
from sim.kernels.distributions import table, whole

MASK = 0xFFFFFFFF
N = 20_000

# Random123 (Salmon, Moraes, Dror, Shaw 2011), file kat_vectors, lines `philox4x32 10`: counter, key, answer.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 in plain integers, as the paper writes it."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        product_0, product_1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = product_1 >> 32 ^ c1 ^ k0, product_1 & MASK, product_0 >> 32 ^ c3 ^ k1, product_0 & MASK
        k0, k1 = k0 + 0x9E3779B9 & MASK, k1 + 0xBB67AE85 & MASK
    return [c0, c1, c2, c3]


def hexes(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_plain_philox_gives_the_published_known_answers(counter: str, key: str, answer: str) -> None:
    assert philox(hexes(counter), hexes(key)) == hexes(answer)


def test_luck_gives_the_published_known_answer_of_zeros() -> None:
    assert [int(word) for word in luck.words(np.uint64(0), np.int64(0), 0)] == hexes(KNOWN_ANSWERS[0][2])


THINGS = [0, 1, 2**31, 2**32 - 1, 2**32, 0x85A308D3_243F6A88 - 2**64, 2**63 - 1, -1]
KEYS = [0, 1, 2**32, 0x299F31D0_A4093822, 2**64 - 1]


@pytest.mark.parametrize(("key", "thing", "block"), [*itertools.product(KEYS, THINGS, [0, 1, 7])])
def test_luck_is_philox_of_key_and_thing(key: int, thing: int, block: int) -> None:
    unsigned = thing % 2**64
    expected = philox([unsigned & MASK, unsigned >> 32, block, 0], [key & MASK, key >> 32])
    assert [int(word) for word in luck.words(np.uint64(key), np.int64(thing), block)] == expected


def test_uniforms_are_made_of_the_words_as_described() -> None:
    w0, w1, w2, w3 = (int(word) for word in luck.words(np.uint64(8), np.int64(15), 0))
    fine = [((a << 20 | b >> 12) + 0.5) / 2**52 for a, b in ((w0, w1), (w2, w3))]
    assert list(luck.uniforms(np.uint64(8), 15)) == fine
    assert list(luck.four_uniforms(np.uint64(8), 15)) == [(w + 0.5) / 2**32 for w in (w0, w1, w2, w3)]


def test_no_uniform_is_ever_zero_or_one() -> None:
    least, most = np.uint32(0), np.uint32(MASK)
    assert 0 < luck.fine(least, least) < luck.fine(most, most) < 1
    assert 0 < luck.coarse(least) < luck.coarse(most) < 1


def uniforms(key: np.uint64, first_thing: int = 0, n: int = N) -> np.ndarray:
    """Both fine uniforms of ``n`` consecutive things: float64[2, n]."""
    return np.array([luck.uniforms(key, thing) for thing in range(first_thing, first_thing + n)]).T


PURPOSES = [("birth", "harbin"), ("birth", "urumqi"), ("station", "sorting"), ("weather", "harbin"), ("goods", "a")]
FIRST = ids.first_order_id("harbin", 797, 2)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_luck_of_consecutive_orders_is_uniform(purpose: tuple[str, ...]) -> None:
    for numbers in uniforms(luck.key(1, 0, *purpose), FIRST):
        assert stats.kstest(numbers, "uniform").pvalue > 0.001
        low_bits = np.floor(numbers * 2**52).astype(np.int64) & 0xFF
        assert stats.chisquare(np.bincount(low_bits, minlength=256)).pvalue > 0.001


def test_luck_is_uncorrelated_between_purposes_replications_seeds_and_neighbours() -> None:
    columns = [uniforms(luck.key(1, 0, *purpose), FIRST)[i] for purpose in PURPOSES for i in (0, 1)]
    columns += [uniforms(luck.key(1, 1, *PURPOSES[0]), FIRST)[0], uniforms(luck.key(2, 0, *PURPOSES[0]), FIRST)[0]]
    columns += [uniforms(luck.key(1, 0, *PURPOSES[0]), FIRST + shift)[0] for shift in (1, 2, 128)]
    columns += [uniforms(luck.key(1, 0, *PURPOSES[0]), ids.first_order_id("harbin", 798, 2))[0]]
    correlations = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    # Fisher (1915): z is normal with standard deviation 1/sqrt(n - 3); 0.1 % shared among all pairs (Bonferroni).
    limit = stats.norm.isf(0.0005 / len(correlations)) / np.sqrt(N - 3)
    assert np.abs(np.arctanh(correlations)).max() < limit


def test_pairs_of_neighbours_fill_the_square() -> None:
    numbers = uniforms(luck.key(3, 0, "kind", "harbin"))[0]
    counts, _, _ = np.histogram2d(numbers[:-1:2], numbers[1::2], bins=16, range=[[0, 1], [0, 1]])
    assert stats.chisquare(counts.ravel()).pvalue > 0.001


def test_words_of_one_block_are_independent() -> None:
    words = np.array([luck.four_uniforms(luck.key(4, 0, "nest"), i) for i in range(10_000)])
    cells = (words * 4).astype(int) @ [64, 16, 4, 1]
    assert stats.chisquare(np.bincount(cells, minlength=256)).pvalue > 0.001


def test_keys_differ_with_every_part_of_their_name() -> None:
    names = [(1, 0, "a", "b"), (1, 0, "ab"), (1, 0, "a"), (1, 0, "b", "a"), (1, 1, "a", "b"), (2, 0, "a", "b")]
    names += [(11, 0, "a"), (1, 10, "a"), (1, 0, "", "a"), (1, 0, "a", "")]
    assert len({int(luck.key(*name)) for name in names}) == len(names)


def test_key_is_the_same_on_every_machine() -> None:
    digest = hashlib.blake2b(b"7\x1f3\x1fstation\x1fsorting", digest_size=8).digest()
    assert int(luck.key(7, 3, "station", "sorting")) == int.from_bytes(digest, "little")


def test_order_ids_are_those_of_the_page_and_fit_an_int64() -> None:
    code = ids.origin_code("harbin")
    assert 0 <= code < 2**17
    assert ids.first_order_id("harbin", 795, 3) == ((code << 12 | 795) << 7 | 3) << 27
    latest = (((2**17 - 1) << 12 | 2**12 - 1) << 7 | 127) << 27 | 2**27 - 1
    assert latest < 2**63


def test_order_ids_of_different_layers_weeks_and_origins_never_meet() -> None:
    origins = ["harbin", "urumqi", "heihe", "suifenhe", "manzhouli"]
    firsts = {ids.first_order_id(o, w, n) for o in origins for w in (1, 2, 4095) for n in (0, 1, 127)}
    assert len(firsts) == 45
    ordered = sorted(firsts)
    assert min(b - a for a, b in itertools.pairwise(ordered)) >= ids.MAX_INDEX


@pytest.mark.parametrize(
    "dwell",
    [
        {"distribution": "lognormal", "mean": "3 h", "cv": 1.5},
        {"distribution": "weibull", "mean": "3 h", "shape": 0.7},
        {
            "distribution": "mixture",
            "of": [
                {"share": 0.3, "distribution": "constant", "mean": "1 h"},
                {"share": 0.7, "distribution": "triangular", "low": 0, "mode": "1 h", "high": "9 h"},
            ],
        },
    ],
)
def test_every_dwell_and_last_mile_of_a_run_is_the_draw_of_the_orders_own_luck(dwell: dict[str, Any]) -> None:
    over = {
        "stations": {"collection": {"dwell": dwell}},
        "last_miles": {"inland": {"times": {"yekaterinburg": {"ural": dwell, "center": dwell}}}},
    }
    scenario = described("dwell", over, orders_per_week=500)
    model, parts = run(scenario, 2), table(scenario.stations["collection"].dwell)
    for step, purpose, which in (("collection", "station", 1), ("inland", "last-mile", 0)):
        rows, key = at_step(model, step), luck.key(scenario.seed, 2, purpose, step)
        expected = [whole(parts, luck.uniforms(key, order_id)[which], 0) for order_id in rows.index.tolist()]
        assert len(rows) > 1_500
        assert (rows.left_at - rows.started_at).tolist() == expected
