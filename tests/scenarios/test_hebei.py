"""Hebei to Russia and imports by Tianjin, both illustrative: they run, share, and have their signs.

At 200 parcels a row from January to September 2017, five months after the simulated time begins. Markets begin at the
promises, which are near what runs give.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.indicators import Columns, tables_of
from sim.model import build
from sim.reading import read_tree, unwrap_sources
from sim.scenario.interventions.expanding import expanded
from sim.scenario.loading import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CITIES = ("shijiazhuang", "baoding", "langfang", "tangshan", "qinhuangdao")
Tables = Mapping[str, Columns]


@cache
def run(base: str, *interventions: str, start: date = date(2017, 1, 1), end: date = date(2017, 10, 1)) -> Tables:
    """All tables of a shipped scenario with interventions, over a short horizon."""
    scenario = expanded(load(SCENARIOS / f"{base}.yaml", interventions).scenario)
    review = scenario.market.review.model_copy(update={"settle_iterations": 0})
    update = {
        "horizon": scenario.horizon.model_copy(update={"start": start, "end": end}),
        "parcels_per_row": 200,
        "market": scenario.market.model_copy(update={"review": review}),
    }
    short = scenario.model_copy(update=update)
    return tables_of(build(short).run().record, short)


def placed(tables: Tables, route: str) -> int:
    """Parcels placed on a route from May on, when buyers know what has changed since January."""
    flows = tables["flows"]
    return int(flows["placed"][(flows["route"] == route) & (flows["month"] >= "2017-05")].sum())


def mean_days(tables: Tables, route: str, months: tuple[str, ...], **where: str) -> float:
    """Order to ready for collection, of orders of those months that arrived."""
    service = tables["service"]
    chosen = (service["route"] == route) & np.isin(service["month"], months) & (service["arrived"] > 0)
    for column, value in where.items():
        chosen &= service[column] == value
    return float(np.average(service["mean_days"][chosen], weights=service["arrived"][chosen]))


def test_routes_of_hebei_are_as_fast_as_their_vehicles() -> None:
    tables = run("hebei-baseline")
    routes = [f"hebei-{kind}" for kind in ("warehouse", "express", "postal", "rail", "sea")]
    days = [mean_days(tables, route, ("2017-02", "2017-03")) for route in routes]
    assert days == sorted(days)
    assert all(placed(tables, route) > 0 for route in routes)


def test_more_trains_west_gain_parcels_over_the_port() -> None:
    before, after = run("hebei-baseline"), run("hebei-baseline", "hebei-trains-west")
    assert placed(after, "hebei-rail") > 1.1 * placed(before, "hebei-rail")
    assert placed(after, "hebei-sea") < placed(before, "hebei-sea")


@pytest.mark.parametrize("city", ["shijiazhuang", "qinhuangdao"])
def test_a_centre_shortens_the_days_of_what_passes_it(city: str) -> None:
    before, after = run("hebei-baseline"), run("hebei-baseline", f"hebei-centre-{city}")
    for route in ("hebei-postal", "hebei-sea"):
        days = [mean_days(tables, route, ("2017-02", "2017-03")) for tables in (before, after)]
        assert days[1] < days[0] - 0.5, route


def test_centres_exclude_each_other() -> None:
    with pytest.raises(ScenarioError, match="hebei-centre-baoding"):
        load(SCENARIOS / "hebei-baseline.yaml", ["hebei-centre-baoding", "hebei-centre-tangshan"])


def test_candidates_of_the_siting_are_the_centres_with_their_cost() -> None:
    candidates = unwrap_sources(read_tree(SCENARIOS / "siting" / "hebei.yaml"))[0].plain()["candidates"]
    assert set(candidates) == set(CITIES)
    for city, candidate in candidates.items():
        content = unwrap_sources(read_tree(SCENARIOS / "interventions" / f"{candidate['intervention']}.yaml"))[0]
        centre = content.plain()
        assert centre["capital"] == candidate["capital"], city
        assert centre["running_per_year"] == candidate["running_per_year"], city


def test_clusters_of_the_siting_weigh_one() -> None:
    clusters = unwrap_sources(read_tree(SCENARIOS / "siting" / "hebei.yaml"))[0].plain()["clusters"]
    assert sum(cluster["weight"] for cluster in clusters.values()) == pytest.approx(1)


def test_bonded_goods_come_sooner_than_direct_mail() -> None:
    tables = run("tianjin-import")
    months = ("2017-02", "2017-03")
    assert mean_days(tables, "overseas-bonded", months) < 0.7 * mean_days(tables, "overseas-direct", months)


def test_the_bonded_zone_at_shijiazhuang_brings_goods_to_hebei_sooner() -> None:
    before, after = run("tianjin-import"), run("tianjin-import", "hebei-bonded-zone")
    months = ("2017-05", "2017-06")
    days = [mean_days(tables, "overseas-bonded", months, region="hebei") for tables in (before, after)]
    assert days[1] < days[0]
    assert placed(after, "overseas-bonded") > placed(before, "overseas-bonded")


def test_the_trial_peak_places_about_as_many_orders_in_bond_as_reported() -> None:
    """40,530 on 11 November 2016 (tj.orders.peak_day), as a stress test."""
    daily = run("tianjin-import", "tianjin-trial-peak", start=date(2016, 10, 1), end=date(2016, 12, 1))["daily"]
    of_day = (daily["day"] == "2016-11-11") & (daily["route"] == "overseas-bonded")
    assert int(daily["placed"][of_day].sum()) == pytest.approx(40530, rel=0.3)


def test_hebei_and_harbin_share_what_they_name_alike() -> None:
    hebei, harbin, both = (
        load(SCENARIOS / f"{name}.yaml").scenario for name in ("hebei-baseline", "harbin-baseline", "hebei-harbin")
    )
    alike = {
        section: getattr(hebei, section).keys() & getattr(harbin, section).keys()
        for section in ("places", "stations", "customs", "lanes", "last_miles", "products", "regions")
    }
    assert {"moscow-container-customs", "vladivostok-container-customs"} <= alike["customs"]
    assert {"moscow-unpacking", "vladivostok-unpacking"} <= alike["stations"]
    for section, names in alike.items():
        for name in names - {"russian-post", "courier"}:
            found = [getattr(scenario, section)[name] for scenario in (hebei, harbin, both)]
            assert found[0] == found[1] == found[2], name
    assert both.routes.keys() == hebei.routes.keys() | harbin.routes.keys()


def test_hebei_lies_beside_all_corridors_to_russia(tmp_path: Path) -> None:
    (tmp_path / "corridors").symlink_to(SCENARIOS / "corridors")
    file = tmp_path / "all.yaml"
    file.write_text(
        "scenario: all\ncorridors: [russia, harbin, xinjiang, hebei]\nhorizon: {start: 2016-01-01, end: 2017-01-01}\n"
    )
    assert set(load(file).scenario.market.origins) == {"harbin", "urumqi", "hebei"}
