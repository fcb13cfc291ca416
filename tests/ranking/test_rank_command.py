"""`sim rank` from a file: what it says and writes, that it goes on where it was cut off, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from ranking.asked import INTERVENTIONS, asked

from sim.cli import main
from sim.experiments.ranking import runs
from sim.experiments.store import Summary

ROOT = Path(__file__).parents[2]
SMALL = {"interventions": ["sorting", "customs", "training"], "replications": 60, "parcels_per_row": 100}
"""Four portfolios and little to run."""


def ran(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["rank", *map(str, arguments), "--workers", "1"])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def written(folder: Path) -> dict[str, bytes]:
    """All files at the top of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Number of each first replication that is run from now on."""
    found: list[int] = []
    run = runs.Job.run

    def counting(job: runs.Job) -> Summary:
        found.append(job.first)
        return run(job)

    monkeypatch.setattr(runs.Job, "run", counting)
    return found


def cut_off(counted: list[int], after: int) -> Callable[[runs.Job], Summary]:
    """A run that is stopped by Ctrl-C when so many are done."""
    run = runs.Job.run

    def cutting(job: runs.Job) -> Summary:
        if len(counted) == after:
            raise KeyboardInterrupt
        return run(job)

    return cutting


# -- what it says and writes -------------------------------------------------------------------------------------------


@pytest.mark.timeout(900)
def test_answer_comes_first_and_a_ranking_that_was_cut_off_ends_in_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_days = {"objectives": ["days"], "indifference": {"days": 0.2}}
    file = asked(tmp_path, **SMALL, **only_days, screening={"rows": 200, "replications": 4, "keep": 3})
    code, out, err = ran(capsys, file, "--out", tmp_path / "whole")
    assert code == 0, err
    n_whole = len(counted)
    first = " ".join(out.split("By days:")[0].split())
    assert first.startswith("Build sorting") or first.startswith("Build nothing")
    for said in ("of 4 portfolios within 50 k CNY", "P(best)", "expected regret", "Screened in rows of 200", "KN"):
        assert said in " ".join(out.split())

    counted.clear()
    with monkeypatch.context() as patch:
        patch.setattr(runs.Job, "run", cut_off(counted, 9))
        code, out, err = ran(capsys, file, "--out", tmp_path / "cut")
    assert (code, out) == (130, "")
    assert "the same command goes on there" in err
    assert ran(capsys, file, "--out", tmp_path / "cut")[0] == 0
    assert len(counted) == n_whole, "no run is done twice"
    names = {f"{table}.{ending}" for table in ("portfolios", "ranking", "information") for ending in ("csv", "parquet")}
    whole = written(tmp_path / "whole")
    assert whole.keys() == names | {"ranking.json", "manifest.json", "frontier.png", "standing.png"}
    assert written(tmp_path / "cut") == whole
    drawn = json.loads(whole["manifest.json"])["draws"]
    assert f"credible interval over {drawn} draws" in json.loads(whole["ranking.json"])["rests_on"][2]
    _tables_say_what_they_should(tmp_path / "whole")


def _tables_say_what_they_should(folder: Path) -> None:
    portfolios = parquet.read_table(folder / "portfolios.parquet").to_pandas().set_index("portfolio")
    assert set(portfolios.index) == {"nothing", "sorting", "customs", "sorting+customs", "sorting+training"}
    assert portfolios.capital_cny["sorting+customs"] == 50_000
    assert portfolios.p_overrun["sorting"] == 0
    assert 0.4 < portfolios.p_overrun["sorting+customs"] < 0.6, "its capital's median is the budget"
    ranking = parquet.read_table(folder / "ranking.parquet").to_pandas()
    days = ranking[(ranking.objective == "days") & (ranking.rests_on == "ranked")].set_index("portfolio")
    assert days.p_best.sum() == pytest.approx(1)
    assert (days.p_near_best >= days.p_best - 1e-12).all()
    assert (days.expected_regret >= 0).all()
    assert days.gain["nothing"] == 0
    assert days["rank"].tolist() == list(range(1, len(days) + 1))
    assert portfolios.replications.sum() == days.replications.sum() <= 60
    others = ranking[(ranking.objective == "days") & (ranking.rests_on != "ranked")]
    assert set(others["rank"]) <= {0}
    assert len(days) + len(others) == len(portfolios)


def test_command_line_overrides_the_file_and_json_holds_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = asked(tmp_path, **SMALL)
    options = ("--budget-cny", 20000, "--objective", "net-benefit", "--objective", "benefit-cost", "--json")
    code, out, err = ran(capsys, file, *options, "--replications", 24, "--out", tmp_path / "out")
    assert code == 0, err
    found = json.loads(out)
    assert found == json.loads((tmp_path / "out" / "ranking.json").read_text("utf-8"))
    assert [row["portfolio"] for row in found["tables"]["portfolios"]] == ["nothing", "sorting"]
    assert {row["objective"] for row in found["tables"]["ranking"]} == {"net-benefit", "benefit-cost"}
    assert found["answer"].startswith("Build ")


def test_portfolio_that_cannot_run_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.Job.run

    def failing(job: runs.Job) -> Summary:
        is_bad = list(json.loads(job.described)["interventions"]) == ["customs"]
        return {"replications": [{"failed": "a hole in the road"}] * job.n} if is_bad else run(job)

    monkeypatch.setattr(runs.Job, "run", failing)
    file = asked(
        tmp_path, **{**SMALL, "interventions": ["sorting", "customs"], "objectives": ["days"], "indifference": None}
    )
    code, out, _ = ran(capsys, file, "--out", tmp_path / "out")
    assert code == 0
    assert "Warning: customs is left out: a hole in the road." in " ".join(out.split())
    table = parquet.read_table(tmp_path / "out" / "portfolios.parquet").to_pandas().set_index("portfolio")
    assert table.state["customs"] == "failed"
    assert table.state["sorting+customs"] == "ranked"


def test_folder_of_somebody_else_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = asked(tmp_path, **SMALL)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", "utf-8")
    code, _, err = ran(capsys, file, "--out", tmp_path / "out")
    assert code == 1
    assert "holds files that are not results of this program" in err


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_any_moment_it_ends_in_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = asked(tmp_path, **SMALL)
    assert ran(capsys, file, "--out", tmp_path / "whole")[0] == 0
    command = [sys.executable, "-m", "sim.cli", "rank", str(file), "--workers", "2", "--out", str(tmp_path / "killed")]
    for n_kept in (1, 6, 12):
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        while process.poll() is None and len(list((tmp_path / "killed" / "runs").glob("*.gz"))) < n_kept:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert ran(capsys, file, "--out", tmp_path / "killed")[0] == 0
    assert written(tmp_path / "killed") == written(tmp_path / "whole")


# -- what it refuses ---------------------------------------------------------------------------------------------------

FREE = {"free": {"measures": INTERVENTIONS["customs"]["measures"]}}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"colour": "red"}, "unknown key 'colour'"),
    "unknown intervention": ({"interventions": ["sortin"]}, "there is no intervention 'sortin'"),
    "named twice": ({"interventions": ["sorting", "sorting"]}, "interventions: 'sorting' is named twice"),
    "no objective": ({"objectives": ["speed"]}, "'speed' is not one of 'parcels', 'days'"),
    "requires": ({"interventions": ["training"]}, "'training' requires 'sorting', which is not among them"),
    "no base": ({"base": "narow.yaml"}, "there is no file 'narow.yaml'"),
    "base outside": ({"base": "../x.yaml"}, "lies outside the folder"),
    "no money": ({"budget": "1000 CNY"}, "nothing can be built for 1,000 CNY; the cheapest intervention is 10,000"),
    "wrong unit": ({"budget": "5 kg"}, "'5 kg' is a mass; an amount of money is expected"),
    "too few": ({"replications": 40}, "40 replications are too few: 6 portfolios and doing nothing"),
    "fewer than the first": ({"replications": 5}, "5 replications of all together are no more than the first 6"),
    "its own name": ({"ranking": "other"}, "a ranking has the name of its file, 'narrow-line', not 'other'"),
    "horizon": ({"horizon": {"end": "2010-01-01"}}, "the end must lie after the start"),
    "indifference": ({"indifference": {"co2e": 3}}, "'co2e' is not among the objectives"),
    "free of cost": ({"interventions": ["free"], "objectives": ["benefit-cost"]}, "'free' costs nothing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_file_is_refused_at_its_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, message = WRONG[name]
    monkeypatch.setitem(INTERVENTIONS, "free", FREE["free"])
    file = asked(tmp_path, **{"indifference": None, **changes})
    code, out, err = ran(capsys, file, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert message in err
    key = next(iter(changes))
    lines = file.read_text("utf-8").splitlines()
    at = int(err.split("narrow-line.yaml:")[1].split(":")[0])
    first = next(i for i, line in enumerate(lines, 1) if line.startswith(f"{key}:"))
    length = sum(line.startswith(("-", " ")) for line in lines[first : first + 3])
    is_of_whole = name == "named twice"
    assert is_of_whole or first <= at <= first + length, err
    assert "Traceback" not in err
    assert not (tmp_path / "out" / "ranking.json").exists()


def test_validate_knows_a_ranking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = asked(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(file)])
    out, err = capsys.readouterr()
    assert not ended.value.code, err
    assert "ok: a ranking of 6 portfolios of 4 interventions within 50,000 CNY over narrow by days and parcels" in out
