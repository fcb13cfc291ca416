"""Mean waits of the engine against queueing theory.

Sources: Kleinrock (1975), Queueing Systems I, sections 3.2 (M/M/1), 3.5 (M/M/m, Erlang C) and 5.6 (M/G/1,
Pollaczek-Khinchine); Burke (1956) for queues in a row; Takacs (1962) for M/G/infinity. Waits are in seconds. Each
replication is a year that starts empty; its first month, and December, in which it empties, are left out.
"""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from behaviour.runs import at_step, orders_of, run, steps_of
from theory.one_line import GAP_S, assert_mean_agrees, line

from sim.model import build
from sim.ticks import SECOND, WEEK
from verification.formulas.queues import erlang_c, pollaczek_khinchine
from verification.worlds import exponential

REPLICATIONS = 16
MONTHS = slice(1, 11)
RATE = 1 / GAP_S
RUN_IN = 4 * WEEK


def mean_waits(scenario: Any, station: int = 0) -> list[float]:
    """Mean wait at a station from February to November, as recorded, one a replication."""
    result = []
    for replication in range(REPLICATIONS):
        totals = build(scenario, replication).run().record.queue_totals[station, MONTHS]
        result.append(float(totals[:, 1].sum() / totals[:, 0].sum()))
    return result


def test_m_d_1_wait_is_that_of_pollaczek_and_khinchine() -> None:
    waits = mean_waits(line({"servers": 1, "service": "240 s"}))
    assert_mean_agrees(waits, pollaczek_khinchine(RATE, 240, 0), resolution=0.03)


@pytest.mark.parametrize(
    ("service", "mean_s", "cv"),
    [
        ({"distribution": "lognormal", "mean": "210 s", "cv": 1.5}, 210, 1.5),
        ({"distribution": "uniform", "low": 0, "high": "450 s"}, 225, 1 / math.sqrt(3)),
        ({"distribution": "weibull", "mean": "180 s", "shape": 0.8}, 180, None),
        (
            {
                "distribution": "mixture",
                "of": [
                    {"share": 0.9, "distribution": "constant", "mean": "100 s"},
                    {"share": 0.1, "distribution": "exponential", "mean": "900 s"},
                ],
            },
            180,
            math.sqrt((0.9 * 100**2 + 0.1 * 2 * 900**2) / 180**2 - 1),
        ),
    ],
    ids=["lognormal", "uniform", "weibull", "mixture"],
)
def test_m_g_1_wait_is_that_of_pollaczek_and_khinchine(service: Any, mean_s: float, cv: float | None) -> None:
    if cv is None:
        cv = math.sqrt(math.gamma(1 + 2 / 0.8) / math.gamma(1 + 1 / 0.8) ** 2 - 1)
    waits = mean_waits(line({"servers": 1, "service": service}))
    assert_mean_agrees(waits, pollaczek_khinchine(RATE, mean_s, cv), resolution=0.08)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 2.4), (12, 10.5)])
def test_m_m_c_wait_is_that_of_erlang_c(servers: int, load: float) -> None:
    mean_s = load * GAP_S
    waits = mean_waits(line({"servers": servers, "service": exponential(mean_s)}))
    assert_mean_agrees(waits, erlang_c(load, servers) * mean_s / (servers - load), resolution=0.06)


@cache
def erlang_c_runs() -> list[tuple[np.ndarray, float]]:
    """At three servers with a load of 2.4, by replication: waits of all parcels in seconds, and utilisation."""
    result = []
    for replication in range(REPLICATIONS):
        model = run(line({"servers": 3, "service": exponential(2.4 * GAP_S)}), replication)
        table, record = model.parcel_log.table(), model.record
        here = (table["step"] == "station-0") & (table["arrived_at"] >= table["arrived_at"].min() + RUN_IN)
        busy = record.queue_totals[0, MONTHS, 2].sum() / 1000 / record.queue_open_seconds[0, MONTHS].sum()
        result.append(((table["started_at"] - table["arrived_at"])[here] / SECOND, busy))
    return result


def test_share_of_parcels_that_wait_at_all_is_erlang_c() -> None:
    assert_mean_agrees([(waits > 0).mean() for waits, _ in erlang_c_runs()], erlang_c(2.4, 3), resolution=0.02)


@pytest.mark.parametrize("longer_than_s", [600, 1800])
def test_waits_of_those_who_wait_are_exponential(longer_than_s: float) -> None:
    # Kleinrock (1975), section 3.5: given that it waits, a parcel waits exponentially at rate c mu - lambda.
    share = erlang_c(2.4, 3) * math.exp(-(3 / (2.4 * GAP_S) - RATE) * longer_than_s)
    assert_mean_agrees([(waits > longer_than_s).mean() for waits, _ in erlang_c_runs()], share, resolution=0.12)


def test_second_of_two_exponential_stations_waits_as_if_it_were_alone() -> None:
    # Burke (1956): the output of M/M/1 is Poisson, and so is what the second station sees.
    world = line({"servers": 1, "service": exponential(180)}, {"servers": 1, "service": exponential(225)})
    load = 225 * RATE
    assert_mean_agrees(mean_waits(world, 1), load * 225 / (1 - load), resolution=0.05)


def test_number_in_a_dwell_is_poisson_whatever_the_distribution() -> None:
    # Takacs (1962): M/G/infinity holds a Poisson number of mean lambda E(S). Seen once a day: six dwells apart,
    # so the numbers are as good as independent, and mean and variance are tested against one another.
    world = line({"dwell": {"distribution": "lognormal", "mean": "4 h", "cv": 1}})
    mean = 4 * 3600 * RATE
    means, variances = [], []
    for replication in range(12):
        steps = at_step(run(world, replication), "station-0")
        first, last = steps.arrived_at.min() + RUN_IN, steps.arrived_at.max()
        looks = np.arange(first, last, 24 * 3600 * SECOND)
        arrived, left = np.sort(steps.arrived_at), np.sort(steps.left_at)
        inside = np.searchsorted(arrived, looks, "right") - np.searchsorted(left, looks, "right")
        means.append(inside.mean())
        variances.append(inside.var(ddof=1))
    assert_mean_agrees(means, mean, resolution=0.03)
    assert_mean_agrees(variances, mean, resolution=0.15)


def test_servers_are_busy_for_the_offered_share_of_their_time() -> None:
    assert_mean_agrees([busy for _, busy in erlang_c_runs()], 2.4 / 3, resolution=0.01)


def test_nobody_waits_where_there_are_no_servers_and_the_last_mile_takes_its_day() -> None:
    model = run(line({"dwell": "90 min"}, orders_per_year=2_000))
    steps, orders = steps_of(model), orders_of(model)
    dwell, inland = steps[steps.step == "station-0"], steps[steps.step == "inland"]
    assert (dwell.started_at == dwell.arrived_at).all()
    assert (dwell.left_at - dwell.arrived_at == 90 * 60 * SECOND).all()
    assert (inland.left_at.to_numpy() - orders.ordered_at.to_numpy() == (24 * 3600 + 90 * 60) * SECOND).all()
