"""Named numbers of a scenario are set and scaled, shares keep summing to one, and a wrong name gets the closest."""

from pathlib import Path

import pytest

from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, Times, paths_of, with_values
from sim.scenario.targets import mean, targets

ROOT = Path(__file__).parents[2]
HARBIN = "market.origins.harbin"
CHARTER = "lanes.hrb-svx-charter"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(ROOT / "scenarios" / "harbin-baseline.yaml").scenario


@pytest.fixture(scope="module")
def post(scenario: Scenario) -> str:
    return next(name for name, route in scenario.routes.items() if route.service_class == "postal")


def test_nothing_set_is_the_same_scenario(scenario: Scenario) -> None:
    assert with_values(scenario, {}) == scenario


def test_number_is_set_in_the_documented_unit_or_with_its_own(scenario: Scenario) -> None:
    changed = with_values(scenario, {f"{CHARTER}.on_demand.when_ready": "18.5 t", f"{HARBIN}.choice.value_of_time": 3})
    assert changed.lanes["hrb-svx-charter"].on_demand.when_ready == 18_500_000
    assert changed.market.origins["harbin"].choice.value_of_time == 3
    assert changed.lanes["hrb-svx-charter"].payload == scenario.lanes["hrb-svx-charter"].payload


def test_number_is_scaled_whatever_its_unit(scenario: Scenario) -> None:
    changed = with_values(
        scenario,
        {
            f"{CHARTER}.on_demand.when_ready": Times(1.1),
            f"{HARBIN}.latent_orders_per_year": Times(2),
            "stations.harbin-exchange.servers": Times(1.51),
        },
    )
    assert changed.lanes["hrb-svx-charter"].on_demand.when_ready == 22_000_000
    before = scenario.market.origins["harbin"].latent_orders_per_year
    assert changed.market.origins["harbin"].latent_orders_per_year == 2 * before
    assert changed.stations["harbin-exchange"].servers == 36


def test_unit_keeps_its_digits_when_a_number_is_scaled(scenario: Scenario) -> None:
    volume = "lanes.hrb-svx-charter.payload.volume"
    changed = with_values(scenario, {volume: Times(1.1), "warehouses.harbin-moscow-warehouse.storage": Times(2)})
    assert changed.lanes["hrb-svx-charter"].payload.volume == 165_000_000
    before = scenario.warehouses["harbin-moscow-warehouse"].storage
    assert changed.warehouses["harbin-moscow-warehouse"].storage == 2 * before


def test_mean_of_any_distribution_is_set_and_scaled(scenario: Scenario) -> None:
    path, mixture = f"{CHARTER}.transit.mean", "stations.harbin-collection.dwell.mean"
    changed = with_values(scenario, {path: "7 h", mixture: Times(0.5)})
    assert targets(changed)[path].value == pytest.approx(7 * 3600e6, rel=1e-6)
    assert targets(changed)[mixture].value == pytest.approx(0.5 * targets(scenario)[mixture].value)


def test_terms_of_a_tariff_are_numbers_of_their_own(scenario: Scenario, post: str) -> None:
    changed = with_values(scenario, {f"routes.{post}.tariff.per_kg": 40, f"routes.{post}.tariff.fixed": Times(2)})
    before, tariff = scenario.routes[post].tariff, changed.routes[post].tariff
    assert (tariff.fixed_cny, tariff.per_kg_cny) == (2 * before.fixed_cny, 40)


def test_shares_that_are_not_given_divide_what_is_left_as_before(scenario: Scenario) -> None:
    shares = f"{HARBIN}.choice.reference_shares"
    changed = with_values(scenario, {f"{shares}.inside": 0.7, "regions.central.order_share": 0.5})
    reference = changed.market.origins["harbin"].choice.reference_shares
    assert reference.inside == 0.7
    assert reference.other_gateway == pytest.approx(0.3 * 0.25 / 0.45)
    assert sum(region.order_share for region in changed.regions.values()) == pytest.approx(1)
    ratio = scenario.regions["volga"].order_share / scenario.regions["ural"].order_share
    assert changed.regions["volga"].order_share / changed.regions["ural"].order_share == pytest.approx(ratio)


def test_shares_of_paths_and_of_parts_of_a_mixture_sum_to_one(scenario: Scenario, post: str) -> None:
    path = f"routes.{post}.gateways.siberia.novosibirsk"
    changed = with_values(scenario, {path: 0.5, "stations.harbin-collection.dwell.parts.0.share": 0.4})
    assert changed.routes[post].gateways["siberia"] == {"novosibirsk": 0.5, "yekaterinburg": 0.5}
    dwell = changed.stations["harbin-collection"].dwell
    assert [part.share for part in dwell.parts] == pytest.approx([0.4, 0.6])
    assert mean(dwell) < mean(scenario.stations["harbin-collection"].dwell)


def test_shares_above_one_are_refused(scenario: Scenario) -> None:
    shares = f"{HARBIN}.choice.reference_shares"
    with pytest.raises(SettingError, match=r"sum to 1\.2"):
        with_values(scenario, {f"{shares}.inside": 0.7, f"{shares}.not_bought": 0.5})


def test_unknown_path_is_refused_with_the_closest(scenario: Scenario) -> None:
    with pytest.raises(SettingError, match=r"did you mean 'stations\.harbin-exchange\.servers'"):
        with_values(scenario, {"stations.harbin-exchange.server": 3})


def test_mapping_is_no_number(scenario: Scenario) -> None:
    with pytest.raises(SettingError, match="names no number but a mapping"):
        with_values(scenario, {"stations.harbin-exchange": 3})


def test_value_out_of_bounds_is_refused_with_its_path(scenario: Scenario) -> None:
    with pytest.raises(SettingError, match=r"market\.origins\.harbin\.choice\.dissimilarity"):
        with_values(scenario, {f"{HARBIN}.choice.dissimilarity": 3})


def test_every_target_of_a_dated_change_can_be_set(scenario: Scenario) -> None:
    missing = set(targets(scenario)) - set(paths_of(scenario))
    not_written = (
        ".gateways.",
        ".product_levels.",
    )  # a share or level that is not described can only be changed by date
    others = {path for path in missing if not path.endswith(".mean") and not any(part in path for part in not_written)}
    assert others == set()
