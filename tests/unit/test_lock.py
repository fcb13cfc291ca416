"""One command at a time in a folder of runs."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiments.lock import FolderInUseError, Locked, born_at, holder, is_at_work

ROOT = Path(__file__).parents[2]
HOLDS = """
import sys, time
from pathlib import Path
from sim.experiments.lock import Locked
with Locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(60)
"""


def test_folder_is_made_and_left_without_a_lock(tmp_path: Path) -> None:
    said: list[str] = []
    with Locked(tmp_path / "new", said.append):
        assert holder(tmp_path / "new")["pid"] == os.getpid()
    assert list((tmp_path / "new").iterdir()) == said == []


def test_second_command_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with Locked(tmp_path, print):
        host = socket.gethostname()
        with pytest.raises(FolderInUseError, match=f"is in use by process {os.getpid()} on {host}, started 20"):
            Locked(tmp_path, print).__enter__()
        assert holder(tmp_path)["pid"] == os.getpid()


def test_lock_of_a_killed_command_is_taken_over(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    said: list[str] = []
    with Locked(tmp_path, said.append):
        assert holder(tmp_path)["pid"] == os.getpid()
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path}: taken over from process {process.pid} on ")


def test_lock_of_another_host_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "host": "elsewhere", "started": "2026-01-01"}))
    with pytest.raises(
        FolderInUseError, match=r"on elsewhere, started 2026-01-01; if that no longer runs, remove .*lock"
    ):
        Locked(tmp_path, print).__enter__()


def test_lock_cut_short_by_a_kill_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("{")
    with Locked(tmp_path, print):
        assert holder(tmp_path)["pid"] == os.getpid()


def test_process_whose_number_another_has_got_since_is_not_at_work() -> None:
    mine = {"pid": os.getpid(), "host": socket.gethostname(), "born_at": born_at(os.getpid())}
    assert is_at_work(mine)
    assert not is_at_work(mine | {"born_at": mine["born_at"] - 1}), "the same number, born at another time"
    assert is_at_work({"pid": os.getpid(), "host": socket.gethostname()}), "as before it was written down"
    assert is_at_work(mine | {"host": "elsewhere", "born_at": 1}), "of another host nothing is known"
    assert not is_at_work({})


def test_process_that_has_ended_is_not_at_work_even_if_nobody_has_asked_how() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = {"pid": process.pid, "host": socket.gethostname(), "born_at": born_at(process.pid)}
    assert is_at_work(found)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_at_work(found)
    process.communicate()
    assert not is_at_work(found)
