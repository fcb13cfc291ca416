"""A small library and a server of it: a baseline of six weeks, a proposal, what requires it, and what may happen."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.page.app import Parts, application
from sim.page.safety import Guard, Guarded

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from page.asking import HERE, PORT  # noqa: E402

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
WRITING = {"Origin": HERE}
LINES = """
intervention: lines
base: tiny.yaml
name: {en: More lines, zh: 增加分拣线}
document: a report
section: "3"
proposes: Sort faster <b>everywhere</b>.
at: 2016-05-10
capital: {value: 2e6 CNY, assumed: [1e6 CNY, 8e6 CNY], why: a test}
running_per_year: 3e5 CNY
ramp: 5 d
measures:
  positions: {kind: expand_station, queues: [stations.sorting], servers: {value: 1, assumed: [1, 1], why: a test}}
  faster:
    kind: expand_station
    queues: [customs.ural-customs.release]
    service: {value: 0.8, assumed: [0.5, 1], why: a test}
  flight: {kind: change, change: lanes.flight.cancellation, set: 5 %}
"""
TWICE = """
intervention: lines-twice
base: tiny.yaml
name: {en: Lines again}
proposes: Even more.
at: 2016-05-15
requires: [lines]
measures: {positions: {kind: expand_station, queues: [stations.sorting], servers: 2}}
"""
STORM = """
intervention: storm
base: tiny.yaml
name: {en: A storm, zh: 风暴}
is_disruption: true
proposes: Nothing flies for some days.
at: 2016-05-12
lasts: 4 d
starts_within: 6 d
measures: {grounded: {kind: close, lanes: [flight]}}
"""
ELSEWHERE = "intervention: far\nbase: other.yaml\nname: {en: Far}\nproposes: x\nat: 2016-05-10\nmeasures: {}\n"
OTHER = """
scenario: other
title: Another one (illustrative)
corridors: [elsewhere]
horizon: {start: 2017-01-01, end: 2017-02-01}
"""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A library that ships."""
    folder = tmp_path / "scenarios"
    for name in ("corridors", "interventions", "disruptions"):
        (folder / name).mkdir(parents=True)
    (folder / "tiny.yaml").write_text(TINY.read_text("utf-8"), "utf-8")
    (folder / "other.yaml").write_text(OTHER, "utf-8")
    for name, text in {"lines": LINES, "lines-twice": TWICE, "far": ELSEWHERE}.items():
        (folder / "interventions" / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "disruptions" / "storm.yaml").write_text(STORM, "utf-8")
    return folder


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of results, empty at first."""
    return tmp_path / "results"


@pytest.fixture
def parts(shipped: Path, results: Path) -> Parts:
    """What the addresses ask."""
    return Parts.of(shipped, results)


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    """A browser at the page of a server on loopback, as it was before anything runs."""
    app = Guarded(application(parts), Guard.of("127.0.0.1", PORT, None))
    with TestClient(app, base_url=HERE, headers=WRITING) as found:
        yield found
