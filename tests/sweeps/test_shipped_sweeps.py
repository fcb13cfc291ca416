"""Every sweep that ships is right, fits its schema, and runs."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from sim.cli.listing import list_scenarios
from sim.cli.schema import schema_text
from sim.cli.validating import validate_files
from sim.experiments.executors import InProcess, executor
from sim.experiments.sweeps.contract import LatinHypercube
from sim.experiments.sweeps.design import points_of
from sim.experiments.sweeps.jobs import Jobs, SweepJob
from sim.experiments.sweeps.reading import read_sweep
from sim.experiments.sweeps.running import run_sweep
from sim.reading import read_tree

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "sweeps"
FILES = sorted(FOLDER.glob("*.yaml"))
SCHEMA = json.loads(schema_text("sweep"))
SMALL = 40
"""A sweep of no more runs is small."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shipped_sweep_is_right(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate_files([file]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"{file.name}: ok: a sweep of " in out


def test_sweeps_are_of_both_corridors_and_of_plans_with_uncertainties() -> None:
    found = [read_tree(file).plain() for file in FILES]
    assert {"harbin-baseline.yaml", "xinjiang-baseline.yaml"} <= {each["base"] for each in found}
    assert any("plans" in each["levers"] and each.get("uncertainties") for each in found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_editor_that_uses_the_schema_finds_no_fault(file: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(read_tree(file).plain())


def test_committed_schema_is_that_of_the_model_and_refuses_what_is_wrong() -> None:
    assert (FOLDER / "schema.json").read_text("utf-8") == schema_text("sweep")
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid
    right = {"sweep": "x", "base": "y.yaml", "design": {"kind": "factorial"}, "levers": {"a.b": {"values": [1]}}}
    assert valid(right)
    assert not valid(right | {"design": {"kind": "sobol"}})
    assert not valid(right | {"lever": {}})
    assert not valid(right | {"limits": {"memory": "much"}})


def test_sweeps_are_listed_with_their_titles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    list_scenarios(kinds=["sweeps"])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ["scenarios/sweeps/harbin-charters.yaml", "How many charters from Harbin, how full, and from when"] in lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_points_of_a_shipped_sweep_run(file: Path) -> None:
    """The base, and the point that differs most in what it sets, in one replication."""
    study = read_sweep(file)
    jobs = Jobs(study, study.most_replications)
    points = points_of(study.sweep.design, study.factors, study.sweep.seed)
    last = max(points, key=lambda point: len(jobs.job(point, 0).point))
    base, other = (SweepJob.from_text(jobs.job(point, 0).text).run()["measures"] for point in (points[0], last))
    assert base["placed"] > 0
    assert base["mean_days"] != other["mean_days"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_small_shipped_sweep_runs_whole(file: Path, tmp_path: Path) -> None:
    study = read_sweep(file)
    assert study.n_points * study.most_replications <= SMALL
    swept = run_sweep(study, tmp_path / "out", executor(2))
    assert swept.outcomes.n_failed == 0
    placed = swept.points["mean"][swept.points["measure"] == "placed"]
    assert len(placed) == study.n_points
    assert (placed > 0).all()
    assert len(np.unique(placed)) > 1


def test_sweep_at_first_two_points_differs_from_its_base(tmp_path: Path) -> None:
    """The sweep with sets of interventions, cut to two points in one replication and run as a whole."""
    study = read_sweep(FOLDER / "harbin-offices.yaml")
    fewer = {"design": LatinHypercube(kind="latin_hypercube", points=2), "replications": 1}
    study = type(study)(study.sweep.model_copy(update=fewer), study.file, study.grounds, study.factors, study.per_run)
    swept = run_sweep(study, tmp_path / "out", InProcess())
    assert swept.outcomes.n_failed == 0
    is_days = swept.points["measure"] == "mean_days"
    assert (swept.points["difference"][is_days][1:] != 0).all()
