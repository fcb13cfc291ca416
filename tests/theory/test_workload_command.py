"""The command of the benchmark: which figures it writes, and how ratios are made of runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import check, child, growing
from benchmarks.measure import Run, interleave_children, ratios_of_runs
from benchmarks.telling import page
from sim.scenario.checks import faults_across

TINY = command.Plan(
    rounds=2,
    engine=(1_000, 2_000),
    simpy=(500, 1_000),
    others=500,
    h_engine=2_000,
    h_simpy=(500, 1_000),
    years=1,
    both_years=1,
    years_of_growth=(1, 2),
    lanes=(1, 2),
    stations=(1, 2),
    workers=(1, 2),
    growth_from=0,
)
FIGURES = ("w_vs_simpy", "vs_simpy", "vs_floor", "peak_mb", "growth_exponent", "sweep_run_s", "both_rows_200_s")


def pretended(name: str, n: int, *, seed: int, timeout: float | None = None) -> Run:  # noqa: ARG001
    """A run in which SimPy needs 100 us a parcel, the engine 1 us, the floor 0.5 us; slower by the round."""
    per_parcel = {"simpy": 1e-4, "h-simpy": 2e-4, "h-floor": 5e-7}.get(name, 1e-6)
    seconds = (n * per_parcel) * seed
    return Run(name=name, n=n, seed=seed, seconds=seconds, peak_mb=200.0 + seed, n_parcels=n, outputs={})


def test_figures_are_made_of_the_runs_they_name() -> None:
    figures = command.report(TINY, command.measure(TINY, runner=pretended))
    assert figures["w_vs_simpy"] == pytest.approx(100)
    assert figures["vs_simpy"] == pytest.approx(200)
    assert figures["vs_floor"] == pytest.approx(2)
    assert figures["growth_exponent"] == pytest.approx(1, abs=0.01)
    assert figures["peak_mb"] == 202
    assert figures["sweep_run_s"] == pytest.approx(0, abs=0.01)
    assert (figures["both_rows_200_mb"], figures["both_rows_50_mb"]) == (202, 202)
    assert figures["ratios"]["both_rows_50_vs_simpy"]["median"] == pytest.approx(200)
    assert figures["ratios"]["both_rows_200_vs_floor"]["median"] == pytest.approx(2)
    assert figures["ratios"]["vs_simpy"] == {
        "slow": "h-simpy 1,000",
        "fast": "h-engine 2,000",
        "median": pytest.approx(200),
        "least": pytest.approx(200),
        "largest": pytest.approx(200),
    }


def test_ratio_comes_with_its_range_over_the_rounds() -> None:
    def drifting(name: str, n: int, *, seed: int, timeout: float | None = None) -> Run:
        run = pretended(name, n, seed=seed, timeout=timeout)
        return run if name != "engine" else Run(**{**vars(run), "seconds": run.seconds * seed})

    ratio = command.report(TINY, command.measure(TINY, runner=drifting))["ratios"]["w_vs_simpy"]
    assert (ratio["least"], ratio["median"], ratio["largest"]) == pytest.approx((50, 75, 100))


def test_rounds_are_interleaved_and_told() -> None:
    told: list[Run] = []
    runs = interleave_children([("engine", 10), ("simpy", 10)], 3, runner=pretended, tell=told.append)
    assert [run.name for run in told] == ["engine", "simpy", "simpy", "engine", "engine", "simpy"]
    assert [run.seed for run in runs["engine", 10]] == [1, 2, 3]
    assert ratios_of_runs(runs["simpy", 10], runs["engine", 10]) == pytest.approx([100] * 3)


def test_growth_leaves_out_sizes_below_the_least() -> None:
    runs = interleave_children([("engine", n) for n in (10, 1_000, 10_000)], 1, runner=pretended)
    runs["engine", 10][0] = Run(**{**vars(runs["engine", 10][0]), "seconds": 10.0})
    assert command.growth(runs, "engine", 1_000) == pytest.approx(1)
    assert command.growth(runs, "engine") < 0.5


def test_quick_writes_every_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    # Every work really runs, though in this process: what a child adds is tested with the peers.
    def in_process(name: str, n: int, *, seed: int, timeout: float | None = None) -> Run:  # noqa: ARG001
        is_short = not name.startswith(("sweep", "workers"))  # years have a test of their own, and so have workers
        result = child.WORKS[name]()(n, seed) if is_short else child.Result(n_parcels=1, outputs={})
        return Run(
            name=name, n=n, seed=seed, seconds=1.0, peak_mb=100.0, n_parcels=result.n_parcels, outputs=result.outputs
        )

    monkeypatch.setattr(command, "QUICK_PLAN", TINY)
    real = command.measure
    monkeypatch.setattr(command, "measure", lambda plan, tell: real(plan, runner=in_process, tell=tell))
    command.main(["--quick", "--rounds", "1", "--out", str(tmp_path / "made" / "figures.json")])
    figures = json.loads((tmp_path / "made" / "figures.json").read_text())
    assert all(isinstance(figures[name], int | float) for name in FIGURES)
    assert figures["cpu"]
    assert figures["versions"].keys() >= {"python", "numpy", "numba", "simpy"}
    assert len(figures["runs"]) == 2 + 2 + 3 + 2 + 2 + 2 + 2 + 8
    assert "w_vs_simpy" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["h-engine", "h-simpy", "h-floor"])
def test_child_simulates_about_as_many_parcels_as_it_was_told(name: str) -> None:
    figures = child.measure(name, 3_000, 1)
    assert figures["n_parcels"] == pytest.approx(3_000, rel=0.1)


# -- against the floor -------------------------------------------------------------------------------------------------


def test_growth_is_told_for_years_lanes_and_stations() -> None:
    figures = command.report(TINY, command.measure(TINY, runner=pretended))
    assert figures["growth_exponents"].keys() == {"engine", "simpy", "h-simpy", "years", "lanes", "stations"}
    assert figures["growth_exponents"]["lanes"] == pytest.approx(1)
    assert figures["grown"]["workers"].keys() == {"1", "2"}


def test_page_holds_every_work_and_ratio_with_machine_and_versions() -> None:
    runs = command.measure(TINY, runner=pretended)
    figures = command.report(TINY, runs)
    told = page(runs, figures)
    assert all(f"| {name} |" in told for name in {name for name, _ in runs} | set(figures["ratios"]))
    assert all(text in told for text in (figures["platform"], figures["date"][:10], "numba ", figures["cpu"]))


def slower(factor: float, names: tuple[str, ...] = ("engine", "h-engine")) -> Any:
    """The pretended machine with some works slower."""

    def runner(name: str, n: int, *, seed: int, timeout: float | None = None) -> Run:
        run = pretended(name, n, seed=seed, timeout=timeout)
        return Run(**{**vars(run), "seconds": run.seconds * (factor if name in names else 1)})

    return runner


@pytest.mark.parametrize(("factor", "is_slower"), [(0.5, False), (1.19, False), (1.21, True)])
def test_a_ratio_to_the_floor_may_grow_by_a_fifth(factor: float, is_slower: bool) -> None:
    latest = command.report(TINY, command.measure(TINY, runner=pretended))
    found = {each.name: each for each in check.compared(latest, 2, slower(factor))}
    assert found.keys() == {"w_vs_floor", "vs_floor", "both_rows_200_vs_floor", "both_rows_50_vs_floor"}
    assert [name for name, each in found.items() if each.is_slower] == (["w_vs_floor", "vs_floor"] if is_slower else [])
    assert found["vs_floor"].was == pytest.approx(2)
    assert found["vs_floor"].now == pytest.approx(2 * factor)


def test_a_slower_machine_is_no_regression() -> None:
    latest = command.report(TINY, command.measure(TINY, runner=pretended))
    everything = ("engine", "floor", "h-engine", "h-floor", "both-rows-200", "both-rows-50")
    assert not any(each.is_slower for each in check.compared(latest, 1, slower(3, everything)))


def test_the_figures_that_ship_can_be_checked_against() -> None:
    latest = json.loads(check.LATEST.read_text("utf-8"))
    assert {work for (work, _), _ in check.floors(latest).values()} >= {"h-engine"}
    assert all(n > 0 and name in child.WORKS for pair in check.floors(latest).values() for name, n in pair)


def test_figures_without_a_floor_are_refused() -> None:
    with pytest.raises(ValueError, match="run make bench first"):
        check.compared({"ratios": {"w_vs_simpy": {}}}, 1, pretended)


@pytest.mark.parametrize(
    ("scenario", "lanes", "stations"), [(growing.lanes(3), 3, 2), (growing.stations(5), 1, 5), (growing.years(1), 1, 2)]
)
def test_a_corridor_that_grows_has_what_it_says(scenario: Any, lanes: int, stations: int) -> None:
    assert (len(scenario.lanes), len(scenario.stations)) == (lanes, stations)
    assert list(faults_across(scenario)) == []
    rooms = sum(lane.payload.pieces for lane in scenario.lanes.values())
    assert rooms * 730 == pytest.approx(1.2 * growing.PARCELS, rel=0.01)
