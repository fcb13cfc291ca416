"""Edges of a ranking: nothing is worth its cost, an objective has no value, money is not known, nothing is whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from behaviour.planned import FROZEN, library, write
from ranking.asked import INTERVENTIONS, QUESTION, asked

from sim.errors import ScenarioError
from sim.experiments.comparing.accounts import BENEFITS
from sim.experiments.comparing.costs import PAYERS
from sim.experiments.ranking import runs
from sim.experiments.ranking.ranked import Ranked, ranked
from sim.experiments.ranking.reading import read_ranking
from sim.experiments.ranking.study import NOTHING, RankingError
from sim.experiments.ranking.wording import answer, rests_on
from sim.experiments.store import Summary
from sim.scenario.scenario import Scenario

NOISE = np.random.default_rng(5).normal(size=(9, 1000))
Measures = dict[str, float | None]


def ran_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path, of: Callable[[tuple[str, ...]], Measures], **changes: Any
) -> Ranked:
    """A ranking in which a function of the interventions stands in for the simulator, in this process."""

    def run(job: runs.Job) -> Summary:
        names = tuple(Scenario.model_validate_json(job.described).interventions)
        costs = {"capital": 0.0, "recovery": 0.0, "running": 100.0 * len(names), "per_year": 0.0}
        cost = costs | {"by_payer": dict.fromkeys(PAYERS, 0.0)}
        known: Measures = dict.fromkeys(BENEFITS, 0.0) | {"placed": 1000.0, "mean_days": 9.0, "co2e_kg": 5.0}
        measures = [known | of(names) for _ in range(job.n)]
        for i, one in enumerate(measures):
            if one["mean_days"] is not None:
                one["mean_days"] += 0.01 * NOISE[len(names), job.first + i]
        return {"replications": [{"measures": one, "cost": cost} for one in measures]}

    monkeypatch.setattr(runs.Job, "run", run)
    file = asked(folder, **{"interventions": ["sorting", "customs"], "indifference": None} | changes)
    return ranked(read_ranking(file), folder / "out", 1)


def test_where_everything_is_surely_worse_than_nothing_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ran_with(
        monkeypatch,
        tmp_path,
        lambda _: {},
        objectives=["net-benefit"],
        screening={"rows": 200, "replications": 8, "keep": 1},
    )
    assert found.members == (NOTHING,)
    assert found.screened is not None
    assert set(found.screened.worse_than.values()) == {NOTHING}
    assert found.ranking["rank"].min() >= 0
    shown = found._repr_html_()
    assert f"<p>{answer(found)}</p>" in shown
    assert "<caption>By net-benefit: " in shown
    assert "<td>nothing</td>" in shown
    assert answer(found).startswith("Build nothing")
    assert set(found.tables["portfolios"]["state"]) == {"ranked", "worse"}


@pytest.mark.parametrize("procedure", ["kn", "ocba"])
@pytest.mark.parametrize("screening", [None, {"rows": 200, "replications": 8, "keep": 2}])
def test_portfolio_without_a_value_is_left_out_and_never_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, procedure: str, screening: dict[str, int] | None
) -> None:
    days: dict[tuple[str, ...], float | None] = {(): 9.0, ("sorting",): 7.0, ("customs",): None}
    found = ran_with(
        monkeypatch,
        tmp_path,
        lambda names: {"mean_days": days.get(names, 8.0)},
        objectives=["days"],
        procedure=procedure,
        screening=screening,
    )
    assert answer(found).startswith("Build sorting (")
    (reason,) = found.failures.values()
    assert reason == "there is no days in replication 0: nothing to compare"


def test_objective_without_a_value_where_nothing_is_done_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RankingError, match="nothing can be ranked: there is no days in replication 0"):
        ran_with(monkeypatch, tmp_path, lambda names: {} if names else {"mean_days": None}, objectives=["days"])


def test_benefits_that_are_not_known_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ran_with(
        monkeypatch, tmp_path, lambda _: {"sellers_elsewhere_cny": None}, objectives=["net-benefit", "days"]
    )
    assert [said for said in rests_on(found) if said.startswith("Warning")] == [
        "Warning: sellers_elsewhere_cny is not known everywhere, and counts as nothing in all benefits."
    ]


def test_interventions_that_only_stand_with_others_say_so_without_a_budget(tmp_path: Path) -> None:
    needy = {
        name: INTERVENTIONS[name] | {"requires": [other]}
        for name, other in (("sorting", "customs"), ("customs", "sorting"))
    }
    library(tmp_path, INTERVENTIONS | needy, FROZEN)
    (tmp_path / "rankings").mkdir()
    said = {k: v for k, v in QUESTION.items() if k != "budget"} | {
        "interventions": ["sorting", "customs"],
        "at_most": 1,
    }
    write(said, tmp_path / "rankings" / "narrow-line.yaml")
    question = read_ranking(tmp_path / "rankings" / "narrow-line.yaml")
    with pytest.raises(ScenarioError, match="no 1 or fewer interventions hold what they require and none"):
        _ = question.portfolios
