"""The worlds that replications run in: draws of posterior and uncertain numbers, set in what a scenario describes.

Replication r of every scenario with the same posterior runs in draw ``r // replications_per_draw`` of it, so that plans
are compared in the same worlds. A posterior's draw is its row of that number. An uncertain number is drawn by (seed,
draw, its path) and nothing else. Too few replications for two draws run in the central world: nothing is drawn then but
the starts of interventions that are drawn, which are luck, by (seed, replication, intervention).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.experiments.differences import Layout
from sim.ledger.posteriors import SHIPPED, Posterior, posterior_in
from sim.luck import key, uniforms
from sim.scenario.interventions.expanding import expanded
from sim.scenario.scenario import Scenario
from sim.scenario.setting import with_values
from sim.scenario.uncertain import Uncertain, Value, uncertain_numbers, values_of
from sim.ticks import DAY

UNCERTAIN, START = "uncertain", "start"


@dataclass(frozen=True)
class Worlds:
    """The worlds of ``n`` replications of a scenario. Posteriors are held as read, whatever becomes of their files."""

    described: Scenario
    n: int
    posteriors: tuple[Posterior, ...]
    uncertain: tuple[Uncertain, ...]
    _last: dict[int | None, Scenario] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, scenario: Scenario, n: int, folder: Path = SHIPPED) -> "Worlds":
        """Of a scenario as it is described; its posteriors lie in a folder."""
        return cls.with_posteriors(scenario, n, tuple(posterior_in(folder, name) for name in scenario.posterior))

    @classmethod
    def with_posteriors(cls, scenario: Scenario, n: int, posteriors: tuple[Posterior, ...]) -> "Worlds":
        """The same with posteriors that have been read."""
        return cls(scenario, n, posteriors, uncertain_numbers(scenario))

    @property
    def can_be_drawn(self) -> bool:
        """Whether there is anything that draws would differ in."""
        return bool(self.posteriors or self.uncertain)

    @property
    def n_draws(self) -> int:
        """Draws with all their replications; 0 where replications differ by luck only."""
        n = self.n // self.described.replications_per_draw
        return n if self.can_be_drawn and n > 1 else 0

    @property
    def layout(self) -> Layout:
        """Which replication belongs to which draw."""
        return Layout.of(self.n, self.described.replications_per_draw if self.n_draws else None)

    def scenario(self, replication: int) -> Scenario:
        """The world that a replication runs in."""
        described = self.described_in(replication)
        return expanded(described, self.starts(replication))

    def described_in(self, replication: int) -> Scenario:
        """The same as it is described, with its interventions not yet expanded and nothing more to draw."""
        draw = self.draw_of(replication)
        if draw not in self._last:
            world = self._of_draw(draw)
            self._last.clear()  # replications of a draw follow each other
            self._last[draw] = world
        return self._last[draw]

    def draw_of(self, replication: int) -> int | None:
        """The draw of a replication; None for the central world."""
        return replication // self.described.replications_per_draw if self.n_draws else None

    def complete(self, replications: Sequence[int]) -> tuple[np.ndarray, Layout]:
        """Of some replications in rising order, the positions of those whose draw is complete, and their layout.

        Positions are int64[n]. If no draw is complete, the first replication alone; without draws, all.
        """
        if not self.n_draws:
            return np.arange(len(replications)), Layout.of(len(replications), None)
        per_draw = self.described.replications_per_draw
        draws = np.array(replications, np.int64) // per_draw
        _, which, counts = np.unique(draws, return_inverse=True, return_counts=True)
        found = np.flatnonzero(counts[which] == per_draw)
        if not len(found):
            return np.arange(min(len(replications), 1)), Layout.of(min(len(replications), 1), None)
        return found, Layout.of(len(found), per_draw)

    def _of_draw(self, draw: int | None) -> Scenario:
        values = self.values_in(draw)
        drawn = with_values(self.described, values) if values else self.described
        return drawn.model_copy(update={"posterior": (), "uncertain": {}}) if self.can_be_drawn else drawn

    def values_in(self, draw: int | None) -> dict[str, Value]:
        """What a draw sets, by path; for None what the central world sets."""
        values: dict[str, Value] = {}
        for posterior in self.posteriors:
            values |= values_of(posterior, draw)
        if draw is not None:
            values |= {each.path: each.at(quantile_in(self.described.seed, draw, each.path)) for each in self.uncertain}
        return values

    def starts(self, replication: int) -> dict[str, date]:
        """The days on which interventions start whose start is drawn: `at` or one of the days within which they do."""
        return {
            name: each.at + timedelta(days=int(self._luck(replication, START, name) * (each.starts_within // DAY + 1)))
            for name, each in self.described_in(replication).interventions.items()
            if each.starts_within
        }

    def _luck(self, number: int, *purpose: str) -> float:
        """A uniform number of a draw or a replication, and of what it is for."""
        return float(uniforms(key(self.described.seed, number, *purpose), 0)[0])


def quantile_in(seed: int, draw: int, path: str) -> float:
    """The quantile at which a draw has an uncertain number: it hangs on these three and nothing else."""
    return float(uniforms(key(seed, draw, UNCERTAIN, path), 0)[0])
