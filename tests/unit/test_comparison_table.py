"""Tables of a comparison on a terminal: values with their intervals, units in the headings, no wider than there is."""

import io
import math
from types import SimpleNamespace

import numpy as np
from rich.console import Console

from sim.cli.comparison_table import OF_PORTFOLIO, _show_by, _show_decomposition, _show_portfolio
from sim.experiments.comparing.decomposing import DECOMPOSITION, STEPS, WHOLE_EFFECT
from sim.experiments.comparing.portfolios import BEYOND, PORTFOLIO
from sim.experiments.comparing.tables import DIFFERENCES, columns_of
from sim.experiments.comparing.wording import days, points, with_interval
from sim.experiments.differences import Layout

PARTS = [("charters", "alone"), ("training", "alone"), ("charters", "last"), ("all", "together"), (BEYOND, "together")]
VALUES = {"placed": 1234.0, "mean_days": -0.5, "share_within_promise": 0.02}


def console(width: int = 110) -> Console:
    return Console(file=io.StringIO(), width=width, highlight=False)


def printed(of: Console) -> str:
    assert isinstance(of.file, io.StringIO)
    return of.file.getvalue()


def test_interval_is_shown_as_far_as_it_is_known_and_not_nothing() -> None:
    assert with_interval(days, 0.5, 0.25, 0.75, 0.1) == ("0.50", "[0.25, 0.75]", "±0.10")
    assert with_interval(days, 0.5, math.nan, math.nan, 0.1) == ("0.50", "±0.10")
    assert with_interval(points, 0.02, 0.02, 0.02, 0.0) == ("+2.0 pp",)


def test_portfolio_has_units_and_both_uncertainties_and_keeps_to_the_width() -> None:
    rows = [
        (measure, "", part, how, VALUES.get(measure, 1e6), 0.5 * VALUES.get(measure, 1e6), 3e6, 0.1, 1.0)
        for measure in OF_PORTFOLIO
        for part, how in PARTS
    ]
    for width in (110, 70):
        out = console(width)
        _show_portfolio(out, columns_of(PORTFOLIO, rows))
        text = printed(out)
        assert text.startswith("Portfolio, with less without, over the reported time (last: beside all the others)")
        assert max(map(len, text.splitlines()[1:])) <= width
        for said in ("1.23 k", "[617, 3 M]", "-0.50", "+2.0 pp", "±0.1", "CNY", "net benefit", BEYOND):
            assert said in text
        assert text.count("training") == text.count("charters") / 2


def test_decomposition_shows_every_step_of_every_plan() -> None:
    rows = [
        (plan, measure, "", step, VALUES[measure], np.nan, np.nan, 0.25)
        for plan in ("charters", "training")
        for measure in ("placed", "mean_days")
        for step in (*STEPS, WHOLE_EFFECT)
    ]
    out = console()
    _show_decomposition(out, columns_of(DECOMPOSITION, rows))
    text = printed(out)
    assert text.count("Where the effect on ") == 2
    assert text.count("1.23 k") == text.count("-0.50") == 2 * (len(STEPS) + 1)
    assert text.count("±0.25") == 4 * (len(STEPS) + 1)
    assert "[" not in text


def test_groups_that_do_not_differ_and_measures_that_they_lack_are_left_out() -> None:
    def row(month: str, measure: str, difference: float) -> tuple[object, ...]:
        half = abs(difference) / 4
        return ("charters", measure, "", "month", month, 1e6, difference, np.nan, np.nan, half / 2, half, 1, 1, "yes")

    rows = [row(f"2016-{month:02}", name, 0.0) for month in range(1, 13) for name in ("placed", "mean_days")]
    rows += [row("2017-01", "placed", 1250.0), row("2017-01", "mean_days", -0.84)]
    comparison = SimpleNamespace(tables={"differences": columns_of(DIFFERENCES, rows)}, layout=Layout.of(4, None))
    out = console()
    _show_by(out, comparison, "month")  # type: ignore[arg-type]
    text = printed(out)
    assert "2017-01" in text
    assert "1.25 k" in text
    assert "±0.21" in text
    assert "2016-0" not in text
    assert "12 of 13 rows without any difference are left out." in text
    assert "surplus" not in text
