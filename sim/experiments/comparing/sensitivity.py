"""Which uncertain number moves the answer: the objective's difference by draw against each number that was drawn.

One number at a time, by least squares over draws: there are more numbers than draws, so none can be held against all
the others. Where numbers are drawn independently, as they are, their shares of the variance add up.
"""

import math
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from sim.experiments.comparing.compared import ComparedPlans
from sim.indicators.declared import Column

FEWEST_DRAWS = 10
"""With fewer, luck alone makes some number look important."""
COSTS = ("capital", "running_per_year", "life")
"""Numbers of an intervention that only its cost depends on."""
SENSITIVITY = (
    Column("plan", "text", "", "name of the plan"),
    Column("number", "text", "", "path of the number in the scenarios, or calibration and parameter"),
    Column("low", "number", "", "its 10th percentile over draws, in the unit of its field"),
    Column("high", "number", "", "its 90th percentile"),
    Column("moves", "number", "unit of the objective", "change of the plan's difference between these two"),
    Column("share_of_variance", "number", "share", "of the variance of the difference over draws, adjusted for luck"),
    Column("is_clear", "text", "", "`yes` if chance would do it in less than 5 % of comparisons, else `no`"),
)


def sensitivity(comparison: ComparedPlans) -> Iterator[tuple[Any, ...]]:
    """Rows of the table, the most important number first; none if there are too few draws."""
    if comparison.layout.n_draws < FEWEST_DRAWS:
        return
    base = comparison.objective.of(comparison.base.samples)
    for one in comparison.alternatives:
        paired = comparison.objective.sign * (comparison.objective.of(one.samples) - base)
        of_draws = comparison.layout.table(paired).mean(axis=-1)
        if not np.ptp(of_draws) > 0:
            continue
        numbers = _numbers_of(comparison, one.plan.scenario.uncertain)
        rows = [(path, *_moved(values, of_draws, len(numbers))) for path, values in numbers.items()]
        yield from ((one.plan.name, *row) for row in sorted(rows, key=lambda row: (-row[4], -abs(row[3]), row[0])))


def _numbers_of(comparison: ComparedPlans, own: Collection[str]) -> dict[str, np.ndarray]:
    """What was drawn that a plan can depend on: its own uncertain numbers, those of the baseline, posteriors."""
    uncertain = {path for one in comparison.everything for path in one.plan.scenario.uncertain}
    foreign = uncertain - {*own, *comparison.base.plan.scenario.uncertain}
    if comparison.objective.name != "net-benefit":
        foreign |= {path for path in uncertain if path.startswith("interventions.") and path.split(".")[2] in COSTS}
    return {path: drawn for path, drawn in comparison.drawn.items() if path not in foreign and np.ptp(drawn) > 0}


def _moved(values: np.ndarray, answer: np.ndarray, n_numbers: int) -> tuple[float, float, float, float, str]:
    """Low and high of a number, what it moves between them, its share of the variance, and whether that is clear."""
    from scipy.special import stdtr

    n = len(values)
    r = float(np.clip(np.corrcoef(values, answer)[0, 1], -1, 1))
    low, high = np.quantile(values, (0.1, 0.9)).tolist()
    slope = r * answer.std() / values.std()
    t = abs(r) * math.sqrt((n - 2) / max(1 - r * r, 1e-12))
    chance = min(2 * float(stdtr(n - 2, -t)) * n_numbers, 1.0)
    adjusted = max(1 - (1 - r * r) * (n - 1) / (n - 2), 0.0)
    return low, high, float(slope * (high - low)), adjusted, "yes" if chance < 0.05 else "no"
