"""Runs are processes of their own: queued, told of, stopped, and found again, whatever becomes of the server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page.asking import body, plan, runs_in, until
from starlette.testclient import TestClient

from sim.page import board, processes, runs
from sim.page.app import Parts
from sim.page.processes import Known, start
from sim.page.wanted import Wanted

SLEEPS = [sys.executable, "-c", "import time; time.sleep(300)"]
CRASHES = [sys.executable, "-c", "import sys; print('all lost', file=sys.stderr); sys.exit(3)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('deaf', flush=True); time.sleep(300)",
]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a run is in place of a comparison; the processes end with the test."""
    found = list(SLEEPS)
    monkeypatch.setattr(runs.Run, "_command", lambda *_: list(found))
    return found


@pytest.fixture(autouse=True)
def _none_stays(parts: Parts) -> Any:
    yield
    for run in parts.runs.all():
        if run.process is not None:
            run.process.signal_all(signal.SIGKILL)


def add(client: TestClient, name: str = "Lines") -> str:
    answer = client.post("/api/runs", json=body(plan(name)))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def state(client: TestClient, name: str) -> str:
    return str(runs_in(client)[name]["state"])


def stop(client: TestClient, name: str) -> int:
    kind = {"Content-Type": "application/json"}
    return int(client.post(f"/api/runs/{name}/stop", headers=kind).status_code)


# -- from the queue to the end -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("command")
def test_one_run_at_a_time_and_the_others_wait_their_turn(client: TestClient) -> None:
    first, second = add(client, "First"), add(client, "Second")
    assert (first, second) == ("page-0001", "page-0002")
    assert (state(client, first), state(client, second)) == ("running", "queued")
    assert stop(client, first) == 202
    until(lambda: state(client, second) == "running", "the second to start")
    assert state(client, first) == "stopped"


def test_second_stop_is_not_told_to_a_run_that_is_saving(client: TestClient, parts: Parts, command: list[str]) -> None:
    command[:] = DEAF
    name = add(client)
    folder = parts.runs.run(name).folder
    until(lambda: "deaf" in (folder / "out.txt").read_text(), "the process to be deaf")
    stop(client, name)
    until(lambda: "sent" in (folder / "stop.json").read_text(), "it to be told")
    first = (folder / "stop.json").read_bytes()
    assert stop(client, name) == 202
    assert (folder / "stop.json").read_bytes() == first


def test_run_that_waits_is_stopped_without_ever_starting(client: TestClient, parts: Parts) -> None:
    add(client)
    second = add(client)
    assert stop(client, second) == 202
    assert state(client, second) == "stopped"
    assert parts.runs.run(second).process is None


def test_run_that_crashes_is_failed_with_its_last_words_and_the_page_goes_on(
    client: TestClient, command: list[str]
) -> None:
    command[:] = CRASHES
    first = add(client)
    until(lambda: state(client, first) == "failed", "the run to fail")
    assert runs_in(client)[first]["error"] == "all lost"
    command[:] = SLEEPS
    second = add(client)
    until(lambda: state(client, second) == "running", "the next to start")


def test_run_that_cannot_be_started_is_failed(client: TestClient, command: list[str]) -> None:
    command[:] = ["/nowhere/at/all"]
    first = add(client)
    assert state(client, first) == "failed"
    assert "could not be started" in runs_in(client)[first]["error"]


@pytest.mark.usefixtures("command")
def test_killed_run_is_failed(client: TestClient, parts: Parts) -> None:
    name = add(client)
    process = parts.runs.run(name).process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: state(client, name) == "failed", "the run to be seen to have ended")


def test_run_that_does_not_listen_is_ended_all_the_same(
    client: TestClient, parts: Parts, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "GRACE", {signal.SIGINT: 0.0, signal.SIGTERM: 1.0, signal.SIGKILL: 2.0})
    command[:] = DEAF
    name = add(client)
    until(lambda: "deaf" in (parts.runs.run(name).folder / "out.txt").read_text(), "the process to be deaf")
    stop(client, name)
    until(lambda: state(client, name) == "stopped", "it to end")


@pytest.mark.usefixtures("command")
def test_queue_is_bounded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "MOST_WAITING", 1)
    add(client)
    add(client)
    answer = client.post("/api/runs", json=body())
    assert (answer.status_code, answer.json()) == (429, {"error": "1 runs wait already; stop one of them first."})


def test_what_has_ended_cannot_be_stopped(client: TestClient, command: list[str]) -> None:
    command[:] = CRASHES
    name = add(client)
    until(lambda: state(client, name) == "failed", "the run to fail")
    assert stop(client, name) == 409


@pytest.mark.parametrize("name", ["page-0001", "page-1", "nothing", "..", "%2e%2e"])
def test_unknown_run_cannot_be_stopped(client: TestClient, name: str) -> None:
    assert stop(client, name) in (404, 405)


# -- going on ----------------------------------------------------------------------------------------------------------


def resume(client: TestClient, name: str) -> int:
    kind = {"Content-Type": "application/json"}
    return int(client.post(f"/api/runs/{name}/resume", headers=kind).status_code)


@pytest.mark.usefixtures("command")
def test_stopped_run_goes_on_in_its_folder_by_the_same_command(client: TestClient, parts: Parts) -> None:
    name = add(client)
    assert resume(client, name) == 409
    stop(client, name)
    until(lambda: state(client, name) == "stopped", "it to end")
    assert runs_in(client)[name]["can_resume"]
    kept = parts.runs.run(name).folder / "result" / "parts"
    kept.mkdir(parents=True)
    assert resume(client, name) == 202
    assert state(client, name) == "running"
    assert not runs_in(client)[name]["can_resume"]
    assert kept.is_dir()
    assert not parts.runs.run(name).is_to_stop


def test_failed_run_goes_on_and_may_fail_again(client: TestClient, command: list[str]) -> None:
    command[:] = CRASHES
    name = add(client)
    for _ in range(2):
        until(lambda: state(client, name) == "failed", "it to fail")
        assert runs_in(client)[name]["can_resume"]
        assert resume(client, name) == 202
    command[:] = ["/nowhere/at/all"]
    until(lambda: state(client, name) == "failed", "it to fail")
    assert resume(client, name) == 202
    assert "could not be started" in runs_in(client)[name]["error"]
    command[:] = SLEEPS
    assert resume(client, name) == 202
    until(lambda: state(client, name) == "running", "it to start after all")


@pytest.mark.usefixtures("command")
def test_run_that_goes_on_waits_its_turn_in_a_bounded_queue(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(client, "First")
    second = add(client, "Second")
    stop(client, second)
    assert resume(client, second) == 202
    assert state(client, second) == "queued"
    stop(client, second)
    monkeypatch.setattr(board, "MOST_WAITING", 0)
    assert resume(client, second) == 429
    assert state(client, second) == "stopped"


def test_only_runs_of_the_page_go_on_there(client: TestClient, results: Path) -> None:
    progress(results, "compare-by-hand", state="stopped")
    until(lambda: "compare-by-hand" in runs_in(client), "it to show up")
    assert not runs_in(client)["compare-by-hand"]["can_resume"]
    assert (resume(client, "compare-by-hand"), resume(client, "page-0001")) == (409, 404)


def test_list_of_what_has_ended_does_not_grow_beyond_what_is_shown(
    client: TestClient, parts: Parts, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command[:] = CRASHES
    monkeypatch.setattr(board, "MOST_SHOWN", 1)
    for name in (add(client, "First"), add(client, "Second")):
        until(lambda name=name: parts.runs.run(name).has_ended, "it to end")
    parts.board.listed()
    assert list(parts.board._ended) == ["page-0002"]


# -- what is on disk ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("command")
def test_restarted_server_finds_its_runs_and_goes_on_with_the_queue(
    client: TestClient, shipped: Path, results: Path
) -> None:
    first, second = add(client, "First"), add(client, "Second")
    later = Parts.of(shipped, results).board
    later.turn()
    assert {one.id: one.state for one in later.listed()} == {first: "running", second: "queued"}
    later.runs.run(first).stop()
    until(lambda: (later.turn(), later.runs.run(second).state())[1] == "running", "the second to start")
    assert later.runs.run(first).state() == "stopped"


def test_process_of_a_server_that_was_killed_as_it_started_it_is_found_again(
    client: TestClient, parts: Parts, command: list[str]
) -> None:
    first = add(client, "First")
    run = parts.runs.run(add(client, "Second"))
    command[:] = [*SLEEPS, str(run.folder / "result")]
    (run.folder / "starting.json").write_text("{}")
    started = start(command, run.folder / "out.txt", run.folder / "err.txt")
    until(lambda: run.process is not None, "it to be found")
    assert (run.process, run.is_starting) == (started, False)
    both = ("running", "running")
    until(lambda: (state(client, first), state(client, run.id)) == both, "the list to say so")


@pytest.mark.usefixtures("command")
def test_run_that_was_to_start_and_did_not_starts_after_all(client: TestClient, parts: Parts) -> None:
    first = add(client, "First")
    run = parts.runs.run(add(client, "Second"))
    (run.folder / "starting.json").write_text("{}")
    assert run.state() == "queued"
    stop(client, first)
    until(lambda: state(client, run.id) == "running", "it to start")
    assert not run.is_starting


def test_what_lies_in_the_folder_of_a_command_is_no_module_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('a stranger')")
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    child = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'import sim.errors, click']))"
    for command in (processes.program("--version"), [sys.executable, "-c", child]):
        done = subprocess.run(command, env=processes.environment(), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("command")
def test_run_holds_all_files_that_it_is_made_from(client: TestClient, parts: Parts) -> None:
    folder = parts.runs.run(add(client, "Mine")).folder
    names = sorted(path.relative_to(folder).as_posix() for path in (folder / "scenarios").rglob("*.yaml"))
    assert names == [
        "scenarios/interventions/lines.yaml", "scenarios/mine.yaml", "scenarios/other.yaml", "scenarios/tiny.yaml",
    ]  # fmt: skip
    asked = json.loads((folder / "request.json").read_text("utf-8"))
    assert Wanted.model_validate(asked["wanted"]) == Wanted.model_validate(body(plan("Mine")))


def test_number_of_a_process_that_came_again_is_not_taken_for_it() -> None:
    known = Known(os.getpid(), 1)
    assert not known.is_alive
    known.signal_all(signal.SIGKILL)


def test_process_is_told_from_its_shadow(tmp_path: Path) -> None:
    known = start([sys.executable, "-c", ""], tmp_path / "out", tmp_path / "err")
    until(lambda: not known.is_alive, "it to end, though nobody has waited for it")
    known.reap()
    assert not known.is_alive


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "1"}', '{"pid": -1, "started": 0}', '{"pid": 1}'])
def test_damaged_file_of_a_process_is_of_none(client: TestClient, parts: Parts, text: str, command: list[str]) -> None:
    command[:] = CRASHES
    name = add(client)
    until(lambda: state(client, name) == "failed", "the run to fail")
    (parts.runs.run(name).folder / "process.json").write_text(text)
    assert parts.runs.run(name).process is None
    assert state(client, name) == "failed"


# -- runs of the terminal ----------------------------------------------------------------------------------------------


def progress(results: Path, name: str, **more: Any) -> None:
    folder = results / "runs" / name
    folder.mkdir(parents=True)
    said = {
        "program": "parcel-corridors", "kind": "compare", "title": "By hand", "state": "running", "phase": "running",
        "done": 3, "total": 12, "failed": 0, "share": 0.25, "seconds_left": 90,
        "started_at": "2026-01-01T00:00:00+00:00",
        "updated_at": "2026-01-01T00:01:00+00:00", "pid": os.getpid(), "host": os.uname().nodename,
    }  # fmt: skip
    (folder / "progress.json").write_text(json.dumps(said | more))


def test_comparison_of_the_terminal_shows_up_with_its_progress(client: TestClient, results: Path) -> None:
    progress(results, "compare-by-hand")
    until(lambda: "compare-by-hand" in runs_in(client), "it to show up")
    found = runs_in(client)["compare-by-hand"]
    assert (found["state"], found["done"], found["total"], found["share"]) == ("running", 3, 12, 0.25)
    assert found["from_terminal"]
    assert stop(client, "compare-by-hand") == 409


def test_comparison_whose_process_has_gone_is_failed(client: TestClient, results: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    progress(results, "compare-gone", pid=gone.pid)
    progress(results, "compare-far", host="elsewhere")
    until(lambda: len(runs_in(client)) == 2, "both to show up")
    assert {one["state"] for one in runs_in(client).values()} == {"failed"}


@pytest.mark.parametrize("more", [{"program": "another"}, {"state": "odd"}, {"pid": None, "done": "x", "total": 0}])
def test_odd_progress_breaks_nothing(client: TestClient, results: Path, more: dict[str, Any]) -> None:
    progress(results, "odd", **more)
    progress(results, "right")
    until(lambda: "right" in runs_in(client), "the right one to show up")


def test_folder_that_holds_anything_else_is_passed_over(client: TestClient, results: Path) -> None:
    (results / "runs" / "mine").mkdir(parents=True)
    (results / "runs" / "mine" / "progress.json").write_text("[1, 2]")
    (results / "runs" / "swept").mkdir()
    (results / "runs" / "swept" / "sweep.json").write_text("{}")
    progress(results, "right")
    until(lambda: "right" in runs_in(client), "the right one to show up")
    assert list(runs_in(client)) == ["right"]


# -- a real one --------------------------------------------------------------------------------------------------------


def test_comparison_runs_and_its_result_is_there(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "NICENESS", 0)
    later = {"name": "lines", "sizes": {"measures.positions.servers": 3}}
    answer = client.post("/api/runs", json=body(plan("More lines"), plan("三条", later)))
    name = answer.json()["id"]
    found = until(lambda: runs_in(client)[name] if state(client, name) in ("done", "failed") else None, "the end")
    assert (found["state"], found["result"], found["share"], found["error"]) == ("done", name, 1.0, None)

    (listed,) = client.get("/api/results").json()
    assert (listed["id"], listed["kind"], listed["corridor"]) == (name, "compare", "tiny")
    assert listed["title"] == "More lines, 三条"
    told = client.get(f"/api/results/{name}").json()
    assert [one["name"] for one in told["plans"]] == ["tiny", "more-lines", "plan-2"]
    assert told["map"]["plans"]["plan-2"]["flows"]["flight"]["tonnes"][0] > 0
    assert sorted(told["downloads"]) == [
        "manifest.json",
        "more-lines.yaml",
        "plan-2.yaml",
        "report.html",
        "tables.xlsx",
    ]

    plan_file = client.get(f"/api/results/{name}/download/plan-2.yaml")
    assert plan_file.text.startswith('base: tiny.yaml\nscenario: "plan-2"\n')
    assert plan_file.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/api/results/{name}/download/tables.xlsx").content[:2] == b"PK"
    assert client.get(f"/api/results/{name}/download/manifest.json").json()["seed"] == 7
    report = client.get(f"/api/results/{name}/download/report.html", params={"lang": "zh"})
    assert (report.status_code, 'lang="zh"' in report.text) == (200, True)
    for wrong in ("run.json", "other.yaml", "plans.parquet", "..%2frequest.json", "request.json"):
        assert client.get(f"/api/results/{name}/download/{wrong}").status_code == 404


@pytest.mark.slow
def test_stopped_comparison_goes_on_from_what_it_has_and_ends_whole(
    client: TestClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "NICENESS", 0)
    name = client.post("/api/runs", json=body(replications=40, parcels_per_row=1)).json()["id"]
    until(lambda: 0 < (runs_in(client)[name]["done"] or 0) < 80, "some of it to be done")
    stop(client, name)
    until(lambda: state(client, name) == "stopped", "it to stop")
    before = runs_in(client)[name]["done"]
    assert resume(client, name) == 202
    seen: list[int] = []

    def has_ended() -> bool:
        one = runs_in(client)[name]
        if one["state"] == "running" and one["phase"] not in ("", "starting"):
            seen.append(one["done"])
        return one["state"] in ("done", "failed", "stopped")

    until(has_ended, "the end")
    found = runs_in(client)[name]
    assert (found["state"], found["result"], found["can_resume"]) == ("done", name, False)
    assert parts.runs.run(name).result == parts.runs.run(name).folder / "result"
    assert seen[0] >= before > 0
    manifest = json.loads((parts.runs.run(name).folder / "result" / "manifest.json").read_text("utf-8"))
    assert (len(manifest["replications"]), manifest["left_out"]) == (40, {})
