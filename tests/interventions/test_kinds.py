"""Every kind of measure becomes the changes that its description says, and nothing else."""

from datetime import date
from typing import get_args

import pytest

from sim.scenario.interventions.kinds import _KINDS
from sim.scenario.interventions.measures import AnyMeasure

STOCK = "warehouses.depot.stock"
CHOSEN: dict[str, tuple[str, dict[str, tuple[str, object]]]] = {
    "change": (
        "{kind: change, change: stations.sorting.service.mean, set: 30 s}",
        {"stations.sorting.service.mean": ("set", "30 s")},
    ),
    "add_flights": (
        "{kind: add_flights, lane: charter, fleet: 2, when_ready: 0.5, min_gap: 0.8, payload: 1.2}",
        {
            "lanes.charter.on_demand.fleet": ("add", 2),
            "lanes.charter.on_demand.when_ready": ("multiply", 0.5),
            "lanes.charter.on_demand.min_gap": ("multiply", 0.8),
            "lanes.charter.payload.mass": ("multiply", 1.2),
            "lanes.charter.payload.volume": ("multiply", 1.2),
        },
    ),
    "add_trains": (
        "{kind: add_trains, lane: train, when_ready: 0.5, payload: 2}",
        {
            "lanes.train.on_demand.when_ready_pieces": ("multiply", 0.5),
            "lanes.train.payload.pieces": ("multiply", 2),
        },
    ),
    "expand_station": (
        "{kind: expand_station, queues: [stations.sorting, customs.ural-customs.examination], servers: 3, "
        "service: 0.9}",
        {
            "stations.sorting.servers": ("add", 3),
            "stations.sorting.service.mean": ("multiply", 0.9),
            "customs.ural-customs.examination.servers": ("add", 3),
            "customs.ural-customs.examination.service.mean": ("multiply", 0.9),
        },
    ),
    "upgrade_border": (
        "{kind: upgrade_border, queues: [stations.container-station], servers: 1, dwell: 0.5}",
        {
            "stations.container-station.servers": ("add", 1),
            "stations.container-station.dwell.mean": ("multiply", 0.5),
        },
    ),
    "single_window": (
        "{kind: single_window, customs: [ural-customs], release: 0.6, examined: 0.5}",
        {
            "customs.ural-customs.release.service.mean": ("multiply", 0.6),
            "customs.ural-customs.release.dwell.mean": ("multiply", 0.6),
            "customs.ural-customs.examination.share": ("multiply", 0.5),
            "customs.ural-customs.examination.share_above_duty_free": ("multiply", 0.5),
            "customs.ural-customs.examination.share_by_product.gadgets": ("multiply", 0.5),
        },
    ),
    "open_exchange_office": (
        "{kind: open_exchange_office, stations: [sorting, ural-customs], route: post, path: road, "
        "shares: {far-east: 30 %}}",
        {
            "stations.sorting.is_open": ("set", True),
            "customs.ural-customs.is_open": ("set", True),
            "routes.post.gateways.far-east.road": ("set", 0.3),
        },
    ),
    "open_warehouse": (
        "{kind: open_warehouse, warehouse: depot, routes: [overseas], shares: {post.far-east.air: 10 %}}",
        {
            "warehouses.depot.is_open": ("set", True),
            "routes.overseas.is_open": ("set", True),
            "routes.post.gateways.far-east.air": ("set", 0.1),
        },
    ),
    "share_warehouse": (
        "{kind: share_warehouse, warehouse: depot, classes: [small-shop], stock: 2, assortment: 1.5, pickers: 2}",
        {
            "warehouses.depot.users.small-shop": ("set", True),
            "warehouses.depot.storage": ("multiply", 2),
            f"{STOCK}.gadgets.reorder_point": ("multiply", 2),
            f"{STOCK}.gadgets.order_up_to": ("multiply", 2),
            f"{STOCK}.gadgets.assortment": ("multiply", 1.5),
            f"{STOCK}.clothes.reorder_point": ("multiply", 2),
            f"{STOCK}.clothes.quantity": ("multiply", 2),
            f"{STOCK}.clothes.assortment": ("multiply", 1.5),
            "warehouses.depot.pick.servers": ("add", 2),
        },
    ),
    "dedicated_line": ("{kind: dedicated_line, route: overseas}", {"routes.overseas.is_open": ("set", True)}),
    "pool_shippers": (
        "{kind: pool_shippers, consolidations: [consolidation], close_after: 0.5, lanes: [charter, train], "
        "when_ready: 0.8, routes: [post], tariff: 0.9}",
        {
            "consolidations.consolidation.close_after": ("multiply", 0.5),
            "lanes.charter.on_demand.when_ready": ("multiply", 0.8),
            "lanes.train.on_demand.when_ready_pieces": ("multiply", 0.8),
            "routes.post.tariff.fixed": ("multiply", 0.9),
            "routes.post.tariff.per_kg": ("multiply", 0.9),
            "routes.post.tariff_by_product.gadgets.fixed": ("multiply", 0.9),
            "routes.post.tariff_by_product.gadgets.per_kg": ("multiply", 0.9),
        },
    ),
    "returns_desk": (
        "{kind: returns_desk, routes: [post, rail], returned: 0.5, worth: 2 CNY}",
        {
            "routes.post.returns.share": ("multiply", 0.5),
            "routes.rail.returns.share": ("multiply", 0.5),
            "market.origins.harbin.choice.trust": ("add", 2),
        },
    ),
    "train_staff": (
        "{kind: train_staff, origin: harbin, per_year: 500}",
        {"market.origins.harbin.sellers.trained_per_year": ("add", 500)},
    ),
    "seller_park": (
        "{kind: seller_park, origin: harbin, places: 50, entries_per_year: 40, saturation: 1.5}",
        {
            "market.origins.harbin.sellers.growth.park_places": ("add", 50),
            "market.origins.harbin.sellers.growth.entries_per_year": ("add", 40),
            "market.origins.harbin.sellers.growth.saturation": ("multiply", 1.5),
        },
    ),
    "build_trust": (
        "{kind: build_trust, origin: harbin, worth: 3 CNY}",
        {"market.origins.harbin.choice.trust": ("add", 3)},
    ),
    "product_mix": (
        "{kind: product_mix, origin: harbin, products: {gadgets: 1.4}}",
        {"market.origins.harbin.product_levels.gadgets": ("multiply", 1.4)},
    ),
    "subsidy": ("{kind: subsidy, routes: [post], per_parcel: 4 CNY}", {"routes.post.subsidy": ("add", 4)}),
    "duty_limit": (
        "{kind: duty_limit, customs: [ural-customs], limit: 1470 CNY}",
        {"customs.ural-customs.duty_free_limit": ("set", 1470)},
    ),
    "close": (
        "{kind: close, stations: [sorting], customs: [ural-customs], lanes: [truck], warehouses: [depot], "
        "routes: [rail]}",
        {
            "stations.sorting.is_open": ("set", False),
            "customs.ural-customs.is_open": ("set", False),
            "lanes.truck.is_open": ("set", False),
            "warehouses.depot.is_open": ("set", False),
            "routes.rail.is_open": ("set", False),
        },
    ),
    "slow": (
        "{kind: slow, lanes: [truck], transit: 2, queues: [customs.ural-customs.release], service: 3, dwell: 4, "
        "customs: [ural-customs], examined: 1.5}",
        {
            "lanes.truck.transit.mean": ("multiply", 2),
            "customs.ural-customs.release.service.mean": ("multiply", 3),
            "customs.ural-customs.release.dwell.mean": ("multiply", 4),
            "customs.ural-customs.examination.share": ("multiply", 1.5),
            "customs.ural-customs.examination.share_above_duty_free": ("multiply", 1.5),
            "customs.ural-customs.examination.share_by_product.gadgets": ("multiply", 1.5),
        },
    ),
    "demand": ("{kind: demand, origins: [harbin], factor: 3}", {"market.origins.harbin.level": ("multiply", 3)}),
}


def test_all_kinds_that_a_file_may_say_are_expanded_and_tested_here() -> None:
    models = get_args(get_args(AnyMeasure)[0])
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in models}
    assert set(models) == set(_KINDS)
    assert kinds == set(CHOSEN)


@pytest.mark.parametrize("kind", CHOSEN)
def test_kind_changes_these_numbers_and_no_others(library, kind: str) -> None:
    measure, expected = CHOSEN[kind]
    assert library.changes(measure) == expected


@pytest.mark.parametrize("kind", ["add_flights", "add_trains"])
def test_added_departures_run_while_their_measure_acts(library, kind: str) -> None:
    measure = (
        f"{{kind: {kind}, lane: truck, at: 2016-06-01, timetable: [{{weekdays: [sun], at: '08:00'}}, {{every: 2 d}}]}}"
    )
    expansion = library.expansion(measure, lasts="100 d")
    before = library.load().scenario.lanes["truck"].timetable
    timetable = expansion.scenario.lanes["truck"].timetable
    assert timetable[: len(before)] == before
    assert [(each.from_, each.until) for each in timetable[len(before) :]] == 2 * [(date(2016, 6, 1), date(2016, 8, 9))]


def test_single_date_of_departure_keeps_its_date(library) -> None:
    measure = "{kind: add_flights, lane: truck, timetable: [{on: 2016-06-03, at: '08:00'}]}"
    (*_, last) = library.expansion(measure).scenario.lanes["truck"].timetable
    assert (last.on, last.from_, last.until) == (date(2016, 6, 3), None, None)


def test_factors_of_one_change_nothing(library) -> None:
    assert library.changes("{kind: pool_shippers, routes: [post], lanes: [charter]}") == {}
    assert library.changes("{kind: slow, lanes: [truck], customs: [ural-customs]}") == {}
