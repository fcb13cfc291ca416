"""Pictures of a run, from made-up tables: which panels there are, what they name, and what they leave out."""

import numpy as np
import pytest

from sim.pictures import Columns, can_be_drawn, overview

MONTHS = ["2016-01", "2016-02"]


def tables(origins: list[str], warehouses: list[tuple[str, float, float, float]]) -> dict[str, Columns]:
    """Two months of one route from each origin, three queues, and warehouses as (name, stock, orders, filled)."""
    cells = [(month, origin) for origin in origins for month in MONTHS]
    n = len(cells)
    by_cell = {
        "replication": np.zeros(n, int),
        "month": np.array([month for month, _ in cells], object),
        "origin": np.array([origin for _, origin in cells], object),
        "route": np.array([f"{origin}-post" for _, origin in cells], object),
        "placed": np.full(n, 100),
    }
    service = by_cell | {"arrived": np.array([100, 20] * len(origins)), "mean_days": np.full(n, 9.0)}
    waits = {"sorting": 48.0, "border": 12.0, "customs.examination": 240.0}
    stations = {
        "replication": np.zeros(2 * len(waits), int),
        "month": np.array(MONTHS * len(waits), object),
        "queue": np.array([queue for queue in waits for _ in MONTHS], object),
        "mean_wait_hours": np.array([hours for wait in waits.values() for hours in (wait, np.nan)]),
    }
    stocked = [(name, month, *numbers) for name, *numbers in warehouses for month in MONTHS]
    names = ("warehouse", "month", "stock", "orders", "filled_at_once")
    stock = {name: np.array([row[i] for row in stocked], object if i < 2 else float) for i, name in enumerate(names)}
    stock["replication"] = np.zeros(len(stocked), int)
    return {"flows": by_cell, "service": service, "stations": stations, "warehouses": stock}


def test_each_origin_has_its_panels_on_one_scale_and_stock_has_one_with_rings_where_little_was_filled() -> None:
    rows = [("ural", 500.0, 100.0, 100.0), ("harbin", 300.0, 100.0, 50.0)]
    figure = overview(tables(["china", "korea"], rows), "Two $origins$")
    orders, others, days, _, queues, stock = figure.axes
    assert [axes.get_title() for axes in (orders, others)] == ["from china", "from korea"]
    assert orders.get_ylim() == others.get_ylim()
    assert (orders.get_ylabel() != "", others.get_ylabel()) == (True, "")
    assert [text.get_text() for text in queues.get_yticklabels()] == ["sorting", "border"]
    assert [text.get_text() for text in queues.texts] == ["2.0"]
    assert "stock of warehouses" in stock.get_ylabel()
    assert stock.get_ylim()[0] == 0
    rings = [line.get_xdata() for line in stock.lines if line.get_markersize() == 11]
    assert [len(np.asarray(ring)) for ring in rings] == [0, 2]
    assert [text.get_text() for text in stock.texts] == ["harbin", "ural"]
    assert stock.yaxis.get_major_formatter()(1500.0) == "1,500"
    assert orders.yaxis.get_major_formatter()(1500.0) == "1,500"
    shown = np.asarray(days.lines[0].get_ydata(), float)
    assert shown[0] == 9.0
    assert np.isnan(shown[1])


def test_without_warehouses_there_is_no_panel_of_stock_and_one_origin_needs_no_name() -> None:
    figure = overview(tables(["china"], []), "One origin")
    assert len(figure.axes) == 3
    assert figure.axes[0].get_title() == ""


@pytest.mark.parametrize(("text", "can"), [("Harbin", True), ("Екатеринбург", True), ("哈尔滨", False), ("a\n", False)])
def test_text_with_chinese_or_unprintable_characters_cannot_be_drawn(text: str, can: bool) -> None:
    assert can_be_drawn(text) is can
