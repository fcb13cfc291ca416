"""What every executor does alike: one suite for all; here and on Dask workers of this machine."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from faults.jobs import Pid, Toy
from faults.processes import until

from sim.experiments.executors import Ended, Executor, ExecutorError, Job, Limits, Tls, executor
from sim.experiments.executors.cells import Cell
from sim.experiments.executors.clusters import _ended

GENEROUS = Limits(seconds=60.0, memory_bytes=2_000_000_000)
EXECUTORS = {"one": lambda: executor(1), "two": lambda: executor(2)}


@pytest.fixture(params=EXECUTORS)
def some(request: pytest.FixtureRequest) -> Executor:
    made: Callable[[], Executor] = EXECUTORS[request.param]
    return made()


def ended(some: Executor, jobs: Sequence[Job], limits: Limits = GENEROUS) -> dict[str, Ended]:
    """How jobs ended, each of which was told once."""
    found: list[Ended] = []
    some.run(jobs, limits, found.append)
    assert len(found) == len(jobs)
    return {each.key: each for each in found}


def starts(folder: Path) -> list[str]:
    """Which jobs were started, as often as they were, in that order."""
    files = sorted(folder.iterdir(), key=lambda file: int(file.suffix[1:]))
    return [file.stem for file in files]


def test_job_ends_with_what_it_gives(some: Executor) -> None:
    found = ended(some, [Toy(i) for i in range(5)])
    assert {key: each.status for key, each in found.items()} == {f"sleep-{i}": "done" for i in range(5)}
    assert found["sleep-4"].summary == {"square": 16, "third": 4 / 3, "none": None}


def test_run_that_raises_is_failed_and_says_so(some: Executor) -> None:
    found = ended(some, [Toy(0, "raise"), Toy(1)])
    assert (found["raise-0"].status, found["raise-0"].reason) == ("failed", "ValueError: no such world")
    assert found["raise-0"].summary is None
    assert found["sleep-1"].status == "done"


def test_run_that_hangs_is_killed_at_its_limit(some: Executor) -> None:
    found = ended(some, [Toy(0, "hang"), Toy(1)], Limits(seconds=3.0))
    assert (found["hang-0"].status, found["hang-0"].reason) == ("timed_out", "took longer than its limit of 3 s")
    assert found["sleep-1"].status == "done"


def test_run_that_takes_too_much_memory_is_failed(some: Executor) -> None:
    found = ended(some, [Toy(0, "allocate"), Toy(1)])
    assert found["allocate-0"].status == "failed"
    assert found["allocate-0"].reason == "took more memory than its limit of 2 GB"
    assert found["sleep-1"].status == "done"


def test_run_that_kills_its_process_is_tried_twice_and_takes_nothing_along(some: Executor, tmp_path: Path) -> None:
    jobs = [Toy(0, "kill", trace=str(tmp_path)), Toy(1, "exit", trace=str(tmp_path)), *map(Toy, range(2, 6))]
    found = ended(some, jobs)
    assert found["kill-0"].status == found["exit-1"].status == "killed"
    assert found["kill-0"].reason == "its process was killed (SIGKILL), most often for want of memory"
    assert found["exit-1"].reason == "ended its process with exit code 3"
    assert starts(tmp_path)[2:] == ["kill-0", "exit-1"], "each again, alone, after all others"
    assert all(found[f"sleep-{i}"].status == "done" for i in range(2, 6))


def test_run_that_was_killed_by_bad_luck_is_done(some: Executor, tmp_path: Path) -> None:
    found = ended(some, [Toy(0, "kill_once", trace=str(tmp_path)), Toy(1)])
    assert found["kill_once-0"].status == "done"
    assert starts(tmp_path) == ["kill_once-0"] * 2


def test_job_of_an_unknown_kind_is_no_run(some: Executor) -> None:
    class Unknown(Toy):
        @property
        def text(self) -> str:
            return json.dumps({"kind": "faults.jobs:Nothing"})

    with pytest.raises(ExecutorError, match=r"a job of the kind 'faults.jobs:Nothing' cannot be made here"):
        ended(some, [Unknown(0)])


def test_whatever_is_raised_on_hearing_of_a_run_ends_the_others(some: Executor, tmp_path: Path) -> None:
    def full(_: Ended) -> None:
        raise OSError("no space")

    jobs = [Toy(0), *(Toy(i, "hang", trace=str(tmp_path)) for i in range(1, 4))]
    with pytest.raises(OSError, match="no space"):
        some.run(jobs, GENEROUS, full)


def test_without_limits_one_worker_runs_in_this_very_process() -> None:
    assert ended(executor(1), [Pid()], Limits())["pid"].summary == {"pid": os.getpid()}
    assert ended(executor(2), [Pid()], Limits())["pid"].summary != {"pid": os.getpid()}


def test_workers_of_this_machine_can_be_reached_by_nobody_else() -> None:
    listening: set[str] = set()

    def look(_: Ended) -> None:
        found = psutil.Process().net_connections("inet")
        listening.update(each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN)

    executor(2).run([Toy(0)], GENEROUS, look)
    assert listening <= {"127.0.0.1"}


def test_cell_of_another_program_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("in_process", "clusters"):
        monkeypatch.setattr(f"sim.experiments.executors.{module}.program", lambda: "another")
    for some in (executor(1), executor(2)):
        with pytest.raises(ExecutorError, match=r"the program on .* is not the same as that of this command"):
            ended(some, [Toy(0)])


def test_cell_ends_when_nobody_is_at_the_other_end() -> None:
    cell = Cell()
    cell._line.close()
    until(lambda: not cell.is_there, "the cell ends")
    cell.end()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://10.0.0.1:8786", "is on another host: a scheduler runs whatever it is sent, so it is spoken to by TLS"),
        ("cluster.example:8786", "is on another host"),
        ("tls://10.0.0.1:8786", "needs certificates"),
        ("inproc://1/2/3", "is no address of a Dask scheduler"),
        ("ws://127.0.0.1:8786", "is no address of a Dask scheduler"),
        ("127.0.0.1", "is no address of a Dask scheduler, such as tcp://127.0.0.1:8786"),
        ("tcp://127.0.0.1@10.0.0.1:8786", "is no address of a Dask scheduler"),
        ("tcp://127.0.0.1.example.com:8786", "is on another host"),
    ],
)
def test_scheduler_that_cannot_be_trusted_is_refused(address: str, said: str) -> None:
    with pytest.raises(ExecutorError, match=said):
        executor(1, address)


def test_certificates_are_not_left_unused() -> None:
    with pytest.raises(ExecutorError, match=r"would not use the certificates; say tls://127.0.0.1:8786"):
        executor(1, "tcp://127.0.0.1:8786", Tls(Path("ca"), Path("certificate"), Path("key")))


def test_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.executors.clusters.CONNECT_SECONDS", 1.0)
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        ended(executor(1, "127.0.0.1:9"), [Toy(0)])


@dataclass
class Future:
    """A run that Dask says is over."""

    status: str
    error: Exception | None = None

    def result(self, timeout: float) -> dict[str, object]:
        if self.error is not None:
            raise self.error
        return vars(Ended("a", "done", "", {}))


def test_what_went_with_its_worker_before_it_was_fetched_is_waited_for() -> None:
    def seen(status: str, error: Exception | None = None) -> Ended | None:
        return _ended("a", Future(status, error))  # type: ignore[arg-type]

    assert seen("finished") == Ended("a", "done", "", {})
    assert seen("lost") is seen("pending") is seen("finished", OSError("closed")) is None
    with pytest.raises(ExecutorError, match="the Dask scheduler is gone"):
        seen("cancelled")
    with pytest.raises(ExecutorError, match="the Dask workers cannot run this program: OSError: no memory"):
        seen("error", OSError("no memory"))
