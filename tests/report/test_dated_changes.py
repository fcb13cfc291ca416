"""Dated changes in words, by made-up ones: ramps, bounds, time outside, departures, and when one acts."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from sim.language.catalogue import catalogue
from sim.language.numbers import Numbers
from sim.report.interventions import _acts, changes_of
from sim.ticks import DAY

AT = date(2016, 5, 10)


def changing() -> Any:
    """Numbers in plain words."""
    return SimpleNamespace(
        t=catalogue("en"),
        numbers=Numbers("en"),
        names=SimpleNamespace(lane=lambda name: f"the {name}"),
        number=lambda path: path,
        amount=lambda _, value: str(value),
    )


def step(day: date, **more: Any) -> Any:
    """One change of servers from two to three."""
    said = {"target": None, "before": 2, "after": 3, "is_cut": False, "outside": None}
    change = SimpleNamespace(change="servers of sorting", at=day, ramp=more.pop("ramp", 0))
    return SimpleNamespace(change=change, **said | more)


def departures(**more: Any) -> Any:
    """Further departures of a lane."""
    return SimpleNamespace(lane="flight", entry=SimpleNamespace(**{"from_": None, "on": None, "weekdays": None} | more))


def explained(*steps: Any, more: tuple[Any, ...] = (), end: date | None = None, starts_within: int = 0) -> Any:
    """An intervention with what it does."""
    intervention = SimpleNamespace(at=AT, starts_within=starts_within)
    return SimpleNamespace(steps=steps, departures=more, intervention=intervention, end=end)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, ""),
        ({"ramp": 2 * DAY + 1}, ", day by day over 3 days"),
        ({"is_cut": True}, " (a bound holds it there)"),
        ({"outside": "after"}, " (outside the simulated time)"),
        (
            {"ramp": 2 * DAY, "is_cut": True, "outside": "before"},
            ", day by day over 2 days (a bound holds it there) (outside the simulated time)",
        ),
    ],
)
def test_a_change_says_how_it_comes_and_what_holds_it(more: dict[str, Any], words: str) -> None:
    (found,) = changes_of(changing(), explained(step(AT, **more)))
    assert (found.day, found.when) == (AT, "10 May 2016")
    assert found.what == f"servers of sorting: from 2 to 3{words}"


def test_further_departures_stand_among_the_changes_by_day() -> None:
    weekly = departures(from_=date(2016, 5, 12), weekdays=("mon", "thu"))
    once = departures(on=date(2016, 5, 11))
    found = changes_of(changing(), explained(step(date(2016, 6, 1)), more=(weekly, once, departures())))
    assert [(one.when, one.what) for one in found] == [
        ("10 May 2016", "further departures of the flight"),
        ("11 May 2016", "further departures of the flight"),
        ("12 May 2016", "further departures of the flight: 2 a week"),
        ("1 June 2016", "servers of sorting: from 2 to 3"),
    ]


@pytest.mark.parametrize(
    ("end", "starts_within", "words"),
    [
        (None, 0, "from 10 May 2016 for good"),
        (date(2016, 6, 1), 0, "from 10 May 2016 until 1 June 2016"),
        (None, 3 * DAY, "from 10 May 2016 or up to 3 days later for good"),
    ],
)
def test_when_an_intervention_acts_is_told_by_its_days(end: date | None, starts_within: int, words: str) -> None:
    speaking: Any = SimpleNamespace(t=catalogue("en"), numbers=Numbers("en"))
    assert _acts(speaking, explained(end=end, starts_within=starts_within)) == words
