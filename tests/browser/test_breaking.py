"""What goes wrong at the page: runs that break off, plans that contradict themselves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser.asking import AXE, change, choose, described, run_quickly, seen_of, serious
from serving import kill_run, until

RUNS = 240_000
"""Milliseconds that a run of two replications may take where much else runs."""
Look = Callable[..., Any]
AXE_CORE = (Path(__file__).parent / AXE).read_text("utf-8")


def test_run_that_is_killed_is_shown_the_page_goes_on_and_it_is_resumed(look: Look, place: Path) -> None:
    page = look()
    choose(page)
    change(page, "Larger aircraft")
    run = run_quickly(page)
    folder = place / "results" / "runs" / "page" / run
    until((folder / "process.json").is_file, "the process of the run")
    assert until(lambda: kill_run(folder), "the run to be killed")
    card = page.locator(f'#runs li[data-run="{run}"][data-state="failed"]')
    card.wait_for(timeout=RUNS)
    assert "everything else goes on" in card.inner_text()
    page.click('[data-step="change"]')
    page.locator("#interventions").get_by_label("Larger aircraft").uncheck()
    change(page)
    page.locator("#estimate", has_text="CNY 2 million").wait_for()
    page.click('[data-step="run"]')
    card.get_by_role("button", name="Resume").click()
    done = page.locator(f'#runs li[data-run="{run}"][data-state="done"]')
    done.wait_for(timeout=RUNS)
    assert not done.get_by_role("button", name="Resume").is_visible()
    done.get_by_role("link", name="Compare").click()
    page.locator("#side", has_text="Larger aircraft").wait_for()


@pytest.mark.slow
def test_run_that_is_stopped_can_be_resumed(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    run = run_quickly(page)
    card = seen_of(page, run)
    card.get_by_role("button", name="Stop").click()
    stopped = page.locator(f'#runs li[data-run="{run}"][data-state="stopped"]')
    stopped.wait_for(timeout=RUNS)
    stopped.get_by_role("button", name="Resume").click()
    page.locator(f'#runs li[data-run="{run}"]:not([data-state="stopped"])').wait_for()


def test_runs_of_the_terminal_are_shown_and_cannot_be_stopped_here(look: Look, place: Path) -> None:
    folder = place / "results" / "runs" / "compare-by-hand"
    folder.mkdir(parents=True, exist_ok=True)
    said = {"program": "parcel-corridors", "kind": "compare", "title": "By hand", "state": "done", "phase": ""}
    counts = {"done": 4, "total": 4, "failed": 0, "pid": 1, "host": "here"}
    at = {"started_at": "2026-01-01T00:00:00+00:00", "updated_at": "2026-01-01T00:01:00+00:00"}
    (folder / "progress.json").write_text(json.dumps(said | counts | at), "utf-8")
    page = look("#run")
    page.wait_for_selector("text=By hand")
    card = page.locator("#runs li", has_text="By hand")
    assert "from a terminal" in card.inner_text()
    for name in ("Stop", "Resume"):
        assert not card.get_by_role("button", name=name).is_visible()


def test_hidden_page_is_told_nothing_and_hears_again_when_it_is_shown(look: Look) -> None:
    page = look("#run")
    page.evaluate("""() => {
        window.made = [];
        const Real = EventSource;
        window.EventSource = class extends Real { constructor(at) { super(at); window.made.push(this); } };
        Object.defineProperty(document, 'hidden', {get: () => window.isHidden ?? false, configurable: true});
        window.turn = (is) => { window.isHidden = is; document.dispatchEvent(new Event('visibilitychange')); };
        turn(true);
    }""")
    assert page.evaluate("made.length") == 0
    page.evaluate("turn(false)")
    until(lambda: page.evaluate("made.length === 1 && made[0].readyState === EventSource.OPEN"), "a stream of events")
    page.evaluate("turn(true)")
    assert page.evaluate("made[0].readyState === EventSource.CLOSED")


# -- plans that are wrong ----------------------------------------------------------------------------------------------


def test_wrong_date_is_told_at_its_field_and_run_leads_there(look: Look) -> None:
    page = look()
    choose(page)
    change(page, "A storm")
    page.get_by_label("until").fill("2016-05-01")
    page.get_by_label("until").press("Tab")
    page.wait_for_selector("#interventions .wrong-here")
    assert "after" in described(page, "#interventions input[name=until]")
    assert page.inner_text("#estimate .wrongs") == "1 error: show"
    assert serious(page, AXE_CORE) == []
    page.click("#add-plan")
    assert page.locator("#interventions .wrong-here").count() == 0
    page.click('[data-step="run"]')
    before = page.locator("#runs li").count()
    page.click("#start")
    until(lambda: page.evaluate("document.activeElement.name") == "until", "the focus at the field")
    assert page.evaluate("document.body.dataset.step") == "change"
    assert page.locator("#runs li").count() == before
    page.get_by_label("until").fill("2016-05-20")
    page.get_by_label("until").press("Tab")
    page.wait_for_selector("#interventions .wrong-here", state="detached")
    page.wait_for_selector("#bar:not(.wrong)")
    assert page.get_attribute("#interventions input[name=until]", "aria-invalid") is None


def test_interventions_that_exclude_each_other_say_so_where_they_stand(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    change(page, "Fewer lines")
    page.wait_for_selector("#interventions .wrong-here")
    box = page.get_by_label("Fewer lines")
    assert "exclude each other" in page.locator("#interventions li", has=box).locator(".wrong-here").inner_text()
    assert box.get_attribute("aria-invalid") == "true"
    box.uncheck()
    page.wait_for_selector("#interventions .wrong-here", state="detached")


def test_size_out_of_bounds_is_told_at_its_number(look: Look) -> None:
    page = look()
    choose(page)
    change(page)
    number = page.locator("#interventions .size input[type=number]").first
    number.evaluate("(one) => { one.value = 0; one.dispatchEvent(new Event('change')); }")
    page.wait_for_selector("#interventions .size + .wrong-here")
    assert "at least 1" in described(page, "#interventions .size input[type=number] >> nth=0")
