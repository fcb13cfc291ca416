"""Portfolios are all that can be built and nothing else, and never too many."""

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.experiments.ranking import enumerating
from sim.experiments.ranking.enumerating import (
    MOST,
    Choice,
    TooManyPortfoliosError,
    portfolios,
    singles_and_pairs,
    with_required,
)

NAMES = "abcdefg"


@st.composite
def choices(draw: st.DrawFn) -> list[Choice]:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    found = []
    for i, name in enumerate(names):
        others = st.sampled_from(names)
        capital = draw(st.integers(0, 9))
        requires = draw(st.frozensets(others, max_size=2)) - {name} if i % 2 else frozenset()
        excludes = draw(st.frozensets(others, max_size=2)) - {name} - requires
        found.append(Choice(name, float(capital), requires, excludes))
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices(), st.one_of(st.none(), st.integers(0, 30)), st.integers(1, 7))
def test_portfolios_are_those_that_keep_to_the_budget_and_stand_together(
    of: list[Choice], budget: int | None, at_most: int
) -> None:
    by_name = {choice.name: choice for choice in of}
    expected = []
    for size in range(1, at_most + 1):
        for names in combinations(by_name, size):
            members = [by_name[name] for name in names]
            is_paid = budget is None or sum(member.capital for member in members) <= budget
            is_whole = all(member.requires <= set(names) for member in members)
            if is_paid and is_whole and not any(member.excludes & set(names) for member in members):
                expected.append(names)
    assert portfolios(of, budget, at_most) == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices())
def test_singles_and_pairs_come_with_what_they_require(of: list[Choice]) -> None:
    allowed = portfolios(of, None, len(of))
    found = singles_and_pairs(of, allowed)
    assert set(found) <= set(allowed)
    assert {each for each in allowed if len(each) <= 1} <= set(found)
    for each in found:
        assert any(each == with_required(pair, of) for n in (1, 2) for pair in combinations(each, n))


def test_too_many_are_refused_at_once_with_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Choice(f"x{i}", 1.0) for i in range(60)]
    with pytest.raises(TooManyPortfoliosError, match=rf"more than {MOST:,} portfolios; at_most: 2 makes 1,830"):
        portfolios(many, None, 20)
    assert len(portfolios(many, None, 2)) == 1830
    monkeypatch.setattr(enumerating, "MOST", 59)
    with pytest.raises(TooManyPortfoliosError, match="name fewer interventions or lower the budget"):
        portfolios(many, None, 1)


def test_what_can_never_be_whole_is_not_looked_for_for_ever() -> None:
    of = [Choice(f"x{i}", 0.0, frozenset({"last"})) for i in range(40)] + [Choice("last", 9.0)]
    assert portfolios(of, 8.0, 3) == []
    assert portfolios(of, 8.0, 20) == []


def test_budget_bounds_the_search() -> None:
    dear = [Choice(f"x{i}", 10.0) for i in range(60)]
    assert len(portfolios(dear, 10.0, 20)) == 60
