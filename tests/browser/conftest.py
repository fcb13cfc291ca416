"""A browser at the page of a real server: a small library, folders of its own, and what no page may do."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TESTS = str(ROOT / "tests")
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
TINY = ROOT / "tests" / "golden" / "tiny.yaml"
CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
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
STORM = """
intervention: storm
base: tiny.yaml
name: {en: A storm, zh: 风暴}
is_disruption: true
proposes: Nothing flies for some days.
at: 2016-05-12
lasts: 4 d
measures: {grounded: {kind: close, lanes: [flight]}}
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
    library = folder / "scenarios"
    for name in ("corridors", "interventions", "disruptions"):
        (library / name).mkdir(parents=True)
    (library / "tiny.yaml").write_text(TINY.read_text("utf-8"), "utf-8")
    (library / "other.yaml").write_text(OTHER, "utf-8")
    for name, text in {
        "interventions/lines": LINES,
        "interventions/more-room": FLIGHT,
        "disruptions/storm": STORM,
    }.items():
        (library / f"{name}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def compared(place: Path) -> str:
    """The name of a comparison of two plans, made in the terminal."""
    folder = place / "results" / "runs" / "compare-tiny"
    sizes = ("--replications", "2", "--parcels-per-row", "50", "--workers", "1", "--out", str(folder))
    command = [sys.executable, "-m", "sim.cli", "compare", "scenarios/tiny.yaml", "lines", "more-room", *sizes]
    done = subprocess.run(command, cwd=place, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder.name


@pytest.fixture(scope="session")
def address(place: Path) -> Iterator[str]:
    """The address of a server of that folder."""
    log = place / "server.txt"
    with log.open("w", encoding="utf-8") as stream:
        command = [sys.executable, "-m", "sim.cli", "serve", "--port", "0"]
        process = subprocess.Popen(command, cwd=place, env=ENVIRONMENT, stderr=stream)
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8"))):
        assert process.poll() is None, f"the server did not start: {log.read_text('utf-8')}"
        time.sleep(0.1)
    yield found[0]
    process.terminate()
    process.wait(30)


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
