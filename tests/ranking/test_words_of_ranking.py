"""A ranking in words, by made-up standings: gains in their unit, what leads by each objective, what it rests on."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.experiments.ranking.information import FEWEST_DRAWS
from sim.experiments.ranking.wording import _by, _draws, _gain, _information, _members, _overrun, amount, interval

NONE, SORTING, BOTH = range(3)


def standing(name: str, unit: str, best: int, **changes: Any) -> Any:
    """How nothing, sorting, and sorting with customs stand by an objective."""
    nothing = np.full(3, np.nan)
    chances = SimpleNamespace(probability_best=np.array([0.1, 0.6, 0.3]))
    said = {
        "sought": SimpleNamespace(name=name, unit=unit),
        "members": (NONE, SORTING, BOTH),
        "selected": SimpleNamespace(best=best, is_decided=True, alive=(best,)),
        "gain": np.array([0.0, 0.25, 0.5]),
        "low": nothing,
        "high": nothing,
        "half_width": nothing,
        "ranking": chances,
    }
    return SimpleNamespace(**said | changes)


def ranked(**changes: Any) -> Any:
    """A ranking of three portfolios."""
    study = SimpleNamespace(
        portfolios=[(), ("sorting",), ("sorting", "customs")],
        capitals=(np.array([0.0, 20_000.0, 50_000.0]), np.array([0.0, 0.0, 0.25])),
        per_draw=1,
        unit=1,
    )
    return SimpleNamespace(**{"study": study} | changes)


@pytest.mark.parametrize(
    ("name", "unit", "number", "text"),
    [
        ("days", "d", math.nan, "-"),
        ("days", "d", 1.234, "1.23"),
        ("benefit-cost", "ratio", 1.5, "1.50"),
        ("parcels", "parcels", 1500.0, "1.5 k"),
    ],
)
def test_an_amount_is_told_in_the_way_of_its_objective(name: str, unit: str, number: float, text: str) -> None:
    assert amount(standing(name, unit, SORTING), number) == text


def test_an_interval_is_over_draws_or_else_by_monte_carlo_error_or_else_not_told() -> None:
    ends = {"low": np.array([0.0, 0.1, 0.2]), "high": np.array([0.0, 0.4, 0.9])}
    assert interval(standing("days", "d", SORTING, **ends), SORTING) == "[0.10, 0.40]"
    assert interval(standing("days", "d", SORTING, **ends), NONE) == ""
    assert interval(standing("days", "d", SORTING, half_width=np.full(3, 0.05)), SORTING) == "[0.20, 0.30]"
    assert interval(standing("days", "d", SORTING), SORTING) == ""


def test_what_the_best_gains_is_told_with_a_verb_of_its_objective() -> None:
    assert _gain(standing("days", "d", SORTING)) == "It saves 0.25 days, mean, against doing nothing."
    ratio = _gain(standing("benefit-cost", "ratio", BOTH))
    assert ratio == "It returns 1.50 CNY of benefit for each CNY of cost."
    assert _gain(standing("days", "d", NONE)) == "None is better than doing nothing."


def test_another_objective_says_whether_it_leads_to_the_same() -> None:
    leading = standing("days", "d", SORTING)
    assert _by(ranked(), standing("parcels", "", NONE), leading) == "By parcels none is better than doing nothing."
    assert _by(ranked(), standing("parcels", "", SORTING), leading) == "By parcels it is the same (P(best) 60%)."
    undecided = SimpleNamespace(best=BOTH, is_decided=False, alive=(SORTING, BOTH))
    assert _by(ranked(), standing("parcels", "", BOTH, selected=undecided), leading) == (
        "By parcels it is sorting and customs (50 k CNY) (P(best) 30%, which the replications did not settle)."
    )


def test_a_portfolio_that_overruns_the_budget_in_some_draws_says_so() -> None:
    assert _overrun(ranked(), standing("days", "d", BOTH)) == "Its capital overruns the budget in 25% of draws."
    assert _overrun(ranked(), standing("days", "d", SORTING)) == ""
    assert _members(ranked(), standing("days", "d", NONE)) == "nothing"


def test_without_draws_an_interval_tells_of_the_runs_and_knowing_more_has_no_worth() -> None:
    found = ranked()
    found.study.per_draw = None
    assert _draws(found).startswith("Nothing was drawn: [ ] is the 95 % interval by Monte Carlo error")
    assert list(_information(found, {})) == []


def test_portfolios_that_fell_behind_are_said_to_be_filled_in() -> None:
    found = ranked(runs=SimpleNamespace(n=lambda _: 400), spent={NONE: 400, SORTING: 400, BOTH: 30})
    assert _draws(found) == (
        "[ ]: 95 % credible interval over 400 draws of what is not known. "
        "What fell behind ran in 30 of them at least, and is filled in."
    )
    found.spent = {NONE: 400, SORTING: 400, BOTH: 400}
    assert _draws(found) == "[ ]: 95 % credible interval over 400 draws of what is not known."


def information(*rows: tuple[str, str, float, float]) -> dict[str, np.ndarray]:
    """The table of what knowing a number is worth; the first row of an objective is of knowing everything."""
    texts = {name: np.array([row[i] for row in rows], object) for i, name in enumerate(("objective", "number"))}
    worths = {name: np.array([row[i] for row in rows]) for i, name in ((2, "worth"), (3, "standard_error"))}
    return texts | worths


def test_worth_of_knowing_more_is_told_by_objective_and_of_clear_numbers_only() -> None:
    parcels, days = standing("parcels", "parcels", SORTING), standing("days", "days", SORTING)
    nothing = standing("co2e", "kg", SORTING)
    table = information(
        ("parcels", "", 40.0, 1.0),
        ("parcels", "trust", 30.0, 2.0),
        ("parcels", "fleet", 5.0, 4.0),
        ("days", "", 0.5, 0.1),
        ("days", "trust", 0.1, 0.2),
        ("co2e", "", 0.0, 0.0),
    )
    assert list(_information(ranked(standings=[parcels, days, nothing]), table)) == [
        "By parcels, knowing everything before choosing would be worth 40 parcels: most of it trust (30).",
        "By days, knowing everything before choosing would be worth 0.50 days: of no single number is it clear.",
        "By co2e, knowing more before choosing would change nothing.",
    ]


def test_worth_of_knowing_more_cannot_be_told_from_few_draws() -> None:
    (line,) = _information(ranked(), information())
    assert line == f"What knowing a number would be worth cannot be told from fewer than {FEWEST_DRAWS} draws."
