"""The process of a cell, spoken to over its line as a cell does; and how one run ends, whatever it does."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from faults.jobs import Toy

from sim.experiments.executors.cells import COMMAND, Cells, _environment, _how
from sim.experiments.executors.on_workers import end_cells, ended_on_worker
from sim.experiments.executors.protocol import ExecutorError, Limits
from sim.experiments.executors.running import REASON_SHOWN, ended_here
from sim.experiments.store import program

UNKNOWN = json.dumps({"kind": "faults.jobs:Nothing"})
Cell = subprocess.Popen[str]


def started(*command: str) -> Cell:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, env=_environment(), text=True)


@pytest.fixture
def cell() -> Iterator[Cell]:
    with started(*COMMAND) as process:
        yield process
        process.kill()


def answer(cell: Cell) -> dict[str, Any]:
    assert cell.stdout
    found: dict[str, Any] = json.loads(cell.stdout.readline())
    return found


def asked(cell: Cell, text: str) -> dict[str, Any]:
    assert cell.stdin
    cell.stdin.write(json.dumps({"key": "it", "text": text, "memory_bytes": None}) + "\n")
    cell.stdin.flush()
    return answer(cell)


def test_cell_says_its_program_runs_one_job_after_the_other_and_ends_with_its_line(cell: Cell) -> None:
    assert answer(cell) == {"program": program()}
    done = asked(cell, Toy(3).text)
    assert (done["status"], done["summary"]) == ("done", {"square": 9, "third": 1.0, "none": None})
    assert asked(cell, Toy(0, "raise").text)["reason"] == "ValueError: no such world"
    assert "cannot be made here" in asked(cell, UNKNOWN)["error"]
    assert asked(cell, Toy(2).text)["status"] == "done", "what went wrong before takes nothing along"
    assert cell.stdin
    cell.stdin.close()
    assert cell.wait(60) == 1


def test_cell_that_has_nothing_to_do_ends_by_itself() -> None:
    code = "from sim.experiments.executors import __main__ as cell; cell.IDLE_SECONDS = 0.1; cell.main()"
    with started(sys.executable, "-c", code) as process:
        assert answer(process) == {"program": program()}
        assert process.wait(60) == 0


# -- one run -----------------------------------------------------------------------------------------------------------


def test_run_past_its_memory_fails_and_the_process_has_its_own_again() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    ended = ended_here("a", Toy(0, "allocate").text, 3_000_000_000)
    assert (ended.status, ended.reason) == ("failed", "took more memory than its limit of 3 GB")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_want_of_memory_without_a_limit_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Toy) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(Toy, "_sleep", full)
    assert ended_here("a", Toy(0).text).reason == "MemoryError: no room"


def test_reason_of_a_failure_is_not_longer_than_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def talks(_: Toy) -> None:
        raise SystemExit("x" * 10_000)

    monkeypatch.setattr(Toy, "_sleep", talks)
    ended = ended_here("a", Toy(0).text)
    assert (ended.status, len(ended.reason)) == ("failed", REASON_SHOWN)


def test_end_of_a_process_is_told_in_words() -> None:
    assert _how(3) == "ended its process with exit code 3"
    assert _how(-15) == "its process was killed (SIGTERM)"
    assert _how(-9).endswith("(SIGKILL), most often for want of memory")


# -- on a worker -------------------------------------------------------------------------------------------------------


def test_worker_runs_jobs_in_its_cells_until_the_command_is_over() -> None:
    given = ("a command", program(), 60.0, None, "a")
    try:
        first, again = (ended_on_worker(*given, Toy(i).text) for i in (2, 3))
        assert (first["status"], again["summary"]["square"]) == ("done", 9)
        assert (
            "is not the same as that of this command" in ended_on_worker("other", "old", 60.0, None, "a", "{}")["error"]
        )
    finally:
        end_cells("a command")
        end_cells("other")
    assert ended_on_worker(*given, Toy(2).text) == {"error": "the runs of this command have been stopped"}


def test_machine_that_starts_no_process_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.executors.cells.COMMAND", [os.devnull])
    with pytest.raises(ExecutorError, match=r"no process for runs comes up on .*: Permission denied"):
        Cells().ended("a", Toy(0).text, Limits(), program())
