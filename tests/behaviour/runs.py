"""Runs of small scenarios and what can be compared of them: every step of every parcel, and every number recorded."""

from typing import Any

import numpy as np
import pandas as pd

from sim.model import Model, build
from sim.record import Record
from sim.scenario.scenario import Change, Scenario


def run(scenario: Scenario, replication: int = 0, **fields: Any) -> Model:
    """A finished run that kept the log of its parcels."""
    return build(scenario, replication, parcel_log=True, **fields).run()


def steps_of(model: Model) -> pd.DataFrame:
    """All steps, by parcel and in the order in which the parcel took them."""
    table = pd.DataFrame(model.parcel_log.table())
    return table.sort_values("order_id", kind="stable", ignore_index=True)


def orders_of(model: Model) -> pd.DataFrame:
    """All placed orders, by id."""
    return pd.DataFrame(model.parcel_log.orders()).sort_values("order_id", ignore_index=True)


def at_step(model: Model, name: str) -> pd.DataFrame:
    """The rows of one step, by parcel."""
    steps = steps_of(model)
    return steps[steps.step == name].set_index("order_id").sort_index()


def numbers(record: Record) -> dict[str, Any]:
    """Every number of a record, arrays as bytes, so that equal means identical."""
    return {name: _frozen(value) for name, value in vars(record).items() if name != "axes"}


def _frozen(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return [_frozen(each) for each in value] if isinstance(value, list) else value


def assert_identical(one: Model, other: Model) -> None:
    """The same parcels at the same instants, and the same bytes in every array of the record."""
    pd.testing.assert_frame_equal(orders_of(one), orders_of(other))
    pd.testing.assert_frame_equal(_in_full_order(one), _in_full_order(other))
    ours, theirs = numbers(one.record), numbers(other.record)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def _in_full_order(model: Model) -> pd.DataFrame:
    return steps_of(model).sort_values(["order_id", "arrived_at", "left_at", "step"], ignore_index=True)


def with_changes(scenario: Scenario, **changes: dict[str, Any]) -> Scenario:
    """A scenario with dated changes added (`a_name={"change": ..., "at": ...}`)."""
    added = {name.replace("_", "-"): Change.model_validate(change) for name, change in changes.items()}
    return scenario.model_copy(update={"changes": scenario.changes | added})


def with_latent_orders(scenario: Scenario, factor: float) -> Scenario:
    """A scenario with ``factor`` times the latent orders of every origin."""
    market = scenario.market
    origins = {
        name: origin.model_copy(update={"latent_orders_per_year": origin.latent_orders_per_year * factor})
        for name, origin in market.origins.items()
    }
    return scenario.model_copy(update={"market": market.model_copy(update={"origins": origins})})
