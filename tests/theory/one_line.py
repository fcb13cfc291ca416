"""A world of a few stations in a row and a constant last mile: all orders placed, by one route, as a Poisson process.

The year 2015 has 365 days and no season, so `ORDERS_PER_YEAR` orders are one every 300 s on average.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from oracle.base_world import Dict, merged, origin, place
from scipy import stats

from sim.scenario.scenario import Scenario

GAP_S = 300.0
ORDERS_PER_YEAR = 365 * 86_400 / GAP_S
CONFIDENCE = 0.999


def line(*stations: Dict, orders_per_year: float = ORDERS_PER_YEAR, over: Dict | None = None) -> Scenario:
    """Parcels pass the stations one after the other, then a day of last mile."""
    names = [f"station-{i}" for i in range(len(stations))]
    market = origin(1, {"post": 1}, latent_orders_per_year=orders_per_year, reference_year=2015)
    market["choice"]["reference_shares"] = {"inside": 1, "other_gateway": 0, "not_bought": 0, "routes": {"post": 1}}
    world: Dict = {
        "scenario": "one-line",
        "seed": 20150101,
        "horizon": {"start": "2015-01-05", "end": "2015-12-28", "drain": "7 d"},
        "places": {"harbin": place(8, "CN")},
        "regions": {"ural": {"name": {"en": "Ural"}, "order_share": 1}},
        "products": {
            "goods": {"name": {"en": "Goods"}, "order_share": 1, "weight": "1 kg", "value": 100, "density": 200}
        },
        "stations": {name: {"place": "harbin"} | station for name, station in zip(names, stations, strict=True)},
        "last_miles": {"inland": {"times": {"harbin": {"ural": "24 h"}}}},
        "routes": {
            "post": {
                "name": {"en": "Post"},
                "service_class": "postal",
                "origin": "harbin",
                "promise": {"ural": {"days": "3 d", "spread": "1 d"}},
                "tariff": "20 CNY",
                "paths": {"only": {"steps": [*names, "inland"]}},
                "gateways": {"ural": "only"},
            }
        },
        "market": {"origins": {"harbin": market}, "feedback": {"congestion": False}},
    }
    return Scenario.model_validate(merged(world, over or {}))


def assert_mean_agrees(replications: Sequence[float], theory: float, resolution: float) -> None:
    """The t-interval at 99.9 % around the mean of the replications holds ``theory``, and is narrow enough to tell.

    ``resolution`` is the largest half-width allowed, relative to ``theory``.
    """
    values = np.asarray(replications, np.float64)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    assert half <= resolution * theory, f"half-width {half / theory:.3%} of theory: too wide to tell anything"
    assert abs(values.mean() - theory) <= half, f"mean {values.mean():.6g} +- {half:.3g}, theory {theory:.6g}"


def assert_fits(observed: Any, expected: Any, n_fitted: int = 1, least_p: float = 0.001) -> None:
    """Pearson's chi-square (1900): counts agree with expected counts; ``n_fitted`` degrees of freedom are lost."""
    observed, expected = np.asarray(observed, np.float64).ravel(), np.asarray(expected, np.float64).ravel()
    assert (observed[expected == 0] == 0).all(), "something happened that cannot happen"
    observed, expected = observed[expected > 0], expected[expected > 0]
    assert expected.min() >= 5, "expected counts are too small for this test"
    statistic = float(((observed - expected) ** 2 / expected).sum())
    p = float(stats.chi2.sf(statistic, len(observed) - n_fitted))
    assert p >= least_p, f"chi-square {statistic:.1f} on {len(observed) - n_fitted} degrees of freedom, p = {p:.2g}"
