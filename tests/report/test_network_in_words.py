"""What a report says of its network, from made-up tables: which plans, volumes beside reports, the worst waits."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.language.catalogue import catalogue
from sim.language.numbers import Numbers
from sim.report import network_parts
from sim.report.evidence import Report
from sim.report.network_parts import _reported, _worst, shown_plans, span, volumes_part


def speaking(language: str = "en", **result: Any) -> Any:
    """A result whose things are called by their own names."""
    return SimpleNamespace(
        t=catalogue(language),
        numbers=Numbers(language),
        language=language,
        names=SimpleNamespace(route=str, queue=str),
        plan=lambda name: name.title(),
        result=SimpleNamespace(**{"kind": "run", "base": "base", "has": lambda _: True} | result),
    )


def report(value: float, simulated: float, **more: Any) -> Report:
    said: dict[str, Any] = {
        "what": "Parcels sent",
        "row": "r7",
        "source": "https://example.org/a",
        "unit": "parcels",
        "months": ("2016-01", "2016-02"),
        "table": "flows",
        "column": "shipped",
        "where": {"route": ("post",)},
        "log_sd": 0.1,
    }
    return Report(**said | {"value": value, "simulated": {"base": simulated}} | more)


def flows() -> pd.DataFrame:
    rows = [("2016-01", "post", 100), ("2016-01", "express", 7), ("2016-02", "post", 300), ("2016-02", "express", 5)]
    return pd.DataFrame([("base", *row) for row in rows], columns=["plan", "month", "route", "shipped"])


def test_where_the_baseline_is_best_the_best_of_the_plans_stands_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = pd.DataFrame({"plan": ["dear", "lines"], "p_best": [0.1, 0.3]})
    compared = speaking(kind="comparison", table=lambda _: plans)
    monkeypatch.setattr(network_parts, "best_plan", lambda _: "base")
    assert shown_plans(compared) == ["base", "lines"]
    monkeypatch.setattr(network_parts, "best_plan", lambda _: "dear")
    assert shown_plans(compared) == ["base", "dear"]
    assert shown_plans(speaking()) == ["base"]


def test_a_whole_year_is_written_as_the_year() -> None:
    assert span("2016-01", "2016-12") == "2016"
    assert span("2016-01", "2017-12") == "2016-01–2017-12"
    assert span("2016-02", "2016-12") == "2016-02–2016-12"


def test_what_is_reported_stands_with_what_is_simulated_and_by_how_much_it_is_off() -> None:
    long = "https://example.org/" + "x" * 60
    table = _reported(speaking(), [report(400, 420), report(400, 300, source=long), report(0, 5)])
    more, less, none = table.rows
    assert (more[0], more[1], more[2]) == ("Parcels sent", "2016-01–2016-02", "400 parcels")
    assert (more[4], more[5]) == ("+5.0\N{NO-BREAK SPACE}%", "r7; example.org/a")
    assert less[4].startswith("−25")
    assert less[5] == "r7; example.org/…"
    assert none[4] == "–"
    (chinese,) = _reported(speaking("zh"), [report(400, 420)]).rows
    assert chinese[2].startswith("400")
    assert " " not in chinese[2]


def test_volumes_are_of_the_routes_that_are_reported_or_else_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    of_flows = speaking(network=lambda _: flows())
    monkeypatch.setattr(network_parts, "reports", lambda _: [report(380, 400)])
    part = volumes_part(of_flows, "v")
    (picture,) = part.pictures
    assert picture.title == "Parcels that leave a month: post"
    assert "least 100 in 2016-01, most 300 in 2016-02" in picture.alternative
    assert len(part.tables) == len(part.notes) == 1
    monkeypatch.setattr(network_parts, "reports", lambda _: [])
    part = volumes_part(of_flows, "v")
    (picture,) = part.pictures
    assert picture.title == "Parcels that leave a month, all routes"
    assert "least 107 in 2016-01, most 305 in 2016-02" in picture.alternative
    assert part.sentences[0].startswith("No report of this corridor can be set beside the simulated months")
    assert not part.tables


def test_queues_that_nothing_is_known_of_are_not_among_the_worst() -> None:
    table = pd.DataFrame({"2016-01": [1.0, np.nan], "2016-02": [12.5, np.nan]})
    said = _worst(speaking(), table, ["sorting", "border"])
    assert said.endswith("The longest: sorting 12.5 days in 2016-02.")
