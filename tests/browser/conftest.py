"""A browser at the page of a real server: a small library, folders of its own, and what no page may do."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from serving import STORM, TINY, Server, command, library  # noqa: E402

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
PATIENCE = 60_000
"""Milliseconds; the machine may be busy with other things."""
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
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
measures:
  positions: {kind: expand_station, queues: [stations.sorting], servers: {value: 1, assumed: [1, 4], why: it is a test}}
"""
FLIGHT = """
intervention: more-room
base: tiny.yaml
name: {en: Larger aircraft, zh: 换用大型飞机}
proposes: Carry more.
at: 2016-05-10
measures: {room: {kind: change, change: lanes.flight.payload.mass, multiply: 2}}
"""
APART = """
intervention: fewer-lines
base: tiny.yaml
name: {en: Fewer lines, zh: 减少分拣线}
proposes: Sort at one place only.
at: 2016-05-10
excludes: [lines]
measures: {dearer: {kind: change, change: routes.post.loss.share, set: 2 %}}
"""
SWEEP = """
sweep: lines
title: How many lines
base: tiny.yaml
constants: {market.review.settle_iterations: 0}
horizon: {end: 2016-05-15}
parcels_per_row: 50
design: {kind: factorial}
levers: {stations.sorting.servers: {values: [1, 3]}}
replications: 2
"""
OTHER = TINY.read_text("utf-8").replace("scenario: tiny", "scenario: other").replace("Two routes from", "Again from")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped with a plain message; where CI is set they have to run."""
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if Path(item.path).parent == Path(__file__).parent:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium here (Debian: apt-get install chromium)"))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small library, and a folder of results."""
    folder = tmp_path_factory.mktemp("served")
    own = {"lines": LINES, "more-room": FLIGHT, "fewer-lines": APART}
    files = {f"interventions/{name}": text for name, text in own.items()}
    library(folder / "scenarios", files | {"disruptions/storm": STORM, "other": OTHER, "sweeps/lines": SWEEP})
    return folder


@pytest.fixture(scope="session")
def compared(place: Path) -> str:
    """The name of a comparison of two plans, made in the terminal."""
    folder = place / "results" / "runs" / "compare-tiny"
    sizes = ("--replications", "2", "--parcels-per-row", "50", "--workers", "1", "--out", str(folder))
    command("compare", "scenarios/tiny.yaml", "lines", "more-room", *sizes, folder=place)
    return folder.name


@pytest.fixture(scope="session")
def swept(place: Path) -> str:
    """The name of a sweep over two numbers of lines, made in the terminal."""
    folder = place / "results" / "runs" / "sweep-lines"
    command("sweep", "scenarios/sweeps/lines.yaml", "--workers", "1", "--out", str(folder), folder=place)
    return folder.name


@pytest.fixture(scope="session")
def address(place: Path) -> Iterator[str]:
    """The address of a server of that folder."""
    server = Server(place)
    yield server.address
    server.end_all()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    assert CHROMIUM is not None, "there is no Chromium here, and where CI is set these tests must run"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def look(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page as somebody new to it. At the end: nothing on the console, no request elsewhere."""
    contexts, wrong = [], []

    def opened(step: str = "", *, language: str = "en", size: dict[str, int] = WIDE, **more: Any) -> Any:
        context = browser.new_context(viewport=size, accept_downloads=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda one: wrong.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda one: None if one.url.startswith((address, "blob:", "data:")) else wrong.append(one.url)
        )
        page.goto(f"{address}/?lang={language}{step}")
        page.wait_for_selector("#corridors input", state="attached")
        return page

    opened.wrong = wrong  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
