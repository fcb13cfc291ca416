"""What changes nothing: numbers set to what they are, looking more often, more freight, classes of the same rights."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from behaviour.runs import assert_identical, numbers, orders_of, run, steps_of, with_changes
from oracle.base_world import Dict, merged
from oracle.worlds import WORLDS
from properties.journeys import Item, Journeys

import sim.model
from sim.model import Model
from sim.scenario.gateways import candidates, group_of
from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target, schedules, targets
from sim.ticks import DAY, HOUR, SECOND

SHAPED = [
    "containers",
    "many-paths",
    "one-yard",
    "customs-of-containers",
    "block-trains",
    "freight-levels",
    "two-railways",
]
SHAPED += ["two-railways", "changed-stock", "narrow-storage", "stock-by-rail", "users", "fallback-at-once", "restocked"]
SHAPED += ["handed-back-after-fallback", "by-region", "parks", "skills"]
UNITS = {"duration": "us", "mass": "g", "volume": "cm3", "money": "CNY", "money per mass": "CNY/kg"}


@cache
def undisturbed(name: str) -> Model:
    return run(WORLDS[name]())


def number_of(target: Target) -> Any:
    """A number as one writes it in a change."""
    if target.is_switch or target.dimension not in UNITS:
        return target.value
    if target.dimension == "duration":
        return f"{target.value / HOUR!r} h"
    return f"{target.value!r} {UNITS[target.dimension]}"


def test_the_worlds_have_every_kind_of_target_that_containers_warehouses_freight_and_sellers_have() -> None:
    names = {
        path.split(".", 2)[0] + "." + path.rsplit(".", 1)[1] for name in SHAPED for path in targets(WORLDS[name]())
    }
    new = {"consolidations": "mass volume pieces close_after", "freight": "level"}
    new["warehouses"] = "is_open storage servers mean reorder_point order_up_to quantity assortment delay large"
    new["lanes"] = "when_ready_pieces"
    new["market"] = "level saturation entries_per_year park_places exits_per_year trained_per_year"
    assert {f"{section}.{last}" for section, fields in new.items() for last in fields.split()} <= names


@pytest.mark.parametrize("name", SHAPED)
def test_a_change_that_changes_nothing_changes_no_byte(name: str) -> None:
    """Of every number that can change: set to what it is, with and without a ramp; nothing added; times one."""
    scenario = WORLDS[name]()
    unchanged = {path: target for path, target in targets(scenario).items() if path not in schedules(scenario)}
    changes: dict[str, Dict] = {}
    for i, (path, target) in enumerate(unchanged.items()):
        changes[f"set-{i}"] = {"change": path, "at": "2016-04-26", "set": number_of(target)}
        if not target.is_switch:
            changes[f"ramp-{i}"] = {"change": path, "at": "2016-04-29", "set": number_of(target), "ramp": "3 d"}
            changes[f"times-{i}"] = {"change": path, "at": "2016-05-02", "multiply": 1, "until": "2016-05-05"}
            changes[f"plus-{i}"] = {"change": path, "at": "2016-05-03", "add": 0}
    assert len(changes) > 50
    assert_identical(undisturbed(name), run(with_changes(scenario, **changes)))


@pytest.mark.parametrize("name", SHAPED)
def test_setting_every_number_to_what_it_is_again_and_again_changes_no_byte(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not left out because nothing changes: every control acts, every node is asked, the market looks up."""
    scenario = WORLDS[name]()
    plain, when = undisturbed(name), schedules(scenario)
    instants = [plain.start + 3 * DAY, plain.start + 9 * DAY + 7 * HOUR, plain.start + 17 * DAY + SECOND]

    def has_control(path: str) -> bool:
        """The market reckons with those paths only that ever have a share of a region."""
        if (found := group_of(path)) is None:
            return True
        route, region = found[0]
        return found[1] in candidates(scenario.routes[route], region, scenario.changes.values(), route)

    def repeated(path: str, target: Target) -> list[tuple[int, float | bool]]:
        found = list(when.get(path, ()))
        for at in instants:
            before = [value for instant, value in found if instant <= at]
            if all(instant != at for instant, _ in found):
                found.append((at, before[-1] if before else target.value))
                found.sort()
        return found

    every = {path: repeated(path, target) for path, target in targets(scenario).items() if has_control(path)}
    assert set(when) <= set(every)
    monkeypatch.setattr(sim.model, "schedules", lambda _: every)
    again = run(scenario)
    assert again.n_steps > plain.n_steps
    assert_same_but_for_rounding_of_surplus(plain, again)


def assert_same_but_for_rounding_of_surplus(one: Model, other: Model) -> None:
    """The market asked at other instants adds up its sums of money in other portions."""
    sums = ("surplus_cny", "expected_service", "tariffs_cny")
    for name in sums:
        np.testing.assert_allclose(getattr(one.record, name), getattr(other.record, name), rtol=1e-12)
    assert_same_orders_and_steps(one, other)
    assert_same_numbers(one, other, but_for=sums)


def assert_same_orders_and_steps(one: Model, other: Model) -> None:
    pd.testing.assert_frame_equal(orders_of(one), orders_of(other))
    key = ["order_id", "arrived_at", "left_at", "step"]
    ours, theirs = (steps_of(model).sort_values(key, ignore_index=True) for model in (one, other))
    pd.testing.assert_frame_equal(ours, theirs)


def assert_same_numbers(one: Model, other: Model, but_for: Sequence[str]) -> None:
    ours, theirs = numbers(one.record), numbers(other.record)
    assert [name for name in ours if ours[name] != theirs[name] and name not in but_for] == []


def with_path(scenario: Scenario, route: str, like: str, instead: dict[str, str], lanes: Dict) -> Scenario:
    """A scenario with lanes, and a path of a route by them that no region takes."""
    described = scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    steps = [instead.get(step, step) for step in described["routes"][route]["paths"][like]["steps"]]
    over: Dict = {"lanes": lanes, "routes": {route: {"paths": {"never": {"steps": steps}}}}}
    return Scenario.model_validate(merged(described, over))


@pytest.mark.parametrize(
    ("name", "path", "taken"),
    [
        ("containers", "air", "train"),
        ("one-yard", "rail", "train"),
        ("block-trains", "air", "onward"),
        ("shared-flight", "air", "flight"),
        ("restocked", "air", "flight"),
    ],
)
def test_a_lane_that_looks_every_hour_and_never_departs_changes_nothing(name: str, path: str, taken: str) -> None:
    """Everything upstream of it is advanced a thousand times more often."""
    scenario = WORLDS[name]()
    ends = {"from": scenario.lanes[taken].from_, "to": scenario.lanes[taken].to}
    idle = {"mode": "road", "payload": {"mass": "90 t"}, "transit": "9 h"}
    idle |= {"on_demand": {"when_ready": "80 t", "check_every": "1 h", "min_gap": 0, "fleet": 1}}
    more = run(with_path(scenario, "post", path, {taken: "idle"}, {"idle": {**ends, **idle}}))
    plain = undisturbed(name)
    assert more.n_steps > plain.n_steps + 500
    assert_same_orders_and_steps(plain, more)
    assert more.record.lane_totals[-1].sum() == 0
    np.testing.assert_array_equal(more.record.lane_totals[:-1], plain.record.lane_totals)
    by_lane = ("lane_totals",)
    assert_same_numbers(plain, more, but_for=by_lane)


def freight_of(scenario: Scenario) -> dict[int, Item]:
    return {item.id: item for item in Journeys(scenario, run(scenario)).of("freight")}


@pytest.mark.parametrize("name", ["freight-levels", "one-yard", "two-railways"])
def test_a_higher_level_of_freight_only_adds_batches(name: str) -> None:
    """Those that came before come all the same, with the same ids, at the same instants."""
    scenario = WORLDS[name]()
    raised = {
        f"more-{stream}": {"change": f"freight.{stream}.level", "at": "2016-04-01", "multiply": 1.7}
        for stream in scenario.freight
    }
    few, many = freight_of(scenario), freight_of(with_changes(scenario, **raised))
    assert len(many) > 1.3 * len(few) > 20
    assert set(few) < set(many)
    assert all(many[i].born_at == item.born_at for i, item in few.items())
    assert all((many[i].owner, many[i].grams) == (item.owner, item.grams) for i, item in few.items())


@pytest.mark.parametrize("name", ["users", "handed-back-after-fallback"])
def test_a_class_of_sellers_with_the_same_rights_changes_nothing(name: str) -> None:
    """The last class is cut in two; whoever named it names both."""
    scenario = WORLDS[name]()
    described = scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    for origin in described["market"]["origins"].values():
        classes = origin["sellers"]["classes"] = dict(scenario.market.origins["harbin"].sellers.classes or {})
        last = list(classes)[-1]
        classes["twin"] = classes[last] = classes[last] / 2
    for warehouse in described["warehouses"].values():
        if last in (warehouse.get("users") or {}):
            warehouse["users"]["twin"] = warehouse["users"][last]
    for number, change in enumerate(list(described.get("changes", {}).values())):
        if change["change"].endswith(f".users.{last}"):
            twin = {**change, "change": change["change"].replace(f".{last}", ".twin")}
            described["changes"][f"twin-{number}"] = twin
    more = run(Scenario.model_validate(described))
    assert_same_orders_and_steps(undisturbed(name), more)
    sums = ("surplus_cny", "expected_service", "tariffs_cny")
    assert_same_numbers(undisturbed(name), more, but_for=sums)
    for each in sums:
        np.testing.assert_allclose(getattr(more.record, each), getattr(undisturbed(name).record, each), rtol=1e-9)
