"""A planner at the page: choose, change, run, reload in the middle, compare, take files along."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser.asking import change, choose, run_quickly, seen_of

RUNS = 240_000
"""Milliseconds that a run of two replications may take where much else runs."""
Look = Callable[..., Any]


def test_planner_chooses_changes_runs_reloads_and_compares(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    assert "Sort faster <b>everywhere</b>." in page.inner_text("#interventions")
    assert "CNY 2 million" in page.inner_text("#estimate")
    page.wait_for_selector("#plan-changes li")
    run = run_quickly(page)
    page.reload()
    card = seen_of(page, run)
    card.wait_for()
    page.wait_for_selector(f'#runs li[data-run="{run}"][data-state="done"]', timeout=RUNS)
    card.get_by_role("link", name="Compare").click()
    page.wait_for_selector("#answer .first")
    assert "doing nothing" in page.inner_text("#answer").lower()
    assert "More lines" in page.inner_text("#side")
    page.wait_for_selector("#maps canvas")
    before = page.inner_text("#month-said")
    page.focus("#month")
    page.keyboard.press("ArrowLeft" if page.input_value("#month") != "0" else "ArrowRight")
    assert page.inner_text("#month-said") != before or page.get_attribute("#month", "max") == "0"
    for name in ("Excel", "Manifest"):
        with page.expect_download() as saved:
            page.locator("#downloads").get_by_role("link", name=name).click()
        assert Path(saved.value.path()).stat().st_size > 1000
    with page.expect_download() as saved:
        page.locator('#downloads a[href*=".yaml"]').first.click()
    assert "base: tiny.yaml" in Path(saved.value.path()).read_text("utf-8")


def test_six_plans_stand_side_by_side_and_a_seventh_finds_no_room(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    for _ in range(5):
        page.click("#copy-plan")
    assert page.locator("#plans [role=tab]").count() == 6
    assert page.is_disabled("#add-plan")
    page.locator("#estimate", has_text="6 plans").wait_for()
    page.click("#drop-plan")
    assert page.locator("#plans [role=tab]").count() == 5


def test_slider_moves_the_number_and_what_it_costs_at_once(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    page.get_by_text("Cost and time to grow").click()
    slider = page.get_by_label("capital", exact=True).first
    assert float(slider.get_attribute("max")) == 8e6
    slider.focus()
    page.keyboard.press("End")
    assert "CNY 8 million" in page.inner_text("#estimate")
    page.get_by_role("button", name="reset").locator("visible=true").click()
    assert "CNY 2 million" in page.inner_text("#estimate")


def test_plans_are_still_there_after_a_reload(look: Look) -> None:
    page = look()
    choose(page)
    change(page, "A storm")
    page.reload()
    page.wait_for_selector("#interventions li")
    assert page.locator("#interventions").get_by_label("A storm").is_checked()


def test_number_tells_its_source(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    page.locator("#interventions .chosen").get_by_role("button", name="source of").first.click()
    page.wait_for_selector("#sources .number")
    assert "it is a test" in page.inner_text("#sources")
    assert "assumed" in page.inner_text("#sources")
    page.get_by_role("button", name="All numbers").click()
    page.wait_for_selector("#sources .numbers li")
    page.get_by_label("Find a number").fill("stations.sorting")
    page.locator("#sources .numbers li").nth(6).wait_for(state="detached")
    page.get_by_role("button", name="Close").click()
    assert not page.is_visible("#sources")


def test_wrong_file_is_shown_with_its_errors_at_their_lines(look: Look) -> None:
    page = look()
    page.get_by_text("A file of your own").click()
    wrong = "base: tiny.yaml\nscenario: mine\nstations:\n  sorting: {servers: many}\nwrongly: 3\n"
    page.set_input_files("#file", {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": wrong.encode()})
    page.wait_for_selector("#uploaded .fault li")
    said = page.inner_text("#uploaded")
    assert "line 4" in said
    assert "line 5" in said
    look.wrong[:] = [one for one in look.wrong if "422" not in one]  # type: ignore[attr-defined]
    right = "base: tiny.yaml\nscenario: mine\ntitle: A world of mine\nstations:\n  sorting: {servers: 3}\n"
    page.set_input_files("#file", {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": right.encode()})
    page.wait_for_selector("#uploaded .good")
    assert page.is_checked('#corridors input[value="mine"]')
