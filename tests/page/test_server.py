"""The server as a process: what it prints, who may start a second one, and that runs outlive it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from page.asking import body, plan, until
from serving import ENVIRONMENT, Server

from sim.cli import cli
from sim.page.runs import Run
from sim.page.serving import Options, address, guard_of, taken, told_to_others


@pytest.fixture
def started() -> Iterator[list[Server]]:
    """Servers that a test starts; they and their runs end with it."""
    found: list[Server] = []
    yield found
    for server in found:
        server.end_all()


def test_runs_outlive_the_server_and_the_next_one_finds_and_stops_them(shipped: Path, started: list[Server]) -> None:
    folder = shipped.parent
    first = Server(folder)
    started.append(first)
    name = first.get("/api/runs", body(plan(), replications=200, parcels_per_row=1))["id"]
    run = Run(folder / "results" / "runs" / "page" / name)
    with first.open("/api/events") as events:
        lines = [events.readline().decode() for _ in range(2)]
        assert lines[0].strip() == "event: runs"
        assert json.loads(lines[1].removeprefix("data: "))[0]["id"] == name
        assert first.end() == 0
    assert "ERROR" not in first.log.read_text()
    assert run.state() == "running"

    second = Server(folder)
    started.append(second)
    assert [(one["id"], one["state"]) for one in second.get("/api/runs")] == [(name, "running")]
    second.get(f"/api/runs/{name}/stop", {})
    until(lambda: second.get("/api/runs")[0]["state"] == "stopped", "the run to stop")
    assert second.end(signal.SIGTERM) == 0
    assert not (folder / "results" / "runs" / "page" / "lock").exists()


@pytest.mark.slow
def test_killed_server_leaves_its_folder_to_the_next_and_one_folder_has_one_server(
    shipped: Path, started: list[Server]
) -> None:
    folder = shipped.parent
    first = Server(folder)
    started.append(first)
    refused = subprocess.run(
        [sys.executable, "-m", "sim.cli", "serve", "--port", "0"],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    said = f"error: results is served already, by process {first.process.pid}; open {first.address}/, or name another"
    assert said in refused.stderr
    first.end(signal.SIGKILL)
    started.append(Server(folder))


# -- what is said without a server -------------------------------------------------------------------------------------


def options(host: str = "127.0.0.1", port: int = 0, **more: Any) -> Options:
    return Options(
        **{"host": host, "port": port, "token": None, "names": (), "at_once": 1, "results": Path("r")} | more
    )


def test_address_that_is_taken_is_said_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(cli, ["serve", "--port", str(port), "--results", str(tmp_path)])
    assert str(done.exception) == (
        f"127.0.0.1:{port} cannot be listened at: Address already in use; name another one with --port"
    )


def test_address_of_no_machine_is_said_with_the_remedy(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["serve", "--host", "192.0.2.1", "--results", str(tmp_path)])
    assert "name an address of this machine with --host" in str(done.exception)


def test_second_server_is_told_where_the_first_one_is_but_never_its_token(tmp_path: Path) -> None:
    here = options(results=tmp_path)
    abroad = options("0.0.0.0", token="t" * 16, results=tmp_path)
    said = told_to_others(here, guard_of(here, 8321))
    who = {"pid": os.getpid()}
    assert taken(tmp_path, who, said) == (
        f"{tmp_path} is served already, by process {os.getpid()}; open http://127.0.0.1:8321/, or name another folder "
        "with --results"
    )
    told = taken(tmp_path, who, told_to_others(abroad, guard_of(abroad, 80)))
    assert f"open http://{socket.gethostname()}:80/ with the token that it printed, or" in told
    assert "tttt" not in told
    assert "open its page" in taken(tmp_path, {"pid": 1}, said)


def test_printed_address_holds_the_token_abroad_and_none_at_home() -> None:
    home = options()
    assert address(home, guard_of(home, 80)) == "http://127.0.0.1:80/"
    abroad = options("0.0.0.0", token="t" * 16)
    guard = guard_of(abroad, 8321)
    assert address(abroad, guard) == f"http://{socket.gethostname()}:8321/?token={'t' * 16}"
    assert guard.is_own(f"{socket.gethostname()}:8321")
    assert address(options("::1"), guard_of(options("::1"), 9)) == "http://[::1]:9/"
