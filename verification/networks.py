"""Queues in a network: in a row, splitting and merging, and the share that customs examines."""

from functools import partial

from sim.ticks import HOUR, SECOND
from verification.checking import Case, Expected
from verification.formulas import queues
from verification.running import RUN_IN, Seen
from verification.worlds import GAP_S, Dict, exponential, line

RATE = 1 / GAP_S
FAMILY = "network of queues"
BURKE = "the output of M/M/c is Poisson: Burke 1956"
JACKSON = "product form: Jackson 1957"


def _wait(rate: float, mean: float, servers: int, tolerance: float, source: str) -> Expected:
    return Expected(value=queues.wait_m_m_c(rate, mean, servers), unit="s", tolerance=tolerance, source=source)


def _tandem() -> Case:
    means, longer = (180.0, 225.0), 1800.0

    def measure(seen: Seen) -> dict[str, float]:
        first, second = seen.step("station-0"), seen.step("station-1")
        settled = first["arrived_at"] >= seen.model.start + RUN_IN
        together = (second["left_at"] - first["arrived_at"])[settled]
        return {
            "wait at the second": seen.wait("station-1"),
            "in both longer than 1800 s": (together > longer * SECOND).mean(),
        }

    return Case(
        family=FAMILY,
        model="tandem of two M/M/1",
        scenario=lambda: line(*({"servers": 1, "service": exponential(mean)} for mean in means)),
        measure=measure,
        expected=lambda: {
            "wait at the second": _wait(RATE, means[1], 1, 0.03, BURKE),
            "in both longer than 1800 s": Expected(
                value=queues.tail_of_tandem(RATE, means, longer),
                unit="",
                tolerance=0.03,
                source="independent sojourns: Reich 1957",
            ),
        },
        replications=64,
    )


NODES = {"a": (RATE, 210.0, 1), "b": (0.4 * RATE, 500.0, 1), "c": (0.6 * RATE, 800.0, 2), "d": (RATE, 700.0, 3)}
"""Stations of the open network: rate by the traffic equations, mean service in seconds, servers."""


def _split_and_merged() -> Case:
    """All pass a; two in five then pass b, the others c; all pass d."""
    paths = {"left": {"steps": ["a", "b", "d", "inland"]}, "right": {"steps": ["a", "c", "d", "inland"]}}
    stations = {
        name: {"place": "harbin", "servers": servers, "service": exponential(mean)}
        for name, (_, mean, servers) in NODES.items()
    }
    over: Dict = {
        "stations": stations,
        "routes": {"post": {"paths": {"only": None} | paths, "gateways": {"ural": {"left": 0.4, "right": 0.6}}}},
    }

    def measure(seen: Seen) -> dict[str, float]:
        present = seen.present(tuple(NODES), seen.looks(HOUR)) == 0
        waits = {f"wait at {name}": seen.wait(name) for name in NODES}
        return waits | {
            "a and b empty": present[:2].all(axis=0).mean(),
            "c and d empty": present[2:].all(axis=0).mean(),
        }

    def expected() -> dict[str, Expected]:
        a, b, c, d = (queues.empty_m_m_c(rate * mean, servers) for rate, mean, servers in NODES.values())
        together = {"a and b empty": a * b, "c and d empty": c * d}
        return {f"wait at {name}": _wait(*node, 0.03, JACKSON) for name, node in NODES.items()} | {
            name: Expected(value=share, unit="", tolerance=0.05, source=JACKSON) for name, share in together.items()
        }

    return Case(
        family=FAMILY,
        model="Jackson network of four, splitting and merging",
        scenario=lambda: line(over=over),
        measure=measure,
        expected=expected,
        replications=96,
    )


def _customs() -> Case:
    release, examination, share = 480.0, 700.0, 0.3
    office = {
        "place": "harbin",
        "release": {"servers": 2, "service": exponential(release)},
        "examination": {"share": share, "servers": 1, "service": exponential(examination)},
    }
    over: Dict = {
        "customs": {"office": office},
        "routes": {"post": {"paths": {"only": {"steps": ["office", "inland"]}}}},
    }

    def measure(seen: Seen) -> dict[str, float]:
        examined = len(seen.step("office.examination")["order_id"]) / len(seen.step("office.release")["order_id"])
        return {
            "wait for release": seen.wait("office.release"),
            "wait for examination": seen.wait("office.examination"),
            "share examined": examined,
        }

    return Case(
        family=FAMILY,
        model="customs: release, and examination of a share",
        scenario=lambda: line(over=over),
        measure=measure,
        expected=lambda: {
            "wait for release": _wait(RATE, release, 2, 0.03, "Erlang C: Kleinrock 1975, 3.40"),
            "wait for examination": _wait(share * RATE, examination, 1, 0.04, "thinned Poisson: Jackson 1957"),
            "share examined": Expected(value=share, unit="", tolerance=0.01, source="as described"),
        },
        replications=64,
    )


CASES = (partial(_tandem), partial(_split_and_merged), partial(_customs))
