"""How portfolios stand by one objective: gains, intervals, P(best), regret; of however many replications each had.

What was not run of a portfolio that fell behind is filled in from the one that ran longest, in the same worlds: its
gain is regressed on that one's where both ran, and has its own scatter about that line, draw by draw. So all stand in
the same draws, and P(best) and regret are those of any comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.differences import Layout, Ranking, difference, expected_by_draw, ranking
from sim.experiments.ranking.objectives import Sought
from sim.experiments.ranking.selecting import Selected


@dataclass(frozen=True)
class Standing:
    """How portfolios stand by an objective. Arrays are float64[ranked], doing nothing the first of them."""

    sought: Sought
    members: tuple[int, ...]
    """Numbers of the portfolios that are ranked."""
    selected: Selected
    """Of the places in `members`."""
    indifference: float
    gain: np.ndarray
    """What each gains on doing nothing, more is better."""
    low: np.ndarray
    """Lower end of its 95 % credible interval over draws; NaN without draws."""
    high: np.ndarray
    half_width: np.ndarray
    """Half of the 95 % interval by Monte Carlo error alone, of its own replications."""
    ranking: Ranking
    by_draw: np.ndarray
    """Expected gains float64[ranked, draws]; one column without draws."""

    @property
    def order(self) -> list[int]:
        """Places in `members`, that of the selected one first, then by gain."""
        best = self.selected.best
        return [best, *(i for i in np.argsort(-self.gain, kind="stable").tolist() if i != best)]


def standing(
    sought: Sought,
    members: Sequence[int],
    selected: Selected,
    indifference: float,
    level: np.ndarray,
    gains: Sequence[np.ndarray],
    per_draw: int | None,
) -> Standing:
    """How portfolios stand, from their gains float64[n] each and the level of doing nothing, of most replications."""
    whole = completed(gains)
    layout = Layout.of(whole.shape[1], per_draw)
    found = [difference(level + gain, level, layout) for gain in whole]
    own = [difference(level[: len(g)] + g, level[: len(g)], Layout.of(len(g), per_draw)) for g in gains]
    return Standing(
        sought=sought,
        members=tuple(members),
        selected=selected,
        indifference=indifference,
        gain=np.array([each.difference for each in found]),
        low=np.array([each.low for each in found]),
        high=np.array([each.high for each in found]),
        half_width=np.array([each.half_width for each in own]),
        ranking=ranking(level + whole, layout),
        by_draw=expected_by_draw(whole, layout),
    )


def completed(gains: Sequence[np.ndarray]) -> np.ndarray:
    """Gains float64[n] of several lengths, whole draws each, filled up to the longest: float64[alternatives, n]."""
    lengths = [len(each) for each in gains]
    n = max(lengths)
    longest = max((i for i in range(len(gains)) if lengths[i] == n), key=lambda i: float(gains[i].var()))
    reference = gains[longest]
    return np.stack([each if len(each) == n else _filled(each, reference) for each in gains])


def _filled(own: np.ndarray, reference: np.ndarray) -> np.ndarray:
    known, n = reference[: len(own)], len(own)
    varies = known.var()
    slope = float(((known - known.mean()) * (own - own.mean())).mean() / varies) if varies > 0 else 0.0
    line = own.mean() + slope * (reference - known.mean())
    rest = own - line[:n]
    return np.concatenate([own, line[n:] + rest[np.arange(n, len(reference)) % n]])
