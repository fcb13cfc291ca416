"""What a planner does on the page, for all tests here."""

import json
from typing import Any

AXE = "vendor/axe.min.js"


def choose(page: Any, corridor: str = "tiny") -> None:
    """Pick a corridor and go on to what to change."""
    page.check(f'#corridors input[value="{corridor}"]')
    page.click("#next")
    page.wait_for_selector("#interventions li")


def change(page: Any, title: str = "More lines") -> None:
    """Put an intervention into the plan that is looked at."""
    page.locator("#interventions").get_by_label(title).check()


def run_quickly(page: Any) -> str:
    """Two replications of what was chosen; the name of the run."""
    page.click('[data-step="run"]')
    page.fill("#replications", "2")
    page.press("#replications", "Tab")
    page.wait_for_selector("#start:enabled")
    with page.expect_response(lambda one: one.url.split("?")[0].endswith("/api/runs") and one.status == 202) as found:
        page.click("#start")
    return str(found.value.json()["id"])


def seen_of(page: Any, run: str) -> Any:
    """The card of a run."""
    return page.locator(f'#runs li[data-run="{run}"]')


def described(page: Any, field: str) -> str:
    """What is read out with a field beyond its name."""
    said: str = page.locator(field).evaluate(
        "(one) => (one.getAttribute('aria-describedby') ?? '').split(' ')"
        ".map((id) => document.getElementById(id)?.textContent ?? '').join(' ')"
    )
    return said


def serious(page: Any, axe: str) -> list[str]:
    """What axe-core finds that is serious or critical, with the elements."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wrong = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {json.dumps([node['target'] for node in one['nodes']])}" for one in wrong]


def overflows(page: Any) -> list[str]:
    """Elements that make the page wider than the window."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
           [...document.body.querySelectorAll('*')]
             .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.wide'))
             .map((one) => `${one.tagName}.${one.className}#${one.id}`)"""
    )
    return found
