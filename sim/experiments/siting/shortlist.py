"""The answer without simulation: the best sets at the centre, how often each candidate is chosen, and what is risked.

Each draw is solved anew; the regret of the central choice is what it gives up there against that draw's best.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from sim.experiments.siting.contract import Siting
from sim.experiments.siting.demand import Demands, instance_of
from sim.experiments.siting.drawing import assumed_in, drawn
from sim.experiments.siting.reading import Asked
from sim.experiments.siting.solving import Answer, Instance, NoAnswerError, best, best_sets, better, value_of


@dataclass(frozen=True)
class OfSize:
    """The answer for one number of sites."""

    size: int
    answers: tuple[Answer, ...]
    """The best sets at the central values, the best first."""
    p_chosen: np.ndarray
    """Share of draws in which each candidate is among the best set: float64[candidates]; nan without draws."""
    p_best: tuple[float, ...]
    """Share of draws in which each of the answers is the best set."""
    regret: np.ndarray
    """What the first answer gives up in each draw, in the unit of the objective: float64[draws]; nan where it cannot
    serve the demand."""
    relative_regret: np.ndarray
    """The same over the draw's best value."""
    n_impossible: int
    """Draws in which no set of that size can serve the demand."""


@dataclass(frozen=True)
class Solved:
    """All that the solver says of a siting file."""

    asked: Asked
    instance: Instance
    """At the central values."""
    demands: Demands
    n_draws: int
    n_numbers: int
    """Numbers of the file that are drawn."""
    by_size: tuple[OfSize, ...]

    @property
    def siting(self) -> Siting:
        """What is asked, at the central values."""
        return self.asked.siting

    @property
    def shortlisted(self) -> tuple[Answer, ...]:
        """The sets that are checked: the best of each size, or the best few where one size is asked for."""
        if len(self.by_size) == 1:
            return self.by_size[0].answers
        return tuple(each.answers[0] for each in self.by_size)

    def names(self, answer: Answer) -> tuple[str, ...]:
        """The candidates of a set."""
        known = list(self.siting.candidates)
        return tuple(known[j] for j in answer.chosen)

    @property
    def reached(self) -> float:
        """All demand of the central instance, which values are shown over."""
        return float(self.instance.demand.sum())


def solved(asked: Asked, demands: Demands, draws: int) -> Solved:
    """Solve at the centre and in so many draws of the file and of the base. Raises NoAnswerError if nothing fits."""
    siting = asked.siting
    central = instance_of(siting, demands.central)
    numbers = assumed_in(asked)
    n = draws if numbers or demands.draws else 0
    worlds = demands.draws or (demands.central,)
    instances = [instance_of(drawn(asked, numbers, d), worlds[d % len(worlds)]) for d in range(n)]
    sizes = range(siting.sizes.least, siting.sizes.most + 1)
    found = [one for size in sizes if (one := _of_size(central, instances, size, siting.shortlist)) is not None]
    if not found:
        raise NoAnswerError(
            f"{siting.siting}: no {siting.sizes.least} to {siting.sizes.most} candidates can serve the demand within "
            "their capacity; choose more, or set `keeps_capacity: false`"
        )
    return Solved(asked, central, demands, n, len(numbers), tuple(found))


def _of_size(central: Instance, instances: list[Instance], size: int, most: int) -> OfSize | None:
    answers = tuple(best_sets(central, size, most))
    if not answers:
        return None
    chosen: Counter[tuple[int, ...]] = Counter()
    regret: list[float] = []
    relative: list[float] = []
    n_impossible = 0
    for instance in instances:
        try:
            at_best = best(instance, size)
        except NoAnswerError:
            n_impossible += 1
            continue
        chosen[at_best.chosen] += 1
        ours = value_of(instance, answers[0].chosen)
        lost = _lost(instance, at_best.value, ours.value) if ours else math.nan
        regret.append(lost)
        relative.append(lost / at_best.value if at_best.value else 0.0)
    n = sum(chosen.values())
    times = np.zeros(len(central.fixed), np.int64)
    for sites, count in chosen.items():
        times[list(sites)] += count
    share = times / n if n else np.full(len(times), np.nan)
    p_best = tuple(chosen[answer.chosen] / n if n else np.nan for answer in answers)
    return OfSize(size, answers, share, p_best, np.array(regret), np.array(relative), n_impossible)


def _lost(instance: Instance, at_best: float, ours: float) -> float:
    """What a value gives up against the best; differences of rounding are none."""
    return abs(ours - at_best) if better(instance, at_best, ours) and not math.isclose(ours, at_best) else 0.0
