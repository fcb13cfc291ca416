"""What the two corridor documents say in words, found again in what the model puts out.

Cited are the document on Heilongjiang ("Harbin") and the one on Xinjiang, with the section, in words of our own. All
runs are of 2016 in rows of 50 parcels, with expectations held at the promises: then runs that differ by a change, or by
the weather, place the same orders and meet the same luck.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.indicators import tables_of
from sim.model import build
from sim.scenario.loading import load
from sim.scenario.market import Feedback
from sim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
Tables = Mapping[str, pd.DataFrame]
WINTER = ("01", "02", "11", "12")
DIRECT = ("postal", "express", "rail")


def year_of(name: str, alter: Callable[[dict[str, Any]], None] = lambda _: None) -> Tables:
    """Tables of the year 2016 of a shipped scenario, altered as it is written down."""
    scenario = load(ROOT / "scenarios" / f"{name}.yaml").scenario
    horizon = scenario.horizon.model_copy(update={"end": scenario.horizon.start + timedelta(days=366)})
    market = scenario.market.model_copy(update={"feedback": Feedback(congestion=False)})
    short = scenario.model_copy(update={"horizon": horizon, "market": market, "parcels_per_row": 50})
    described = short.model_dump(mode="json", by_alias=True)
    alter(described)
    altered = Scenario.model_validate(described)
    return {table: pd.DataFrame(columns) for table, columns in tables_of(build(altered).run().record, altered).items()}


@pytest.fixture(scope="session")
def harbin() -> Tables:
    return year_of("harbin-baseline")


@pytest.fixture(scope="session")
def xinjiang() -> Tables:
    return year_of("xinjiang-baseline")


@pytest.fixture(scope="session", params=["harbin", "urumqi"])
def corridor(request: pytest.FixtureRequest, harbin: Tables, xinjiang: Tables) -> tuple[str, Tables]:
    """Each corridor: name of its origin, tables."""
    return request.param, harbin if request.param == "harbin" else xinjiang


def of_months(table: pd.DataFrame, months: tuple[str, ...]) -> pd.DataFrame:
    return table[table.month.str[5:].isin(months)]


def mean_days(service: pd.DataFrame, *by: str) -> "pd.Series[float]":
    """Mean days of those that arrived, by route or what is named."""
    service = service[service.arrived > 0]
    weighted = service.assign(days=service.mean_days * service.arrived).groupby(list(by))[["days", "arrived"]].sum()
    return weighted.days / weighted.arrived


def test_post_carries_most_parcels_and_reaches_everywhere(corridor: tuple[str, Tables]) -> None:
    """Xinjiang 1.2: post covers the widest area and is among the most used ways; Harbin 2.1 counts its growth by it."""
    origin, tables = corridor
    placed = tables["flows"].groupby(["region", "route"]).placed.sum().unstack(fill_value=0)
    assert len(placed) == 8
    assert (placed[f"{origin}-postal"] > 0.75 * placed.sum(axis=1)).all()
    others = [f"{origin}-{kind}" for kind in ("express", "rail", "warehouse")]
    assert (placed[others].sum() > 0).all()
    assert (placed[others].sum() < placed[f"{origin}-postal"].sum() / 5).all()


def test_rail_is_for_what_is_bulky_and_comes_in_batches(corridor: tuple[str, Tables]) -> None:
    """Xinjiang 1.2 and 2.2: rail is the most used for large pieces and large lots."""
    origin, tables = corridor
    mass = tables["flows"].groupby(["route", "product"]).mass_kg.sum().unstack(fill_value=0)
    bulky = mass["bulky"] / mass.sum(axis=1)
    assert bulky[f"{origin}-rail"] > 2 * bulky[f"{origin}-postal"]
    value = tables["flows"].groupby("route").value_cny.sum()
    batches = tables["freight"][tables["freight"].freight.str.startswith(f"{origin}-bulk")]
    assert batches.value_cny.sum() > 20 * value[f"{origin}-rail"]


@pytest.mark.parametrize("train", ["hrb-manzhouli-train", "urumqi-khorgos-train", "urumqi-alashankou-train"])
def test_batches_ride_the_trains_that_carry_parcels(harbin: Tables, xinjiang: Tables, train: str) -> None:
    """Xinjiang 1.2: trains start in ever larger numbers and carry trade of all kinds."""
    tables, stream = {
        "hrb-manzhouli-train": (harbin, "harbin-bulk"),
        "urumqi-khorgos-train": (xinjiang, "urumqi-bulk"),
        "urumqi-alashankou-train": (xinjiang, "urumqi-bulk-ural"),
    }[train]
    containers = tables["lanes"].set_index("lane").pieces[train].sum()
    batches = tables["freight"].set_index("freight").sent[stream].sum()
    assert 0.9 * containers < batches < containers, "the rest are parcels' containers and loads of the warehouse"


@pytest.fixture(scope="session")
def calm() -> dict[str, Tables]:
    """Both corridors without any weather."""

    def without_weather(scenario: dict[str, Any]) -> None:
        for place in scenario["places"].values():
            place["weather"] = [0] * 12

    return {
        "harbin": year_of("harbin-baseline", without_weather),
        "urumqi": year_of("xinjiang-baseline", without_weather),
    }


def test_flights_fall_out_in_winter(harbin: Tables, xinjiang: Tables, calm: dict[str, Tables]) -> None:
    """Xinjiang 2.2: the fastest way, by air, suffers most from the weather."""
    lanes = pd.concat([harbin["lanes"], xinjiang["lanes"]])
    by_lane = lanes.groupby("lane").weather.sum()
    hit = set(by_lane[by_lane > 0].index)
    assert {"hrb-svx-charter", "urc-svx-freighter"} <= hit
    assert not any("train" in lane or "truck" in lane for lane in hit)
    in_winter = of_months(lanes, WINTER).weather.sum()
    assert in_winter >= 10
    assert in_winter / 4 > 3 * (lanes.weather.sum() - in_winter) / 8, "a month"
    assert all(tables["lanes"].weather.sum() == 0 for tables in calm.values())


def test_parcels_by_air_take_longer_in_winter_than_they_would_without_weather(
    corridor: tuple[str, Tables], calm: dict[str, Tables]
) -> None:
    """Xinjiang 2.2 as above; parcels by air are all of express and nearly all of the post."""
    origin, tables = corridor
    route = f"{origin}-express"
    longer = {}
    for season, months in (("winter", WINTER), ("summer", ("05", "06", "07", "08"))):
        days, days_calm = (
            mean_days(of_months(each["service"], months), "route")[route] for each in (tables, calm[origin])
        )
        longer[season] = days - days_calm
    assert longer["winter"] > 0.02
    assert longer["winter"] > 2 * longer["summer"]


def test_local_stock_arrives_in_days(corridor: tuple[str, Tables]) -> None:
    """Xinjiang 2.2 and 3: what lies abroad reaches the buyer soonest; direct ways take weeks."""
    origin, tables = corridor
    ordinary = of_months(tables["service"], tuple(f"{month:02}" for month in range(1, 11)))
    days = mean_days(ordinary, "region", "route").unstack()
    served = days[days[f"{origin}-warehouse"].notna()]
    assert len(served) == 7
    assert (served[f"{origin}-warehouse"] < 8).all()
    for kind in DIRECT:
        assert (served[f"{origin}-warehouse"] < 0.75 * served[f"{origin}-{kind}"].fillna(np.inf)).all(), kind


def test_express_is_faster_and_dearer_than_post_from_harbin(harbin: Tables) -> None:
    """Xinjiang 1.2 calls express the quick way (its cheapness is doubted in docs/xinjiang-data.md)."""
    days = mean_days(harbin["service"], "region", "route").unstack()
    assert (days["harbin-express"] < 0.75 * days["harbin-postal"]).all()
    tariff = harbin["accounts"].groupby("route")[["tariffs_cny", "placed"]].sum()
    per_parcel = tariff.tariffs_cny / tariff.placed
    assert per_parcel["harbin-express"] > 3 * per_parcel["harbin-postal"]


def test_post_is_slow_and_rail_slower(corridor: tuple[str, Tables]) -> None:
    """Xinjiang 2.2: post takes long; Harbin 3.2: weak infrastructure on both sides makes goods travel long."""
    origin, tables = corridor
    days = mean_days(tables["service"], "route")
    assert days[f"{origin}-express"] < days[f"{origin}-postal"] < days[f"{origin}-rail"]
    assert days[f"{origin}-postal"] > 14


def test_rail_by_khorgos_is_faster_than_by_manzhouli(harbin: Tables, xinjiang: Tables) -> None:
    """A042 against A041 and A043; Xinjiang 1.2 finds its railways already effective."""
    ours, theirs = (
        mean_days(tables["service"].query("region == 'central'"), "route")[route]
        for tables, route in ((xinjiang, "urumqi-rail"), (harbin, "harbin-rail"))
    )
    assert ours < theirs - 1
    bulk, bulk_theirs = (
        tables["freight"].set_index("freight").mean_days[stream].mean()
        for tables, stream in ((xinjiang, "urumqi-bulk"), (harbin, "harbin-bulk"))
    )
    assert bulk < bulk_theirs - 1


def test_backlog_at_customs_lengthens_the_tail(harbin: Tables) -> None:
    """Xinjiang 2.2: clearance takes long and goods pile up at customs. Few are opened: the tail grows."""
    office = "customs.yekaterinburg-customs.examination.servers"

    def cut(scenario: dict[str, Any]) -> None:
        scenario["changes"]["officers-away"] = {
            "at": "2016-04-01",
            "until": "2016-05-20",
            "change": office,
            "multiply": 0.3,
        }

    backlogged = year_of("harbin-baseline", cut)
    piles = [
        tables["stations"].query("queue == 'yekaterinburg-customs.examination'").largest_backlog.max()
        for tables in (harbin, backlogged)
    ]
    assert piles[1] > 4 * piles[0]

    def post(tables: Tables, column: str) -> float:
        cohort = of_months(tables["service"], ("03", "04")).query("route == 'harbin-postal' and region == 'central'")
        cohort = cohort[cohort["product"] == "flat-packet"]
        return float(np.average(cohort[column], weights=cohort.placed))

    longer = {
        column: post(backlogged, column) - post(harbin, column) for column in ("mean_days", "p50_days", "p95_days")
    }
    assert longer["mean_days"] > 0.1
    assert longer["p95_days"] > 2 * longer["mean_days"]
    assert longer["p50_days"] < longer["mean_days"]


def test_few_warehouses_serve_large_sellers_alone(xinjiang: Tables) -> None:
    """Xinjiang 2.2: warehouses abroad are few and only large firms can build one."""

    def open_then_close(scenario: dict[str, Any]) -> None:
        users = "warehouses.urumqi-yekaterinburg-warehouse.users"
        scenario["changes"]["small-firms-admitted"] = {"at": "2016-06-01", "change": f"{users}.small", "set": True}
        for size in ("large", "small"):
            scenario["changes"][f"{size}-firms-sent-away"] = {
                "at": "2016-09-30",
                "change": f"{users}.{size}",
                "set": False,
            }

    changed = year_of("xinjiang-baseline", open_then_close)
    placed, placed_changed = (
        tables["flows"].query("route == 'urumqi-warehouse'").groupby("month").placed.sum()
        for tables in (xinjiang, changed)
    )
    assert placed.sum() < 0.03 * xinjiang["flows"].placed.sum(), "few"
    before, open_to_small, closed = (
        slice("2016-01", "2016-05"),
        slice("2016-06", "2016-09"),
        slice("2016-10", "2016-12"),
    )
    pd.testing.assert_series_equal(placed.loc[before], placed_changed.loc[before])
    assert 1.7 < placed_changed.loc[open_to_small].sum() / placed.loc[open_to_small].sum() < 3, "0.3 and 0.4 of sellers"
    assert placed_changed.loc[closed].sum() == 0, "medium ones are never admitted"
    assert placed.loc[closed].sum() > 0


def test_more_traffic_of_others_lengthens_the_queue_at_the_border_yard(xinjiang: Tables) -> None:
    """Xinjiang 1.2: the trains through its ports multiply; they share cranes with what goes to Russia."""

    def busier(scenario: dict[str, Any]) -> None:
        scenario["changes"]["more-through-traffic"] = {
            "at": "2016-03-01",
            "change": "freight.khorgos-background.level",
            "multiply": 1.6,
        }

    busy = year_of("xinjiang-baseline", busier)
    waits, days = (
        [table(tables) for tables in (xinjiang, busy)]
        for table in (
            lambda tables: tables["stations"].query("queue == 'khorgos-yard'").mean_wait_hours.iloc[4:].mean(),
            lambda tables: tables["freight"].query("freight == 'urumqi-bulk'").mean_days.iloc[4:].mean(),
        )
    )
    assert waits[1] > 2 * waits[0]
    assert days[1] > days[0]


def test_stock_out_in_november_sends_orders_by_post(corridor: tuple[str, Tables]) -> None:
    """Xinjiang 3: stock abroad asks for planning. What the peak takes from the shelf comes weeks later."""
    origin, tables = corridor
    stock = tables["warehouses"].groupby("month")[["orders", "filled_at_once", "fell_back"]].sum()
    fill = stock.filled_at_once / stock.orders
    assert fill["2016-11"] < 0.95
    assert fill.iloc[:9].min() > 0.9
    assert stock.fell_back["2016-11"] > 0
    days = mean_days(tables["service"], "route", "month").unstack()
    warehouse, post = days.loc[f"{origin}-warehouse"], days.loc[f"{origin}-postal"]
    later = warehouse["2016-11"] - warehouse["2016-09"]
    assert later > 0.5 * (1 - fill["2016-11"]) * post["2016-09"]
