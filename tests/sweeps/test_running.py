"""A sweep gives the same bytes however it was run, says of each run how it ended, and adds replications as asked."""

import errno
import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from sim.cli import cli
from sim.experiments.executors import Ended, Executor, InProcess, Job, Limits, executor
from sim.experiments.parts import PartsFolderError
from sim.experiments.sweeps.design import points_of
from sim.experiments.sweeps.folder import SweepFolderError, begin
from sim.experiments.sweeps.jobs import Jobs
from sim.experiments.sweeps.outcomes import Outcomes, enough
from sim.experiments.sweeps.reading import read_sweep
from sim.experiments.sweeps.running import Swept, first_replications, next_replications, run_sweep
from sim.experiments.sweeps.status import Status, status_of
from sim.experiments.sweeps.tables import design_table
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import WHOLE, measured
from sim.model import build
from sim.scenario.setting import with_values
from tests.sweeps.conftest import Write

SMALL = """design: {kind: factorial}
replications: 2
levers: {stations.sorting.servers: {values: [1, 3]}}
"""
TABLES = ("design.csv", "design.parquet", "points.csv", "points.parquet", "runs.csv", "runs.parquet", "sweep.json",
          "jobs.parquet")  # fmt: skip


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


def ran(file: Path, folder: Path, using: Executor | None = None, *, retry: bool = False) -> Swept:
    return run_sweep(read_sweep(file), folder, using or InProcess(), retry=retry)


class Doing:
    """Runs jobs here with something done to how they end."""

    def __init__(self, do: Callable[[int, Ended], Ended]) -> None:
        self._do = do
        self.n = 0

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: Callable[[Ended], None]) -> None:
        def end(ended: Ended) -> None:
            self.n += 1
            on_ended(self._do(self.n, ended))

        InProcess().run(jobs, limits, end)


def stop_after(most: int) -> Doing:
    def do(n: int, ended: Ended) -> Ended:
        if n > most:
            raise KeyboardInterrupt
        return ended

    return Doing(do)


def count() -> Doing:
    return Doing(lambda _, ended: ended)


def test_sweep_that_was_stopped_gives_the_same_bytes_when_it_goes_on(write: Write, tmp_path: Path) -> None:
    file, cut, whole = write(SMALL), tmp_path / "cut", tmp_path / "whole"
    ran(file, whole)
    with pytest.raises(KeyboardInterrupt):
        ran(file, cut, stop_after(2))
    assert not (cut / "runs.csv").exists()
    status = status_of(cut, ("placed",))
    assert (status.done, status.failed, status.left, status.is_over, status.at_work) == (2, 0, 4, False, "")
    rest = count()
    ran(file, cut, rest)
    assert rest.n == 4
    assert bytes_of(cut) == bytes_of(whole)
    again = count()
    ran(file, cut, again)
    assert again.n == 0
    assert bytes_of(cut) == bytes_of(whole)
    status = status_of(cut, ("placed",))
    assert (status.done, status.left, status.is_over) == (6, 0, True)
    table = parquet.read_table(cut / "points.parquet").to_pandas()
    placed = table[table["measure"] == "placed"]["mean"].to_numpy()
    np.testing.assert_allclose(status.means[:, 0], placed)


def test_damaged_part_is_named_and_run_again(write: Write, tmp_path: Path) -> None:
    file, folder = write(SMALL), tmp_path / "out"
    ran(file, folder)
    before = bytes_of(folder)
    part = sorted((folder / "parts").glob("*.parquet"))[0]
    part.write_bytes(part.read_bytes()[:-9])
    assert len(status_of(folder, ()).damaged) == 1
    rest = count()
    (told,) = ran(file, folder, rest).damaged
    assert part.stem in told
    assert rest.n == 1
    assert bytes_of(folder) == before


@pytest.mark.slow
def test_two_workers_give_the_bytes_of_one(write: Write, tmp_path: Path) -> None:
    file = write(SMALL)
    ran(file, tmp_path / "one", executor(1))
    ran(file, tmp_path / "two", executor(2))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_run_of_a_sweep_is_that_of_the_scenario_with_its_numbers(write: Write, tmp_path: Path) -> None:
    """Point 0 is the base; the numbers of a point, and the draw of a replication, are those that a comparison takes."""
    text = "design: {kind: factorial}\nreplications: 4\nlevers: {plans: {values: [[more-sorters]]}}\n"
    swept = ran(write(text), tmp_path / "out")
    study, outcomes = swept.study, swept.outcomes
    for plans, point in (((), 0), (("more-sorters",), 1)):
        worlds = Worlds.of(study.grounds[plans].scenario, 4)
        for r in (0, 3):
            scenario = worlds.scenario(r)
            model = build(scenario, r)
            model.run()
            values = measured(Run(model.record, scenario)).values[WHOLE]
            for name in ("placed", "mean_days", "operators_result_cny"):
                assert outcomes.of_measure(point, name, np.array([r]))[0] == values[name][0]


def test_number_that_is_set_acts_as_if_the_file_had_said_it(write: Write, tmp_path: Path) -> None:
    swept = ran(write(SMALL), tmp_path / "out")
    scenario = with_values(swept.study.base.scenario, {"stations.sorting.servers": 3})
    model = build(scenario, 1)
    model.run()
    days = measured(Run(model.record, scenario)).values[WHOLE]["mean_days"][0]
    assert swept.outcomes.of_measure(2, "mean_days", np.array([1]))[0] == days


def test_difference_is_of_pairs(write: Write, tmp_path: Path) -> None:
    swept = ran(write(SMALL), tmp_path / "out")
    table, used = swept.points, np.arange(2)
    for point in (0, 1, 2):
        row = np.flatnonzero((table["point"] == point) & (table["measure"] == "mean_days"))[0]
        paired = swept.outcomes.of_measure(point, "mean_days", used) - swept.outcomes.of_measure(0, "mean_days", used)
        assert table["difference"][row] == pytest.approx(paired.mean())
        assert table["difference_standard_error"][row] == pytest.approx(paired.std(ddof=1) / math.sqrt(2))


def test_run_that_fails_is_a_row_and_the_others_finish(write: Write, tmp_path: Path) -> None:
    """Whole draws only: with one replication of a draw gone, the other does not count either."""
    file, folder = (
        write(SMALL.replace("replications: 2", "replications: 4") + "interventions: [more-sorters]"),
        tmp_path / "out",
    )

    def do(n: int, ended: Ended) -> Ended:
        return replace(ended, status="failed", reason="=1+1", summary=None) if n == 5 else ended

    swept = ran(file, folder, Doing(do))
    assert swept.outcomes.n_failed == 1
    runs = parquet.read_table(folder / "runs.parquet").to_pandas()
    assert runs["status"].tolist().count("failed") == 1
    bad = runs[runs["status"] == "failed"].iloc[0]
    assert bad["reason"] == "=1+1"
    assert np.isnan(bad["placed"])
    assert ",failed,'=1+1," in (folder / "runs.csv").read_text("utf-8"), "a text is no formula"
    used, layout = swept.outcomes.used(int(bad["point"]))
    assert used.tolist() == [2, 3]
    assert layout.n_draws == 1
    rest = count()
    assert ran(file, folder, rest).outcomes.n_failed == 1
    assert rest.n == 0, "what failed is not tried again unless asked for"
    assert ran(file, folder, count(), retry=True).outcomes.n_failed == 0


def test_points_of_which_all_runs_fail_have_rows_without_values(write: Write, tmp_path: Path) -> None:
    def do(_: int, ended: Ended) -> Ended:
        return replace(ended, status="timed_out", reason="more than 1 s", summary=None)

    swept = ran(write(SMALL), tmp_path / "out", Doing(do))
    assert swept.outcomes.n_failed == 6
    assert len(swept.points["point"]) == 0
    assert (tmp_path / "out" / "runs.csv").read_text("utf-8").count("timed_out") == 6


def test_numbers_that_do_not_go_together_fail_with_the_reason(write: Write, tmp_path: Path) -> None:
    text = """design: {kind: factorial}
replications: 1
levers:
  horizon.start: {values: [2016-05-01, 2016-05-20]}
"""
    with pytest.raises(Exception, match="the end must lie after the start"):
        read_sweep(write(text))
    text = (
        text.replace("[2016-05-01, 2016-05-20]", "[2016-05-01, 2016-05-12]") + "  horizon.end: {values: [2016-05-10]}\n"
    )
    swept = ran(write(text), tmp_path / "out")
    (reason,) = {one.reason for row in swept.outcomes.ended for one in row if one.status == "failed"}
    assert "the end must lie after the start" in reason


def test_status_says_who_is_at_work_and_how_long_it_takes(write: Write, tmp_path: Path) -> None:
    file, folder = write(SMALL), tmp_path / "out"
    seen: list[Status] = []

    def do(n: int, ended: Ended) -> Ended:
        if n == 4:
            seen.append(status_of(folder, ("placed",)))
        return ended

    ran(file, folder, Doing(do))
    (status,) = seen
    assert (status.done, status.failed, status.left) == (3, 0, 3)
    assert f"process {os.getpid()} on " in status.at_work
    assert status.seconds_left is not None
    assert status.seconds_left > 0
    assert status.runs.tolist() == [1, 1, 1]
    assert (status.means > 0).all()
    assert not status.is_over


def test_status_of_tables_alone_is_what_they_say(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def fail_one(n: int, ended: Ended) -> Ended:
        return replace(ended, status="failed", reason="no", summary=None) if n == 2 else ended

    ran(write(SMALL), folder, Doing(fail_one))
    whole = status_of(folder, ("placed", "mean_days"))
    for name in ("jobs.parquet", "design.parquet", "points.csv", "runs.csv", "times.csv"):
        (folder / name).unlink()
    (folder / "parts").rename(tmp_path / "elsewhere")
    status = status_of(folder, ("placed", "mean_days"))
    assert (status.total, status.done, status.failed, status.left, status.is_over) == (6, 5, 1, 0, True)
    assert status.runs.tolist() == whole.runs.tolist()
    assert np.array_equal(status.means, whole.means, equal_nan=True)
    assert {name: list(values) for name, values in status.design.items()} == {
        name: list(values) for name, values in whole.design.items()
    }
    shown = invoked("--status", str(folder))
    assert shown.exit_code == 0, shown.output
    assert "5 done, 1 failed, 0 left of 6 runs" in shown.stdout


# -- precision ---------------------------------------------------------------------------------------------------------


def test_replications_are_added_in_whole_draws_until_every_point_is_precise(write: Write, tmp_path: Path) -> None:
    text = (
        SMALL.replace("replications: 2", "precision: {of: placed, within: 6 %, most: 12}")
        + "interventions: [more-sorters]"
    )
    swept = ran(write(text), tmp_path / "out")
    precision = swept.study.sweep.precision
    assert precision is not None
    n = swept.outcomes.n
    assert n % 2 == 0
    assert n == 12 or enough(swept.outcomes, precision) <= 1
    fewer = replace(
        swept.outcomes, ended=[row[:4] for row in swept.outcomes.ended], values=swept.outcomes.values[:, :4]
    )
    assert n == 4 or enough(fewer, precision) > 1
    assert len(parquet.read_table(tmp_path / "out" / "jobs.parquet")) == 3 * n


def test_next_round_is_as_large_as_the_interval_calls_for(write: Write) -> None:
    study = read_sweep(write(SMALL.replace("replications: 2", "precision: {of: placed, within: 2 %, most: 21}")))
    assert first_replications(study) == 4
    assert [next_replications(study, 4, wider) for wider in (0.0, 1.0, 1.01, 1.3, math.inf)] == [4, 4, 6, 8, 8]
    assert next_replications(study, 16, 9.0) == 20
    assert next_replications(study, 20, 9.0) == 20


def test_point_without_runs_does_not_hold_up_the_others(write: Write) -> None:
    study = read_sweep(write(SMALL))
    done = Ended("a", "done", "", {"measures": {"placed": 10.0}, "is_settled": True})
    ended = {"a": done, "b": replace(done, key="b"), "c": Ended("c", "failed", "no")}
    points = points_of(study.sweep.design, study.factors, 1)[:2]
    found = Outcomes.of(points, None, [["a", "b"], ["c", "c"]], ended)
    sweep = read_sweep(write(SMALL.replace("replications: 2", "precision: {of: placed, within: 2 %, most: 8}"))).sweep
    assert sweep.precision is not None
    assert enough(found, sweep.precision) == 0
    assert Jobs(study, 2).per_draw is None


def test_retry_is_of_all_rounds_and_of_each_run_once(write: Write, tmp_path: Path) -> None:
    file = write(SMALL.replace("replications: 2", "precision: {of: placed, within: 0.1 %, most: 6}"))

    def fail_some(n: int, ended: Ended) -> Ended:
        return replace(ended, status="failed", reason="no", summary=None) if n in (1, 17) else ended

    assert ran(file, tmp_path / "out", Doing(fail_some)).outcomes.n_failed == 2
    rest = count()
    assert ran(file, tmp_path / "out", rest, retry=True).outcomes.n_failed == 0
    assert rest.n == 2


def test_run_that_came_to_another_limit_is_run_again(write: Write, tmp_path: Path) -> None:
    def late(n: int, ended: Ended) -> Ended:
        reason = Limits(seconds=300.0).too_long
        return replace(ended, status="timed_out", reason=reason, summary=None) if n == 2 else ended

    folder = tmp_path / "out"
    assert ran(write(SMALL + "limits: {seconds: 300}"), folder, Doing(late)).outcomes.n_failed == 1
    assert ran(write(SMALL + "limits: {seconds: 300}"), folder, count()).outcomes.n_failed == 1
    rest = count()
    assert ran(write(SMALL + "limits: {seconds: 600}"), folder, rest).outcomes.n_failed == 0
    assert rest.n == 1


# -- folders and the command -------------------------------------------------------------------------------------------


def test_folder_of_something_else_is_refused(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(SweepFolderError, match="holds files that are not of a sweep"):
        ran(write(SMALL), folder)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    (folder / "letter.txt").unlink()
    (folder / "sweep.json").write_text(
        json.dumps({"program": "parcel-corridors", "sweep": {"sweep": "other"}}), "utf-8"
    )
    with pytest.raises(SweepFolderError, match="holds the sweep 'other', not 'trial'"):
        ran(write(SMALL), folder)
    with pytest.raises(SweepFolderError, match="is no folder of a sweep"):
        status_of(tmp_path, ())


def test_folder_of_a_command_that_was_killed_before_it_said_what_it_is_goes_on(write: Write, tmp_path: Path) -> None:
    """As it is left by SIGKILL while the first file was being written; such files do not stay."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in (".sweep.json.4242", ".design.parquet.4242"):
        (folder / name).write_bytes(b"half")
    ran(write(SMALL), folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*TABLES, "parts", "times.csv"])


def test_first_file_on_a_full_disk_does_not_make_the_folder_one_of_others(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, _: bytes) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(PartsFolderError, match="the disk is full"):
            ran(write(SMALL), tmp_path / "out")
    assert ran(write(SMALL), tmp_path / "out").outcomes.n_failed == 0


def test_sweep_of_fewer_points_in_the_same_folder_has_a_status_of_its_own(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    ran(write(SMALL), folder)
    study = read_sweep(write(SMALL.replace("[1, 3]", "[3]")))
    points = points_of(study.sweep.design, study.factors, study.sweep.seed)
    begin(folder, study, design_table(Jobs(study, 1), points))
    with pytest.raises(SweepFolderError, match="is no folder of a sweep"):
        status_of(folder, ())


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["sweep", *arguments])


def test_command_prints_points_best_first_and_how_far_it_is(write: Write, tmp_path: Path) -> None:
    folder = str(tmp_path / "out")
    done = invoked(str(write(SMALL)), "--out", folder, "--workers", "1", "--measure", "mean_days,placed", "--best")
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.stdout.splitlines() if line.split()[:1] in (["0"], ["1"], ["2"])]
    days = [float(row[2]) for row in rows]
    assert len(rows) == 3
    assert days == sorted(days)
    assert "6 done, 0 failed, 0 left" in done.stderr
    told = invoked("--status", folder, "--measure", "placed")
    assert told.exit_code == 0
    assert "6 done, 0 failed, 0 left of 6 runs" in told.stdout
    wrong = invoked("--status", folder, "--measure", "plased")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "there is no measure 'plased'; did you mean 'placed'?" in wrong.stderr
    assert "neither more nor less of latent_orders is better; name another" in invoked(
        "--status", folder, "--measure", "latent_orders", "--best"
    ).stderr  # fmt: skip
    assert "name a sweep, or a folder with --status" in invoked("--measure", "placed").output
