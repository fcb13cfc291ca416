"""Screening foretells sums of parts and pairs, and drops nothing that may be the best; frontiers; filling up."""

import numpy as np
import pytest

from sim.experiments.differences import Layout, ranking
from sim.experiments.ranking.frontier import efficient, pareto
from sim.experiments.ranking.screening import Foretold, best_foretold, dropped, foretold
from sim.experiments.ranking.standing import completed


def test_larger_portfolio_is_foretold_from_its_parts_and_pairs() -> None:
    a, b, c = (np.array([1.0, 2.0]), np.array([10.0, 20.0]), np.array([100.0, 100.0]))
    ab, ac, bc = a + b - 3, a + c, b + c + 2
    simulated = {("a",): a, ("b",): b, ("c",): c, ("a", "b"): ab, ("a", "c"): ac, ("b", "c"): bc}
    found = foretold([(), ("a",), ("a", "b"), ("a", "b", "c")], simulated)
    assert found.values.tolist() == [[0, 0], a.tolist(), ab.tolist(), (a + b + c - 3 + 2).tolist()]
    assert found.slack.tolist() == [0, 0, 0, 5]


def test_what_stands_only_with_what_it_requires_is_one_thing() -> None:
    simulated = {("a",): np.array([1.0]), ("a", "d"): np.array([5.0]), ("b",): np.array([10.0]),
                 ("a", "b"): np.array([11.0]), ("a", "b", "d"): np.array([16.0]), ("c",): np.array([2.0])}  # fmt: skip
    found = foretold([("a", "b", "c", "d")], simulated)
    assert found.values.tolist() == [[18.0]]
    assert found.slack.tolist() == [1.0], "only what b and a with d bring beyond their parts"


def test_only_what_is_surely_worse_by_every_objective_is_dropped() -> None:
    noise = np.random.default_rng(1).normal(size=10)
    level = np.array([0.0, 9.0, 10.0, 3.0])
    one = Foretold(level[:, None] + 0.5 * noise * level[:, None] / 10, np.zeros(4))
    assert dropped([one], 0.95).keys() == {0, 1, 3}
    assert set(dropped([one], 0.95).values()) == {2}
    slack = Foretold(one.values, np.array([0.0, 2.0, 0.0, 2.0]))
    assert dropped([slack], 0.95).keys() == {0, 3}
    other = Foretold(one.values[[0, 1, 3, 2]], np.zeros(4))
    assert dropped([one, other], 0.95).keys() == {0}


def test_nothing_is_dropped_on_differences_that_chance_makes() -> None:
    draws = np.random.default_rng(2)
    wrong = 0
    for _ in range(300):
        gains = draws.normal(size=(8, 6))
        gains[5] += 0.3
        wrong += 5 in dropped([Foretold(gains, np.zeros(8))], 0.9)
    assert wrong / 300 <= 0.1 + 3 * (0.09 / 300) ** 0.5


def test_kept_are_the_best_by_each_objective_in_turn() -> None:
    one = Foretold(np.array([[0.0], [5.0], [4.0], [3.0], [1.0]]), np.zeros(5))
    other = Foretold(np.array([[0.0], [1.0], [2.0], [3.0], [9.0]]), np.zeros(5))
    assert best_foretold([one, other], [1, 2, 3, 4], 3) == [1, 2, 4]
    assert best_foretold([one], [1, 2, 3, 4], 9) == [1, 2, 3, 4]


def test_frontier_is_what_cannot_be_had_for_less() -> None:
    capital, effect = np.array([0.0, 5.0, 5.0, 9.0, 12.0]), np.array([0.0, 3.0, 4.0, 4.0, 6.0])
    assert efficient(capital, effect).tolist() == [True, False, True, False, True]
    assert pareto(np.array([[1.0, 2.0, 2.0], [3.0, 1.0, 1.0]])).tolist() == [True, True, True]


def test_what_was_not_run_follows_the_one_that_was() -> None:
    reference = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 4.0])
    follows = 2 * reference[:4] + 1
    filled = completed([np.zeros(6), reference, follows])
    assert filled[2] == pytest.approx(2 * reference + 1)
    assert filled[1].tolist() == reference.tolist()
    rest = follows + np.array([0.1, -0.1, -0.1, 0.1])
    again = completed([reference, rest])[1]
    assert again[:4].tolist() == rest.tolist()
    assert np.abs(again[4:] - (2 * reference[4:] + 1)).max() < 0.3


def test_near_the_best_is_who_gains_nearly_as_much() -> None:
    layout = Layout.of(4, 1)
    base = np.full(4, 1000.0)
    values = base + np.array([[0, 0, 0, 0], [100, 100, 100, 100], [96, 96, 90, 110]])
    found = ranking(values, layout)
    assert found.probability_near.tolist() == [0.0, 0.75, 0.75]
    assert found.probability_best.tolist() == [0.0, 0.75, 0.25]
