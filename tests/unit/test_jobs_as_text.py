"""Jobs travel as text and are the same at the other end, to the last bit and to what is whole and what is not."""

from sim.experiments.executors.running import _kind
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


def test_run_of_a_sample_is_the_same_again() -> None:
    posterior = Posterior(
        "p", "0" * 64, (Moved("a.b", "kg"), Moved("c", "", True)), (0.1, 2.0), ((1 / 3, 1.0), (0.3, 7.0))
    )
    numbers = (
        Uncertain("stations.s.servers", 1.0, Amount(2, ""), 3.0),
        Uncertain("lanes.l.cost", 1.0, Amount(2.0, "CNY/kg"), 4.0),
    )
    job = Job("{}", (posterior,), numbers, (("a.b", "c"), ("d",)), Slot.of(5))
    again = Job.from_text(job.text)
    assert _kind(job.text) is Job
    assert repr(again) == repr(job), "a count is still a whole number"
    assert again.key == job.key
