"""The Hangzhou corridor and what documents 003 and 004 propose: do they run, and do their effects have plausible signs?

Levels of Hangzhou are illustrative, so nothing here compares one with a report. Runs are short, and do not settle.
"""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.indicators import Columns, tables_of
from sim.model import build
from sim.scenario.interventions.expanding import expanded
from sim.scenario.interventions.trial import trial
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "scenarios"
FORMS = ("hangzhou-flat-mail", "hangzhou-dedicated-line", "hangzhou-express", "hangzhou-warehousing")
SMALL_FIRMS = ("hangzhou-warehouses-alone", "hangzhou-warehouse-joint", "hangzhou-warehouse-leased")
PROPOSED = sorted(file for name in ("hangzhou", "national") for file in LIBRARY.glob(f"*/{name}-*.yaml"))


def cut(scenario: Scenario, start: date, end: date, rows: int, warm_up: int) -> Scenario:
    """A part of a scenario's time, unsettled; its interventions act from the first day, at full size."""
    at_once = {name: each.model_copy(update={"at": start, "ramp": 0}) for name, each in scenario.interventions.items()}
    review = scenario.market.review.model_copy(update={"settle_iterations": 0})
    horizon = scenario.horizon.model_copy(update={"start": start, "end": end, "warm_up": warm_up * DAY, "drain": 0})
    return expanded(
        scenario.model_copy(
            update={
                "horizon": horizon,
                "parcels_per_row": rows,
                "market": scenario.market.model_copy(update={"review": review}),
                "interventions": at_once,
            }
        )
    )


@cache
def tables(
    *interventions: str,
    name: str = "hangzhou-baseline",
    start: date = date(2016, 2, 1),
    end: date = date(2016, 5, 1),
    rows: int = 20,
    warm_up: int = 45,
) -> dict[str, Columns]:
    """Tables of three months of a scenario with interventions."""
    scenario = cut(load(LIBRARY / f"{name}.yaml", interventions).scenario, start, end, rows, warm_up)
    return tables_of(build(scenario).run().record, scenario)


def small(*interventions: str) -> dict[str, Columns]:
    """Two months of single parcels, as small warehouses need them."""
    return tables(*interventions, start=date(2017, 1, 1), end=date(2017, 3, 1), rows=1, warm_up=0)


def of_route(found: dict[str, Columns], route: str, column: str) -> float:
    """A number of the summary of one route."""
    (value,) = found["summary"][column][found["summary"]["route"] == route]
    return float(value)


def test_four_forms_of_the_document_have_volume_and_their_order_of_speed_and_price() -> None:
    found = tables()
    assert tuple(found["summary"]["route"]) == FORMS
    placed, days, price = (
        [of_route(found, route, column) for route in FORMS]
        for column in ("placed", "mean_days", "tariff_cny_per_parcel")
    )
    mail, line, express, stock = range(4)
    assert min(placed) > 0
    assert placed[mail] > placed[line] > placed[express] > placed[stock]
    assert days[stock] < days[express] < days[mail] < days[line]
    assert price[mail] < price[line] < price[stock] < price[express]


def test_no_queue_of_the_baseline_keeps_a_week_of_work() -> None:
    stations = tables()["stations"]
    last = stations["month"] == "2016-04"
    waiting, a_week = stations["backlog"][last], stations["arrivals"][last] * 7 / 30
    singly = stations["arrivals"][last] > 30 * 20  # containers come too seldom to say
    assert singly.sum() >= 8
    assert (waiting[singly] <= np.maximum(a_week[singly], 500)).all()


def test_titles_say_that_levels_are_illustrative() -> None:
    for name in ("hangzhou-baseline", "hangzhou-harbin", "three-corridors", "hangzhou-in-yuan"):
        title = load(LIBRARY / f"{name}.yaml").scenario.title
        assert title is not None
        assert "illustrative" in title


def test_hangzhou_and_harbin_meet_at_the_russian_offices() -> None:
    scenario = load(LIBRARY / "hangzhou-harbin.yaml").scenario
    steps = {
        origin: {s for r in scenario.routes.values() if r.origin == origin for p in r.paths.values() for s in p.steps}
        for origin in ("hangzhou", "harbin")
    }
    offices = {"moscow-exchange", "moscow-customs", "moscow-express-customs", "moscow-container-customs"}
    miles = {"russian-post", "courier", "domestic-parcel"}
    assert offices | miles | {"moscow-unpacking", "yekaterinburg-exchange"} <= steps["hangzhou"] & steps["harbin"]


def test_three_corridors_run_together_with_parcels_of_each() -> None:
    end = date(2016, 2, 15)
    found = tables(name="three-corridors", start=date(2016, 2, 1), end=end, rows=500, warm_up=20)["summary"]
    for corridor in ("hebei-", "hangzhou-", "harbin-"):
        assert found["placed"][np.char.startswith(found["route"].astype(str), corridor)].sum() > 1000


def test_table_in_yuan_is_six_times_smaller() -> None:
    dollars, yuan = (tables(name=name) for name in ("hangzhou-baseline", "hangzhou-in-yuan"))
    ratio = dollars["summary"]["placed"].sum() / yuan["summary"]["placed"].sum()
    assert ratio == pytest.approx(6.64, rel=0.1)


def test_pooling_shortens_the_wait_for_lots_and_the_price() -> None:
    before, after = tables(), tables("hangzhou-pooling")
    line = "hangzhou-dedicated-line"
    saved = of_route(before, line, "posted_to_ready_mean_days") - of_route(after, line, "posted_to_ready_mean_days")
    assert 0.5 < saved < 6
    assert of_route(after, line, "placed") > of_route(before, line, "placed")
    assert of_route(after, line, "tariff_cny_per_parcel") < of_route(before, line, "tariff_cny_per_parcel")


def test_joint_warehouse_is_cheaper_a_parcel_than_each_alone_and_no_worse_stocked() -> None:
    alone, joint = small("hangzhou-warehouses-alone"), small("hangzhou-warehouse-joint")
    own, together = "hangzhou-own-warehouses", "hangzhou-joint-warehousing"
    assert of_route(alone, own, "placed") == pytest.approx(of_route(joint, together, "placed"), rel=0.1)
    cost = "operating_cny_per_parcel"
    assert of_route(joint, together, cost) < 0.85 * of_route(alone, own, cost)
    fills = []
    for found, prefix in ((alone, "hangzhou-own-"), (joint, "hangzhou-joint-")):
        of_small = np.char.startswith(found["warehouse_summary"]["warehouse"].astype(str), prefix)
        filled, orders = (found["warehouse_summary"][column][of_small].sum() for column in ("filled_at_once", "orders"))
        fills.append(filled / orders)
    assert fills[1] >= fills[0] - 0.02


def test_small_firm_alone_pays_for_picks_that_it_does_not_make() -> None:
    """Its picks a month lie below the least that is billed; those of three together do not lie far below."""
    stock = small("hangzhou-warehouses-alone")["warehouse_summary"]
    months = 59 / 30.4
    alone = [int(stock["orders"][stock["warehouse"] == f"hangzhou-own-warehouse-{i}"][0]) for i in (1, 2, 3)]
    assert max(alone) / months < 0.6 * 300
    assert sum(alone) / months > 0.6 * 300


def test_ways_to_a_warehouse_exclude_each_other() -> None:
    for one, other in zip(SMALL_FIRMS, SMALL_FIRMS[1:] + SMALL_FIRMS[:1], strict=True):
        with pytest.raises(ScenarioError, match="exclude each other"):
            load(LIBRARY / "hangzhou-baseline.yaml", [one, other])


def test_leased_space_brings_more_orders_of_small_firms_at_a_lower_cost_a_parcel() -> None:
    before, after = small(), small("hangzhou-warehouse-leased")
    route, cost = "hangzhou-warehousing", "operating_cny_per_parcel"
    assert of_route(after, route, "placed") > 2 * of_route(before, route, "placed")
    assert of_route(after, route, cost) < of_route(before, route, cost)


def test_line_by_air_lies_between_express_and_the_line_by_road() -> None:
    found = tables("hangzhou-air-line")
    days = {route: of_route(found, route, "mean_days") for route in found["summary"]["route"]}
    assert days["hangzhou-express"] < days["hangzhou-air-line"] < days["hangzhou-dedicated-line"]
    for route in FORMS[:3]:
        assert of_route(found, route, "placed") < of_route(tables(), route, "placed")


def test_closed_additions_change_nothing_before_they_open() -> None:
    """The world with a warehouse and a route that open after the end is that without them."""
    plain = cut(load(LIBRARY / "hangzhou-baseline.yaml").scenario, date(2016, 2, 1), date(2016, 3, 1), 500, 30)
    added = load(LIBRARY / "hangzhou-baseline.yaml", ["hangzhou-warehouse-joint"]).scenario
    added = cut(added.model_copy(update={"interventions": {}}), date(2016, 2, 1), date(2016, 3, 1), 500, 30)
    found = [tables_of(build(each).run().record, each)["summary"] for each in (plain, added)]
    for column in ("placed", "delivered", "operators_result_cny"):
        np.testing.assert_array_equal(*(each[column][:4] for each in found))


def test_credit_and_insurance_lower_what_comes_back_and_what_is_lost() -> None:
    before, after = tables(), tables("hangzhou-credit", "hangzhou-insurance")
    mail = "hangzhou-flat-mail"
    for column in ("returned", "lost"):
        shares = [of_route(each, mail, column) / of_route(each, mail, "delivered") for each in (before, after)]
        assert shares[1] < 0.95 * shares[0]


def test_second_warehouse_is_nearer_to_the_ural() -> None:
    """Posted to ready for collection in the regions that it takes over."""
    days = {}
    for names in ((), ("national-several-warehouses",)):
        service = tables(*names, warm_up=0)["service"]
        rows = (service["route"] == "hangzhou-warehousing") & np.isin(service["region"], ["ural", "siberia"])
        rows &= service["arrived"] > 0
        days[names] = np.average(service["mean_days"][rows], weights=service["arrived"][rows])
    assert days["national-several-warehouses",] < days[()] - 1


@pytest.mark.parametrize("file", PROPOSED, ids=lambda file: file.stem)
def test_proposal_acts_in_the_scenario_that_it_is_meant_for(file: Path) -> None:
    found = trial(file)
    assert found.scenario is not None
    assert expanded(found.scenario).changes != found.scenario.changes
    if not found.intervention.is_disruption and file.stem != "national-b2b-to-b2c":
        assert found.intervention.capital > 0
        assert found.intervention.running_per_year > 0
