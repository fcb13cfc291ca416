"""Benefit over cost in a ranking is that of a comparison; and what goes wrong in a run is its own failure."""

from typing import Any

import numpy as np
import pytest

from sim.errors import SimError
from sim.experiments.comparing.samples import Samples
from sim.experiments.ranking import runs
from sim.experiments.ranking.objectives import BREAK_EVEN, SOUGHT
from sim.indicators.measures import WHOLE


def of(benefit: list[float], cost: list[float]) -> Samples:
    values = {"benefit_cny": np.array([benefit]), "cost_cny": np.array([cost])}
    return Samples({WHOLE: ("",)}, {WHOLE: values}, np.zeros(0, np.int64))


NOTHING = of([0.0] * 4, [0.0] * 4)


def test_benefit_over_cost_is_the_ratio_of_the_means_and_not_the_mean_of_ratios() -> None:
    benefit, cost = [10.0, 30.0, 20.0, 60.0], [5.0, 40.0, 10.0, 20.0]
    gain = SOUGHT["benefit-cost"].gain(of(benefit, cost), NOTHING)
    assert gain.mean() + BREAK_EVEN == pytest.approx(sum(benefit) / sum(cost))
    assert sum(benefit) / sum(cost) != pytest.approx(np.mean(np.divide(benefit, cost)))


def test_scatter_of_the_ratio_is_that_of_leaving_replications_out() -> None:
    luck = np.random.default_rng(3)
    cost = luck.uniform(90, 110, 400)
    benefit = 2 * cost + luck.normal(0, 10, 400)
    nothing = of([0.0] * 400, [0.0] * 400)
    gain = SOUGHT["benefit-cost"].gain(of(benefit.tolist(), cost.tolist()), nothing)
    out = [(benefit.sum() - b) / (cost.sum() - c) for b, c in zip(benefit, cost, strict=True)]
    jackknife = np.sqrt(399 / 400 * ((np.array(out) - np.mean(out)) ** 2).sum())
    assert gain.std(ddof=1) / np.sqrt(400) == pytest.approx(jackknife, rel=0.02)


def test_what_costs_nothing_gains_nothing_by_that_objective() -> None:
    assert SOUGHT["benefit-cost"].gain(of([1.0] * 4, [0.0] * 4), NOTHING).tolist() == [0.0] * 4


@pytest.mark.parametrize(
    ("error", "said"), [(SimError("no such world"), "no such world"), (ValueError("odd"), "ValueError: odd")]
)
def test_any_exception_of_a_run_is_its_failure(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    job = runs.Job("{}", (), 0, 2)

    def fails(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(runs.Job, "_run", fails)
    assert job.run() == {"replications": [{"failed": said}] * 2}


@pytest.mark.parametrize("error", [MemoryError(), OSError("no such disk")])
def test_fault_of_the_machine_is_no_failure_of_the_run(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(runs.Job, "_run", fails)
    with pytest.raises(type(error)):
        runs.Job("{}", (), 0, 2).run()
