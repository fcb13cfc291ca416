"""What paired replications say of a difference: its size, how sure the model is of it, and how sure the run is.

Replication ``r`` of every plan has the same luck and the same draw of the uncertain inputs, so plans are compared pair
by pair. Replications of one draw differ by luck only. Two uncertainties are kept apart: the *credible interval* is over
draws of the expected outcome, what more knowledge would narrow; the *Monte Carlo error* is what more replications
would. Pure functions of arrays; knows no scenario.

The model is the one-way layout with random effects, ``difference = mean + effect of the draw + luck`` (Searle, Casella
and McCulloch 1992, Variance Components, chapter 3).
"""

import math
from dataclasses import dataclass

import numpy as np

from sim.luck import fill_fine, key

QUANTILES = (0.025, 0.975)
ENOUGH_DRAWS = 40
"""With fewer, no draw lies beyond the ends of a 95 % interval."""
TOO_FEW_DRAWS = 4
"""With fewer, an interval over draws says nothing, however narrow it is."""
NEAR = 0.05
"""Alternatives that fall short of the best's gain on the baseline by no more than this share are near it."""
TIE = 1e-7
"""Alternatives that differ by less, relative to the best, are equally good: so much is the root of rounding errors."""


def said_of_few(n_draws: int) -> str:
    """What there is to say of an interval over so many draws; nothing if they are enough."""
    if n_draws < TOO_FEW_DRAWS:
        return f" {n_draws} draws are too few for it to say anything."
    return f" Of fewer than {ENOUGH_DRAWS} draws it is too narrow." if n_draws < ENOUGH_DRAWS else ""


@dataclass(frozen=True)
class Layout:
    """Which replication belongs to which draw: ``draw`` int64[n]; replications of a draw are of equal number."""

    draw: np.ndarray

    @classmethod
    def of(cls, n: int, per_draw: int | None) -> "Layout":
        """``n`` replications, ``per_draw`` of each draw in a row; all of one draw if None. Incomplete draws are out."""
        if per_draw is None:
            return cls(np.zeros(n, np.int64))
        return cls(np.repeat(np.arange(n // per_draw), per_draw))

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(np.unique(self.draw))

    @property
    def n_used(self) -> int:
        """Replications of complete draws: the first so many."""
        return len(self.draw)

    @property
    def has_draws(self) -> bool:
        """Whether the uncertain inputs vary at all."""
        return self.n_draws > 1

    def table(self, values: np.ndarray) -> np.ndarray:
        """Values float64[..., n] by draw and luck: float64[..., draws, luck]."""
        used = values[..., : self.n_used]
        return used.reshape(*values.shape[:-1], self.n_draws, -1)


@dataclass(frozen=True)
class Spread:
    """How values vary: over draws, and within them by luck."""

    mean: float
    between: float
    """Variance over draws of the expected value; nan without draws."""
    within: float
    """Variance by luck within a draw; nan with one replication a draw."""
    standard_error: float
    """Monte Carlo standard error of the mean, the draws being given; nan if luck cannot be told from draws."""
    degrees: int
    """Degrees of freedom behind that error."""


def spread(values: np.ndarray, layout: Layout) -> Spread:
    """Components of variance of values float64[n]."""
    table = layout.table(values)
    n_draws, per_draw = table.shape
    mean = float(table.mean())
    within, degrees = math.nan, n_draws * (per_draw - 1)
    if degrees:
        within = float(((table - table.mean(axis=1, keepdims=True)) ** 2).sum() / degrees)
    between = math.nan
    if n_draws > 1:
        noise = within / per_draw if degrees else 0.0
        between = max(float(table.mean(axis=1).var(ddof=1)) - noise, 0.0)
    return Spread(mean, between, within, math.sqrt(within / table.size) if degrees else math.nan, degrees)


def expected_by_draw(values: np.ndarray, layout: Layout) -> np.ndarray:
    """Expected outcome under each draw, float64[..., draws], of values float64[..., n].

    Means over luck scatter more than what they estimate; they are drawn towards the overall mean so that their variance
    is the component between draws (Louis 1984, constrained empirical Bayes).
    """
    means = layout.table(values).mean(axis=-1)
    result = np.empty_like(means)
    for where in np.ndindex(means.shape[:-1]):
        found = spread(values[where], layout)
        observed = means[where].var(ddof=1) if layout.has_draws else 0.0
        keep = math.sqrt(found.between / observed) if observed > 0 else 0.0
        result[where] = found.mean + keep * (means[where] - found.mean)
    return result


@dataclass(frozen=True)
class Difference:
    """A plan less the baseline, for one indicator."""

    baseline: float
    """Mean of the baseline."""
    difference: float
    low: float
    """Lower end of the 95 % credible interval over draws; nan without draws."""
    high: float
    standard_error: float
    """Monte Carlo standard error."""
    half_width: float
    """Half of the 95 % interval that the Monte Carlo error alone gives (Student's t)."""
    pairing: float
    """Share of the variance of the difference that pairing on common luck removed; nan with one replication."""
    probability_positive: float
    """Over draws, or over Monte Carlo error where there are no draws; nan if neither is known."""
    is_precise: bool
    """Whether the half-width is within ``max(relative * |difference|, floor * |baseline|)``."""


def difference(
    plan: np.ndarray, baseline: np.ndarray, layout: Layout, relative: float = 0.05, floor: float = 0.002
) -> Difference:
    """Compare an indicator of a plan with the baseline's, replication by replication: float64[n] each."""
    paired = plan - baseline
    found = spread(paired, layout)
    half = half_width(found)
    low, high = (math.nan, math.nan)
    if layout.has_draws:
        low, high = np.quantile(expected_by_draw(paired, layout), QUANTILES).tolist()
    base = spread(baseline, layout).mean
    return Difference(
        baseline=base,
        difference=found.mean,
        low=low,
        high=high,
        standard_error=found.standard_error,
        half_width=half,
        pairing=_removed_by_pairing(plan, baseline, layout),
        probability_positive=_probability_positive(paired, layout, found),
        is_precise=bool(half <= max(relative * abs(found.mean), floor * abs(base))),
    )


def half_width(found: Spread) -> float:
    """Half of the 95 % interval that the Monte Carlo error alone gives (Student's t), in the unit of the values."""
    if math.isnan(found.standard_error):
        return math.nan
    from scipy.special import stdtrit

    return float(stdtrit(found.degrees, QUANTILES[1])) * found.standard_error


def _removed_by_pairing(plan: np.ndarray, baseline: np.ndarray, layout: Layout) -> float:
    """One less the variance by luck of the difference over that of two independent runs."""
    paired, alone = spread(plan - baseline, layout), (spread(plan, layout), spread(baseline, layout))
    independent = sum(one.within for one in alone)
    return 1.0 - paired.within / independent if independent > 0 else math.nan


def _probability_positive(paired: np.ndarray, layout: Layout, found: Spread) -> float:
    if not paired.any():
        return math.nan
    if layout.has_draws:
        expected = expected_by_draw(paired, layout)
        return float((expected > 0).mean() + 0.5 * (expected == 0).mean())
    if math.isnan(found.standard_error):
        return math.nan
    if found.standard_error == 0:
        return float(found.mean > 0)
    from scipy.special import stdtr

    return float(stdtr(found.degrees, found.mean / found.standard_error))


@dataclass(frozen=True)
class Ranking:
    """Which of several alternatives is best, for one indicator of which more is better."""

    probability_best: np.ndarray
    """float64[alternatives]; ties share."""
    probability_near: np.ndarray
    """Of being best, or short of it by no more than 5 % of what it gains on the first: float64[alternatives]."""
    regret: np.ndarray
    """Expected shortfall against the best of each draw, in units of the indicator: float64[alternatives]."""
    rests_on: str
    """`draws`, or `Monte Carlo error` where the inputs do not vary."""


def ranking(values: np.ndarray, layout: Layout, n_sampled: int = 4000, seed: int = 1) -> Ranking:
    """Rank alternatives by values float64[alternatives, n], the baseline among them.

    Over draws of the expected outcomes. Without draws, over the sampling distribution of the paired means (multivariate
    t with their estimated covariance): then it tells of the run, not of the world. NaN for all where a value is
    not known, or where there is one replication without draws.
    """
    rests_on = "draws" if layout.has_draws else "Monte Carlo error"
    if np.isnan(values).any() or not (layout.has_draws or values.shape[1] > 1):
        unknown = np.full(len(values), np.nan)
        return Ranking(unknown, unknown, unknown, rests_on)
    contrasts = values - values[:1]  # shared luck is in no contrast, but would shrink levels, each in its own way
    worlds = expected_by_draw(contrasts, layout) if layout.has_draws else _sampled_means(contrasts, n_sampled, seed)
    best = worlds.max(axis=0)
    is_best = best - worlds <= TIE * np.abs(layout.table(values).mean(axis=-1)).max(axis=0)
    regret = np.where(is_best, 0.0, best - worlds).mean(axis=1)
    is_near = is_best | (best - worlds <= NEAR * best)
    return Ranking((is_best / is_best.sum(axis=0)).mean(axis=1), is_near.mean(axis=1), regret, rests_on)


def _sampled_means(values: np.ndarray, n_sampled: int, seed: int) -> np.ndarray:
    mean, n = values.mean(axis=1), values.shape[1]
    from scipy.special import gammaincinv, ndtri

    scale, axes = np.linalg.eigh(np.atleast_2d(np.cov(values)) / n)
    uniforms = _uniforms(seed, (len(mean) + 1) * n_sampled).reshape(len(mean) + 1, n_sampled)
    freedom = (n - 1) / 2
    wider = np.sqrt(freedom / gammaincinv(freedom, uniforms[-1]))  # few replications know little of their scatter
    return mean[:, None] + wider * (axes @ (np.sqrt(np.maximum(scale, 0.0))[:, None] * ndtri(uniforms[:-1])))


def _uniforms(seed: int, n: int) -> np.ndarray:
    one, two = np.empty(n), np.empty(n)
    fill_fine(key(seed, 0, "ranking"), np.arange(n), one, two)
    return one
