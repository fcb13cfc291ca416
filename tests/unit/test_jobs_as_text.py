"""Jobs travel as text and are the same at the other end, to the last bit and to what is whole and what is not."""

from dataclasses import dataclass
from typing import Any

import pytest

from sim.experiments.ranking.runs import Job as RankingJob
from sim.experiments.sensitivity.points import CheckJob, Point, PointJob, World
from sim.experiments.store import Job, OneRun
from sim.experiments.travelling import Travelling, class_of, kind_of
from sim.experiments.variance.runs import Job as SampleJob
from sim.experiments.variance.sample import Slot
from sim.ledger.posteriors import Moved, Posterior
from sim.scenario.setting import Amount
from sim.scenario.uncertain import Uncertain

DRAWS = ((1 / 3, 1.0), (0.3, 7.0))
POSTERIORS = (Posterior("p", "0" * 64, (Moved("a.b", "kg"), Moved("c", "", True)), (0.1, 2.0), DRAWS),)
NUMBERS = (
    Uncertain("stations.s.servers", 1.0, Amount(2, ""), 3.0),
    Uncertain("lanes.l.cost", 1.0, Amount(2.0, "CNY/kg"), 4.0),
)
GROUPS = (("a.b", "c"), ("d",))
WORLD = World("{}", POSTERIORS, NUMBERS, GROUPS)
POINTS = (Point.of({"lanes.l.cost": 0.1, "stations.s.servers": 2 / 3}, 1), Point())
JOBS = {
    "run": OneRun('{"scenario": "tiny", "share": 0.1}', 3),
    "sample": SampleJob("{}", POSTERIORS, NUMBERS, GROUPS, Slot.of(5)),
    "portfolio": RankingJob("{}", POSTERIORS, 4, 2),
    "point": PointJob.of(WORLD, POINTS[0]),
    "check": CheckJob((WORLD, WORLD), POINTS),
}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS.keys())
def test_job_is_the_same_again(job: Job) -> None:
    again: Any = type(job).from_text(job.text)  # type: ignore[attr-defined]
    assert repr(again) == repr(job), "a count is still a whole number, a tuple still a tuple"
    assert again == job
    assert again.key == job.key


def test_class_is_found_by_the_name_that_travels() -> None:
    assert class_of(kind_of(OneRun)) is OneRun


def test_what_cannot_travel_is_named() -> None:
    @dataclass(frozen=True)
    class Job(Travelling):
        worlds: list[int]

    with pytest.raises(TypeError, match="a job that travels holds a list; give it tuples and dataclasses instead"):
        _ = Job([1]).text
