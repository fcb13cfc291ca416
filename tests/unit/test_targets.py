"""Dated changes of a number: how several compose, ramps, rounding, bounds, and unknown names."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.errors import UnitError
from sim.scenario.loading import load
from sim.scenario.scenario import Change
from sim.scenario.targets import Target, UnknownTargetError, find, schedule, targets, value_on
from sim.ticks import BEIJING_OFFSET, HOUR, midnight

SERVERS = Target("stations.x.servers", 10, "count", "", 1, 100_000, True, BEIJING_OFFSET)
SHARE = Target("customs.x.examination.share", 0.2, "share", "", 0, 1, False, 3 * HOUR)
MEAN = Target("stations.x.service.mean", 2.0 * HOUR, "duration", "h", 1, 1e15, False, BEIJING_OFFSET)
SWITCH = Target("lanes.x.is_open", True, "", "", 0, 1, False, BEIJING_OFFSET)
FIRST = date(2016, 5, 10)


def changes(**described: dict[str, Any]) -> list[tuple[str, Change]]:
    return [(name, Change.model_validate({"at": FIRST, "change": "x"} | fields)) for name, fields in described.items()]


def values(target: Target, n_days: int, **described: dict[str, Any]) -> list[float | bool]:
    """Values from the day before the first change on."""
    return [value_on(target, changes(**described), FIRST + timedelta(days=i - 1)) for i in range(n_days)]


def test_a_change_acts_from_its_day_on() -> None:
    assert values(SERVERS, 3, a={"set": 4}) == [10, 4, 4]
    assert values(SERVERS, 3, a={"add": 4}) == [10, 14, 14]
    assert values(SERVERS, 3, a={"multiply": 1.5}) == [10, 15, 15]


def test_until_ends_a_change_at_once() -> None:
    assert values(SERVERS, 4, a={"set": 4, "until": FIRST + timedelta(days=2)}) == [10, 4, 4, 10]
    assert values(SERVERS, 5, a={"add": 30, "ramp": "3 d", "until": FIRST + timedelta(days=2)}) == [10, 20, 30, 10, 10]


def test_sets_come_first_then_multiplications_then_additions_whatever_the_dates() -> None:
    later = FIRST + timedelta(days=1)
    described: dict[str, dict[str, Any]] = {"z": {"add": 1}, "y": {"multiply": 3}, "x": {"set": 5, "at": later}}
    assert values(SERVERS, 3, **described) == [10, 31, 16]


def test_the_set_of_the_later_date_wins_and_of_the_later_name_on_one_date() -> None:
    assert values(SERVERS, 2, b={"set": 7}, a={"set": 5}) == [10, 7]
    assert values(SERVERS, 2, b={"set": 7, "at": FIRST - timedelta(days=3)}, a={"set": 5}) == [7, 5]


def test_an_earlier_set_is_back_when_the_later_one_ends() -> None:
    earlier = {"set": 5, "at": FIRST - timedelta(days=3)}
    assert values(SERVERS, 3, a=earlier, b={"set": 7, "until": FIRST + timedelta(days=1)}) == [5, 7, 5]


def test_several_multiplications_multiply_and_several_additions_add() -> None:
    described: dict[str, dict[str, Any]] = {"a": {"multiply": 2}, "b": {"multiply": 1.5}}
    described |= {"c": {"add": -3}, "d": {"add": 1}}
    assert values(SERVERS, 2, **described) == [10, 28]


def test_a_ramp_acts_with_its_first_fraction_on_its_first_day() -> None:
    assert values(SERVERS, 6, a={"add": 8, "ramp": "4 d"}) == [10, 12, 14, 16, 18, 18]
    assert values(SHARE, 4, a={"multiply": 3, "ramp": "2 d"}) == pytest.approx([0.2, 0.4, 0.6, 0.6])


def test_a_ramped_set_moves_linearly_from_the_value_without_it() -> None:
    assert values(SHARE, 5, a={"set": 0.8, "ramp": "3 d"}) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8])
    from_another = values(SHARE, 3, a={"set": 0.4, "at": FIRST - timedelta(days=9)}, b={"set": 0.8, "ramp": "2 d"})
    assert from_another == pytest.approx([0.4, 0.6, 0.8])


def test_a_ramp_of_part_of_a_day_counts_as_the_day_begun() -> None:
    assert values(SERVERS, 4, a={"add": 2, "ramp": "30 h"}) == [10, 11, 12, 12]
    assert values(SERVERS, 3, a={"add": 2, "ramp": "1 h"}) == [10, 12, 12]


@pytest.mark.parametrize(("factor", "expected"), [(1.04, 10), (1.05, 11), (1.15, 12), (0.95, 10), (0.94, 9), (0.85, 9)])
def test_numbers_that_count_are_rounded_halves_up(factor: float, expected: int) -> None:
    assert values(SERVERS, 2, a={"multiply": factor})[1] == expected


def test_half_way_up_a_ramp_of_one_is_up_and_half_way_down_is_not_yet_down() -> None:
    assert values(SERVERS, 3, a={"add": 1, "ramp": "2 d"}) == [10, 11, 11]
    assert values(SERVERS, 3, a={"add": -1, "ramp": "2 d"}) == [10, 10, 9]


def test_the_whole_is_rounded_once_and_not_each_change() -> None:
    third = {"add": 1, "ramp": "3 d"}
    assert values(SERVERS, 4, a=third, b=third) == [10, 11, 11, 12]


def test_numbers_that_do_not_count_are_not_rounded() -> None:
    assert values(SHARE, 2, a={"multiply": 1.7})[1] == pytest.approx(0.34)


def test_numbers_stay_within_their_bounds() -> None:
    assert values(SERVERS, 2, a={"add": -99})[1] == 1
    assert values(SERVERS, 2, a={"multiply": 1000}, b={"multiply": 1000})[1] == 100_000
    assert values(SHARE, 2, a={"multiply": 9})[1] == 1
    assert values(SHARE, 2, a={"add": -0.3})[1] == 0


def test_bounds_hold_for_the_result_and_not_on_the_way_there() -> None:
    assert values(SERVERS, 2, a={"add": -99}, b={"add": 95})[1] == 6
    assert values(SHARE, 2, a={"multiply": 10}, b={"add": -1.5})[1] == pytest.approx(0.5)


def test_values_are_read_with_their_unit_and_bare_numbers_in_that_of_the_field() -> None:
    assert values(MEAN, 2, a={"set": "90 min"})[1] == 1.5 * HOUR
    assert values(MEAN, 2, a={"set": 3})[1] == 3 * HOUR
    assert values(MEAN, 2, a={"add": "-30 min"})[1] == 1.5 * HOUR


def test_a_switch_takes_true_and_false_only() -> None:
    described: dict[str, dict[str, Any]] = {"a": {"set": False, "until": FIRST + timedelta(days=1)}}
    assert values(SWITCH, 3, **described) == [True, False, True]
    with pytest.raises(UnitError, match="true or false"):
        SWITCH.parsed(3)
    with pytest.raises(UnitError, match="a number"):
        SERVERS.parsed(True)
    with pytest.raises(UnitError):
        MEAN.parsed("3 kg")


def test_schedule_holds_only_the_days_on_which_the_value_changes() -> None:
    described = changes(a={"add": 2, "ramp": "6 d"}, b={"set": 10}, c={"add": 5, "until": date(2016, 5, 20)})
    days = [((at - midnight(FIRST)) / (24 * HOUR), value) for at, value in schedule(SERVERS, described)]
    assert days == [(0, 15), (1, 16), (4, 17), (10, 12)]


def test_schedule_of_changes_that_change_nothing_is_empty() -> None:
    assert schedule(SERVERS, changes(a={"set": 10}, b={"add": 0, "ramp": "9 d"}, c={"multiply": 1})) == []
    assert schedule(SERVERS, changes(a={"add": 3}, b={"add": -3})) == []


def test_changes_act_at_local_midnight() -> None:
    ((at, _),) = schedule(SHARE, changes(a={"set": 0.9}))
    assert at == midnight(FIRST, 3 * HOUR) == midnight(FIRST) + 5 * HOUR


def test_schedule_agrees_with_the_value_of_every_day() -> None:
    described = changes(
        a={"add": 7, "ramp": "5 d"},
        b={"set": 3, "at": date(2016, 5, 12), "until": date(2016, 5, 18), "ramp": "3 d"},
        c={"multiply": 0.3, "at": date(2016, 5, 14), "until": date(2016, 5, 16)},
    )
    found = schedule(SERVERS, described)
    for i in range(-2, 14):
        day = FIRST + timedelta(days=i)
        in_force = [value for at, value in found if at <= midnight(day)]
        assert (in_force[-1] if in_force else 10) == value_on(SERVERS, described, day)


KNOWN = {target.path: target for target in (SERVERS, SHARE, MEAN, SWITCH)}


def test_unknown_path_names_the_closest_known_one() -> None:
    with pytest.raises(UnknownTargetError, match=r"'stations\.x\.server' names no number") as caught:
        find(KNOWN, "stations.x.server")
    assert caught.value.hint == "did you mean 'stations.x.servers'?"
    assert find(KNOWN, "stations.x.servers") is SERVERS


def test_path_like_no_other_has_no_hint() -> None:
    with pytest.raises(UnknownTargetError) as caught:
        find(KNOWN, "qqqqqqqq")
    assert caught.value.hint is None


def test_what_is_not_described_cannot_be_changed() -> None:
    world = load(Path(__file__).parents[2] / "scenarios" / "harbin-baseline.yaml").scenario
    found = targets(world)
    for name, station in world.stations.items():
        assert (f"stations.{name}.servers" in found) == (station.servers is not None)
        assert (f"stations.{name}.dwell.mean" in found) == (station.dwell is not None)
    for name, lane in world.lanes.items():
        assert (f"lanes.{name}.payload.pieces" in found) == (lane.payload.pieces is not None)
        assert (f"lanes.{name}.on_demand.fleet" in found) == (lane.on_demand is not None)
        assert (f"lanes.{name}.cancellation" in found) == (not isinstance(lane.cancellation, tuple))
    assert all(target.least <= target.value <= target.most for target in found.values() if not target.is_switch)


EXAMPLE = load(Path(__file__).parents[2] / "docs" / "example.yaml").scenario


def test_all_that_the_model_names_of_containers_warehouses_and_sellers_can_be_changed() -> None:
    found = targets(EXAMPLE)
    paths = {
        "consolidations.consolidation.container.": {"mass", "volume", "pieces"},
        "consolidations.consolidation.": {"close_after"},
        "freight.machinery.": {"level"},
        "warehouses.depot.": {"is_open", "storage"},
        "warehouses.depot.receiving.": {"servers", "service.mean", "dwell.mean"},
        "warehouses.depot.pick.": {"servers", "service.mean", "dwell.mean"},
        "warehouses.depot.users.": {"export-company", "small-shop"},
        "warehouses.depot.stock.gadgets.": {"reorder_point", "order_up_to", "assortment"},
        "warehouses.depot.stock.clothes.": {"reorder_point", "quantity", "assortment"},
        "warehouses.depot.fallback.": {"delay"},
        "routes.rail.returns.": {"share"},
        "lanes.train.on_demand.": {"when_ready_pieces", "min_gap", "max_gap", "fleet"},
        "market.origins.harbin.sellers.": {"trained_per_year"},
        "market.origins.harbin.sellers.growth.": {
            "saturation",
            "entries_per_year",
            "park_places",
            "exits_per_year",
        },
    }
    for beginning, ends in paths.items():
        assert {beginning + end for end in ends} <= found.keys()
    within = (target for target in found.values() if not target.is_switch)
    assert all(target.least <= target.value <= target.most for target in within)


def test_what_a_warehouse_or_consolidation_does_not_have_cannot_be_changed() -> None:
    found = targets(EXAMPLE)
    absent = {
        "warehouses.depot.stock.gadgets.quantity",
        "warehouses.depot.stock.clothes.order_up_to",
        "warehouses.depot.stock.clothes.initial",
        "lanes.train.on_demand.when_ready",
        "lanes.charter.on_demand.when_ready_pieces",
        "freight.machinery.containers_per_week",
        "market.origins.harbin.sellers.skills.trained",
    }
    assert not absent & found.keys()


def test_nobody_is_trained_where_it_changes_nothing() -> None:
    baseline = load(Path(__file__).parents[2] / "scenarios" / "harbin-baseline.yaml").scenario
    sellers = {name: origin.sellers for name, origin in baseline.market.origins.items()}
    for name, described in sellers.items():
        acts = described.growth is not None or described.skills is not None
        assert (f"market.origins.{name}.sellers.trained_per_year" in targets(baseline)) == acts


def test_warehouses_change_at_their_own_midnight_and_freight_and_sellers_at_that_of_beijing() -> None:
    found = targets(EXAMPLE)
    assert found["warehouses.depot.storage"].utc_offset == 5 * HOUR
    assert found["warehouses.depot.users.small-shop"].utc_offset == 5 * HOUR
    for path in ("freight.machinery.level", "market.origins.harbin.sellers.growth.park_places"):
        assert found[path].utc_offset == BEIJING_OFFSET


@pytest.mark.parametrize(
    ("path", "described", "expected"),
    [
        ("warehouses.depot.stock.gadgets.reorder_point", {"add": -9000}, 0),
        ("warehouses.depot.stock.gadgets.order_up_to", {"multiply": 1.00005}, 9000),
        ("warehouses.depot.stock.clothes.quantity", {"multiply": 0}, 1),
        ("warehouses.depot.storage", {"multiply": 0}, 1),
        ("warehouses.depot.fallback.delay", {"set": "36 h"}, 36 * HOUR),
        ("consolidations.consolidation.container.mass", {"multiply": 1000}, 1e9),
        ("freight.machinery.level", {"multiply": 1000}, 100),
        ("market.origins.harbin.sellers.growth.saturation", {"multiply": 0}, 1),
        ("market.origins.harbin.sellers.growth.exits_per_year", {"add": "95 %"}, 1),
        ("routes.rail.returns.share", {"add": "-10 %"}, 0),
    ],
)
def test_numbers_of_stock_and_sellers_stay_within_their_bounds(
    path: str, described: dict[str, Any], expected: float
) -> None:
    assert values(targets(EXAMPLE)[path], 2, a=described)[1] == expected
