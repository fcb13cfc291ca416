"""Numbers of a scenario in words: which thing each belongs to, and its amount with a unit that people use."""

import pytest

from sim.cli.amounts import amount, named
from sim.scenario.targets import Target


def target(path: str, dimension: str, bare: str = "", most: float = 1e18) -> Target:
    return Target(path, 0.0, dimension, bare, 0.0, most, is_whole=False, utc_offset=0)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("routes.post.gateways.border.harbin", "share of the path harbin to border on the route post"),
        ("warehouses.ural.users.large.is_open", "sellers of the class large in the warehouse ural"),
        ("market.origins.china.product_levels.clothes", "level of orders of clothes from china"),
        ("lanes.flight.is_open", "the lane flight"),
        ("customs.ural.release.servers", "servers of release at the customs ural"),
        ("customs.ural.examination.share", "share examined of the customs ural"),
        ("warehouses.ural.stock.clothes.reorder_point", "reorder point of clothes in the warehouse ural"),
        ("last_miles.post.tariff_by_product.clothes.per_kg", "tariff per kg of clothes on the last mile post"),
        ("things.one.some_speed.mean", "some speed of the things one"),
    ],
)
def test_a_number_is_named_by_what_it_is_and_of_which_thing(number: str, words: str) -> None:
    assert named(number) == words


def test_what_is_not_there_and_what_is_on_or_off_have_words_of_their_own() -> None:
    lane, use = target("lanes.flight.is_open", "number"), target("warehouses.ural.users.large.is_open", "number")
    assert amount(lane, None) == "not there"
    assert [amount(lane, value) for value in (True, False)] == ["open", "closed"]
    assert [amount(use, value) for value in (True, False)] == ["admitted", "not admitted"]


def test_a_share_is_told_in_per_cent_unless_it_may_exceed_one() -> None:
    assert amount(target("a.b.share", "share", most=1.0), 0.125) == "12.5 %"
    assert amount(target("a.b.level", "share"), 1.25) == "1.25"
