"""Luck: random numbers that belong to things, not to code paths.

Every number is a pure function of (seed, replication, purpose, thing): a key from the first three by BLAKE2, a block
of 128 random bits from key and thing by Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as
easy as 1, 2, 3"). No stream has a state, so nothing that one thing draws can shift what another draws. numpy's own
Philox hands out streams in order only; kernels need any block at any time, hence these lines, which the tests hold
against the published known answers.

Knows nothing of parcels or stations: a thing is a 64-bit number, a purpose a name.
"""

import hashlib

import numpy as np
from numba import njit

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint32(0x9E3779B9)
_W1 = np.uint32(0xBB67AE85)
_SHIFT = np.uint64(32)


def key(seed: int, replication: int, *purpose: str) -> np.uint64:
    """The key of one purpose, for example ``key(1, 0, "service", "harbin-exchange")``."""
    name = "\x1f".join((str(seed), str(replication), *purpose))
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


@njit(inline="always")
def words(key: np.uint64, thing: int, block: int) -> tuple[np.uint32, np.uint32, np.uint32, np.uint32]:
    """Four random 32-bit words (uint32) for a uint64 key, an int64 thing and a small block number."""
    k0 = np.uint32(key)
    k1 = np.uint32(np.uint64(key) >> _SHIFT)
    whole = np.uint64(thing)  # by way of 64 bits, so that the interpreter cuts it as the compiler does
    c0 = np.uint32(whole)
    c1 = np.uint32(whole >> _SHIFT)
    c2 = np.uint32(block)
    c3 = np.uint32(0)
    for _ in range(10):
        p0 = _M0 * np.uint64(c0)
        p1 = _M1 * np.uint64(c2)
        c0 = np.uint32(np.uint32(p1 >> _SHIFT) ^ c1 ^ k0)
        c2 = np.uint32(np.uint32(p0 >> _SHIFT) ^ c3 ^ k1)
        c1 = np.uint32(p1)
        c3 = np.uint32(p0)
        k0 = np.uint32(k0 + _W0)
        k1 = np.uint32(k1 + _W1)
    return c0, c1, c2, c3


@njit(inline="always")
def fine(high: np.uint32, low: np.uint32) -> float:
    """A uniform number in (0, 1) from two words: 52 bits and a half, so that neither 0 nor 1 can occur."""
    return ((np.uint64(high) << np.uint64(20) | np.uint64(low) >> np.uint64(12)) + 0.5) * 2.0**-52


@njit(inline="always")
def coarse(word: np.uint32) -> float:
    """A uniform number in (0, 1) from one word: 32 bits and a half."""
    return (np.float64(word) + 0.5) * 2.0**-32


@njit(cache=True)
def fill_fine(key: np.uint64, things: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    """The two fine uniforms of many things (int64[n]) into float64[n] each; a loop that the compiler vectorises."""
    for i in range(things.shape[0]):
        a, b, c, d = words(key, things[i], 0)
        first[i] = fine(a, b)
        second[i] = fine(c, d)


@njit(cache=True)
def uniforms(key: np.uint64, thing: int, block: int = 0) -> tuple[float, float]:
    """Two independent uniform numbers in (0, 1) for one thing; the scalar form that anything may call."""
    a, b, c, d = words(key, thing, block)
    return fine(a, b), fine(c, d)


@njit(cache=True)
def four_uniforms(key: np.uint64, thing: int, block: int = 0) -> tuple[float, float, float, float]:
    """Four independent uniform numbers in (0, 1), of 32 bits each."""
    a, b, c, d = words(key, thing, block)
    return coarse(a), coarse(b), coarse(c), coarse(d)
