"""Runs of the simulator: what is read off them, and that those killed at any moment go on where they were."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from calibration.problem import Output, Problem, read
from calibration.simulator import Job, base_scenario, jobs_at, outputs_of, summary_of
from sim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def harbin() -> Problem:
    return read("harbin")


@pytest.fixture(scope="module")
def base(harbin: Problem) -> Scenario:
    return base_scenario(harbin, 1000)


def command(folder: Path, *failing: str) -> list[str]:
    return [sys.executable, str(ROOT / "tests" / "calibration" / "slow_jobs.py"), str(folder), *failing]


@pytest.fixture(autouse=True)
def _packages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_runs_killed_go_on_where_they_were_and_give_the_same(tmp_path: Path) -> None:
    whole = subprocess.run(command(tmp_path / "whole"), cwd=ROOT, capture_output=True, text=True, check=True)
    cut = tmp_path / "cut"
    process = subprocess.Popen(command(cut), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if len(list(cut.glob("job-*.gz"))) >= 3:
            break
        time.sleep(0.05)
    process.kill()
    process.communicate()
    kept = {file: file.stat().st_mtime_ns for file in cut.glob("job-*.gz")}
    assert 3 <= len(kept) < 12
    (cut / ".job-11.999").write_bytes(b"half a file")
    again = subprocess.run(command(cut), cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout == whole.stdout
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "what was kept is not run again"


def test_failing_run_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path, "1"), cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1 of 12 runs failed, the first so: ValueError: no such world\n"
    assert {file.name for file in tmp_path.glob("*.gz")} == {f"job-{i}.json.gz" for i in range(12) if i != 1}


def test_run_is_named_by_everything_that_it_depends_on(harbin: Problem, base: Scenario) -> None:
    values = harbin.space.values(np.zeros((2, harbin.space.n)))
    values[1, 0] *= 1.001
    same, other_luck, other_point = jobs_at(harbin, base, values[[0, 0, 1]], [0, 1, 0])
    assert same.key == jobs_at(harbin, base, values[:1], [0])[0].key
    assert len({same.key, other_luck.key, other_point.key}) == 3


def test_point_moves_the_numbers_that_it_should(harbin: Problem, base: Scenario) -> None:
    values = harbin.space.values(np.zeros((1, harbin.space.n)))
    at = dict(zip(harbin.space.names, values[0], strict=True))
    scenario = Scenario.model_validate_json(jobs_at(harbin, base, values, [0])[0].scenario)
    origin = scenario.market.origins["harbin"]
    assert origin.growth is not None
    assert origin.growth.levels[2017] == pytest.approx(at["growth_2017"])
    assert origin.growth.levels[2013] == pytest.approx(at["level_2015"] * np.exp(-2 * at["growth_2014"]))
    assert origin.choice.price_weight * origin.choice.value_of_time == pytest.approx(at["time"])
    shares = origin.choice.reference_shares
    assert shares.inside + shares.other_gateway + shares.not_bought == pytest.approx(1)
    assert sum(shares.routes.values()) == pytest.approx(1)
    assert scenario.parcels_per_row == 1000


def test_outputs_are_sums_over_months_and_names() -> None:
    tables = {
        "flows": {
            "month": np.array(["2016-01", "2016-01", "2016-02", "2016-03"], object),
            "route": np.array(["a", "b", "a", "a"], object),
            "region": np.array(["x", "x", "x", "y"], object),
            **{name: np.array([1, 20, 300, 4000]) for name in ("placed", "shipped", "delivered")},
            **{name: np.array([1.0, 20, 300, 4000]) for name in ("mass_kg", "value_cny")},
        },
        "lanes": {
            "month": np.array(["2016-01", "2016-02"], object),
            "lane": np.array(["l", "l"], object),
            **{name: np.array([5.0, 7.0]) for name in ("departed", "mass_kg", "pieces")},
        },
    }
    described = {
        "what": "", "unit": "", "discrepancy": 0, "why": "",
        "terms": [
            {"table": "flows", "column": "shipped", "months": ["2016-01", "2016-02"], "where": {"route": ["a"]}},
            {"table": "lanes", "column": "pieces", "months": ["2016-02", "2016-02"], "times": -2},
        ],
    }  # fmt: skip
    outputs = {"one": Output.model_validate(described)}
    assert np.exp(outputs_of(summary_of(tables), outputs)) == pytest.approx([301 - 14])
    described["terms"][0]["where"] = {"route": ["c"]}  # type: ignore[index]
    with pytest.raises(KeyError, match="no run has the route c"):
        outputs_of(summary_of(tables), {"one": Output.model_validate(described)})


@pytest.mark.slow
def test_run_of_the_model_is_the_same_again(harbin: Problem, base: Scenario) -> None:
    job: Job = jobs_at(harbin, base, harbin.space.values(np.zeros((1, harbin.space.n))), [3])[0]
    first, second = job.run(), job.run()
    assert first == second
    assert np.all(np.isfinite(outputs_of(first, harbin.outputs)))
