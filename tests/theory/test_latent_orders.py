"""Latent orders: a Poisson process with the described rate, and nothing that depends on anything else.

All orders of the world of one line are placed, so its parcel log shows every latent order. Counts are tested by
Pearson's chi-square at 0.1 %.
"""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
from behaviour.runs import orders_of, run
from oracle.base_world import Dict
from scipy import stats
from theory.one_line import ORDERS_PER_YEAR, assert_fits, line

from sim import ids, luck
from sim.model import build
from sim.ticks import DAY, EPOCH, HOUR, WEEK, midnight

MONTHS = [1.5, 0.5, 1, 1, 1, 1.2, 0.8, 1, 1, 1, 2, 1]
WEEKDAYS = [1.4, 1.1, 1.0, 1.0, 1.0, 0.8, 0.5]
HOURS = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 2, 1]
REGIONS = {"ural": 0.55, "center": 0.3, "far-east": 0.1, "south": 0.05}
PRODUCTS = {"clothes": 0.62, "gadgets": 0.25, "toys": 0.13}


@cache
def flat_orders() -> pd.DataFrame:
    """A year of 2015 without a season: all orders."""
    return orders_of(run(line({"dwell": "1 h"})))


@cache
def seasonal_orders() -> pd.DataFrame:
    """A year with a season, a sale, four regions and three products: all orders."""
    product = {"name": {"en": "Goods"}, "weight": "1 kg", "value": 100, "density": 200}
    over: Dict = {
        "regions": {name: {"name": {"en": name}, "order_share": share} for name, share in REGIONS.items()},
        "products": {"goods": None} | {name: product | {"order_share": share} for name, share in PRODUCTS.items()},
        "last_miles": {"inland": {"times": {"harbin": dict.fromkeys(REGIONS, "24 h")}}},
        "routes": {
            "post": {
                "promise": {name: {"days": "3 d", "spread": "1 d"} for name in REGIONS},
                "gateways": dict.fromkeys(REGIONS, "only"),
            }
        },
        "market": {
            "origins": {
                "harbin": {
                    "season": {
                        "months": MONTHS,
                        "weekdays": WEEKDAYS,
                        "hours": HOURS,
                        "events": {"sale": {"on": "11-11", "starts": -1, "lasts": 3, "factor": 5}},
                    }
                }
            }
        },
    }
    return orders_of(run(line({"dwell": "1 h"}, over=over)))


def expected_by_day() -> pd.Series:
    """Orders expected on each day of 2015, from the factors: month times weekday times sale, summing to the year."""
    days = [date(2015, 1, 1) + timedelta(days=i) for i in range(365)]
    sale = {date(2015, 11, day): 5 for day in (10, 11, 12)}
    weights = np.array([MONTHS[d.month - 1] * WEEKDAYS[d.weekday()] * sale.get(d, 1) for d in days])
    return pd.Series(ORDERS_PER_YEAR * weights / weights.sum(), index=days)


def days_of(orders: pd.DataFrame) -> list[date]:
    return [EPOCH + timedelta(days=int(day)) for day in orders.ordered_at // DAY]


def test_orders_a_week_are_poisson() -> None:
    # Index of dispersion (Fisher 1950): the sum of squared deviations over the mean is chi-square, not less, not more.
    weeks = (flat_orders().ordered_at // WEEK).value_counts()
    mean = ORDERS_PER_YEAR * 7 / 365
    statistic = float(((weeks - mean) ** 2 / mean).sum())
    assert len(weeks) == 51
    assert 0.0005 < stats.chi2.cdf(statistic, len(weeks)) < 0.9995


def test_gaps_between_orders_are_exponential() -> None:
    gaps = np.diff(np.sort(flat_orders().ordered_at)) / 1e6
    assert stats.kstest(gaps, stats.expon(scale=300).cdf).pvalue > 0.001


def test_each_layer_has_a_quarter_of_the_orders_and_none_knows_of_another() -> None:
    orders = flat_orders()
    layer = orders.order_id.to_numpy() >> ids.INDEX_BITS & (ids.MAX_LAYERS - 1)
    by_week = pd.crosstab(orders.ordered_at // WEEK, pd.Series(layer, name="layer"))
    assert list(by_week.columns) == [0, 1, 2, 3]
    assert_fits(by_week.sum(), np.full(4, 51 * ORDERS_PER_YEAR * 7 / 365 / 4), n_fitted=0)
    assert_fits(by_week, np.full(by_week.shape, ORDERS_PER_YEAR * 7 / 365 / 4), n_fitted=0)


def test_orders_of_each_day_follow_month_weekday_and_sale() -> None:
    days = pd.Series(days_of(seasonal_orders())).value_counts()
    expected = expected_by_day()[date(2015, 1, 5) : date(2015, 12, 27)]
    assert_fits(days.reindex(expected.index, fill_value=0), expected, n_fitted=0)


def test_orders_of_a_day_follow_the_hours() -> None:
    hour = seasonal_orders().ordered_at % DAY // HOUR
    counts = hour.value_counts().reindex(range(24), fill_value=0)
    assert_fits(counts, len(hour) * np.array(HOURS) / sum(HOURS))


def test_minutes_within_an_hour_are_uniform() -> None:
    part = seasonal_orders().ordered_at % HOUR / HOUR
    assert stats.kstest(part, "uniform").pvalue > 0.001


def test_regions_and_products_have_their_shares_and_are_independent_of_one_another_and_of_the_month() -> None:
    orders = seasonal_orders()
    cells = pd.crosstab(orders.region, orders["product"]).loc[list(REGIONS), list(PRODUCTS)]
    assert_fits(cells, len(orders) * np.outer(list(REGIONS.values()), list(PRODUCTS.values())))
    month = pd.Series([day.month for day in days_of(orders)], name="month")
    for column in ("region", "product"):
        assert stats.chi2_contingency(pd.crosstab(orders[column], month)).pvalue > 0.001


def test_a_place_further_west_orders_at_its_own_hours() -> None:
    season = {"hours": [0] * 20 + [1] * 4}
    over: Dict = {
        "places": {"harbin": {"utc_offset": 6}},
        "market": {"origins": {"harbin": {"season": season}}},
    }
    orders = orders_of(run(line({"dwell": "1 h"}, orders_per_year=20_000, over=over)))
    assert set(orders.ordered_at % DAY // HOUR) == {22, 23, 0, 1}


def test_a_higher_level_only_adds_orders() -> None:
    lower = flat_orders().set_index("order_id")
    over: Dict = {"market": {"origins": {"harbin": {"level": 1.3}}}}
    higher = orders_of(run(line({"dwell": "1 h"}, over=over))).set_index("order_id")
    added = higher.drop(lower.index)
    pd.testing.assert_frame_equal(higher.loc[lower.index], lower)
    # Thinning of a Poisson process: 0.05 of a layer of a quarter is left out of the sixth layer's 0.25.
    mean = 0.3 * 51 * ORDERS_PER_YEAR * 7 / 365
    assert abs(len(added) - mean) < stats.norm.ppf(0.9995) * np.sqrt(mean)


def test_a_lower_level_keeps_its_share_of_the_last_layer() -> None:
    over: Dict = {"market": {"origins": {"harbin": {"level": 0.6}}}}
    kept = orders_of(run(line({"dwell": "1 h"}, over=over)))
    assert set(kept.order_id) < set(flat_orders().order_id)
    mean = 0.6 * 51 * ORDERS_PER_YEAR * 7 / 365
    assert abs(len(kept) - mean) < stats.norm.ppf(0.9995) * np.sqrt(mean)


def test_growth_between_two_years_is_log_linear() -> None:
    growth = {"levels": {"2014": 0.5, "2016": 2.0}}  # 1 on 2 July 2015, doubling every year
    over: Dict = {"market": {"origins": {"harbin": {"growth": growth}}}}
    orders = orders_of(run(line({"dwell": "1 h"}, over=over)))
    middle = midnight(date(2015, 7, 2)) + DAY // 2
    years = (orders.ordered_at - middle) / (365.25 * DAY)
    by_week = years.groupby(orders.ordered_at // WEEK).agg(["size"])
    weeks = by_week.index.to_numpy()
    at = (weeks * WEEK + WEEK // 2 - middle) / (365.25 * DAY)
    assert_fits(by_week["size"], ORDERS_PER_YEAR * 7 / 365 * 2.0**at, n_fitted=0)


def test_number_of_latent_orders_is_what_luck_and_the_poisson_distribution_say() -> None:
    scenario = line({"dwell": "1 h"}, orders_per_year=9_000)
    outcomes = build(scenario, replication=4).run().record.outcomes()
    key = luck.key(scenario.seed, 4, "count", "harbin")
    first, last = (midnight(day) // WEEK for day in (scenario.horizon.start, scenario.horizon.end))
    uniforms = [luck.uniforms(key, week * 128 + layer)[0] for week in range(first, last) for layer in range(4)]
    assert sum(outcomes.values()) == int(stats.poisson.ppf(uniforms, 9_000 * 7 / 365 / 4).sum())
