"""How far runs are, and how long the rest takes at the pace so far."""

import pytest

from sim.experiments import pace
from sim.experiments.pace import NOT_BEGUN, Pace, Progress, Task


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [0.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: clock[0])
    return clock


TASKS = [Task(job, replication) for replication in range(2) for job in range(2)]


@pytest.mark.usefixtures("now")
def test_phase_is_settling_until_a_run_goes_on_and_then_counts_what_has_ended() -> None:
    of = Pace(TASKS, 1, {})
    assert of.progress([NOT_BEGUN] * 4, 0, 0).phase == "runs 0 of 4"
    assert of.progress([0.0, *[NOT_BEGUN] * 3], 0, 0).phase == "settling"
    assert of.progress([0.6, *[NOT_BEGUN] * 3], 0, 0).phase == "runs 0 of 4"
    assert of.progress([1, 1, 0.1, NOT_BEGUN], 1, 1).phase == "runs 2 of 4", "a failed run has ended too"
    assert Progress(0, 7, 48, of="decomposition").phase == "decomposition: runs 7 of 48"


@pytest.mark.usefixtures("now")
def test_share_moves_while_expectations_settle() -> None:
    of = Pace(TASKS, 1, {})
    shares = [of.progress([share, *[NOT_BEGUN] * 3], 0, 0).share for share in (0.0, 0.02, 0.3)]
    assert shares == [0.0, pytest.approx(0.005), pytest.approx(0.075)]


def test_time_left_is_not_told_until_it_is_known_and_then_at_the_pace_of_each_job(now: list[float]) -> None:
    of = Pace(TASKS, 1, {})
    assert of.progress([0.0, *[NOT_BEGUN] * 3], 0, 0).seconds_left is None
    now[0] = 10.0
    assert of.progress([0.5, *[NOT_BEGUN] * 3], 0, 0).seconds_left == pytest.approx(10 + 3 * 20)
    now[0] = 30.0
    of.ended(TASKS[0], 30.0)
    assert of.progress([1, *[NOT_BEGUN] * 3], 1, 0).seconds_left == pytest.approx(3 * 30)
    now[0] = 40.0
    of.ended(TASKS[1], 10.0)
    assert of.progress([1, 1, NOT_BEGUN, NOT_BEGUN], 2, 0).seconds_left == pytest.approx(30 + 10)
    assert of.progress([1, 1, 1, 1], 4, 0).seconds_left == 0


@pytest.mark.usefixtures("now")
def test_workers_share_the_time_and_runs_of_before_count_for_the_pace() -> None:
    of = Pace(TASKS, 2, {TASKS[0]: 8.0, TASKS[1]: 4.0})
    assert of.progress([1, 1, NOT_BEGUN, NOT_BEGUN], 2, 0).seconds_left == 8, "the longer of the two ends last"
    few = Pace([Task(0, replication) for replication in range(4)], 2, {Task(0, 0): 6.0})
    assert few.progress([1, *[NOT_BEGUN] * 3], 1, 0).seconds_left == 12, "one of three waits for a worker"
