"""Shares of paths under changes, and the inside share under trust, against what the page says of them.

Sources: the division of what is left by described shares, worked out by hand; the nested logit as in
`test_choice_shares`, with theta * trust on the utility of every route. Pearson's chi-square must not reject at 0.1 %.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.base_world import Dict, described, lane, origin, route
from oracle.worlds import change
from theory.one_line import assert_fits
from theory.test_choice_shares import PRODUCTS, REGIONS, SHARES, THETA, probabilities, three_routes

from sim.model import build
from sim.scenario.gateways import shares_under
from sim.scenario.scenario import Scenario

# -- shares of paths ---------------------------------------------------------------------------------------------------

DESCRIBED = {"north": 0.5, "south": 0.3, "east": 0.2, "west": 0.0}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, [0.5, 0.3, 0.2, 0]),
        ({"north": 0.5}, [0.5, 0.3, 0.2, 0]),
        ({"north": 0.8}, [0.8, 0.12, 0.08, 0]),
        ({"west": 0.5}, [0.25, 0.15, 0.1, 0.5]),
        ({"north": 0, "west": 0.2}, [0, 0.48, 0.32, 0.2]),
        ({"north": 0.5, "west": 0.5}, [0.5, 0, 0, 0.5]),
        ({"north": 0.9, "west": 0.6}, [0.6, 0, 0, 0.4]),
        ({"north": 0.1, "south": 0.1, "east": 0.2}, [0.25, 0.25, 0.5, 0]),
        ({"north": 0, "south": 0, "east": 0}, [0.5, 0.3, 0.2, 0]),
    ],
)
def test_changed_shares_hold_and_the_others_divide_what_is_left(changed: dict[str, float], expected: list[Any]) -> None:
    assert list(shares_under(DESCRIBED, changed).values()) == pytest.approx(expected)


@given(st.dictionaries(st.sampled_from(sorted(DESCRIBED)), st.floats(0, 1)))
def test_shares_always_sum_to_one(changed: dict[str, float]) -> None:
    shares = shares_under(DESCRIBED, changed)
    assert list(shares) == list(DESCRIBED)
    assert min(shares.values()) >= 0
    assert sum(shares.values()) == pytest.approx(1)


def by_three_paths(**changes: Dict) -> Scenario:
    """Everything goes by post, on three paths of which `gateways` names two."""
    paths = {name: {"steps": ["collection", name, "inland"]} for name in ("plane", "train", "truck")}
    over: Dict = {
        "lanes": {name: lane("harbin", "yekaterinburg") for name in paths},
        "routes": {
            "post": {"paths": {"air": None, **paths}, "gateways": {"ural": {"truck": 0.4, "plane": 0.6}}},
        },
        "market": {"origins": {"harbin": origin(4000, {"post": 1})}, "feedback": {"congestion": False}},
        "horizon": {"end": "2016-05-02", "drain": 0},
        "changes": changes,
    }
    return described("by-three-paths", {"routes": {"post": route("harbin", paths)}}, over)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (0.6, 0, 0.4)),
        ({"train": 0.25}, (0.45, 0.25, 0.3)),
        ({"plane": 0.1, "train": 0.3}, (0.1, 0.3, 0.6)),
        ({"plane": 0, "truck": 0.2}, (0, 0, 1)),
    ],
)
def test_orders_take_paths_by_the_shares_in_force(changed: dict[str, float], expected: tuple[float, ...]) -> None:
    changes = {
        name: change(f"routes.post.gateways.ural.{name}", "2016-04-18", set=share) for name, share in changed.items()
    }
    orders = build(by_three_paths(**changes), parcel_log=True).run().parcel_log.orders()
    paths = orders["path"][orders["region"] == "ural"]
    counts = np.array([(paths == name).sum() for name in ("plane", "train", "truck")])
    has_share = np.array(expected) > 0
    assert not counts[~has_share].any()
    assert counts.sum() > 4000
    if has_share.sum() > 1:
        assert_fits(counts[has_share], counts.sum() * np.array(expected)[has_share])


# -- trust -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dissimilarity", [1.0, 0.5])
@pytest.mark.parametrize("trust", [-20, 45])
def test_trust_multiplies_the_weight_of_the_inside(dissimilarity: float, trust: float) -> None:
    scenario = three_routes(
        dissimilarity, trust=change("market.origins.harbin.choice.trust", "2016-04-18", set=20 + trust)
    )
    market = scenario.market
    choice = market.origins["harbin"].choice.model_copy(update={"trust": 20.0})
    origins = {"harbin": market.origins["harbin"].model_copy(update={"choice": choice})}
    trusted = scenario.model_copy(update={"market": market.model_copy(update={"origins": origins})})
    counts = build(trusted).run().record.alternatives[0].sum(axis=0)
    for g, region in enumerate(REGIONS):
        for p, product in enumerate(PRODUCTS):
            weights = np.array(probabilities(dissimilarity, region, product))
            weights[: len(SHARES)] *= math.exp(THETA * trust)
            assert_fits(counts[:, g, p], counts[:, g, p].sum() * weights / weights.sum())


def test_trust_is_worth_itself_where_nobody_stays_outside() -> None:
    over: Dict = {"inside": 1, "other_gateway": 0, "not_bought": 0}
    surplus = []
    for trust in (0, 33):
        scenario = three_routes(0.5, trust=change("market.origins.harbin.choice.trust", "2016-04-18", set=trust))
        market = scenario.market
        shares = market.origins["harbin"].choice.reference_shares.model_copy(update=over)
        choice = market.origins["harbin"].choice.model_copy(update={"reference_shares": shares})
        origins = {"harbin": market.origins["harbin"].model_copy(update={"choice": choice})}
        record = (
            build(scenario.model_copy(update={"market": market.model_copy(update={"origins": origins})})).run().record
        )
        surplus.append(record.surplus_cny.sum() / record.alternatives[0].sum())
    assert surplus[1] - surplus[0] == pytest.approx(33)
