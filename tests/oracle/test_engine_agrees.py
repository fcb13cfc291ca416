"""The engine and the twin, parcel by parcel: identical instants at every step, to the tick."""

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import oracle.consolidations
import sim.flow.consolidation
from oracle.strategies import scenarios
from oracle.trace import Departure, Expectation, Order, Row, Trace, first_difference, written
from oracle.twin import simulate
from oracle.worlds import WORLDS
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.ticks import DAY


def engine_trace(scenario: Scenario, replication: int) -> Trace:
    """What the engine did, in the words of the twin."""
    model = build(scenario, replication=replication, parcel_log=True)
    model.run()
    outcomes = Counter({key: int(n) for key, n in model.record.outcomes().items() if n})
    return Trace(
        orders=_tuples(Order, model.parcel_log.orders()),
        outcomes=outcomes,
        log=_tuples(Row, model.parcel_log.table()),
        departures=[Departure(str(a), int(b), str(c), int(d)) for a, b, c, d in model.record.departure_log()],
        expectations=[Expectation(*row) for row in model.record.expectation_log()],
    )


def _tuples(kind: Any, columns: dict[str, Any]) -> list[Any]:
    values = [columns[name].tolist() for name in kind._fields]
    return [kind(*row) for row in zip(*values, strict=True)]


def assert_same(scenario: Scenario, replication: int = 0) -> None:
    """Everything of a run, the market first: an order that differs makes all else differ."""
    twin, engine = simulate(scenario, replication), engine_trace(scenario, replication)
    assert_same_orders(twin, engine)
    assert twin.outcomes == engine.outcomes
    if difference := first_difference(twin, engine):
        pytest.fail(difference, pytrace=False)
    assert_same_lists("departures", sorted(twin.departures, key=_at), sorted(engine.departures, key=_at))
    assert_same_expectations(scenario, twin, engine)


def _at(departure: Departure) -> tuple[int, str]:
    return departure.scheduled_at, departure.lane


def assert_same_orders(twin: Trace, engine: Trace) -> None:
    """The same orders at the same instants, with the same goods and paths."""
    ours, theirs = sorted(twin.orders, key=lambda o: o[1::-1]), sorted(engine.orders, key=lambda o: o[1::-1])
    assert_same_lists("orders", ours, theirs)


def assert_same_lists(what: str, ours: list[Any], theirs: list[Any]) -> None:
    """Name the first item that differs."""
    for i, (a, b) in enumerate(zip(ours, theirs, strict=False)):
        if a != b:
            pytest.fail(
                f"{what} differ from number {i} on, at {written(a[1])}\ntwin:   {a}\nengine: {b}", pytrace=False
            )
    rest = (ours or theirs) if not (ours and theirs) else max(ours, theirs, key=len)[min(len(ours), len(theirs)) :]
    counts = f"{len(ours)} {what} in the twin, {len(theirs)} in the engine"
    assert len(ours) == len(theirs), f"{counts}; the first without a mate is {rest[0]}"


def assert_same_expectations(scenario: Scenario, twin: Trace, engine: Trace) -> None:
    """The same expectations after each review; a market that is not fed back may keep saying its promises."""
    ours, theirs = sorted(twin.expectations), sorted(engine.expectations)
    if not scenario.market.feedback.congestion:
        promises = {(name, region): p for name, r in scenario.routes.items() for region, p in r.promise.items()}
        ours = [e._replace(days=promises[e[1:3]].days / DAY, spread=promises[e[1:3]].spread / DAY) for e in theirs]
    assert [e[:3] for e in ours] == [e[:3] for e in theirs]
    for a, b in zip(ours, theirs, strict=True):
        is_close = all(math.isclose(x, y, rel_tol=0, abs_tol=1e-9) for x, y in zip(a[3:], b[3:], strict=True))
        assert is_close, f"expectations differ on {written(a.monday)}\ntwin:   {a}\nengine: {b}"


@pytest.mark.parametrize("name", WORLDS)
def test_engine_agrees_with_twin_to_the_tick(name: str) -> None:
    assert_same(WORLDS[name]())


@pytest.mark.parametrize("name", ["everything", "market", "on-demand", "one-yard", "fallback-at-once", "restocked"])
def test_engine_agrees_in_another_replication(name: str) -> None:
    assert_same(WORLDS[name](), replication=3)


# Without the phase that explains a failure: it would run both programs hundreds of times.
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)


@pytest.mark.timeout(900)
@settings(max_examples=40, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_engine_agrees_in_any_world(scenario: Scenario) -> None:
    assert_same(scenario)


def test_more_containers_than_are_closed_at_once_wait_for_the_next_check(monkeypatch: pytest.MonkeyPatch) -> None:
    unbounded = engine_trace(WORLDS["oversized"](), 0)
    for module in (sim.flow.consolidation, oracle.consolidations):
        monkeypatch.setattr(module, "MAX_ORDINAL", 1)
    assert_same(WORLDS["oversized"]())
    assert engine_trace(WORLDS["oversized"](), 0).log != unbounded.log
