"""Runs of several replications, their files, and what is refused before anything runs."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

import sim
from sim.errors import AbsurdScenarioError
from sim.experiments import estimate as estimates
from sim.experiments import kept_runs, processes
from sim.experiments import run as runs
from sim.experiments.estimate import estimate, refuse_if_absurd
from sim.experiments.manifest import save
from sim.experiments.pace import Progress
from sim.experiments.processes import Sent
from sim.experiments.run import KILLED
from sim.experiments.worlds import Worlds
from sim.scenario.scenario import Scenario
from sim.tables import ResultsFolderError, check_destination, write_csv, write_parquet

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "golden" / "tiny.yaml"


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return sim.load(TINY)


def contents(folder: Path) -> dict[str, bytes]:
    """Everything but what says when and where it was made."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"}


def latent(scenario: Scenario, orders: float, **more: Any) -> Scenario:
    """The scenario with so many latent orders a year."""
    origin = scenario.market.origins["harbin"].model_copy(update={"latent_orders_per_year": orders})
    market = scenario.market.model_copy(update={"origins": {"harbin": origin}})
    return scenario.model_copy(update={"market": market, **more})


def test_same_bytes_whatever_the_number_of_workers(tiny: Scenario, tmp_path: Path) -> None:
    for workers in (1, 2):
        results = sim.run(tiny, replications=3, workers=workers, parcel_log=True)
        assert (results.replications, results.missing) == ((0, 1, 2), {})
        save(results, tmp_path / str(workers), [TINY])
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []
    assert {"summary.csv", "flows.parquet", "parcels.parquet", "steps.parquet", "manifest.json"} <= one.keys()


def test_replications_differ_and_stand_in_order(tiny: Scenario) -> None:
    summary = sim.run(tiny, replications=3).columns("summary")
    assert summary["replication"].tolist() == [0, 0, 1, 1, 2, 2]
    assert len(set(summary["placed"][summary["route"] == "post"])) == 3


def test_tables_are_attributes_as_pandas_frames(tiny: Scenario) -> None:
    results = sim.run(tiny)
    assert results.summary["route"].tolist() == ["post", "express"]
    assert results.flows["placed"].sum() == results.summary["placed"].sum()
    with pytest.raises(AttributeError, match="no table or attribute 'flow'"):
        _ = results.flow
    html = results._repr_html_()
    assert "<caption>Two routes from Harbin to the Urals</caption>" in html
    assert f"<td>{results.summary['placed'][0]}</td>" in html
    assert "<th>mean days<br>d</th>" in html
    assert "Means of 1 replication." in html


def test_progress_rises_to_one(tiny: Scenario) -> None:
    seen: list[Progress] = []
    sim.run(tiny, replications=2, on_progress=seen.append)
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1], seen[-1].complete) == (0, 1, 2)
    assert len(shares) > 10


def test_failed_replication_does_not_take_others_along(tiny: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    replicate = runs.replicate

    def failing(scenario: Scenario, number: int, *rest: Any) -> Any:
        if number == 1:
            raise ValueError("no luck")
        return replicate(scenario, number, *rest)

    monkeypatch.setattr(runs, "replicate", failing)
    results = sim.run(tiny, replications=3)
    assert results.missing == {1: "ValueError: no luck"}
    assert results.replications == (0, 2)
    assert sorted(set(results.columns("daily")["replication"])) == [0, 2]


def test_single_replication_fails_with_its_own_error(tiny: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise ValueError("no luck")

    monkeypatch.setattr(runs, "replicate", failing)
    with pytest.raises(ValueError, match="no luck"):
        sim.run(tiny)


def test_process_that_loaded_another_program_runs_nothing(tiny: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "program", lambda: "that of before an upgrade")
    results = sim.run(tiny, replications=2, workers=2)
    said = "OtherProgramError: the program on disk is no longer the one that this command began with"
    assert results.replications == ()
    assert [why.startswith(said) for why in results.missing.values()] == [True, True]
    assert Sent.of(Worlds.of(tiny, 1)).worlds.described == tiny, "the same program reads it again"


def test_replications_of_a_killed_process_run_again(tiny: Scenario) -> None:
    killed = []

    def kill_once(_: Progress) -> None:
        for process in multiprocessing.active_children()[: 1 - len(killed)]:
            process.kill()
            killed.append(process)

    results = sim.run(tiny, replications=2, workers=2, on_progress=kill_once)
    assert len(killed) == 1
    assert (results.replications, results.missing) == ((0, 1), {})


def test_replication_that_is_killed_twice_is_reported(tiny: Scenario) -> None:
    def kill(_: Progress) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    results = sim.run(tiny, replications=2, workers=2, on_progress=kill)
    assert (results.replications, results.missing) == ((), {0: KILLED, 1: KILLED})
    assert results.tables == {}


def test_stopped_run_keeps_what_is_complete(tiny: Scenario) -> None:
    def stop(progress: Progress) -> None:
        if progress.complete == 2:
            raise KeyboardInterrupt

    results = sim.run(tiny, replications=4, on_progress=stop)
    assert results.was_stopped
    assert results.replications == (0, 1)
    assert results.missing == {2: "stopped before its end", 3: "stopped before its end"}


def test_stopped_run_leaves_no_process(tiny: Scenario) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    results = sim.run(tiny, replications=4, workers=2, on_progress=stop)
    assert results.was_stopped
    assert multiprocessing.active_children() == []


# -- files -----------------------------------------------------------------------------------------------------------


def test_manifest_says_what_the_tables_depend_on(tiny: Scenario, tmp_path: Path) -> None:
    save(sim.run(tiny), tmp_path / "out", [TINY])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert Scenario.model_validate(manifest["scenario"]) == tiny
    assert (manifest["seed"], manifest["replications"]) == (7, [0])
    assert manifest["versions"]["parcel-corridors"] == sim.__version__
    assert manifest["versions"]["numpy"] == np.__version__
    assert list(manifest["scenario_files"]) == ["tiny.yaml"]
    assert "published.csv" in manifest["evidence_files"]
    assert manifest["processor"]["numba_host"]
    assert set(manifest["tables"]) <= {path.stem for path in (tmp_path / "out").glob("*.csv")}


def test_side_file_has_the_hash_of_every_file(tiny: Scenario, tmp_path: Path) -> None:
    save(sim.run(tiny), tmp_path / "out")
    files = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["files"]
    assert sorted(files) == sorted(contents(tmp_path / "out"))


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_scenario_survives_being_written_as_json(file: Path) -> None:
    scenario = sim.load(file)
    assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario


def test_earlier_results_are_replaced_and_foreign_files_stay(tiny: Scenario, tmp_path: Path) -> None:
    out, results = tmp_path / "out", sim.run(tiny)
    save(results, out)
    (out / "notes.txt").write_text("mine", "utf-8")
    (out / "summary.csv").write_text("old", "utf-8")
    save(results, out)
    assert (out / "notes.txt").read_text("utf-8") == "mine"
    assert (out / "summary.csv").read_text("utf-8").startswith("replication,origin,route,placed")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"program": "another"}', "\x00"])
def test_folder_of_somebody_else_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(ResultsFolderError, match="holds files that are not results of this program"):
        check_destination(tmp_path)


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", "utf-8")
    with pytest.raises(ResultsFolderError, match="is not a folder"):
        check_destination(tmp_path / "out")
    with pytest.raises(ResultsFolderError, match="is not a folder that can be written to"):
        check_destination(tmp_path / "out" / "below")


def test_interrupted_writing_leaves_nothing_behind(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = sim.run(tiny)
    save(results, tmp_path / "out")
    before = contents(tmp_path / "out")

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.tables.write_csv", stop)
    with pytest.raises(KeyboardInterrupt):
        save(results, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_text_that_looks_like_a_formula_is_disarmed_in_csv(tmp_path: Path) -> None:
    texts = np.array(["=1+1", "+a", "-b", "@c", "\td", "plain, with comma", 'a "quote"', "中文"], object)
    write_csv({"text": texts, "number": np.array([-1.5, 0.1, np.nan, 1e300, 3.0, -0.0, 1e-9, 2.0])}, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().decode() == (
        "text,number\n'=1+1,-1.5\n'+a,0.1\n'-b,\n'@c,1e+300\n'\td,3.0\n"
        '"plain, with comma",-0.0\n"a ""quote""",1e-09\n中文,2.0\n'
    )


def test_parquet_gives_back_the_columns_and_holds_no_time(tmp_path: Path) -> None:
    columns = {"a": np.array(["x", "=y"], object), "n": np.array([1, 2]), "f": np.array([0.5, np.nan])}
    for name in ("one", "two"):
        write_parquet(columns, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    table = parquet.read_table(tmp_path / "one").to_pydict()
    assert table == {"a": ["x", "=y"], "n": [1, 2], "f": [0.5, None]}


# -- the estimate ----------------------------------------------------------------------------------------------------


def test_estimate_is_near_what_a_run_takes(tiny: Scenario) -> None:
    results = sim.run(tiny.model_copy(update={"horizon": tiny.horizon.model_copy(update={"warm_up": 0})}))
    found = estimate(results.scenario)
    counted = results.columns("orders")["orders"].sum()
    assert found.orders == pytest.approx(counted, rel=0.2)
    assert found.rows == found.orders


def test_estimate_counts_departures_checks_and_weeks(tiny: Scenario) -> None:
    days = 31 + 14 + 14
    assert estimate(tiny).steps == pytest.approx(days / 7 * 3 + days / 7)


def test_coarser_rows_take_less(tiny: Scenario) -> None:
    fine, coarse = (estimate(latent(tiny, 1e8, parcels_per_row=k)) for k in (1, 100))
    assert coarse.rows == pytest.approx(fine.rows / 100)
    assert coarse.peak_bytes < fine.peak_bytes
    assert coarse.seconds < fine.seconds


def test_level_that_a_change_raises_counts(tiny: Scenario, tmp_path: Path) -> None:
    change = "changes:\n  boom: {at: 2016-05-10, change: market.origins.harbin.level, multiply: 4, ramp: 3 d}\n"
    (tmp_path / "boom.yaml").write_text(TINY.read_text("utf-8") + change, "utf-8")
    assert estimate(sim.load(tmp_path / "boom.yaml")).orders == pytest.approx(4 * estimate(tiny).orders)


@pytest.mark.parametrize(
    ("orders", "parcels_per_row", "reason"),
    [
        (1e11, 10_000, "more than 2,147,483,647 latent orders in one replication"),
        (5e9, 10_000, None),
        (1.2e10, 1, "more memory than the 16.0 GB that a run may take on this machine"),
    ],
)
def test_absurd_scenario_is_refused_with_its_estimate(
    tiny: Scenario, monkeypatch: pytest.MonkeyPatch, orders: float, parcels_per_row: int, reason: str | None
) -> None:
    monkeypatch.setattr(estimates, "available_bytes", lambda: 20e9)
    scenario = latent(tiny, orders, parcels_per_row=parcels_per_row)
    if reason is None:
        refuse_if_absurd(scenario)
        return
    with pytest.raises(AbsurdScenarioError) as refused:
        refuse_if_absurd(scenario)
    found = estimate(scenario)
    assert str(refused.value) == (
        f"error: refused before anything ran: tiny would take {found}; {reason}; "
        f"raise parcels_per_row (now {parcels_per_row}), or shorten the horizon"
    )


def test_run_that_takes_days_is_refused(tiny: Scenario) -> None:
    with pytest.raises(AbsurdScenarioError, match=r"more than 24 hours; .* run fewer replications"):
        refuse_if_absurd(latent(tiny, 1e8), replications=100_000)


def test_run_refuses_an_absurd_scenario(tiny: Scenario) -> None:
    with pytest.raises(AbsurdScenarioError):
        sim.run(latent(tiny, 1e11))


def test_progress_that_is_not_seen_on_a_terminal_is_told_only_when_there_is_some(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(kept_runs.time, "monotonic", lambda: now[0])
    progress = kept_runs.Progress("stage", 3)
    for second, done in ((1, 0), (11, 0), (30, 0), (45, 1), (50, 2), (60, 2), (90, 2), (95, 3)):
        now[0] = float(second)
        progress.update(done)
    told = [line.split("of")[0].strip() for line in capsys.readouterr().err.splitlines()]
    assert told == ["stage: 0", "stage: 1", "stage: 2", "stage: 3"]
