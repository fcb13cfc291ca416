"""From replications to a verdict: two questions of every check, and both have to be answered well.

1. *Is there a difference?* Student's t-test that the mean of the replications is the formula; Holm (1979) over all
   checks of a report, so that the chance of any false alarm among them is `ALARM` at most, however they depend.
2. *Is it small enough not to matter?* Two one-sided tests at 5 % (Schuirmann 1987): the 90 % interval lies within the
   check's tolerance. A check with too few replications therefore fails instead of passing unseen. All checks have to
   pass it, so it needs no correction (Berger 1982).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

ALARM = 0.01
"""Chance of one false alarm or more among all checks of a report."""
EQUIVALENT = 0.05
"""Level of each one-sided test of equivalence."""
Verdict = Literal["agrees", "differs", "too wide"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One number of theory (or of another simulator) and what the engine made of it.

    ``theory`` is a number, or the replications of another simulator; ``simulated`` one value a replication.
    ``tolerance`` is relative to the theory. ``resolution`` is what cannot be told, in the unit: times are recorded in
    whole seconds.
    """

    family: str
    model: str
    quantity: str
    source: str
    unit: str
    theory: float | tuple[float, ...]
    simulated: tuple[float, ...]
    tolerance: float
    resolution: float = 0.0

    @property
    def expected(self) -> float:
        """The formula, or the mean of the other simulator."""
        return float(np.mean(self.theory))

    @property
    def mean(self) -> float:
        """Mean of the replications."""
        return float(np.mean(self.simulated))

    @property
    def _spread(self) -> tuple[float, float]:
        """Standard error of the difference, and its degrees of freedom (Welch 1947 for two simulators)."""
        parts = [_variance_of_mean(self.simulated)]
        if not isinstance(self.theory, float):
            parts.append(_variance_of_mean(self.theory))
        total = sum(variance for variance, _ in parts)
        if total == 0.0:
            return 0.0, 1.0
        return float(np.sqrt(total)), total**2 / sum(v**2 / df for v, df in parts)

    @property
    def difference(self) -> float:
        """Simulated less theory, in the unit."""
        return self.mean - self.expected

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the difference, in the unit."""
        error, freedom = self._spread
        half = float(stats.t.ppf((1 + level) / 2, freedom)) * error
        return self.difference - half, self.difference + half

    @property
    def p(self) -> float:
        """Probability of a difference as large, beyond the resolution, if there is none."""
        error, freedom = self._spread
        beyond = max(abs(self.difference) - self.resolution, 0.0)
        if error == 0.0:
            return 1.0 if beyond == 0.0 else 0.0
        return float(2 * stats.t.sf(beyond / error, freedom))

    @property
    def p_apart(self) -> float:
        """Probability of a difference as small if the truth lies outside the tolerance: the larger of the two tests."""
        error, freedom = self._spread
        room = self.tolerance * abs(self.expected) - abs(self.difference)
        if error == 0.0:
            return 0.0 if room >= 0.0 else 1.0
        return float(stats.t.sf(room / error, freedom))


@dataclass(frozen=True)
class Judged:
    """A check with its verdict among all checks of a report."""

    check: Check
    p_holm: float
    verdict: Verdict


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (Holm 1979): reject those at most the level, and the chance of any false one is the level."""
    order = np.argsort(p_values)
    scaled = np.asarray(p_values, np.float64)[order] * (len(p_values) - np.arange(len(p_values)))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(p) for p in adjusted]


def judged(checks: Sequence[Check]) -> list[Judged]:
    """All checks of a report with their verdicts."""
    adjusted = holm([check.p for check in checks])
    return [Judged(check, p, _verdict(check, p)) for check, p in zip(checks, adjusted, strict=True)]


def _verdict(check: Check, p_holm: float) -> Verdict:
    if p_holm <= ALARM:
        return "differs"
    return "agrees" if check.p_apart <= EQUIVALENT else "too wide"


def _variance_of_mean(values: Sequence[float]) -> tuple[float, float]:
    if len(values) < 2:
        raise ValueError(f"a mean of {len(values)} replication has no error: give two or more")
    return float(np.var(values, ddof=1)) / len(values), len(values) - 1.0
