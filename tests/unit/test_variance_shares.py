"""How variance is shared out, on arrays of which the answer is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from sim.experiments.variance.apportioning import apportioned
from sim.experiments.variance.design import Design, design_of, standardised
from sim.experiments.variance.finding import found_in
from sim.experiments.variance.sample import BLOCK, Slot

P = 300
SLOTS = [Slot.of(run) for run in range(96)]


def made(seed: int, effects: dict[int, float], *, of_posterior: float, luck: float, p: int = P) -> Design:
    """An indicator that is a sum of some of many inputs, of what a posterior does, and of luck, all of variance 1."""
    generator = np.random.default_rng(seed)
    inputs, draws = generator.standard_normal((96, p)), generator.standard_normal(96)
    numbers = inputs[[slot.numbers for slot in SLOTS]]
    values = numbers[:, list(effects)] @ np.array(list(effects.values()), float)
    values = values + of_posterior * draws[[slot.draw for slot in SLOTS]] + luck * generator.standard_normal(96)
    return design_of(SLOTS, values, numbers, has_posterior=of_posterior > 0)


def mean_of(shares: Sequence[tuple[float, ...]]) -> np.ndarray:
    return np.mean(shares, axis=0)


# -- the sample --------------------------------------------------------------------------------------------------------


def test_first_runs_of_a_longer_sample_are_those_of_a_shorter_one_and_every_eighth_repeats() -> None:
    assert [slot.numbers for slot in SLOTS[:10]] == [0, 1, 2, 3, 4, 5, 6, 0, 7, 8]
    assert [slot.draw for slot in SLOTS[:10]] == [0, 0, 1, 1, 2, 2, 3, 0, 3, 4]
    assert [slot.replication for slot in SLOTS] == list(range(96))
    assert [slot.is_repeat for slot in SLOTS] == [run % BLOCK == 7 for run in range(96)]


def test_run_without_a_value_takes_its_block_along() -> None:
    values = np.arange(16, dtype=float)
    values[3] = np.nan
    slots, numbers = SLOTS[:16], np.arange(16, dtype=float)[:, None]
    alone = design_of(slots, values, numbers, has_posterior=False)
    assert alone.values.ravel().tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]
    assert alone.n_pairs == 2
    assert alone.lucky[0, 0] == (7 - 0) ** 2 / 2
    paired = design_of(slots, values, numbers, has_posterior=True)
    assert paired.values.tolist() == [[0, 1], [4, 5], [6, 8], [9, 10], [11, 12], [13, 14]]


def test_number_of_one_value_counts_as_none() -> None:
    assert standardised(np.array([[2.0, 1.0], [2.0, 3.0]])).tolist() == [[0, -1], [0, 1]]


# -- what is found -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of_posterior", [0.0, 1.0])
def test_numbers_that_matter_are_found_and_their_shares_are_right(of_posterior: float) -> None:
    effects = {7: 1.5, 100: -1.0}
    total = 1.5**2 + 1 + of_posterior**2 + 0.5**2
    shares = []
    for seed in range(12):
        found = apportioned(made(seed, effects, of_posterior=of_posterior, luck=0.5))
        assert [effect.column for effect in found.effects][:1] == [7]
        assert found.luck.share + found.posterior.share + found.told.share + found.not_told.share == pytest.approx(1)
        assert found.told.share == pytest.approx(sum(effect.share.share for effect in found.effects))
        by_column = {effect.column: effect for effect in found.effects}
        assert by_column[7].rises
        assert not by_column[100].rises
        shares.append((found.luck.share, found.posterior.share, *(by_column[i].share.share for i in effects)))
    known = np.array([0.25, of_posterior**2, 1.5**2, 1]) / total
    assert mean_of(shares) == pytest.approx(known, abs=0.06)


def test_intervals_hold_what_is_known_most_of_the_time() -> None:
    held = []
    for seed in range(15):
        found = apportioned(made(seed, {7: 1.0}, of_posterior=0, luck=1.0, p=20))
        ends = next((effect.share for effect in found.effects if effect.column == 7), found.not_told)
        held.append(ends.low <= 0.5 <= ends.high)
    assert np.mean(held) > 0.7


def test_chance_is_hardly_ever_taken_for_a_number_that_matters() -> None:
    generator = np.random.default_rng(0)
    false = 0
    for of_posterior in [0.0, 1.0] * 20:
        design = made(int(generator.integers(1 << 30)), {}, of_posterior=of_posterior, luck=1.0)
        false += bool(found_in(Design(np.exp(3 * design.values), design.inputs, design.lucky), n_shuffles=200).columns)
    assert false <= 5, "5 % of 40, and a binomial's luck"


def test_many_small_effects_are_not_told_apart_rather_than_left_out() -> None:
    found = apportioned(made(1, dict.fromkeys(range(100), 0.1), of_posterior=0, luck=0.1))
    assert found.not_told.share > 0.7
    assert found.luck.share < 0.05
    assert found.foretold < 0.2


def test_numbers_foretell_runs_in_which_they_were_not_found() -> None:
    found = apportioned(made(2, {3: 1.0}, of_posterior=0, luck=0.2))
    assert found.foretold == pytest.approx(1 / 1.04, abs=0.05)
    assert found.least < 0.05


def test_same_runs_give_the_same_shares() -> None:
    one, two = (apportioned(made(5, {1: 1.0, 2: 0.5}, of_posterior=0.5, luck=0.3)) for _ in range(2))
    assert one == two
