"""The calibrations that ship: numbers are of their draws and fit the scenarios; forecasts beat having no model."""

import numpy as np
import pytest

from calibration.numbers import numbers_table
from calibration.page import SHIPPED, table
from calibration.problem import ROOT, read
from sim.experiments.worlds import Worlds
from sim.ledger.posteriors import posterior_in, posterior_names
from sim.scenario.checks import problems_across
from sim.scenario.loading import load


@pytest.mark.parametrize("corridor", posterior_names(SHIPPED))
def test_numbers_are_those_of_the_draws(corridor: str) -> None:
    made = numbers_table(read(corridor), table(SHIPPED / f"{corridor}.csv"))
    posterior = posterior_in(SHIPPED, corridor)
    assert list(made)[1:] == [moved.heading for moved in posterior.moved]
    rows = np.array([made[name] for name in list(made)[1:]]).T
    assert rows == pytest.approx(np.array([posterior.central, *posterior.draws]), rel=1e-9)


@pytest.mark.parametrize("corridor", posterior_names(SHIPPED))
def test_drawn_worlds_pass_the_checks_of_written_ones(corridor: str) -> None:
    loaded = load(ROOT / read(corridor).base)
    worlds = Worlds.of(loaded.scenario.model_copy(update={"posterior": (corridor,)}), 400)
    for draw in range(0, 200, 10):
        assert problems_across(worlds.scenario(2 * draw), loaded.tree, corridor) == []


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*-forecast.csv")), ids=lambda file: file.stem)
def test_earlier_reports_foretell_the_later_one_better_than_no_model(file) -> None:  # type: ignore[no-untyped-def]
    scores = table(file)
    model = scores["forecast"] == "model"
    assert scores["low"][model] < scores["truth"][model] < scores["high"][model]
    for score in ("crps", "interval_score"):
        assert scores[score][model].item() < scores[score][~model].min()
