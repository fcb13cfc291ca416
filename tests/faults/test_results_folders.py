"""Folders of results: killed while they are written, a full disk, two commands at once, a clock that was set back."""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from faults.disks import mounted

from sim import tables
from sim.experiments import store
from sim.experiments.sweeps.folder import MANIFEST as SWEEP
from sim.experiments.sweeps.status import status_of
from sim.tables import ResultsFolderError, check_destination, write_parquet, write_results

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
NAMES = ("lanes", "routes", "summary")


class Killed(BaseException):
    """Stands for SIGKILL: nothing that was meant to clean up runs after it."""


def write(folder: Path, number: int, rows: int = 10) -> None:
    """Results in which every cell is one number, so that results of two commands cannot be mixed unnoticed."""
    columns = {"number": np.full(rows, number), "luck": np.random.default_rng(number).random(rows)}
    write_results(folder, dict.fromkeys(NAMES, columns), {"number": number}, {"finished_at": f"then {number}"}, {}, {})


def number_in(folder: Path) -> int:
    """Of which command the results are, all of which are whole."""
    number = json.loads((folder / "manifest.json").read_text("utf-8"))["number"]
    side = json.loads((folder / "run.json").read_text("utf-8"))
    assert side["finished_at"] == f"then {number}"
    for name, digest in side["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    return int(number)


def killed_at(monkeypatch: pytest.MonkeyPatch, nth: int, act: Callable[[], None]) -> bool:
    """Whether it was killed before its ``nth`` change to a folder: a rename, a move or a removal."""
    count = 0

    def counted(does: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == nth:
                raise Killed
            return does(*arguments, **named)

        return step

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        for name in ("rename", "replace", "unlink"):
            patched.setattr(Path, name, counted(getattr(Path, name)))
        try:
            act()
        except Killed:
            return True
    return False


def test_results_that_are_killed_while_they_are_put_in_place_are_whole_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, nth = tmp_path / "results", 0
    while True:
        nth += 1
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, 1)
        (folder / "letter.txt").write_text("mine", "utf-8")
        was_killed = killed_at(monkeypatch, nth, lambda: write(folder, 2))
        if (folder / "manifest.json").exists():
            assert number_in(folder) in (1, 2)
        check_destination(folder)
        write(folder, 3)
        assert number_in(folder) == 3
        assert (folder / "letter.txt").read_text("utf-8") == "mine", "what others put there stays"
        if not was_killed:
            break
    assert nth > 8


def test_first_results_that_are_killed_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert killed_at(monkeypatch, 1, lambda: write(tmp_path / "results", 1))
    assert not (tmp_path / "results").exists()


def test_results_of_two_commands_in_one_folder_are_those_of_one_of_them(tmp_path: Path) -> None:
    folder, errors = tmp_path / "results", []

    def often(number: int) -> None:
        try:
            for _ in range(15):
                write(folder, number, rows=200 * number)
        except Exception as error:
            errors.append(error)

    both = [threading.Thread(target=often, args=(number,)) for number in (1, 2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert errors == []
    assert number_in(folder) in (1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["results"], "nothing is left beside it"


def test_full_disk_is_named_and_earlier_results_stay(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=160k") as small:
        write(small / "results", 1)
        with pytest.raises(
            ResultsFolderError, match="the disk is full; free some space; the new results are not written"
        ):
            write(small / "results", 2, rows=20_000)
        assert number_in(small / "results") == 1
        assert [path.name for path in small.iterdir()] == ["results"]


def test_page_that_does_not_fit_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    from sim.report.writing import write as write_page

    with mounted(tmp_path / "small", "size=160k") as small:
        write_page("before", small / "report.html")
        with pytest.raises(OSError, match="No space left"):
            write_page("x" * 1_000_000, small / "report.html")
        assert [path.name for path in small.iterdir()] == ["report.html"]
        assert (small / "report.html").read_text("utf-8") == "before"


def test_list_of_sources_that_does_not_fit_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    from sim.cli import main

    with mounted(tmp_path / "small", "size=8k") as small:
        (small / "numbers.csv").write_text("before", "utf-8")
        with pytest.raises(SystemExit) as end:
            main(["sources", str(TINY), "--csv", str(small / "numbers.csv")])
        assert end.value.code == 1
        assert [path.name for path in small.iterdir()] == ["numbers.csv"]
        assert (small / "numbers.csv").read_text("utf-8") == "before"


def test_folder_on_a_disk_that_is_read_only_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with (
        mounted(tmp_path / "small", "size=160k,ro") as small,
        pytest.raises(ResultsFolderError, match=r"cannot be (made|written)"),
    ):
        check_destination(small / "results")


@pytest.mark.parametrize("name", ["a" * 300, "a" * 250])
def test_folder_whose_name_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResultsFolderError, match="its name is too long"):
        check_destination(tmp_path / name / ("b" * 300))


@pytest.mark.parametrize("shift", [timedelta(days=-400), timedelta(hours=3), timedelta(days=4000)])
def test_status_of_a_sweep_knows_no_negative_time_whatever_the_clock_says(tmp_path: Path, shift: timedelta) -> None:
    import socket

    (tmp_path / SWEEP).write_text(json.dumps({"program": tables.PROGRAM, "sweep": {"sweep": "s"}}), "utf-8")
    write_parquet({"point": np.array([0, 1]), "key": np.array(["a", "b"], object)}, tmp_path / "jobs.parquet")
    write_parquet({"point": np.array([0, 1])}, tmp_path / "design.parquet")
    started = (datetime.now(UTC) + shift).isoformat(timespec="seconds")
    lock = {"pid": os.getpid(), "host": socket.gethostname(), "started": started}
    (tmp_path / "lock").write_text(json.dumps(lock), "utf-8")
    found = status_of(tmp_path, ("placed",))
    assert found.left == 2
    assert found.seconds_left is None or found.seconds_left >= 0


def test_run_that_another_program_kept_is_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = store.hash_of("0", "scenario")
    assert before == store.hash_of("0", "scenario")
    monkeypatch.setattr(store, "program", lambda: "an older version")
    assert store.hash_of("0", "scenario") != before
