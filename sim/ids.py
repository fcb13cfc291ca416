"""Order ids: numbers that depend on nothing but the order itself, so that it meets the same luck in every scenario."""

import hashlib

INDEX_BITS, LAYER_BITS, WEEK_BITS = 27, 7, 12
MAX_LAYERS = 1 << LAYER_BITS
MAX_INDEX = 1 << INDEX_BITS


def origin_code(origin: str) -> int:
    """A 17-bit number for an origin that depends on its name only; part of every order's id."""
    return int.from_bytes(hashlib.blake2b(origin.encode(), digest_size=4).digest(), "little") >> 15


def first_order_id(origin: str, week: int, layer: int) -> int:
    """Id of order 0 of a layer in a week; order ``i`` of it has this id plus ``i``. Fits 63 bits."""
    return (((origin_code(origin) << WEEK_BITS) | week) << LAYER_BITS | layer) << INDEX_BITS


SECOND_BITS, ORDINAL_BITS = 20, 14
MAX_ORDINAL = 1 << ORDINAL_BITS
MAX_BATCHES = 1 << SECOND_BITS


def first_container_id(name: str, week: int, number: int) -> int:
    """Id of container 0 of a group; container ``i`` of it has this id plus ``i``. Fits 63 bits.

    ``name`` is `container/ROUTE/PATH`, `warehouse/NAME` or `freight/NAME`; ``number`` the second of the week when the
    group is closed or ordered or, of freight, the number of the batch in its week.
    """
    return (((origin_code(name) << WEEK_BITS) | week) << SECOND_BITS | number) << ORDINAL_BITS
