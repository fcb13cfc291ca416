"""The Harbin baseline against what is reported of 2016 and 2017: of the right order of size, and stable.

At 200 parcels a row; one run for all of these tests.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from sim.indicators import Columns

Tables = Mapping[str, Columns]
EVIDENCE = Path(__file__).parents[2] / "calibration" / "evidence"
YEARS = ("2016", "2017")


def of_year(table: Columns, column: str, year: str, **where: str) -> np.ndarray:
    """A column in the months of a year, of the rows named."""
    chosen = np.array([month.startswith(year) for month in table["month"]])
    for name, value in where.items():
        chosen &= table[name] == value
    return table[column][chosen]


def reported(row: str) -> float:
    """Value of a row of the reported evidence."""
    with (EVIDENCE / "reported.csv").open(encoding="utf-8", newline="") as stream:
        (found,) = (line for line in csv.DictReader(stream) if line["id"] == row)
    return float(found["value"])


@pytest.mark.parametrize("year", YEARS)
def test_post_places_about_as_many_parcels_as_reported(baseline: Tables, year: str) -> None:
    placed = of_year(baseline["flows"], "placed", year, route="harbin-postal").sum()
    assert placed == pytest.approx(reported(f"hlj.parcels.{year}") * 1e4, rel=0.15)


def test_charters_follow_the_load_as_they_did_in_2016(baseline: Tables) -> None:
    """96 flights and 2,106 t (A008), 21.9 t a flight (A028)."""
    departed = of_year(baseline["lanes"], "departed", "2016", lane="hrb-svx-charter").sum()
    tonnes = of_year(baseline["lanes"], "mass_kg", "2016", lane="hrb-svx-charter").sum() / 1000
    assert 70 <= departed <= 125
    assert 19 <= tonnes / departed <= 25


def test_more_charters_fly_in_2017_and_none_is_much_fuller(baseline: Tables) -> None:
    departed, mass = (
        [of_year(baseline["lanes"], column, year, lane="hrb-svx-charter").sum() for year in YEARS]
        for column in ("departed", "mass_kg")
    )
    assert departed[1] > 1.2 * departed[0]
    assert mass[1] / departed[1] == pytest.approx(mass[0] / departed[0], rel=0.15)


def in_days_of_arrivals(tables: Tables, column: str, year: str, months: range = range(1, 13)) -> dict[str, np.ndarray]:
    """What waits at each queue in those months, over the mean daily arrivals of the year.

    Queues of less than five parcels a day are left out: at 200 parcels a row they are a few rows a week.
    """
    stations, found = tables["stations"], {}
    for queue in dict.fromkeys(stations["queue"]):
        a_day = of_year(stations, "arrivals", year, queue=queue).sum() / 365
        if a_day >= 5:
            waiting = of_year(stations, column, year, queue=queue)
            found[queue] = waiting[months.start - 1 : months.stop - 1] / a_day
    return found


def test_all_queues_of_parcels_but_one_are_large_enough_to_be_looked_at(baseline: Tables) -> None:
    left_out = set(baseline["stations"]["queue"]) - in_days_of_arrivals(baseline, "backlog", "2017").keys()
    of_containers = ("container", "unpacking", "warehouse", "yard")
    assert {queue for queue in left_out if not any(word in queue for word in of_containers)} == {
        "vladivostok-express-customs.examination"
    }


@pytest.mark.parametrize("year", YEARS)
def test_no_backlog_is_ever_twelve_days_of_arrivals(baseline: Tables, year: str) -> None:
    days = {queue: n.max() for queue, n in in_days_of_arrivals(baseline, "largest_backlog", year).items()}
    assert {queue: n for queue, n in days.items() if n >= 12} == {}
    assert max(days.values()) > 3, "the November peak is to be felt"


@pytest.mark.parametrize("year", YEARS)
def test_what_the_peak_leaves_is_nearly_worked_off_by_the_end_of_the_year(baseline: Tables, year: str) -> None:
    days = {queue: n[-1] for queue, n in in_days_of_arrivals(baseline, "backlog", year).items()}
    assert {queue: n for queue, n in days.items() if n >= 7} == {}


def test_outside_the_peak_no_more_waits_in_2017_than_in_2016(baseline: Tables) -> None:
    """Mean of April to September; what arrives by the flight or the weekend makes a day or two of difference."""
    calm = [
        {queue: n.mean() for queue, n in in_days_of_arrivals(baseline, "backlog", year, range(4, 10)).items()}
        for year in YEARS
    ]
    assert {queue: n for queue, n in calm[1].items() if n >= 4} == {}
    assert {queue: n for queue, n in calm[1].items() if n >= calm[0][queue] + 1.5} == {}


def test_all_that_is_placed_in_2016_is_delivered_or_lost_soon_after(baseline: Tables) -> None:
    """Orders of 2016 arrive but for the share that is lost: 1 % of the post and 0.2 % of express."""
    service = baseline["service"]
    for route, lost in (("harbin-postal", 0.01), ("harbin-express", 0.002)):
        placed = of_year(service, "placed", "2016", route=route).sum()
        missing = of_year(service, "not_arrived", "2016", route=route).sum()
        assert missing / placed == pytest.approx(lost, rel=0.25), route


def test_service_is_that_of_the_time(baseline: Tables) -> None:
    """Post takes two to four weeks from order to collection, express one to two (A064: 7-15 d)."""
    summary = baseline["summary"]
    days = dict(zip(summary["route"], summary["mean_days"], strict=True))
    assert 14 <= days["harbin-postal"] <= 28
    assert 7 <= days["harbin-express"] <= 15
    assert (summary["p90_days"] > summary["p50_days"]).all()
