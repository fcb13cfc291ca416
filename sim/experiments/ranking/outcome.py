"""What a ranking came to, as numbers: which portfolios were ranked, on what runs, and how they stand.

Knows no tables, no pictures and no words: those are made of it (see `sim.experiments.ranking.ranked`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.experiments.comparing.drawing import drawn_in
from sim.experiments.ranking.looking import Screened
from sim.experiments.ranking.runs import Runs, worlds_of
from sim.experiments.ranking.standing import Standing
from sim.experiments.ranking.study import Study
from sim.tables import Tabled


@dataclass(frozen=True)
class RankedPortfolios(Tabled):
    """Portfolios as they were ranked; the tables are those of the class that is handed on."""

    study: Study
    screened: Screened | None
    runs: Runs
    members: tuple[int, ...]
    """Numbers of the portfolios that were ranked, nothing first; their places are the scenarios of `runs`."""
    places: tuple[int, ...]
    """Which of these scenarios they are."""
    failures: Mapping[int, str]
    """By number of a portfolio: why it is in no table of ranks."""
    standings: tuple[Standing, ...]
    """By objective."""

    @property
    def spent(self) -> dict[int, int]:
        """Replications of each ranked portfolio by its number."""
        return {number: self.runs.n(place) for number, place in zip(self.members, self.places, strict=True)}


def drawn_numbers(ranked: RankedPortfolios) -> dict[str, np.ndarray]:
    """What was drawn in any ranked portfolio, by its path: float64[draws]."""
    study, unit = ranked.study, ranked.study.unit
    if study.per_draw is None:
        return {}
    n = ranked.runs.n(0) // unit
    found: dict[str, np.ndarray] = {}
    for number in ranked.members:
        scenario = study.scenario(study.portfolios[number], study.question.asked.parcels_per_row)
        worlds = worlds_of(scenario, study.posteriors)
        of_draws = [drawn_in(worlds, draw) for draw in range(n)]
        found |= {path: np.array([each[path] for each in of_draws]) for path in of_draws[0] if path not in found}
    return found
