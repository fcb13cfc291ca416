"""Whatever is killed, the same command goes on where it was, and the parts are byte for byte the same in the end."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from faults.processes import ENVIRONMENT, ROOT, bytes_of, finished, kill, mounted, n_parts, toys, until

N, SECONDS = 12, 0.05
LONG_RUN = "import sim; sim.run(sim.load('tests/golden/tiny.yaml'), replications=400, workers=2)"
WORK = ("--n", N, "--seconds", SECONDS, "--does", "raise")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The parts of a command that nothing interrupted, run in one process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    code, out, err = finished(toys(folder, *WORK))
    assert code == 0, err
    assert out.splitlines() == [*(f"sleep-{i}: done" for i in range(N)), "raise-0: failed ValueError: no such world"]
    return bytes_of(folder)


def cells_of(pid: int) -> list[psutil.Process]:
    """The processes in which a process runs its jobs."""
    return [child for child in psutil.Process(pid).children() if "sim.experiments.executors" in child.cmdline()]


def starts(folder: Path) -> int:
    return len(list((folder.parent / f"{folder.name}-starts").iterdir()))


# -- killed ------------------------------------------------------------------------------------------------------------


def kill_and_resume(folder: Path, luck: random.Random, *options: object) -> None:
    """Kill the command at some moment, with some of its runs done, and run it again; nothing is run again in vain."""
    process = toys(folder, *WORK, *options)
    wanted = luck.randrange(N)
    until(lambda: n_parts(folder) >= wanted, f"{wanted} parts")
    time.sleep(luck.uniform(0, 2 * SECONDS))
    cells = cells_of(process.pid)
    kill(process)
    process.communicate()
    psutil.wait_procs(cells, timeout=30)
    assert not any(cell.is_running() and cell.status() != psutil.STATUS_ZOMBIE for cell in cells), "cells end too"
    kept = {file: file.stat().st_mtime_ns for file in (folder / "parts").glob("*.parquet")}
    code, out, err = finished(toys(folder, *WORK, *options))
    assert code == 0, err
    assert len(out.splitlines()) == N + 1
    assert f"{len(kept) - ('raise-0.parquet' in map(_name, kept))} done, " in err.split(" left")[0] or not kept
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "what is done is not run again"
    assert "taken over from process" in err or "taken over" not in err


def _name(file: Path) -> str:
    return file.name


@pytest.mark.parametrize("options", [("--workers", 1), ("--workers", 1, "--limit", 60), ("--workers", 2)], ids=str)
def test_killed_command_goes_on_where_it_was(tmp_path: Path, whole: dict[str, bytes], options: tuple[object]) -> None:
    kill_and_resume(tmp_path / "out", random.Random(str(options)), *options)
    assert bytes_of(tmp_path / "out") == whole


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_command_goes_on_ten_times_in_a_row(tmp_path: Path, whole: dict[str, bytes], workers: int) -> None:
    luck = random.Random(workers)
    for i in range(10):
        kill_and_resume(tmp_path / f"out-{i}", luck, "--workers", workers, "--limit", 60)
        assert bytes_of(tmp_path / f"out-{i}") == whole


def kill_cells(folder: Path, luck: random.Random, *options: object) -> None:
    """Kill a cell at some moment."""
    process = toys(folder, *WORK, *options, "--limit", 60)
    wanted = luck.randrange(1, N)
    until(lambda: n_parts(folder) >= wanted and cells_of(process.pid), f"{wanted} parts")
    time.sleep(luck.uniform(0, SECONDS))
    for cell in cells_of(process.pid)[:1]:
        cell.send_signal(signal.SIGKILL)
    code, out, err = finished(process)
    assert code == 0, err
    assert "killed" not in out, "the run that was in it is tried again, alone"


def test_killed_worker_takes_nothing_along(tmp_path: Path, whole: dict[str, bytes]) -> None:
    kill_cells(tmp_path / "out", random.Random(1), "--workers", 2)
    assert bytes_of(tmp_path / "out") == whole


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_worker_takes_nothing_along_ten_times_in_a_row(tmp_path: Path, whole: dict[str, bytes]) -> None:
    luck = random.Random(2)
    for i in range(10):
        kill_cells(tmp_path / f"out-{i}", luck, "--workers", 1 + i % 2)
        assert bytes_of(tmp_path / f"out-{i}") == whole


def test_failed_runs_are_run_again_only_when_asked(tmp_path: Path) -> None:
    work = ("--n", 1, "--does", "raise", "--does", "kill", "--limit", 60)
    lines = ["sleep-0: done", "raise-0: failed ValueError: no such world"]
    lines.append("kill-1: killed its process was killed (SIGKILL), most often for want of memory")
    folder = tmp_path / "out"
    assert finished(toys(folder, *work))[:2] == (0, "\n".join([*lines, ""]))
    assert starts(folder) == 4
    assert finished(toys(folder, *work))[:2] == (0, "\n".join([*lines, ""]))
    assert starts(folder) == 4
    assert finished(toys(folder, *work, "--retry"))[:2] == (0, "\n".join([*lines, ""]))
    assert starts(folder) == 7


def test_ctrl_c_stops_at_once_and_keeps_what_is_done(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = tmp_path / "out"
    process = toys(folder, "--n", 4, "--does", "hang", "--does", "hang", "--workers", 2)
    until(lambda: n_parts(folder) == 4 and starts(folder) == 6, "all but those that hang")
    cells = cells_of(process.pid)
    assert len(cells) == 2
    process.send_signal(signal.SIGINT)
    code, out, err = finished(process)
    assert (code, out, err.splitlines()[-1]) == (130, "", "stopped")
    assert not any(cell.is_running() for cell in cells)
    assert bytes_of(folder).items() <= whole.items()
    assert sorted(file.name for file in folder.iterdir()) == ["parts", "times.csv"]


# -- the folder --------------------------------------------------------------------------------------------------------


def test_second_command_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = toys(folder, "--n", 1, "--does", "hang")
    until(lambda: n_parts(folder) == 1, "the first is at work")
    code, _, err = finished(toys(folder, *WORK))
    assert code == 1
    assert err.startswith(f"error: {folder} is in use by process {process.pid} on ")
    kill(process)
    process.communicate()


@pytest.mark.parametrize("damage", [lambda data: data[:-50], lambda data: data[:300] + b"?" + data[301:]])
def test_damaged_part_is_named_set_aside_and_run_again(
    tmp_path: Path, whole: dict[str, bytes], damage: Callable[[bytes], bytes]
) -> None:
    folder = tmp_path / "out"
    assert finished(toys(folder, *WORK))[0] == 0
    part = folder / "parts" / "sleep-3.parquet"
    part.write_bytes(damage(part.read_bytes()))
    (folder / "parts" / ".sleep-4.99999").write_bytes(b"left by a command that was killed")
    code, _, err = finished(toys(folder, *WORK))
    assert code == 0
    said = "the part sleep-3 was cut short or altered; it is set aside as sleep-3.damaged and run again"
    assert err.splitlines()[-1] == said
    assert err.startswith(f"{N - 1} done, 1 failed, 1 left")
    assert bytes_of(folder) == whole
    others = {file.name for file in (folder / "parts").iterdir()} - whole.keys()
    assert others == {"sleep-3.damaged"}


@pytest.mark.parametrize("workers", [1, 2])
def test_full_disk_is_named_and_what_is_done_stays(small: Path, whole: dict[str, bytes], workers: int) -> None:
    code, out, err = finished(toys(small, *WORK, "--workers", workers))
    said = "the disk is full; free some space, then run the command again; what is done is kept"
    assert (code, out, err.splitlines()[-1]) == (1, "", f"error: {small}: {said}")
    kept = bytes_of(small)
    assert 3 <= len(kept) <= N
    assert kept.items() <= whole.items()
    assert mounted(small, "-o", "remount,size=10m")
    assert finished(toys(small, *WORK, "--workers", workers))[0] == 0
    assert bytes_of(small) == whole


def test_folder_that_is_read_only_is_named(small: Path) -> None:
    assert mounted(small, "-o", "remount,ro")
    code, out, err = finished(toys(small, *WORK))
    assert (code, out) == (1, "")
    assert err.startswith(f"error: {small}: it cannot be written to; name another folder with --out")


def test_processes_of_a_run_end_with_it_when_it_is_killed() -> None:
    command = subprocess.Popen([sys.executable, "-c", LONG_RUN], cwd=ROOT, env=ENVIRONMENT)
    started: list[psutil.Process] = []

    def has_two_at_work() -> bool:
        assert command.poll() is None, "it ended by itself"
        started[:] = [
            each for each in psutil.Process(command.pid).children() if "spawn_main" in " ".join(each.cmdline())
        ]
        return len(started) == 2 and all(each.cpu_times().user > 1 for each in started)

    until(has_two_at_work, "two processes at work")
    command.send_signal(signal.SIGKILL)
    command.wait()
    _, alive = psutil.wait_procs(started, timeout=30)
    assert not alive
