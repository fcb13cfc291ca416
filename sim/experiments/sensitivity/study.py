"""Screens all factors, works out the indices of those that are left, and looks at each of these at its two ends.

Where there are many numbers, first by the thing they belong to, then one by one those of the things that matter. A
trajectory through points that make no valid scenario is drawn anew before anything runs; a block of such points is left
out. All points have the luck of one replication; some are run again with other luck, to tell what luck does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import SimError
from sim.experiments.sensitivity.asking import Question, Ran, Runner
from sim.experiments.sensitivity.designs import (
    LEAST_TRAJECTORIES,
    STEP,
    Indices,
    Screened,
    blocks,
    indices,
    screened,
    trajectories,
)
from sim.experiments.sensitivity.factors import Factor, by_part, single
from sim.experiments.sensitivity.points import Point
from sim.experiments.variance.sample import NoWorldError
from sim.luck import key, uniforms

SINGLY = 40
"""With more numbers than these they are first screened by the thing they belong to."""
MOST_THINGS = 12
"""Things of which each number is screened, at most."""
TOLD = 0.95
"""Of the sum of squared effects, what goes on to the next round makes at least so much, unless that is too many."""
TRIES = 5
"""For each trajectory wanted so many are tried, at most."""
BETWEEN_ROWS = 1 / 3
"""How far two even numbers are apart, on average; so far are two rows of the posterior taken to be."""
PAIRS = 16
"""Points that are run again with other luck, at most."""
ROWS_SHOWN = 10
"""Rows of the posterior that stand for its ends: the 10th and 90th percentile."""


class CentralRunError(SimError):
    """The scenario itself cannot be run."""


@dataclass(frozen=True)
class Round:
    """A round of screening."""

    of: str
    """`things` or `numbers`."""
    factors: tuple[Factor, ...]
    found: Mapping[str, Screened]
    """By indicator."""
    left: tuple[Factor, ...]
    """What went on, the strongest first."""
    n_refused: int
    """Trajectories that were drawn anew."""


@dataclass(frozen=True)
class Shares:
    """Indices of what screening left."""

    factors: tuple[Factor, ...]
    found: Mapping[str, Indices]
    """By indicator."""
    n_refused: int
    """Blocks that made no valid scenario."""


@dataclass(frozen=True)
class Luck:
    """What luck alone does to an indicator."""

    variance: float
    n_pairs: int


@dataclass(frozen=True)
class Sensitivity:
    """All that was found."""

    question: Question
    central: Mapping[str, float]
    """By indicator: where every number has its value."""
    rounds: tuple[Round, ...]
    shares: Shares | None
    ends: Mapping[str, Mapping[str, tuple[float, float]]]
    """By indicator and factor left: at the low and high end of its range, all else at its value; NaN where none is."""
    luck: Mapping[str, Luck]
    failures: tuple[str, ...]
    """Why runs failed, each reason as often as it happened."""

    @property
    def left(self) -> tuple[Factor, ...]:
        """What screening left."""
        return self.rounds[-1].left if self.rounds else ()


def studied(runner: Runner) -> Sensitivity:
    """Run what is missing. Ctrl-C raises KeyboardInterrupt; what is complete is kept."""
    return _Study(runner).found()


class _Study:
    def __init__(self, runner: Runner) -> None:
        self.runner, self.question = runner, runner.question
        self.failures: list[str] = []
        self.pairs: dict[str, list[float]] = {name: [] for name in runner.question.indicators}

    def found(self) -> Sensitivity:
        central = self._ran([Point()], "the scenario itself")
        if central.failures[0]:
            raise CentralRunError(f"{self.question.whole.scenario.scenario} cannot be run: {central.failures[0]}")
        rounds = self._rounds()
        left = rounds[-1].left if rounds else ()
        shares = self._shares(left) if self.question.points and left else None
        return Sensitivity(
            self.question,
            {name: float(values[0]) for name, values in central.values.items()},
            rounds,
            shares,
            self._ends(left),
            {name: Luck(float(np.mean(each)) if each else np.nan, len(each)) for name, each in self.pairs.items()},
            tuple(self.failures),
        )

    # -- screening -----------------------------------------------------------------------------------------------------

    def _rounds(self) -> tuple[Round, ...]:
        numbers, n_rows = self.question.numbers, self.question.n_rows
        if len(numbers) <= SINGLY:
            return (self._round("numbers", single(numbers, n_rows)),) if numbers or n_rows else ()
        things = self._round("things", by_part(self.question.whole.scenario, numbers, n_rows))
        paths = {path for factor in things.left for path in factor.paths}
        has_posterior = any(factor.is_posterior for factor in things.left)
        kept = [number for number in numbers if number.path in paths]
        return things, self._round("numbers", single(kept, n_rows if has_posterior else 0))

    def _round(self, of: str, factors: tuple[Factor, ...]) -> Round:
        columns = [(factor.name, path) for factor in factors for path in factor.paths or ("",)]
        groups, paths = [name for name, _ in columns], [path for _, path in columns]
        numbers, inputs = self._trajectories(of, groups, paths)
        points = [[self._moved(row, paths, number) for row in one] for number, one in zip(numbers, inputs, strict=True)]
        shape = inputs.shape[:2]
        ran = self._ran([point for one in points for point in one], f"screening {len(factors)} {of}")
        self._pair([one[0] for one in points], {name: each.reshape(shape)[:, 0] for name, each in ran.values.items()})
        found = {
            name: self._with_posterior(screened(inputs, each.reshape(shape), groups, self._seed(of)), factors)
            for name, each in ran.values.items()
        }
        most = MOST_THINGS if of == "things" else self.question.most
        left = tuple(factors[i] for i in strongest([each.mu_star for each in found.values()], most))
        return Round(of, factors, found, left, max(numbers, default=-1) + 1 - len(numbers))

    def _trajectories(self, of: str, groups: Sequence[str], paths: Sequence[str]) -> tuple[list[int], np.ndarray]:
        """Trajectories that are worlds all along, with their numbers among those that were tried."""
        wanted, chosen, n_tried, why = self.question.trajectories, list[int](), 0, ""
        drawn = np.empty((0, 0, 0))
        while len(chosen) < wanted and n_tried < TRIES * wanted:
            n_next = n_tried + wanted - len(chosen)
            drawn = trajectories(groups, n_next, self._seed(of))
            new = range(n_tried, n_next)
            points = [[self._moved(row, paths, number) for row in drawn[number]] for number in new]
            reasons = self.runner.refused(points, f"checking {of}")
            chosen += [number for number, reason in zip(new, reasons, strict=True) if reason is None]
            why = next(filter(None, reasons), why)
            n_tried = n_next
        if len(chosen) < LEAST_TRAJECTORIES:
            raise NoWorldError(
                f"{n_tried - len(chosen)} of {n_tried} trajectories make no valid scenario somewhere, the last for "
                f"this reason: {why}; narrow the ranges of these numbers, or leave them out with --match"
            )
        return chosen, drawn[chosen]

    def _moved(self, row: np.ndarray, paths: Sequence[str], number: int) -> Point:
        """A point of a trajectory, in which the posterior goes from one row to another, both by luck."""
        quantiles = {path: float(u) for path, u in zip(paths, row, strict=True) if path}
        if "" not in paths:
            return Point.of(quantiles, None)
        n, first, second = self.question.n_rows, *uniforms(key(self.question.seed, number, "sensitivity", "row"), 0)
        low = int(first * n)
        high = (low + 1 + int(second * (n - 1))) % n
        return Point.of(quantiles, high if row[list(paths).index("")] > 0.5 else low)

    def _with_posterior(self, found: Screened, factors: Sequence[Factor]) -> Screened:
        """Effects of the posterior, whose steps are shorter than those of numbers, as of its whole width."""
        scale = np.array([STEP / BETWEEN_ROWS if factor.is_posterior else 1.0 for factor in factors])
        is_number = np.array([1.0 if not factor.is_posterior else np.nan for factor in factors])
        return Screened(
            found.mu_star * scale, found.half * scale, found.mu * is_number, found.sigma * is_number,
            found.n_used, found.n_dropped,
        )  # fmt: skip

    # -- indices -------------------------------------------------------------------------------------------------------

    def _shares(self, factors: tuple[Factor, ...]) -> Shares:
        drawn = blocks(len(factors), self.question.points, self._seed("indices"))
        points = [[self._at(row, factors) for row in block] for block in drawn]
        reasons = self.runner.refused(points, "checking blocks")
        good = [i for i, reason in enumerate(reasons) if reason is None]
        ran = self._ran([point for i in good for point in points[i]], f"indices of {len(factors)} factors")
        values = {name: np.full(drawn.shape[:2], np.nan) for name in self.question.indicators}
        for name, each in ran.values.items():
            values[name][good] = each.reshape(len(good), -1)
        self._pair([points[i][0] for i in good], {name: each[good, 0] for name, each in values.items()})
        found = {name: indices(each, self._seed("bootstrap")) for name, each in values.items()}
        return Shares(factors, found, len(points) - len(good))

    def _at(self, row: np.ndarray, factors: Sequence[Factor]) -> Point:
        quantiles = {f.paths[0]: float(u) for f, u in zip(factors, row, strict=True) if not f.is_posterior}
        rows = [int(u * self.question.n_rows) for f, u in zip(factors, row, strict=True) if f.is_posterior]
        return Point.of(quantiles, min(rows[0], self.question.n_rows - 1) if rows else None)

    # -- ends and luck -------------------------------------------------------------------------------------------------

    def _ends(self, factors: Sequence[Factor]) -> dict[str, dict[str, tuple[float, float]]]:
        points = [point for factor in factors for point in self._ends_of(factor)]
        values = self._ran(points, "both ends").values
        result: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in values}
        at = 0
        for factor in factors:
            n = len(self._ends_of(factor))
            for name, each in values.items():
                seen = each[at : at + n]
                low, high = np.nanquantile(seen, (0.1, 0.9)) if n > 2 and np.isfinite(seen).any() else seen[:2]
                result[name][factor.name] = float(low), float(high)
            at += n
        return result

    def _ends_of(self, factor: Factor) -> list[Point]:
        if not factor.is_posterior:
            return [Point.of({factor.paths[0]: u}, None) for u in (0.0, 1.0)]
        n = self.question.n_rows
        shown = min(n, ROWS_SHOWN)
        return [Point((), i * n // shown) for i in range(shown)]

    def _pair(self, points: Sequence[Point], values: Mapping[str, np.ndarray]) -> None:
        """Run some points again with other luck."""
        n = min(len(points), PAIRS)
        again = self._ran(points[:n], "other luck", replication=1)
        for name, each in again.values.items():
            halves = (each - values[name][:n]) ** 2 / 2
            self.pairs[name] += halves[np.isfinite(halves)].tolist()

    def _ran(self, points: Sequence[Point], stage: str, replication: int = 0) -> Ran:
        ran = self.runner.ran(points, stage, replication)
        self.failures += filter(None, ran.failures)
        return ran

    def _seed(self, purpose: str) -> int:
        """A seed for SALib, from our luck."""
        return 1 + int(key(self.question.seed, 0, "sensitivity", purpose)) % (2**31 - 2)


def strongest(effects: Sequence[np.ndarray], most: int) -> list[int]:
    """Which factors go on, the strongest first: of each indicator those that make most of its squared effects.

    effects: of each indicator float64[k].
    """
    ranks: dict[int, float] = {}
    for each in effects:
        squares = each**2 / max(float((each**2).max(initial=0.0)), 1e-300)
        order = np.argsort(-squares, kind="stable")
        before = np.concatenate([[0.0], np.cumsum(squares[order])[:-1]])
        for i in order[(before < TOLD * squares.sum()) & (squares[order] > 0)].tolist():
            ranks[i] = max(ranks.get(i, 0.0), float(squares[i]))
    return sorted(ranks, key=lambda i: (-ranks[i], i))[:most]
