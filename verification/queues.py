"""One queue: M/D/1, M/M/c, M/G/1, M/D/c, M/G/infinity and batches, each a station of a scenario."""

import math
from functools import partial
from typing import Any

from sim.ticks import SECOND, WEEK
from verification.checking import Case, Expected
from verification.formulas import queues
from verification.running import Seen
from verification.worlds import GAP_S, YEAR_S, Dict, exponential, line

RATE = 1 / GAP_S
P_K = "Pollaczek-Khinchine: Kleinrock 1975, 5.71"
ERLANG = "Erlang C: Kleinrock 1975, 3.40"
FAMILY = "one queue"


def mean_wait(seen: Seen) -> dict[str, float]:
    """Mean wait at the first station."""
    return {"mean wait": seen.wait("station-0")}


def _seconds(value: float, tolerance: float, source: str) -> Expected:
    return Expected(value=value, unit="s", tolerance=tolerance, source=source)


def _share(value: float, tolerance: float, source: str) -> Expected:
    return Expected(value=value, unit="", tolerance=tolerance, source=source)


def _m_d_1() -> Case:
    service = 240.0

    def measure(seen: Seen) -> dict[str, float]:
        waits = seen.waits("station-0")
        busy = seen.utilisation("station-0")
        return mean_wait(seen) | {"mean square": (waits**2).mean(), "that wait": (waits > 0).mean(), "busy": busy}

    return Case(
        family=FAMILY,
        model="M/D/1, load 0.8",
        scenario=lambda: line({"servers": 1, "service": f"{service} s"}),
        measure=measure,
        expected=lambda: {
            "mean wait": _seconds(queues.pollaczek_khinchine(RATE, service, 0), 0.02, P_K),
            "mean square": Expected(
                value=queues.second_moment_m_d_1(RATE, service), unit="s2", tolerance=0.04, source="Takacs 1962"
            ),
            "that wait": _share(service * RATE, 0.01, "arrivals see time averages: Wolff 1982"),
            "busy": _share(service * RATE, 0.01, "offered load: Kleinrock 1975, 2.5"),
        },
        replications=48,
    )


def _m_m_c(servers: int, load: float) -> Case:
    mean = load * GAP_S
    longer = 1800.0

    def measure(seen: Seen) -> dict[str, float]:
        waits = seen.waits("station-0")
        return mean_wait(seen) | {
            "that wait": (waits > 0).mean(),
            "longer than 1800 s": (waits > longer).mean(),
            "busy": seen.utilisation("station-0"),
        }

    return Case(
        family=FAMILY,
        model=f"M/M/{servers}, load {load / servers:.3g}",
        scenario=lambda: line({"servers": servers, "service": exponential(mean)}),
        measure=measure,
        expected=lambda: {
            "mean wait": _seconds(queues.wait_m_m_c(RATE, mean, servers), 0.04, ERLANG),
            "that wait": _share(queues.erlang_c(load, servers), 0.02, ERLANG),
            "longer than 1800 s": _share(
                queues.tail_m_m_c(RATE, mean, servers, longer), 0.08, "exponential tail: Kleinrock 1975, 3.5"
            ),
            "busy": _share(load / servers, 0.01, "offered load: Kleinrock 1975, 2.5"),
        },
        replications=64,
    )


def _m_g_1(name: str, service: Dict, mean: float, cv: float) -> Case:
    return Case(
        family=FAMILY,
        model=f"M/G/1, {name}",
        scenario=lambda: line({"servers": 1, "service": service}),
        measure=mean_wait,
        expected=lambda: {"mean wait": _seconds(queues.pollaczek_khinchine(RATE, mean, cv), 0.04, P_K)},
        replications=80,
    )


SERVICES: dict[str, tuple[Dict, float, float]] = {
    "lognormal": ({"distribution": "lognormal", "mean": "210 s", "cv": 1.5}, 210, 1.5),
    "uniform": ({"distribution": "uniform", "low": 0, "high": "450 s"}, 225, 1 / math.sqrt(3)),
    "weibull": (
        {"distribution": "weibull", "mean": "180 s", "shape": 0.8},
        180,
        math.sqrt(math.gamma(1 + 2 / 0.8) / math.gamma(1 + 1 / 0.8) ** 2 - 1),
    ),
    "mixture": (
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
}


def _m_d_c(servers: int, load: float) -> Case:
    service = load * GAP_S
    return Case(
        family=FAMILY,
        model=f"M/D/{servers}, load {load / servers:.3g}",
        scenario=lambda: line({"servers": servers, "service": f"{service} s"}),
        measure=mean_wait,
        expected=lambda: {"mean wait": _seconds(queues.wait_m_d_c(RATE, service, servers), 0.04, "Crommelin 1932")},
        replications=64,
    )


def _m_g_infinity() -> Case:
    # Looks six mean dwells apart: the numbers are as good as independent.
    def measure(seen: Seen) -> dict[str, float]:
        (number,) = seen.present(("station-0",), seen.looks(24 * 3600 * SECOND))
        return {"number": number.mean(), "variance": number.var(ddof=1)}

    return Case(
        family=FAMILY,
        model="M/G/infinity, lognormal",
        scenario=lambda: line({"dwell": {"distribution": "lognormal", "mean": "4 h", "cv": 1}}),
        measure=measure,
        expected=lambda: {
            "number": Expected(value=48.0, unit="parcels", tolerance=0.01, source="Poisson: Takacs 1962"),
            "variance": Expected(value=48.0, unit="parcels2", tolerance=0.06, source="Poisson: Takacs 1962"),
        },
        replications=40,
    )


def batches(containers_per_week: float, batch: int, service_s: int) -> dict[str, Any]:
    """A yard that containers come to, beside a line that hardly anything goes by."""
    freight = {
        "steps": ["yard"],
        "containers_per_week": containers_per_week,
        "batch": batch,
        "mass": "20 t",
        "volume": "60 m3",
    }
    return {
        "stations": {"yard": {"place": "harbin", "servers": 1, "service": f"{service_s} s"}},
        "freight": {"bulk": freight},
    }


def _in_batches(per_week: float, batch: int, service: int) -> Case:
    rate = per_week / (WEEK / SECOND)
    return Case(
        family=FAMILY,
        model=f"M[X]/D/1, batches of {batch}",
        scenario=lambda: line({}, orders_per_year=YEAR_S / 86_400, over=batches(per_week, batch, service)),
        measure=lambda seen: {"mean wait": seen.wait("yard")},
        expected=lambda: {
            "mean wait": _seconds(queues.wait_of_batches(rate, batch, service), 0.04, "Chaudhry and Templeton 1983")
        },
        replications=80,
    )


CASES = (
    partial(_m_d_1),
    *(partial(_m_m_c, servers, load) for servers, load in ((1, 0.7), (3, 2.4), (12, 10.5))),
    *(partial(_m_g_1, name, *service) for name, service in SERVICES.items()),
    *(partial(_m_d_c, servers, load) for servers, load in ((2, 1.7), (5, 4.5))),
    partial(_m_g_infinity),
    *(partial(_in_batches, *numbers) for numbers in ((1500, 20, 280), (1000, 41, 300))),
)
