"""The whole study with a function in place of the simulator: rounds, shares, ends, luck, and what fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.cli.sensitivity_text import not_varied, of_indicator, of_runs, record, verdict
from sim.experiments.sensitivity.asking import Question, Ran
from sim.experiments.sensitivity.designs import TooFewRunsError
from sim.experiments.sensitivity.drawing import tornado
from sim.experiments.sensitivity.factors import Described
from sim.experiments.sensitivity.points import Point
from sim.experiments.sensitivity.study import CentralRunError, Sensitivity, strongest, studied
from sim.experiments.sensitivity.tables import tables
from sim.experiments.variance.inputs import Inputs, Left
from sim.experiments.variance.sample import NoWorldError
from sim.scenario.loading import load
from sim.scenario.setting import Amount
from sim.scenario.uncertain import Uncertain

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
N_ROWS = 200
ROWS = np.random.default_rng(3).standard_normal(N_ROWS)
At = dict[str, float]


def paths(n: int, per_thing: int = 1) -> list[str]:
    return [f"stations.s{i // per_thing}.x{i}" for i in range(n)]


def question(numbers: Sequence[str], *, rows: int = 0, points: int = 0, trajectories: int = 4) -> Question:
    uncertain = tuple(Uncertain(path, 0.0, Amount(10.0, "h"), 20.0) for path in numbers)
    inputs = Inputs(uncertain, (), (Left("stations.a.at", "it stands in a list"),), {})
    posteriors = (SimpleNamespace(draws=[()] * rows),) if rows else ()
    described = Described(load(TINY).scenario, posteriors, inputs, {"reported": 3, "assumed": 1})  # type: ignore[arg-type]
    return Question(described, None, None, ("mean_days",), None, trajectories, points, 8)


@dataclass
class Function:
    """Stands in for the runner: a function of quantiles (0.5 where nothing is said) and of the row."""

    question: Question
    of: Callable[[At, int | None], float]
    is_refused: Callable[[At], bool] = lambda _: False
    luck: float = 0.0
    stages: list[str] = field(default_factory=list)

    def ran(self, points: Sequence[Point], stage: str, replication: int = 0) -> Ran:
        self.stages.append(stage)
        names = [number.path for number in self.question.numbers]
        at = [dict.fromkeys(names, 0.5) | dict(point.at) for point in points]
        values = np.array([self.of(each, point.row) for each, point in zip(at, points, strict=True)], float)
        failures = tuple("no lane" if np.isnan(value) else None for value in values)
        return Ran({"mean_days": values + self.luck * replication}, failures)

    def refused(self, candidates: Sequence[Sequence[Point]], stage: str) -> list[str | None]:
        return ["too much" if any(self.is_refused(dict(point.at)) for point in one) else None for one in candidates]


def found_by(runner: Function) -> Sensitivity:
    return studied(runner)  # type: ignore[arg-type]


# -- rounds ------------------------------------------------------------------------------------------------------------


def test_few_numbers_are_screened_one_by_one_and_effects_are_exact() -> None:
    a, b, c = names = paths(3)
    found = found_by(Function(question(names), lambda at, _: 5 * at[a] - 2 * at[b] + 3))
    (only,) = found.rounds
    assert only.of == "numbers"
    assert only.found["mean_days"].mu_star == pytest.approx([5, 2, 0])
    assert [factor.name for factor in found.left] == [a, b]
    assert found.central == {"mean_days": pytest.approx(4.5)}
    assert found.ends["mean_days"][a] == (pytest.approx(2), pytest.approx(7))
    assert found.ends["mean_days"][b] == (pytest.approx(5.5), pytest.approx(3.5))
    assert c not in found.ends["mean_days"]


def test_many_numbers_are_screened_by_thing_and_then_one_by_one() -> None:
    names = paths(60, per_thing=3)
    found = found_by(Function(question(names, trajectories=6), lambda at, _: 5 * at[names[7]] + 2 * at[names[40]]))
    things, numbers = found.rounds
    assert (things.of, len(things.factors)) == ("things", 20)
    assert [factor.name for factor in things.left] == ["stations.s2", "stations.s13"]
    assert (numbers.of, len(numbers.factors)) == ("numbers", 6)
    assert [factor.name for factor in found.left] == [names[7], names[40]]


def test_posterior_is_one_factor_whose_effect_and_share_compare_with_those_of_numbers() -> None:
    """A row of standard deviation s does as much as a number whose range does sqrt(12) s."""
    a, b = names = paths(2)
    asked = question(names, rows=N_ROWS, points=256, trajectories=60)
    function = Function(asked, lambda at, row: np.sqrt(12) * at[a] + (0.0 if row is None else ROWS[row]))
    found = found_by(function)
    assert [factor.name for factor in found.rounds[0].factors] == [a, b, "posterior"]
    mu_star, half = found.rounds[0].found["mean_days"].mu_star, found.rounds[0].found["mean_days"].half
    assert mu_star[2] == pytest.approx(np.sqrt(12) * ROWS.std(), abs=1.5 * half[2])
    assert np.isnan(found.rounds[0].found["mean_days"].mu[2])
    assert found.shares is not None
    shares = found.shares.found["mean_days"]
    known = {a: 1 / (1 + ROWS.var()), "posterior": ROWS.var() / (1 + ROWS.var())}
    for i, factor in enumerate(found.shares.factors):
        assert shares.total[i] == pytest.approx(known[factor.name], abs=1.5 * shares.total_half[i])
        assert shares.first[i] == pytest.approx(known[factor.name], abs=1.5 * shares.first_half[i])
    assert "matters much" in {verdict(found, "mean_days", factor) for factor in found.left}
    low, high = found.ends["mean_days"]["posterior"]
    assert low < found.central["mean_days"] < high


def test_what_goes_on_makes_most_of_the_squared_effects_of_each_indicator() -> None:
    assert strongest([np.array([1.0, 3.0, 0.0, 0.1])], 9) == [1, 0]
    assert strongest([np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.2])], 9) == [0, 2]
    assert strongest([np.array([1.0, 2.0, 3.0])], 1) == [2]
    assert strongest([np.zeros(3)], 9) == []


# -- what fails and what is refused ------------------------------------------------------------------------------------


def test_failed_runs_take_trajectories_and_blocks_along_and_it_is_said() -> None:
    a, b = names = paths(2)
    asked = question(names, points=64, trajectories=20)
    found = found_by(Function(asked, lambda at, _: np.nan if at[a] > 0.9 and at[b] > 0.9 else at[a] + at[b]))
    screening = found.rounds[0].found["mean_days"]
    assert screening.n_dropped > 0
    assert screening.n_used + screening.n_dropped == 20
    assert screening.mu_star == pytest.approx([1, 1])
    assert found.shares is not None
    assert found.shares.found["mean_days"].n_dropped > 0
    assert set(found.failures) == {"no lane"}
    said = "\n".join(of_runs(found))
    assert f"{screening.n_dropped} left out, for a run of theirs failed" in said
    assert "points failed; most often" in said


def test_trajectory_of_no_valid_scenario_is_drawn_anew_before_anything_runs() -> None:
    a, b = names = paths(2)
    function = Function(
        question(names, trajectories=8),
        lambda at, _: at[a] - at[b],
        lambda at: at.get(a, 0.5) > 0.9 and at.get(b, 0.5) > 0.9,
    )
    found = found_by(function)
    assert found.rounds[0].n_refused > 0
    assert found.rounds[0].found["mean_days"].n_used == 8
    assert found.failures == ()
    assert "drawn anew" in "\n".join(of_runs(found))
    with pytest.raises(NoWorldError, match=r"40 of 40 trajectories make no valid scenario somewhere.*too much"):
        found_by(replace(function, is_refused=lambda _: True))


def test_scenario_that_cannot_be_run_and_too_few_runs_are_errors() -> None:
    names = paths(2)
    with pytest.raises(CentralRunError, match="tiny cannot be run: no lane"):
        found_by(Function(question(names), lambda *_: np.nan))
    with pytest.raises(TooFewRunsError, match="0 of 4 trajectories are whole"):
        found_by(Function(question(names), lambda at, _: 1.0 if set(at.values()) == {0.5} else np.nan))


# -- luck --------------------------------------------------------------------------------------------------------------


def test_share_of_luck_is_that_of_pairs_of_equal_numbers() -> None:
    names = paths(1)
    found = found_by(Function(question(names, points=128), lambda at, _: np.sqrt(12) * at[names[0]], luck=np.sqrt(2)))
    assert found.luck["mean_days"].variance == pytest.approx(1)
    assert record(found, Path("x"))["indicators"]["mean_days"]["luck_share"] == pytest.approx(0.5, abs=0.05)
    assert "of the variance of a single run" in "\n".join(of_indicator(found, "mean_days"))


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_tables_and_picture_say_what_matters_and_what_was_not_varied() -> None:
    names = paths(3)
    found = found_by(Function(question(names, rows=N_ROWS, points=16), lambda at, row: at[names[0]] + (row or 0) / 100))
    made = tables(found)
    assert made["screening"]["factor"].tolist()[-2:] == names[1:]
    assert made["screening"]["went_on"].tolist() == ["yes", "yes", "no", "no"]
    assert made["not_varied"]["number"].tolist() == ["stations.a.at"]
    ends = dict(zip(made["ends"]["factor"], zip(made["ends"]["low"], made["ends"]["high"], strict=True), strict=True))
    assert ends[names[0]] == ("0 h", "20 h")
    assert list(not_varied(found)) == [
        "Not varied, for they are not assumed: 3 reported numbers.",
        "Not varied, though assumed: 1 (1: it stands in a list); not_varied.csv names them.",
    ]
    assert "2 of 4 numbers" not in "\n".join(of_indicator(found, "mean_days"))
    assert "2 numbers do not move it at all." in list(of_indicator(found, "mean_days"))
    assert len(tornado(found).axes) == 1


def test_nothing_that_matters_leaves_an_empty_picture() -> None:
    found = found_by(Function(question(paths(2), points=16), lambda *_: 1.0))
    assert found.left == ()
    assert found.shares is None
    assert len(tornado(found).axes) == 1
