"""What is shown of results, and taken along: the report, the months, tables of a sweep."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser.asking import AXE, overflows, serious
from browser.conftest import NARROW, WIDE
from serving import until

Look = Callable[..., Any]
AXE_CORE = (Path(__file__).parent / AXE).read_text("utf-8")


def test_report_is_downloaded_whole(look: Look, compared: str) -> None:
    page = look(f"#compare={compared}")
    page.wait_for_selector("#answer .first")
    with page.expect_download() as saved:
        page.locator("#downloads").get_by_role("link", name="Report").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert text.rstrip().endswith("</html>")
    assert page.inner_text("#answer .first") in text.replace("&#34;", '"').replace("&quot;", '"')


def test_months_play_and_pause(look: Look, compared: str) -> None:
    page = look(f"#compare={compared}")
    page.wait_for_selector("#maps canvas")
    months = int(page.get_attribute("#month", "max")) + 1
    page.evaluate(
        """() => {
            window.seen = new Set();
            new MutationObserver(() => seen.add(document.querySelector('#month-said').textContent))
              .observe(document.querySelector('#month-said'), {childList: true, characterData: true, subtree: true});
        }"""
    )
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    until(lambda: page.evaluate("seen.size") >= months, "all months")
    page.click("#play")
    said = page.inner_text("#month-said")
    assert page.inner_text("#play") == "Play"
    page.wait_for_timeout(1200)
    assert page.inner_text("#month-said") == said


def test_figures_of_two_plans_can_be_read_on_a_phone(look: Look, compared: str) -> None:
    page = look(f"#compare={compared}", size=NARROW)
    page.wait_for_selector("#side table")
    region = page.locator("#side .wide")
    assert "goes-on" in region.get_attribute("class")
    heading = page.locator("#side tbody th").first.bounding_box()["x"]
    region.evaluate("(one) => (one.scrollLeft = one.scrollWidth)")
    page.wait_for_selector("#side .wide.came-from:not(.goes-on)")
    assert page.locator("#side tbody th").first.bounding_box()["x"] == pytest.approx(heading, abs=1)
    last = page.locator("#side tbody tr").first.locator("td").last.bounding_box()
    assert last["x"] + last["width"] <= NARROW["width"]
    marks = page.locator("#side thead i").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")
    assert all(width >= 10 for width in marks)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_sweep_shows_its_tables(look: Look, swept: str, size: dict[str, int]) -> None:
    page = look(f"#compare={swept}", size=size)
    page.wait_for_selector("#tables table")
    assert page.inner_text("#answer .first") != ""
    assert page.locator("#tables table").first.locator("tbody tr").count() >= 2
    assert not page.is_visible("#side")
    assert overflows(page) == []
    assert serious(page, AXE_CORE) == []
