"""Looks cheaply at all portfolios, as screening says, and keeps those that are to be ranked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.experiments.ranking.enumerating import singles_and_pairs
from sim.experiments.ranking.objectives import SOUGHT, without_value
from sim.experiments.ranking.screening import Foretold, best_foretold, dropped, foretold, with_any_of
from sim.experiments.ranking.study import NOTHING, RankingError, Study


@dataclass(frozen=True)
class Screened:
    """What screening came to, by numbers of portfolios."""

    foretold: Mapping[str, Foretold]
    """By objective, of all portfolios."""
    simulated: frozenset[int]
    worse_than: Mapping[int, int]
    """Portfolios that are surely worse than another."""
    beyond: frozenset[int]
    """Those that are not surely worse, but not among the best foretold that are kept."""
    failures: Mapping[int, str]
    kept: tuple[int, ...]
    replications: int
    """Of all of them together."""


def screened(study: Study) -> Screened | None:
    """Look at singles and pairs cheaply; None if that is not asked for, or there are no more portfolios than kept.

    Raises RankingError if doing nothing cannot be run: nothing can be judged against it then.
    """
    asked = study.question.asked
    if asked.screening is None or len(study.portfolios) - 1 <= asked.screening.keep:
        return None
    looked_at = [(), *singles_and_pairs(study.question.choices, study.portfolios[1:])]
    runs = study.runs(looked_at, asked.screening.rows)
    n = study.in_units(asked.screening.replications) * study.unit
    runs.more(dict.fromkeys(range(len(looked_at)), n), f"{asked.ranking}: screening")
    lacking = without_value(runs.samples(), asked.objectives)
    failures = {study.portfolios.index(looked_at[i]): why for i, why in (runs.failures() | lacking).items()}
    if NOTHING in failures:
        raise RankingError(f"doing nothing cannot be run: {failures[NOTHING]}")
    samples = {i: one for i, one in runs.samples().items() if i not in lacking}
    told: dict[str, Foretold] = {}
    for name in asked.objectives:
        gains = {looked_at[i]: SOUGHT[name].gain(one, samples[0]) for i, one in samples.items()}
        by_draw = {each: gain.reshape(-1, study.unit).mean(axis=1) for each, gain in gains.items()}
        told[name] = foretold(study.portfolios, {each: gain for each, gain in by_draw.items() if each})
    every = list(told.values())
    doubtful = with_any_of(study.portfolios, [study.portfolios[i] for i in failures])
    worse = {i: by for i, by in dropped(every, half(asked.confidence), doubtful).items() if i != NOTHING}
    left = [i for i in range(1, len(study.portfolios)) if i not in worse and i not in failures]
    kept = best_foretold(every, left, asked.screening.keep)
    return Screened(
        foretold=told,
        simulated=frozenset(study.portfolios.index(each) for each in looked_at),
        worse_than=worse,
        beyond=frozenset(left) - frozenset(kept),
        failures=failures,
        kept=tuple(kept),
        replications=n * len(looked_at),
    )


def half(confidence: float) -> float:
    """Half of the errors that are allowed are screening's, half the ranking's."""
    return 1 - (1 - confidence) / 2
