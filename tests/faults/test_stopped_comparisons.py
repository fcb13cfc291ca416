"""A comparison that was stopped, or met with a fault, goes on where it was, and ends as if nothing had happened."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from behaviour.planned import FROZEN, assumed, expand, library
from faults.processes import mounted

from sim.cli import main
from sim.experiments import parts as parts_module
from sim.experiments import progress_file
from sim.experiments.comparing import replicating, saving
from sim.experiments.comparing.kept import KeptRuns, from_plain, plain
from sim.experiments.comparing.plans import base_plan, plan_of
from sim.experiments.comparing.replicated import measure_replication
from sim.experiments.lock import Locked
from sim.experiments.pace import Progress
from sim.experiments.progress_file import ProgressFile
from sim.experiments.worlds import Worlds

SORTING = {
    "measures": {"lines": expand("stations.sorting", servers=assumed(2, 1, 3))},
    "capital": assumed("20000 CNY", "10000 CNY", "40000 CNY"),
}
CUSTOMS = {"measures": {"release": expand("customs.ural-customs.release", servers=1)}}
N_RUNS = 3 * 4


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return library(tmp_path, {"sorting": SORTING, "customs": CUSTOMS}, FROZEN)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a comparison that nothing interrupted writes."""
    top = tmp_path_factory.mktemp("whole")
    base = library(top, {"sorting": SORTING, "customs": CUSTOMS}, FROZEN)
    assert compared(base, top / "out") == 0
    assert {path.name for path in top.iterdir() if path.name.startswith((".", "out"))} == {"out"}
    assert not {"parts", "times.csv", "lock"} & {path.name for path in (top / "out").iterdir()}
    return results(top / "out")


def compared(base: Path, out: Path, *more: Any) -> int:
    """The exit code of `sim compare` in this process."""
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(base), "sorting", "customs", "--replications", "4", "--workers", "1",
              "--parcels-per-row", "10", "--out", str(out), *map(str, more)])  # fmt: skip
    return int(ended.value.code or 0)


def results(folder: Path) -> dict[str, bytes]:
    """All files but those that say when and where it was made."""
    apart = ("run.json", "progress.json")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in apart}


def progress(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "progress.json").read_text("utf-8")))


@pytest.fixture(scope="module", autouse=True)
def _no_pictures() -> Iterator[None]:
    """They take longer than all else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "PICTURES", {})
        yield


class Runs:
    """What has run, as plan and replication; and what befalls one of them."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, int]] = []
        self.befalls: dict[int, BaseException] = {}


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture(autouse=True)
def _watched(monkeypatch: pytest.MonkeyPatch, runs: Runs) -> None:
    def work(worlds: Any, replication: int, tell: Any) -> Any:
        plan = "+".join(worlds.described.interventions) or "base"
        if error := runs.befalls.get(len(runs.ran)):
            raise error
        runs.ran.append((plan, replication))
        return measure_replication(worlds, replication, tell)

    monkeypatch.setattr(replicating, "measure_replication", work)


def stop_at(runs: Runs, n: int, error: BaseException | None = None) -> None:
    runs.befalls = {len(runs.ran) + n: error or KeyboardInterrupt()}


# -- stopped -----------------------------------------------------------------------------------------------------------


def test_all_plans_of_a_replication_run_before_the_next(base: Path, tmp_path: Path, runs: Runs) -> None:
    assert compared(base, tmp_path / "out") == 0
    assert runs.ran == [(plan, r) for r in range(4) for plan in ("base", "sorting", "customs")]


@pytest.mark.parametrize("n", [0, 1, 5, 6, N_RUNS - 1])
def test_stopped_comparison_goes_on_where_it_was_and_ends_with_the_same_bytes(
    base: Path, tmp_path: Path, runs: Runs, whole: dict[str, bytes], n: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stop_at(runs, n)
    out = tmp_path / "out"
    assert compared(base, out) == 130
    err = capsys.readouterr().err
    assert f"what has ended is kept in {out}; the same command goes on from there" in err
    assert len(list((out / "parts").glob("*.parquet"))) == n
    found = progress(out)
    assert (found["state"], found["done"], found["total"]) == ("stopped", n, N_RUNS)
    assert (tmp_path / "out-incomplete").exists() == (n >= 6), "two replications of a draw in three plans"
    runs.befalls.clear()
    assert compared(base, out) == 0
    assert len(runs.ran) == N_RUNS, "nothing is run again"
    assert results(out) == whole
    assert not {"parts", "times.csv", "lock"} & {path.name for path in out.iterdir()}
    assert not (tmp_path / "out-incomplete").exists(), "the whole is there"


def test_incomplete_results_of_other_plans_and_files_of_others_stay(
    base: Path, tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    stop_at(runs, 6)
    assert compared(base, tmp_path / "out") == 130
    runs.befalls.clear()
    incomplete = tmp_path / "out-incomplete"
    manifest = json.loads((incomplete / "manifest.json").read_text("utf-8"))
    (incomplete / "manifest.json").write_text(json.dumps(manifest | {"comparison": ["base", "another"]}), "utf-8")
    assert compared(base, tmp_path / "out") == 0
    assert (incomplete / "plans.csv").exists()
    (incomplete / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (incomplete / "letter.txt").write_text("dear", "utf-8")
    assert compared(base, tmp_path / "out") == 0
    assert [path.name for path in incomplete.iterdir()] == ["letter.txt"]
    capsys.readouterr()


def test_results_are_on_the_disk_before_the_runs_go(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, told = tmp_path / "out", []
    fsync, removed = os.fsync, KeptRuns.remove

    def synced(handle: int) -> None:
        told.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    def remove(self: KeptRuns) -> None:
        told.append("removed")
        removed(self)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(KeptRuns, "remove", remove)
    assert compared(base, out) == 0
    before = told[: told.index("removed")]
    assert before[-2:] == [str(out), str(out.parent)], "the names come last"
    files = {Path(each).name for each in before[:-2] if "/parts/" not in each}
    assert {path.name for path in out.iterdir() if path.name != "progress.json"} == files
    capsys.readouterr()


def test_comparison_by_precision_and_its_decomposition_go_on_too(
    base: Path, tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    def by_precision(out: Path) -> int:
        with pytest.raises(SystemExit) as ended:
            main(["compare", str(base), "sorting", "--precision", "1e-6", "--most", "11", "--workers", "1",
                  "--decompose", "--objective", "days", "--parcels-per-row", "200", "--out", str(out)])  # fmt: skip
        return int(ended.value.code or 0)

    assert by_precision(tmp_path / "one") == 0
    n = len(runs.ran)
    assert n == 2 * 10 * 5
    for stopped in (18, 30):  # in the second round, and in the decomposition
        stop_at(runs, stopped)
        assert by_precision(tmp_path / "two") == 130
    phase = progress(tmp_path / "two")["phase"]
    assert phase == "what is complete is in two-incomplete"
    runs.befalls.clear()
    assert by_precision(tmp_path / "two") == 0
    assert len(runs.ran) == 2 * n
    assert results(tmp_path / "two") == results(tmp_path / "one")
    capsys.readouterr()


def test_what_failed_is_run_again_and_nothing_else(
    base: Path, tmp_path: Path, runs: Runs, whole: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    stop_at(runs, 7, ValueError("no luck"))
    out = tmp_path / "out"
    assert compared(base, out) == 1
    assert progress(out)["state"] == "failed"
    assert progress(out)["failed"] > 0
    assert "no luck" in capsys.readouterr().out
    ran = len(runs.ran)
    runs.befalls.clear()
    assert compared(base, out) == 0
    assert (len(runs.ran), results(out)) == (N_RUNS, whole)
    assert ran < N_RUNS


def test_another_plan_shares_what_was_run_of_the_baseline(base: Path, tmp_path: Path, runs: Runs) -> None:
    stop_at(runs, 6)
    assert compared(base, tmp_path / "out") == 130
    runs.befalls.clear()
    del runs.ran[:]
    with pytest.raises(SystemExit):
        main(["compare", str(base), "customs", "--replications", "4", "--workers", "1", "--parcels-per-row", "10",
              "--out", str(tmp_path / "out")])  # fmt: skip
    assert runs.ran == [("base", 2), ("customs", 2), ("base", 3), ("customs", 3)]
    assert len(list((tmp_path / "out" / "parts").iterdir())) == 2  # of sorting, not compared yet
    del runs.ran[:]
    assert compared(base, tmp_path / "out") == 0
    assert [replication for plan, replication in runs.ran if plan == "sorting"] == [2, 3]
    assert not (tmp_path / "out" / "parts").exists()


def test_earlier_results_stay_until_new_ones_are_whole(base: Path, tmp_path: Path, runs: Runs) -> None:
    out = tmp_path / "out"
    assert compared(base, out) == 0
    (out / "notes.txt").write_text("mine", "utf-8")
    before = results(out)
    stop_at(runs, 3)
    assert compared(base, out, "--objective", "days") == 130
    assert results(out).items() >= before.items()
    runs.befalls.clear()
    assert compared(base, out, "--objective", "days") == 0
    assert results(out).keys() == before.keys()
    assert results(out)["manifest.json"] != before["manifest.json"]


# -- to the bit --------------------------------------------------------------------------------------------------------


def test_run_that_is_read_back_is_the_same_to_the_bit(base: Path) -> None:
    below = base_plan(base)
    for plan in (below, plan_of(below, "sorting")):
        run = measure_replication(Worlds.of(plan.scenario, 1), 0, lambda _: None)
        again = from_plain(json.loads(json.dumps(plain(run))))
        assert again.measured.groups == run.measured.groups
        assert (again.measured.backlogs, again.measured.stock_outs) == (run.measured.backlogs, run.measured.stock_outs)
        arrays = [(again.measured.hours, run.measured.hours)]
        for ours, theirs in ((again.measured.values, run.measured.values), (again.network, run.network)):
            assert list(ours) == list(theirs)
            for name in ours:
                assert list(ours[name]) == list(theirs[name])
                arrays += [(ours[name][column], theirs[name][column]) for column in ours[name]]
        assert len(arrays) > 100
        for one, other in arrays:
            assert one.dtype == other.dtype
            if one.dtype == object:
                assert one.tolist() == other.tolist()
            else:
                assert one.tobytes() == other.tobytes()


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [0, 10, -4])
def test_damaged_part_is_named_set_aside_and_run_again(
    base: Path, tmp_path: Path, runs: Runs, whole: dict[str, bytes], left: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    stop_at(runs, 6)
    assert compared(base, out) == 130
    part = sorted((out / "parts").glob("*.parquet"))[2]
    part.write_bytes(part.read_bytes()[:left])
    runs.befalls.clear()
    assert compared(base, out) == 0
    said = f"the part {part.stem} was cut short or altered; it is set aside as {part.stem}.damaged and run again"
    assert said in capsys.readouterr().err
    assert len(runs.ran) == N_RUNS + 1
    assert results(out) == whole


def test_full_disk_is_named_and_what_is_done_stays(
    base: Path,
    tmp_path: Path,
    runs: Runs,
    whole: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, write = tmp_path / "out", parts_module._write

    def full(path: Path, data: bytes) -> None:
        if len(list(path.parent.glob("*.parquet"))) == 4:
            path.write_bytes(data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(parts_module, "_write", full)
    assert compared(base, out) == 1
    said = "the disk is full; free some space, then run the command again; what is done is kept"
    assert f"error: {out}: {said}" in capsys.readouterr().err
    found = progress(out)
    assert (found["state"], said in found["phase"]) == ("failed", True)
    assert [path.name for path in (out / "parts").iterdir() if path.suffix != ".parquet"] == []
    monkeypatch.setattr(parts_module, "_write", write)
    assert compared(base, out) == 0
    assert len(runs.ran) == N_RUNS + 1
    assert results(out) == whole


def test_folder_that_is_read_only_is_named(base: Path, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mounted(small, "-o", "remount,ro")
    assert compared(base, small) == 1
    assert f"error: {small}: it cannot be written to; name another folder with --out" in capsys.readouterr().err


def test_folder_in_use_is_refused_and_left_alone(
    base: Path, tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with Locked(out, print):
        assert compared(base, out) == 1
        assert f"{out} is in use by process {os.getpid()}" in capsys.readouterr().err
        assert [path.name for path in out.iterdir()] == ["lock"]
    assert runs.ran == []


def test_command_that_was_killed_before_it_wrote_anything_leaves_a_folder_that_can_be_used(
    base: Path, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "lock").write_text("")
    (out / ".progress.json.123").write_text("{")
    assert compared(base, out) == 0
    assert results(out) == whole


@pytest.mark.parametrize("after", ["manifest.json", "plans.csv", "run.json"])
def test_killed_while_results_are_put_in_place_the_folder_is_none_of_results_and_the_same_command_mends_it(
    base: Path, tmp_path: Path, whole: dict[str, bytes], after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert compared(base, out) == 0

    class KilledError(BaseException):
        pass

    def replace(self: Path, to: Path) -> Path:
        if Path(to) == out / after:
            raise KilledError
        return Path(os.replace(self, to) or to)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KilledError):
        compared(base, out)
    monkeypatch.undo()
    assert not (out / "manifest.json").exists()
    assert compared(base, out) == 0
    assert results(out) == whole


# -- progress ----------------------------------------------------------------------------------------------------------


def test_progress_file_says_phase_and_share_and_is_written_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress_file.time, "monotonic", lambda: now[0])
    file = ProgressFile(tmp_path, "compare", "harbin: charters")
    first = progress(tmp_path)
    assert (first["program"], first["kind"], first["title"]) == ("parcel-corridors", "compare", "harbin: charters")
    assert (first["state"], first["pid"], first["phase"]) == ("running", os.getpid(), "starting")
    file.update(Progress(0.004, 0, 48, is_settling=True))
    assert progress(tmp_path)["phase"] == "starting", "not again within the same second"
    now[0] += 1
    file.update(Progress(0.004, 0, 48, is_settling=True))
    assert (progress(tmp_path)["phase"], progress(tmp_path)["share"]) == ("settling", 0.004)
    now[0] += 1
    file.update(Progress(0.15, 6, 48, failed=1, seconds_left=61.4))
    found = progress(tmp_path)
    assert [found[name] for name in ("phase", "done", "total", "failed", "seconds_left")] == [
        "runs 7 of 48",
        6,
        48,
        1,
        61,
    ]
    assert found["updated_at"] >= found["started_at"]
    file.end("done")
    assert (progress(tmp_path)["state"], progress(tmp_path)["phase"]) == ("done", "done")
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_finished_comparison_says_so_in_its_folder(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(base, tmp_path / "out") == 0
    found = progress(tmp_path / "out")
    assert (found["state"], found["done"], found["total"], found["failed"]) == ("done", N_RUNS, N_RUNS, 0)
    assert found["title"] == "narrow: sorting, customs"
    lines = [line for line in capsys.readouterr().err.splitlines() if "% after" in line]
    assert "runs 0 of 12" in lines[0] or "settling" in lines[0]
    assert "runs 12 of 12" in lines[-1]
    assert any(" left" in line for line in lines)
