"""KN keeps its promise on normal populations and stops early; OCBA spends by its formula, better than evenly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from sim.experiments.ranking import selecting
from sim.experiments.ranking.selecting import Selected, kn, ocba, ocba_shares, paired_shares


@dataclass
class Populations:
    """Observations that are there already, handed out as they are asked for, so many of all at most."""

    values: np.ndarray
    most: int = 10**9
    given: np.ndarray | None = None

    def observe(self, wanted: Mapping[int, int]) -> Sequence[np.ndarray] | None:
        given = np.zeros(len(self.values), int) if self.given is None else self.given.copy()
        for i, n in wanted.items():
            given[i] = max(given[i], n)
        if given.sum() > self.most:
            return None
        assert given.max() <= self.values.shape[1], "more observations are needed than the test drew"
        self.given = given
        return [row[:n] for row, n in zip(self.values, given, strict=True)]

    @property
    def spent(self) -> int:
        assert self.given is not None
        return int(self.given.sum())


def normals(seed: int, means: Sequence[float], n: int, common: float = 0.0, deviation: float = 1.0) -> np.ndarray:
    """Normal populations whose observations have a part in common, as those on common luck have."""
    draws = np.random.default_rng(seed)
    noise = draws.normal(0, deviation, (len(means), n)) + draws.normal(0, common, n)
    return np.array(means)[:, None] + noise


# -- Kim and Nelson ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("common", [0.0, 5.0])
def test_kn_selects_the_best_as_often_as_it_promises(common: float) -> None:
    repetitions, confidence = 400, 0.9
    means = [0.0, 0.0, 0.5, 0.0, 0.0]  # the others are all just so much worse as matters: the hardest case
    right = sum(
        kn(Populations(normals(seed, means, 1500, common)).observe, 5, 10, confidence, 0.5).best == 2
        for seed in range(repetitions)
    )
    error = math.sqrt(confidence * (1 - confidence) / repetitions)
    assert right / repetitions >= confidence - 3 * error


def test_kn_stops_at_once_when_one_is_far_ahead_and_spends_most_on_close_ones() -> None:
    far = Populations(normals(1, [0.0, 30.0, 1.0], 50))
    assert kn(far.observe, 3, 10, 0.95, 0.5) == Selected(1, (1,), True)
    assert far.spent == 30
    close = Populations(normals(1, [0.0, 30.0, 29.5], 3000))
    assert kn(close.observe, 3, 10, 0.95, 0.5).is_decided
    assert close.given is not None
    assert close.given[0] == 10 < close.given[1] == close.given[2]


def test_kn_is_the_procedure_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "GROWTH", 10**9)  # a look after every single observation
    for seed in range(12):
        values = normals(seed, [0.0, 0.3, 0.1, 0.25], 4000, common=1.0)
        found = Populations(values)
        best = kn(found.observe, 4, 8, 0.95, 0.3).best
        assert found.given is not None
        assert (best, found.given.tolist()) == _as_in_the_paper(values, 8, 0.05, 0.3)


def _as_in_the_paper(x: np.ndarray, n0: int, alpha: float, delta: float) -> tuple[int, list[int]]:
    """Kim and Nelson (2001), section 3, word by word with c = 1: the selected system, and observations of each."""
    k = len(x)
    eta = 0.5 * ((2 * alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1)
    h2 = 2 * eta * (n0 - 1)

    def s2(i: int, j: int) -> float:
        difference = [x[i][m] - x[j][m] for m in range(n0)]
        mean = sum(difference) / n0
        return sum((one - mean) ** 2 for one in difference) / (n0 - 1)

    remaining, used, r = list(range(k)), [n0] * k, n0
    while True:
        mean = {i: sum(x[i][:r]) / r for i in remaining}
        w = {(i, j): max(0.0, delta / (2 * r) * (h2 * s2(i, j) / delta**2 - r)) for i in remaining for j in remaining}
        remaining = [i for i in remaining if all(mean[i] >= mean[j] - w[i, j] for j in remaining if j != i)]
        if len(remaining) == 1:
            return remaining[0], used
        r += 1
        for i in remaining:
            used[i] = r


def test_kn_says_when_it_has_to_stop_undecided() -> None:
    short = Populations(normals(3, [0.0, 0.01, 0.02], 500), most=60)
    found = kn(short.observe, 3, 10, 0.99, 0.01)
    assert not found.is_decided
    assert found.best in found.alive
    assert len(found.alive) > 1


def test_of_those_that_are_the_same_the_first_is_taken() -> None:
    same = np.tile(normals(1, [0.0], 20), (3, 1))
    for procedure in (kn, ocba):
        assert procedure(Populations(same).observe, 3, 10, 0.95, 0.1).best == 0


# -- optimal computing budget allocation -------------------------------------------------------------------------------


def test_shares_are_those_of_the_formula() -> None:
    gaps, deviations = np.array([2.0, 0.0, 4.0, 1.0]), np.array([3.0, 2.0, 5.0, 0.5])
    ratios = [(3 / 2) ** 2, (5 / 4) ** 2, (0.5 / 1) ** 2]
    of_best = 2.0 * math.sqrt(ratios[0] ** 2 / 9 + ratios[1] ** 2 / 25 + ratios[2] ** 2 / 0.25)
    expected = np.array([ratios[0], of_best, ratios[1], ratios[2]])
    assert ocba_shares(gaps, deviations, 1) == pytest.approx(expected / expected.sum())
    paired = paired_shares(gaps, deviations, 1)
    assert paired[1] == paired.max() == paired[0]
    assert paired[[2, 3]] / paired[0] == pytest.approx([ratios[1] / ratios[0], ratios[2] / ratios[0]])


def test_ocba_is_right_more_often_than_the_same_number_spent_evenly() -> None:
    means, repetitions, total = np.arange(10.0), 300, 400
    evenly = by_ocba = 0
    for seed in range(repetitions):
        values = normals(seed, list(means), total, common=4.0, deviation=6.0)
        evenly += int(np.argmax(values[:, : total // 10].mean(axis=1))) == 9
        found = Populations(values, most=total)
        by_ocba += ocba(found.observe, 10, 10, 1 - 1e-9, 0.5).best == 9
        assert found.spent <= total
    assert by_ocba - evenly > 0.04 * repetitions


def test_ocba_stops_when_it_is_sure_and_spends_most_on_the_closest() -> None:
    far = Populations(normals(1, [0.0, 30.0, 1.0], 50))
    assert ocba(far.observe, 3, 10, 0.95, 0.5) == Selected(1, (1,), True)
    assert far.spent == 30
    close = Populations(normals(1, [0.0, 5.0, 4.7], 4000), most=1000)
    ocba(close.observe, 3, 10, 1 - 1e-9, 0.01)
    assert close.given is not None
    assert close.given[0] < 30 < close.given[2] <= close.given[1]
