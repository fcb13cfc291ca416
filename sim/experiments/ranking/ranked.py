"""From a question to its answer: screens portfolios, then spends replications where they decide.

Everything that is decided on the way hangs on the runs alone, and these are kept: the same question goes on where it
was cut off, and comes to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import ScenarioError
from sim.experiments.ranking.looking import half, screened
from sim.experiments.ranking.objectives import SOUGHT, Sought, without_value
from sim.experiments.ranking.outcome import RankedPortfolios
from sim.experiments.ranking.pictures import PICTURES
from sim.experiments.ranking.reading import Question
from sim.experiments.ranking.runs import Runs
from sim.experiments.ranking.selecting import Selected, kn, ocba
from sim.experiments.ranking.showing import ranked_html
from sim.experiments.ranking.standing import Standing, standing
from sim.experiments.ranking.study import NOTHING, RankingError, Study
from sim.experiments.ranking.tables import tables_of
from sim.experiments.store import Store
from sim.indicators import Columns
from sim.reading import problem_at

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PROCEDURES = {"kn": kn, "ocba": ocba}


@dataclass(frozen=True)
class Ranked(RankedPortfolios):
    """What a ranking came to; a table is an attribute: ``ranked.ranking`` is a pandas frame."""

    @cached_property
    def tables(self) -> Mapping[str, Columns]:
        """All tables by name: `portfolios`, `ranking` and `information`."""
        return tables_of(self)

    def plot(self, kind: str = "frontier") -> "Figure":
        """A picture: `frontier` (capital against gain) or `standing` (gains and chances). Raises ValueError."""
        if kind not in PICTURES:
            raise ValueError(f"no picture '{kind}'; pictures are {', '.join(PICTURES)}")
        return PICTURES[kind](self)

    def _repr_html_(self) -> str:
        return ranked_html(self)


class _Failed(Exception):  # noqa: N818  (never leaves this module)
    """A portfolio failed that was to be ranked; it is done again without it."""


def ranked(question: Question, folder: Path, workers: int) -> Ranked:
    """Rank the portfolios of a question; runs are kept in a folder. Raises RankingError, ScenarioError."""
    study = Study(question, Store(folder), workers)
    first = screened(study)
    capital, _ = study.capitals
    kept = first.kept if first else range(1, len(study.portfolios))
    numbers = [NOTHING, *sorted(kept, key=lambda i: capital[i])]  # of those that tie the cheapest is taken
    _refuse_too_few(study, len(numbers))
    runs = study.runs([study.portfolios[i] for i in numbers], question.asked.parcels_per_row)
    confidence = half(question.asked.confidence) if first else question.asked.confidence
    while True:
        failed = runs.failures() | without_value(runs.samples(), question.asked.objectives)
        if failed and (0 in failed or len(failed) == len(numbers) - 1):
            raise RankingError(f"nothing can be ranked: {failed[min(failed)]}")
        places = [place for place in range(len(numbers)) if place not in failed]
        try:
            standings = _standings(study, runs, places, [numbers[place] for place in places], confidence)
        except _Failed:
            continue
        failures = dict(first.failures) if first else {}
        failures |= {numbers[place]: why for place, why in failed.items()}
        members = tuple(numbers[place] for place in places)
        return Ranked(study, first, runs, members, tuple(places), failures, standings)


def _refuse_too_few(study: Study, n: int) -> None:
    asked = study.question.asked
    least = study.in_units(asked.first) * study.unit * n
    if asked.replications < least:
        message = (
            f"{asked.replications} replications are too few: {n - 1} portfolios and doing nothing, each first run "
            f"{study.in_units(asked.first) * study.unit} times, take {least}"
        )
        hint = "raise replications, or lower first, at_most or screening.keep"
        raise ScenarioError([problem_at(study.question.tree, ("replications",), message, hint)])


def _standings(
    study: Study, runs: Runs, places: Sequence[int], members: Sequence[int], confidence: float
) -> tuple[Standing, ...]:
    asked, n_objectives = study.question.asked, len(study.question.asked.objectives)
    selected: list[Selected] = []
    for i, name in enumerate(asked.objectives):
        spent = sum(runs.n(place) for place in places)
        least = study.in_units(asked.first) * study.unit * len(places)
        limit = max(spent, least) + (asked.replications - max(spent, least)) // (n_objectives - i)
        observing = _Observing(study, runs, places, SOUGHT[name], limit)
        each = 1 - (1 - confidence) / n_objectives
        observing.observe(dict.fromkeys(range(len(places)), study.in_units(asked.first)))
        small = SOUGHT[name].indifference(asked.indifference.get(name), runs.samples()[0])
        procedure = PROCEDURES[asked.procedure]
        selected.append(procedure(observing.observe, len(places), study.in_units(asked.first), each, small))
    samples = runs.samples()
    nothing = samples[0]
    return tuple(
        standing(
            SOUGHT[name],
            members,
            chosen,
            SOUGHT[name].indifference(asked.indifference.get(name), nothing),
            SOUGHT[name].level(nothing),
            [SOUGHT[name].gain(samples[place], nothing) for place in places],
            study.per_draw,
        )
        for name, chosen in zip(asked.objectives, selected, strict=True)
    )


@dataclass(frozen=True)
class _Observing:
    """Observations by one objective, run as they are asked for, up to a limit of replications of all together."""

    study: Study
    runs: Runs
    places: Sequence[int]
    sought: Sought
    limit: int

    def observe(self, wanted: Mapping[int, int]) -> list[np.ndarray] | None:
        """As the procedures ask; nothing is run in as many draws as anything."""
        unit = self.study.unit
        target = {self.places[i]: n * unit for i, n in wanted.items()}
        target[0] = max(*target.values(), self.runs.n(0))
        after = sum(max(self.runs.n(place), target.get(place, 0)) for place in self.places)
        if after > self.limit:
            return None
        self.runs.more(target, f"{self.study.question.asked.ranking}: {self.sought.name}")
        samples = self.runs.samples()
        if (self.runs.failures().keys() | without_value(samples, [self.sought.name])) & set(self.places):
            raise _Failed
        gains = [self.sought.gain(samples[place], samples[0]) for place in self.places]
        return [gain.reshape(-1, unit).mean(axis=1) for gain in gains]
