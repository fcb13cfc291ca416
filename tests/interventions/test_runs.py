"""Interventions in the engine: those that do nothing change no byte, those that act do so from their day on."""

import numpy as np
import pytest

from sim.experiments.results import Results
from sim.experiments.run import run
from sim.indicators import Columns, tables_of
from sim.model import build
from sim.scenario.interventions.expanding import expanded
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario

SHORT = """
horizon: {start: 2016-04-01, end: 2016-07-01, warm_up: 14 d, drain: 0 d}
parcels_per_row: 50
replications: 1
market: {review: {settle_iterations: 1, settle_parcels_per_row: 200}}
"""
NO_OPS = """
a: {kind: add_flights, lane: charter, when_ready: 1, min_gap: 1, payload: 1}
b: {kind: expand_station, queues: [stations.sorting, customs.ural-customs.release], service: 1, dwell: 1}
c: {kind: single_window, customs: [ural-customs], release: 1, examined: 1}
d: {kind: change, change: stations.sorting.servers, multiply: 1, ramp: 20 d}
e: {kind: change, change: routes.post.subsidy, add: 0}
f: {kind: pool_shippers, consolidations: [consolidation], lanes: [train], routes: [post], tariff: 1}
g: {kind: returns_desk, routes: [post], returned: 1}
h: {kind: slow, lanes: [truck], transit: 1}
i: {kind: demand, origins: [harbin], factor: 1}
j: {kind: product_mix, origin: harbin, products: {gadgets: 1}}
k: {kind: duty_limit, customs: [ural-customs], limit: 7350 CNY}
l: {kind: dedicated_line, route: overseas}
m: {kind: open_exchange_office, stations: [sorting, ural-customs], route: post, path: road,
  shares: {far-east: 0.8}, until: 2016-07-01}
n: {kind: change, change: lanes.charter.on_demand.fleet, multiply: 1}
"""


def tables(scenario: Scenario) -> dict[str, Columns]:
    world = expanded(scenario)
    return tables_of(build(world).run().record, world)


def plan(library, name: str, text: str) -> Scenario:
    return load(library.plan(SHORT + text, name)).scenario


def assert_same(one: dict[str, Columns], other: dict[str, Columns]) -> None:
    assert one.keys() == other.keys()
    for table, columns in one.items():
        assert columns.keys() == other[table].keys()
        for name, values in columns.items():
            np.testing.assert_array_equal(values, other[table][name], err_msg=f"{table}.{name}")


def test_intervention_that_does_nothing_leaves_every_table_the_same(library) -> None:
    library.write("x", NO_OPS, ramp="9 d", capital="1e6 CNY")
    nothing = plan(library, "nothing", "interventions: [x]")
    assert len(expanded(nothing).changes) > len(nothing.changes)
    assert_same(tables(plan(library, "plain", "")), tables(nothing))


def test_what_is_added_changes_nothing_before_it_opens(library) -> None:
    """A further exchange office with a path of its own, which opens after the end: only rows of its own are added."""
    file = library.write(
        "x",
        "m: {kind: open_exchange_office, stations: [annex], route: post, path: annex, shares: {ural: 0.5}}",
        at="2016-12-01",
    )
    added = """
adds:
  stations: {annex: {place: harbin, is_open: false, servers: 9, service: 1 min}}
  routes: {post: {paths: {annex: {steps: [collection, annex, charter, ural-customs, post-office]}}}}
"""
    file.write_text(file.read_text("utf-8") + added, "utf-8")
    plain, more = tables(plan(library, "plain", "")), tables(plan(library, "more", "interventions: [x]"))
    assert _of_annex(more["stations"]).any()
    without = {
        table: {name: values[~_of_annex(columns)] for name, values in columns.items()}
        for table, columns in more.items()
    }
    assert_same(plain, without)


def _of_annex(columns: Columns) -> np.ndarray:
    texts = [values for values in columns.values() if np.asarray(values).dtype.kind in "OUT"]
    n = len(next(iter(columns.values())))
    return np.array([any("annex" in str(values[i]) for values in texts) for i in range(n)], dtype=bool)


def test_intervention_acts_from_its_day_on_and_not_before(library) -> None:
    library.write("x", "m: {kind: demand, origins: [harbin], factor: 2}", at="2016-06-01")
    plain, more = tables(plan(library, "plain", "")), tables(plan(library, "more", "interventions: [x]"))
    one, other = plain["orders"], more["orders"]
    before = one["month"].astype(str) < "2016-06"
    assert one["orders"][before].sum() == other["orders"][before].sum() > 0
    assert other["orders"][~before].sum() == pytest.approx(2 * one["orders"][~before].sum(), rel=0.02)


def test_run_of_a_described_scenario_is_that_of_its_expansion(library) -> None:
    library.write(
        "x", "m: {kind: add_trains, lane: truck, timetable: [{every: 6 h}]}\nn: {kind: close, routes: [rail]}"
    )
    described = plan(library, "described", "interventions: [x]")
    results = run(described)
    assert results.scenario == described, "what is filed is the described scenario"
    assert_same(_of(results), _of(run(expanded(described))))
    assert_same(tables(described), tables_of(build(described).run().record, expanded(described)))


def _of(results: Results) -> dict[str, Columns]:
    return {name: {column: np.asarray(table[column]) for column in table} for name, table in results.tables.items()}
