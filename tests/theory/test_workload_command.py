"""The command of the benchmark: which figures it writes, and how ratios are made of runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import child
from benchmarks.measure import Run, interleave_children, ratios_of_runs

TINY = command.Plan(
    rounds=2,
    engine=(1_000, 2_000),
    simpy=(500, 1_000),
    others=500,
    h_engine=2_000,
    h_simpy=(500, 1_000),
    years=1,
    both_years=1,
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
        is_short = not name.startswith("sweep")  # years have a test of their own
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
    assert len(figures["runs"]) == 2 + 2 + 2 + 2 + 2 + 2 + 2
    assert "w_vs_simpy" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["h-engine", "h-simpy", "h-floor"])
def test_child_simulates_about_as_many_parcels_as_it_was_told(name: str) -> None:
    figures = child.measure(name, 3_000, 1)
    assert figures["n_parcels"] == pytest.approx(3_000, rel=0.1)
