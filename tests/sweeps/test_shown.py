"""What terminals and notebooks show of points: headings that are told apart, numbers with their errors, remarks."""

import io
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import click
import numpy as np
import pytest

from sim.cli.sweep_table import show_points, show_status
from sim.experiments.executors import Ended
from sim.experiments.sweeps.contract import Precision
from sim.experiments.sweeps.design import Point
from sim.experiments.sweeps.outcomes import Outcomes
from sim.experiments.sweeps.reading import Study
from sim.experiments.sweeps.running import Swept
from sim.experiments.sweeps.showing import ROWS_SHOWN, headings, remarks, shown_points, swept_html, with_error
from sim.experiments.sweeps.status import Status
from sim.tables import Columns

NAN = math.nan
LEVER = "stations.sorting.servers"


def study(precision: Precision | None = None, title: str = "") -> Study:
    """Of a sweep that only says what it is called and how precise it is to be."""
    return cast(Study, SimpleNamespace(sweep=SimpleNamespace(title=title, sweep="small", precision=precision)))


def outcomes(values: list[list[float]], *reasons: str, per_draw: int | None = None) -> Outcomes:
    """Orders by point and replication; the first runs of the last point failed for these reasons."""
    ended = [[Ended("key", "done") for _ in row] for row in values]
    ended[-1][: len(reasons)] = [Ended("key", "failed", reason) for reason in reasons]
    points = [Point(number, ()) for number in range(len(values))]
    return Outcomes(points, per_draw, ended, ("placed",), np.array(values)[:, :, None])


def tables(levers: list[Any], means: dict[str, list[float]]) -> dict[str, Columns]:
    """A design of one lever, and the means of its points with an error of 2, less 100."""
    n = len(levers)
    every = np.concatenate([np.array(each, float) for each in means.values()]) if means else np.zeros(0)
    points = {
        "point": np.tile(np.arange(n), len(means)),
        "measure": np.array([name for name in means for _ in range(n)], object),
        "mean": every, "high_95": every + 2, "difference": every - 100, "difference_high_95": every - 99,
    }  # fmt: skip
    return {"design": {"point": np.arange(n), LEVER: np.array(levers)}, "points": points}


def status(**more: Any) -> Status:
    """Of a sweep of two points that nobody is at work on."""
    design = {"point": np.arange(2), LEVER: np.array([1.0, 2.0])}
    means = np.array([[100.0], [120.0]])
    first = Status("small", "", 8, 3, 1, (), "", None, False, design, np.array([2, 1]), ("placed",), means)
    return replace(first, **more)


def printed(found: Status) -> list[str]:
    """Lines that are shown of it, without spaces at their ends."""
    stream = io.StringIO()
    show_status(found, stream, is_best_first=False)
    return [line.strip() for line in stream.getvalue().splitlines()]


def points_of(swept: Swept, *measures: str, is_best_first: bool = False) -> list[list[str]]:
    """The rows of points that are printed, by their cells."""
    stream = io.StringIO()
    show_points(swept, measures, stream, is_best_first=is_best_first)
    rows = [line.split() for line in stream.getvalue().splitlines()]
    return [row for row in rows if row and row[0].isdigit()]


# -- numbers and headings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "half", "sign", "shown"),
    [
        (NAN, 1.0, "", "-"),
        (NAN, NAN, "+", "-"),
        (1234.5, NAN, "", "1,234.5"),
        (0.0, 0.0, "", "0 ±0"),
        (12.3456, 0.25, "+", "+12.35 ±0.25"),
        (-1234.5, 120.0, "+", "-1,234 ±120"),
    ],
)
def test_number_has_as_many_decimals_as_its_error_and_a_dash_where_it_is_none(
    number: float, half: float, sign: str, shown: str
) -> None:
    assert with_error(number, half, sign) == shown


def design(*names: str) -> Columns:
    return {name: np.zeros(1) for name in ("point", *names)}


def test_headings_are_the_ends_of_paths_with_their_units() -> None:
    assert headings(design("market.origins.harbin.fee CNY", "lanes.flight.cancellation")) == [
        "point",
        "harbin\nfee\nCNY",
        "flight\ncancellation",
    ]


def test_headings_take_as_many_parts_as_tell_them_apart() -> None:
    found = headings(design("near.sorting.service.mean", "far.sorting.service.mean"))
    assert found == ["point", "near\nsorting\nservice\nmean", "far\nsorting\nservice\nmean"]
    third = headings(design("sorting.service.mean", "release.service.mean"))
    assert third == ["point", "sorting\nservice\nmean", "release\nservice\nmean"]


def test_headings_are_whole_paths_where_their_ends_never_differ() -> None:
    names = ("lanes.flight.capacity", "routes.flight.capacity")
    assert headings(design(*names)) == ["point", *names]


# -- rows --------------------------------------------------------------------------------------------------------------


def test_points_have_their_mean_with_its_error_and_the_base_no_difference() -> None:
    heads, rows = shown_points(tables([1.0, NAN], {"placed": [100, 120]}), ["placed"], [1, 0])
    assert heads == ["point", "sorting\nservers", "placed\nparcels", "less the base"]
    assert rows == [["1", "", "120.0 ±2.0", "+20.0 ±1.0"], ["0", "1", "100.0 ±2.0", ""]]


def test_measure_that_no_run_has_is_a_dash_at_every_point() -> None:
    _, rows = shown_points(tables(["few", "many"], {"placed": [100, 120]}), ["mean_days"], [0, 1])
    assert rows == [["0", "few", "-", "-"], ["1", "many", "-", "-"]]


def test_page_of_a_notebook_shows_the_first_points_and_counts_the_others() -> None:
    n = ROWS_SHOWN + 1500
    found = tables([float(i) for i in range(n)], {"placed": [100.0] * n})
    page = swept_html(study(title="A <b>long</b> one"), outcomes([[1.0, 2.0]] * n), found)
    assert "1,500 more points are in the tables." in page
    assert page.count("<tr>") == ROWS_SHOWN + 1
    assert "A &lt;b&gt;long&lt;/b&gt; one" in page


# -- remarks -----------------------------------------------------------------------------------------------------------


def test_remarks_say_what_points_rest_on() -> None:
    (one,) = remarks(study(), outcomes([[1.0], [2.0]]), 2)
    assert one.startswith("Each point in 1 replication on common luck; ±")
    (two,) = remarks(study(), outcomes([[1.0, 2.0]], per_draw=2), 1)
    assert two.startswith("Each point in 2 replications on common luck and common draws; ±")


def test_remarks_give_the_reason_of_the_first_run_that_failed() -> None:
    said = remarks(study(), outcomes([[1.0, 2.0], [NAN, NAN]], "it ran out of memory", "it took too long"), 2)
    assert said[1:] == ["2 of 4 runs failed, the first so: it ran out of memory"]


def test_remarks_call_a_failure_without_a_reason_unknown() -> None:
    said = remarks(study(), outcomes([[1.0, 2.0], [NAN, 2.0]], ""), 2)
    assert said[1:] == ["1 of 4 runs failed, the first so: unknown"]


def test_remarks_say_whether_the_precision_asked_for_was_missed() -> None:
    wanted = study(Precision(of="placed", within=0.05, most=4))
    said = remarks(wanted, outcomes([[100.0, 140.0, 60.0, 100.0]]), 1)
    assert said[1:] == ["placed is not within 0.05 at every point after the most replications."]
    assert len(remarks(wanted, outcomes([[100.0, 100.1, 99.9, 100.0]]), 1)) == 1


# -- the terminal ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (0.0, "0 s"),
        (119.0, "119 s"),
        (120.0, "2 minutes"),
        (7199.0, "120 minutes"),
        (7200.0, "2 hours"),
        (172800.0, "2 days"),
    ],
)
def test_time_left_is_spoken_in_the_largest_unit_of_which_there_are_two(seconds: float, spoken: str) -> None:
    said = printed(status(at_work="process 7 on here since now", seconds_left=seconds))
    assert said[1] == f"3 done, 1 failed, 4 left of 8 runs, about {spoken} left"
    assert said[2:4] == ["At work: process 7 on here since now", "Means so far:"]


def test_sweep_that_nobody_is_at_work_on_says_how_it_goes_on_and_what_is_damaged() -> None:
    said = printed(status(damaged=("part 3 is torn",)))
    assert said[:5] == [
        "small",
        "3 done, 1 failed, 4 left of 8 runs",
        "Nobody is at work; the same command goes on.",
        "part 3 is torn; it will be run again",
        "Means so far:",
    ]
    assert [line.split() for line in said if line[:1] in {"0", "1"}] == [
        ["0", "1", "2", "100.00"],
        ["1", "2", "1", "120.00"],
    ]


def test_sweep_that_is_done_speaks_of_no_time_left() -> None:
    said = printed(status(done=7, seconds_left=0.0, is_over=True, title="All of it"))
    assert said[:3] == ["All of it", "7 done, 1 failed, 0 left of 8 runs", "The sweep is done; its tables are there."]
    assert "Means so far:" not in said


def swept(means: dict[str, list[float]]) -> Swept:
    return Swept(study(), outcomes([[1.0, 2.0]] * 3), tables([1.0, 2.0, 3.0], means), ())


def test_best_points_come_first_and_those_without_a_value_last() -> None:
    found = swept({"placed": [100, NAN, 300], "mean_days": [9, 7, 8]})
    assert [row[0] for row in points_of(found, "placed", is_best_first=True)] == ["2", "0", "1"]
    assert [row[0] for row in points_of(found, "mean_days", is_best_first=True)] == ["1", "2", "0"]
    assert [row[0] for row in points_of(found, "placed")] == ["0", "1", "2"]


def test_best_by_a_measure_that_no_run_has_leaves_points_as_designed() -> None:
    rows = points_of(swept({"placed": [100, 200, 300]}), "mean_days", is_best_first=True)
    assert rows == [["0", "1", "-", "-"], ["1", "2", "-", "-"], ["2", "3", "-", "-"]]


def test_best_by_a_measure_of_which_neither_end_is_better_is_refused() -> None:
    with pytest.raises(click.UsageError, match="neither more nor less of departed is better"):
        points_of(swept({"departed": [1, 2, 3]}), "departed", is_best_first=True)
