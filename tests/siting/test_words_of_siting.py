"""What `sim site` says below its tables: what the answer rests on, and whether the order of the sets survived."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.cli.site_table import _of_set, _rests_on, _verdict, told


def solved(**changes: Any) -> Any:
    """An answer by cost, without draws."""
    siting = SimpleNamespace(is_illustrative=False, assumptions="together", weigh="cost")
    said = {
        "siting": siting,
        "asked": SimpleNamespace(scenario=SimpleNamespace(seed=7)),
        "instance": SimpleNamespace(is_covering=False),
        "demands": SimpleNamespace(draws=(), central=SimpleNamespace(handling_days=2.5)),
        "n_draws": 0,
        "n_numbers": 3,
        "by_size": (),
    }
    return SimpleNamespace(**said | changes)


def check(*verdicts: tuple[str, str, str], **changes: Any) -> Any:
    """A check of sets against the simulation, with the verdict of each pair."""
    comparison = SimpleNamespace(
        replications=range(8),
        layout=SimpleNamespace(n_draws=4, has_draws=False),
        objective=SimpleNamespace(name="days"),
        left_out=(),
    )
    pairs = [(SimpleNamespace(name=one), SimpleNamespace(name=other), verdict) for one, other, verdict in verdicts]
    said = {"comparison": comparison, "sets": (), "routes": (), "pairs": lambda: pairs}
    return SimpleNamespace(**said | changes)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(np.nan, "d", "-"), (1.234, "d", "1.23"), (0.456, "share", "45.6%"), (12_345.0, "CNY a year", "12.3 k")],
)
def test_a_number_is_told_in_the_way_of_its_unit(value: float, unit: str, text: str) -> None:
    assert told(value, unit) == text


def test_an_illustrative_siting_by_days_without_draws_says_all_three() -> None:
    illustrative = SimpleNamespace(is_illustrative=True, assumptions="together", weigh="time")
    lines = list(_rests_on(solved(siting=illustrative)))
    assert [line.split(":")[0] for line in lines] == [
        "Illustrative",
        "Days are from order to buyer",
        "Nothing was drawn",
    ]
    assert "2.50 d before the last mile" in lines[1]


def test_draws_that_cannot_serve_the_demand_are_counted() -> None:
    of_two = SimpleNamespace(size=2, n_impossible=3, regret=np.array([0.0, np.nan, np.nan]))
    of_three = SimpleNamespace(size=3, n_impossible=0, regret=np.zeros(3))
    rests, *lines = _rests_on(solved(n_draws=20, by_size=(of_two, of_three)))
    assert rests == (
        "P and regret: 20 draws of 3 assumed numbers of the file (those of one reason together), over the demand of "
        "the central world (nothing of the base is drawn) (seed 7). * is the central choice."
    )
    assert lines == [
        "In 3 of 20 draws no 2 can serve the demand.",
        "In 2 draws the central choice of 2 cannot serve the demand, and another can.",
    ]


def test_few_simulated_demands_say_little_of_the_tails() -> None:
    demands = SimpleNamespace(draws=(None, None), central=None)
    apart = SimpleNamespace(is_illustrative=False, assumptions="apart", weigh="cost")
    (line,) = _rests_on(solved(n_draws=20, demands=demands, siting=apart))
    assert "(each by itself), over 2 simulated demands (seed 7)" in line
    assert line.endswith("draws says little of its tails.")


def test_sets_that_were_not_simulated_say_why_and_there_is_no_verdict_without_any() -> None:
    sets = (SimpleNamespace(name="near", why_not="it excludes far"), SimpleNamespace(name="dear", why_not=""))
    assert list(_verdict(check(sets=sets, comparison=None))) == ["near was not simulated: it excludes far"]


def test_one_set_alone_has_no_order_to_survive() -> None:
    simulated, verdict = _verdict(check(routes=("post",)))
    assert simulated == (
        "Simulated: 8 replications of each set and of the base on common luck; "
        "sets are ordered by the days of their orders."
    )
    assert verdict == "One set only: there is no order to survive."


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["kept", "kept"], "The order survived: of 2 pairs 2 kept."),
        (
            ["kept", "turned", "turned"],
            "The order did not survive: of 3 pairs 1 kept and 2 turned (a1 and b1; a2 and b2).",
        ),
        (
            ["kept", "not told apart"],
            "The order is not contradicted, nor all of it confirmed: of 2 pairs 1 kept and 1 not told apart.",
        ),
    ],
)
def test_whether_the_order_survived_is_said_of_all_pairs(verdicts: list[str], words: str) -> None:
    found = check(*((f"a{i}", f"b{i}", verdict) for i, verdict in enumerate(verdicts)))
    assert list(_verdict(found))[1] == words


def test_replications_that_are_left_out_and_draws_are_counted() -> None:
    found = check(("near", "far", "kept"))
    found.comparison.left_out, found.comparison.layout.has_draws = (3, 5), True
    lines = list(_verdict(found))
    assert "of the base in 4 draws on common luck; sets are ordered by days." in lines[0]
    assert lines[-1] == "2 replications are left out."


def test_where_days_were_promised_the_days_of_the_routes_stand_beside_them() -> None:
    found = check(routes=("post",))
    found.outcome = lambda _: np.array([4.0, 5.0])
    found.against_base = lambda _, measure: SimpleNamespace(
        difference=-0.25, half_width=0.125 if measure == "placed" else np.nan
    )
    one: Any = SimpleNamespace(name="near+far", promised=4.25, compared=object(), why_not="")
    assert _of_set(found, one, "d") == ["near + far", "4.25", "4.50", "-0.25 ±0.125", "0.250 ", "-0.25", ""]
    one.compared, one.why_not = None, "it excludes far"
    assert _of_set(found, one, "d") == ["near + far", "4.25", "-", "-", "-", "-", "it excludes far"]
