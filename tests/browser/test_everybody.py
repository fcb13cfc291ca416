"""For everybody: two languages, keyboard alone, narrow windows, people who cannot see or want nothing to move."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser.asking import AXE, change, choose, overflows, run_quickly, serious
from browser.conftest import NARROW, WIDE

Look = Callable[..., Any]
STEPS = ("choose", "change", "run", "compare")
AXE_CORE = (Path(__file__).parent / AXE).read_text("utf-8")


def test_page_speaks_chinese_and_keeps_what_was_chosen_when_the_language_changes(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    page.click("#language")
    page.wait_for_selector("#interventions li.chosen")
    assert page.get_attribute("html", "lang") == "zh"
    assert page.inner_text("#change-title") == "想调整什么？"
    assert "增加分拣线" in page.inner_text("#interventions li.chosen")
    page.locator("#estimate", has_text="200万元").wait_for()
    page.wait_for_selector("#start:enabled")
    assert page.evaluate("document.fonts.check('12px \"Page Hei\"', '分拣')")
    page.click("#language")
    page.wait_for_selector("#interventions li.chosen")
    assert page.inner_text("#change-title") == "What would you change?"


def test_browser_that_prefers_chinese_gets_chinese(look: Look, address: str) -> None:
    page = look(locale="zh-CN")
    page.context.clear_cookies()
    page.goto(address)
    assert page.get_attribute("html", "lang") == "zh"


def test_planner_needs_no_mouse(look: Look) -> None:
    page = look()
    page.locator("#corridors input:checked").focus()
    page.keyboard.press("ArrowDown")
    while page.locator("#corridors input:checked").get_attribute("value") != "tiny":
        page.keyboard.press("ArrowDown")
    while page.evaluate("document.activeElement.id") != "next":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#interventions li")
    assert page.evaluate("document.activeElement.id") == "change-title"
    while page.evaluate("document.activeElement.type") != "checkbox":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.type") != "range":
        page.keyboard.press("Tab")
    before = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") != before
    while page.evaluate("document.activeElement.id") != "start":
        page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "what has the focus must be seen to have it"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_no_step_is_wider_than_the_window_or_shuts_anybody_out(look: Look, compared: str, size: dict[str, int]) -> None:
    page = look(size=size)
    choose(page)
    change(page)
    page.wait_for_selector("#map canvas")
    page.evaluate("(name) => (location.hash = `compare=${name}`)", compared)
    page.wait_for_selector("#waits canvas")
    for step in reversed(STEPS):
        page.click(f'[data-step="{step}"]')
        page.wait_for_selector(f"#{step}-title")
        assert overflows(page) == [], step
        assert serious(page, AXE_CORE) == [], step


def test_nothing_moves_by_itself_for_those_who_ask_for_that(look: Look) -> None:
    page = look(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('#start')).transitionDuration") == "0s"
    choose(page)
    page.wait_for_selector("#map canvas")
    page.wait_for_timeout(300)
    first = page.locator("#map").screenshot()
    page.wait_for_timeout(700)
    assert page.locator("#map").screenshot() == first


def test_page_is_drawn_before_the_library_of_charts_is_asked_for(look: Look) -> None:
    page = look()
    page.wait_for_selector("#map canvas")
    painted, asked = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime, "
        "performance.getEntriesByType('resource').find((one) => one.name.includes('echarts')).startTime]"
    )
    assert painted < asked


def test_page_that_was_here_before_asks_only_for_what_may_have_changed(look: Look) -> None:
    page = look()
    page.wait_for_selector("#map canvas")
    page.reload()
    page.wait_for_selector("#map canvas")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.transferSize > 0).map((one) => one.name)"
    )
    assert [name for name in fetched if "/assets/" in name] == []


@pytest.mark.slow
def test_first_paint_within_a_second_and_a_click_within_a_tenth_while_a_run_goes_on(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    run_quickly(page)
    page.click('[data-step="change"]')
    clicks, paints = [], []
    for _ in range(5):
        clicks.append(
            page.evaluate(
                """() => new Promise((done) => {
                  const from = performance.now();
                  document.querySelector('#interventions li:not([hidden]) input').click();
                  requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
                })"""
            )
        )
        page.reload()
        page.wait_for_selector("#interventions li")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    assert min(clicks) < 100
    assert min(paints) < 1000
