"""Verdicts: what counts as a difference, what as equal, and what as too little to tell."""

import numpy as np
import pytest
from scipy import stats

from verification.statistics import Check, holm, judged


def check(simulated: list[float], theory: float | tuple[float, ...] = 100.0, **fields: float) -> Check:
    more = {"tolerance": 0.02} | fields
    return Check(
        family="f", model="m", quantity="q", source="s", unit="", theory=theory, simulated=tuple(simulated), **more
    )


def verdict(one: Check) -> str:
    return judged([one])[0].verdict


NEAR = [99.5, 100.4, 100.1, 99.8, 100.3, 99.9, 100.2, 99.7]


def test_holm_is_that_of_the_worked_example() -> None:
    # Holm (1979): p times the tests that are left, never below one that was smaller.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_mean_at_the_formula_with_a_narrow_interval_agrees() -> None:
    assert verdict(check(NEAR)) == "agrees"


def test_a_mean_beside_the_formula_differs_however_large_the_tolerance() -> None:
    assert verdict(check([x + 2 for x in NEAR], tolerance=0.5)) == "differs"


def test_replications_that_scatter_too_much_do_not_pass() -> None:
    assert verdict(check([80.0, 120.0, 95.0, 105.0])) == "too wide"


def test_what_cannot_be_told_is_no_difference() -> None:
    assert verdict(check([x + 1 for x in NEAR])) == "differs"
    assert verdict(check([x + 1 for x in NEAR], resolution=1.5)) == "agrees"


def test_one_test_of_many_has_to_be_further_off() -> None:
    shifted = check([x + 0.45 for x in NEAR])
    assert shifted.p < 0.01
    many = judged([shifted, *[check(NEAR)] * 30])
    assert {one.verdict for one in many} == {"agrees"}


def test_numbers_without_scatter_are_equal_or_not() -> None:
    assert verdict(check([1.0, 1.0], 1.0, tolerance=0.0)) == "agrees"
    assert verdict(check([1.0, 1.0], 1.0 + 1e-9, tolerance=0.0)) == "differs"


def test_p_values_are_those_of_student_and_welch() -> None:
    rng = np.random.default_rng(5)
    ours, theirs = rng.normal(100, 2, 12).tolist(), rng.normal(101, 5, 30).tolist()
    assert check(ours, 99.0).p == pytest.approx(stats.ttest_1samp(ours, 99.0).pvalue)
    of_two = check(ours, tuple(theirs))
    test = stats.ttest_ind(ours, theirs, equal_var=False)
    assert of_two.p == pytest.approx(test.pvalue)
    assert of_two.interval() == pytest.approx(tuple(test.confidence_interval(0.95)))


def test_equivalence_is_shown_where_the_90_percent_interval_lies_within_the_tolerance() -> None:
    one = check(NEAR)
    half = (one.interval(0.9)[1] - one.interval(0.9)[0]) / 2
    edge = (abs(one.difference) + half) / 100
    assert verdict(check(NEAR, tolerance=edge * 1.001)) == "agrees"
    assert verdict(check(NEAR, tolerance=edge * 0.999)) == "too wide"


def test_a_single_replication_is_refused() -> None:
    with pytest.raises(ValueError, match="give two or more"):
        _ = check([100.0]).p
