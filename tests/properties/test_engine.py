"""What holds in every run: invariants; and neither the instants of advancing nor the order of rows matter."""

from collections import Counter
from collections.abc import Generator
from functools import cache

import numpy as np
import pytest
import simpy
from behaviour.runs import assert_identical, run
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle.strategies import scenarios
from oracle.worlds import WORLDS
from properties.invariants import assert_everything
from properties.journeys import Journeys

from sim.errors import EngineError
from sim.flow.network import Node
from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.ticks import HOUR

RICH = ["everything", "same-instants", "customs", "closures", "on-demand", "reroute", "changed-times", "market"]
RICH += ["closed-by-age", "one-yard", "block-trains", "customs-of-containers", "reroute-of-containers", "two-railways"]
RICH += ["stock-by-rail", "fallback-at-once", "restocked", "sent-back", "stock-at-same-instants", "closed-warehouse"]
SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@cache
def undisturbed(name: str) -> Model:
    return run(WORLDS[name]())


@pytest.mark.parametrize("name", WORLDS)
def test_invariants_hold_in_every_small_world(name: str) -> None:
    assert_everything(WORLDS[name](), undisturbed(name))


@given(scenario=scenarios())
@settings(SETTINGS, max_examples=60)
def test_invariants_hold_in_any_world(scenario: Scenario) -> None:
    assert_everything(scenario, run(scenario))


def test_the_worlds_together_have_all_that_the_invariants_speak_of() -> None:
    """Otherwise they might hold because there is nothing for them to hold of."""
    items = [item for name in WORLDS for item in Journeys(WORLDS[name](), undisturbed(name)).items.values()]
    kinds = Counter(item.kind for item in items)
    assert min(kinds[kind] for kind in ("order", "container", "load", "freight")) > 200
    containers = [item for item in items if item.kind == "container"]
    assert sum(container.gone_at is None for container in containers) > 2, "under way at the end"
    assert max(len(container.inside) for container in containers) >= 20
    assert sum(item.gone_at is None for item in items if item.kind in ("load", "freight")) > 5
    assert sum(item.fell_at is not None for item in items) > 100
    assert sum(item.fell_at is not None and item.ready_at is not None for item in items) > 50
    assert sum(item.fell_at is not None and item.lost_at is not None for item in items) > 5
    assert sum(item.fell_at is not None and item.container is not None for item in items) > 5
    assert sum(item.took_at is not None and item.took_at > item.born_at for item in items) > 100, "waited for stock"
    assert sum(item.back_at is not None for item in items) > 200
    assert sum(item.lost_at is not None for item in items) > 200
    assert sum(visit.way != visit.item.way for item in items for visit in item.visits) > 200, "rerouted and returned"


def advanced_at(scenario: Scenario, instants: list[int]) -> Model:
    """A run in which every node is advanced at more instants than anyone asks for."""
    model = build(scenario, parcel_log=True)

    def curious(env: simpy.Environment) -> Generator[simpy.Event, None, None]:
        for at in instants:
            yield env.timeout(at - env.now)
            model._built.network.advance_all(at)

    model.env.process(curious(model.env))
    return model.run()


@pytest.mark.parametrize("name", RICH)
def test_advancing_at_other_instants_changes_no_byte(name: str) -> None:
    plain = undisturbed(name)
    for seed in range(3):
        random = np.random.default_rng(seed)
        instants = random.integers(plain.start, plain.end, 120)
        # Whole hours too, where cutoffs, changes and reviews are.
        instants[::3] = instants[::3] // HOUR * HOUR
        assert_identical(plain, advanced_at(WORLDS[name](), sorted(set(instants[instants >= plain.start].tolist()))))


@given(scenario=scenarios(), data=st.data())
@SETTINGS
def test_advancing_at_other_instants_changes_no_byte_in_any_world(scenario: Scenario, data: st.DataObject) -> None:
    plain = run(scenario)
    hours = st.integers(plain.start // HOUR + 1, plain.end // HOUR - 1).map(lambda hour: hour * HOUR)
    instants = data.draw(st.lists(hours | st.integers(plain.start, plain.end - 1), max_size=30))
    assert_identical(plain, advanced_at(scenario, sorted(set(instants))))


@pytest.mark.parametrize("name", RICH)
def test_the_order_and_the_size_of_batches_change_no_byte(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, random, receive = undisturbed(name), np.random.default_rng(5), Node.receive
    n_batches = 0

    def shuffled(self: Node, at: np.ndarray, row: np.ndarray) -> None:
        nonlocal n_batches
        n_batches += 1
        order = random.permutation(at.shape[0])
        cut = random.integers(0, at.shape[0] + 1)
        for part in (order[:cut], order[cut:]):
            receive(self, at[part].copy(), row[part].copy())

    monkeypatch.setattr(Node, "receive", shuffled)
    assert_identical(plain, run(WORLDS[name]()))
    assert n_batches > 50


@pytest.mark.parametrize("name", ["everything", "two-origins"])
def test_the_same_run_twice_is_the_same_to_the_byte_and_another_replication_is_not(name: str) -> None:
    again, other = run(WORLDS[name]()), run(WORLDS[name](), 1)
    assert_identical(undisturbed(name), again)
    ids = [set(model.parcel_log.orders()["order_id"].tolist()) for model in (again, other)]
    assert ids[0] != ids[1]


def test_an_arrival_before_what_was_served_is_an_error() -> None:
    model = build(WORLDS["plain"]())
    node = model._built.nodes["sorting"]
    node.advance(model.start + HOUR)
    with pytest.raises(EngineError, match="sorting received an arrival"):
        node.receive(np.array([model.start], np.int64), np.array([0], np.int64))
