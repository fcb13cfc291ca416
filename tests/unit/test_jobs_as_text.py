"""Jobs travel as text and are the same at the other end, to the last bit and to what is whole and what is not."""

import pytest

from sim.experiments.executors.running import _kind
from sim.experiments.ranking.runs import Job as PortfolioJob
from sim.experiments.sensitivity.points import CheckJob, Point, PointJob, World
from sim.experiments.store import OneRun
from sim.experiments.variance.runs import Job
from sim.experiments.variance.sample import Slot
from sim.ledger.posteriors import Moved, Posterior
from sim.scenario.setting import Amount
from sim.scenario.uncertain import Uncertain


def test_run_of_a_scenario_is_the_same_again() -> None:
    job = OneRun('{"scenario": "tiny", "share": 0.1}', 3)
    assert _kind(job.text) is OneRun
    assert OneRun.from_text(job.text) == job


POSTERIOR = Posterior("p", "0" * 64, (Moved("a.b", "kg"), Moved("c", "", True)), (0.1, 2.0), ((1 / 3, 1.0), (0.3, 7.0)))
NUMBERS = (
    Uncertain("stations.s.servers", 1.0, Amount(2, ""), 3.0),
    Uncertain("lanes.l.cost", 1.0, Amount(2.0, "CNY/kg"), 4.0),
)
GROUPS = (("a.b", "c"), ("d",))
WORLD = World("{}", (POSTERIOR,), NUMBERS, GROUPS)
POINT = Point((("stations.s.servers", 0.25),), 7)


@pytest.mark.parametrize(
    "job",
    [
        Job("{}", (POSTERIOR,), NUMBERS, GROUPS, Slot.of(5)),
        PointJob(WORLD, POINT, 2),
        PointJob(WORLD, Point(), 0),
        CheckJob((WORLD, WORLD), (Point(), POINT)),
        PortfolioJob("{}", (POSTERIOR,), 4, 2),
    ],
    ids=lambda job: type(job).__module__,
)
def test_run_of_what_is_drawn_is_the_same_again(job: Job | PointJob | CheckJob | PortfolioJob) -> None:
    again = type(job).from_text(job.text)
    assert _kind(job.text) is type(job)
    assert repr(again) == repr(job), "a count is still a whole number"
    assert again.key == job.key
