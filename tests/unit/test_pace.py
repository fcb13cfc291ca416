"""How far runs are, and how long the rest takes at the pace so far."""

import pytest

from sim.experiments import pace
from sim.experiments.pace import NOT_BEGUN, Pace, Progress, Task, between, off_by


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


@pytest.mark.usefixtures("now")
def test_machine_that_became_busier_makes_the_rest_take_longer_than_runs_did_on_the_whole() -> None:
    tasks = [Task(0, replication) for replication in range(40)]
    of = Pace(tasks, 1, dict.fromkeys(tasks[:20], 10.0))
    for task in tasks[20:32]:
        of.ended(task, 30.0)
    left = of.progress([*[1.0] * 32, *[NOT_BEGUN] * 8], 32, 0).seconds_left
    assert left == pytest.approx(8 * 30), "as those take that ended last, not as the mean of all"


def test_run_that_takes_longer_than_it_should_is_not_about_to_end(now: list[float]) -> None:
    of = Pace(TASKS, 1, {TASKS[0]: 10.0, TASKS[1]: 10.0, TASKS[2]: 10.0})
    of.progress([1, 1, 1, 0.0], 3, 0)
    now[0] = 30.0
    assert of.progress([1, 1, 1, 0.2], 3, 0).seconds_left == pytest.approx(10 * 0.8 / 2)


def test_the_more_runs_of_this_command_have_ended_the_surer_is_the_time_left() -> None:
    assert [off_by(n) for n in (0, 1, 4, 25)] == pytest.approx([1.0, 0.6, 0.35, 0.2])
    of = Pace(TASKS, 1, {TASKS[0]: 10.0, TASKS[1]: 10.0})
    assert of.progress([1, 1, NOT_BEGUN, NOT_BEGUN], 2, 0).off_by == off_by(0), "runs of another day are not this one's"
    of.ended(TASKS[2], 10.0)
    assert of.progress([1, 1, 1, NOT_BEGUN], 3, 0).off_by == off_by(1)


@pytest.mark.parametrize(
    ("seconds", "off", "said"),
    [
        (0, 1, "about 0 s"),
        (10, 1, "about 5 to 20 s"),
        (60, 0.25, "about 48 to 75 s"),
        (300, 0.25, "about 4 to 6 min"),
        (3600, 0.2, "about 50 to 72 min"),
        (36000, 0.25, "about 8.0 to 12.5 h"),
        (600, 0.01, "about 10 min"),
    ],
)
def test_time_is_told_as_a_range_as_roughly_as_it_is_known(seconds: float, off: float, said: str) -> None:
    assert between(seconds, off) == said
