"""Every wrong scenario of `wrong/` is refused with exactly the words of the text beside it.

After a change of words: WRITE_EXPECTED=1 pytest tests/scenarios/test_wrong.py, then read the difference.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.experiments import estimate

WRONG = Path(__file__).parent / "wrong"
FILES = sorted(WRONG.glob("*.yaml"))
SEVERAL = {
    "changes-of-containers-to-wrong-values": 11,
    "changes-of-levers-to-wrong-values": 8,
    "changes-of-wrong-values": 9,
    "containers-out-of-bounds": 12,
    "interventions-of-no-kind": 10,
    "interventions-of-wrong-dates": 4,
    "interventions-that-name-nothing": 24,
    "interventions-whose-measures-act-outside": 4,
    "interventions-without-the-number": 11,
    "levers-out-of-bounds": 4,
    "sellers-out-of-bounds": 10,
    "shares-of-no-path": 4,
    "shares-that-do-not-sum-to-one": 6,
    "unknown-places": 5,
    "wrong-dimensions": 11,
    "wrong-types": 11,
}
"""Files in which so many things are wrong."""


@pytest.fixture(autouse=True)
def _in_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages name the files from here, and the machine has 10 GB."""
    monkeypatch.chdir(WRONG)
    monkeypatch.setattr(estimate, "available_bytes", lambda: 10e9)


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    """Exit code and what is printed."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return (end.value.code, *capsys.readouterr())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_wrong_scenario_is_refused_in_these_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "validate", file.name)
    expected = file.with_suffix(".txt")
    if os.environ.get("WRITE_EXPECTED"):
        expected.write_text(err, "utf-8")
    assert (code, out) == (2, "")
    assert err == expected.read_text("utf-8")
    assert "Traceback" not in err
    assert str(WRONG) not in err, "files are named from the working folder"


def test_corpus_is_large_and_each_text_has_its_scenario() -> None:
    assert len(FILES) >= 150
    assert {file.stem for file in WRONG.glob("*.txt")} == {file.stem for file in FILES}


@pytest.mark.parametrize("name", SEVERAL)
def test_all_that_is_wrong_in_a_file_is_said_at_once(name: str) -> None:
    lines = (WRONG / f"{name}.txt").read_text("utf-8").splitlines()
    assert len([line for line in lines if line.startswith(f"{name}.yaml:")]) == SEVERAL[name]


@pytest.mark.parametrize("name", ["right", "complete"])
def test_what_the_wrong_scenarios_are_laid_over_is_right(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "validate", f"bases/{name}.yaml")
    assert (code, err) == (0, "")
    assert out.startswith(f"bases/{name}.yaml: ok: ")


def test_intervention_that_wrong_scenarios_take_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "validate", "interventions/more-flights.yaml")
    assert (code, err) == (0, "")
    assert out.startswith("interventions/more-flights.yaml: ok: an intervention of 1 measure")


def test_errors_of_several_files_are_shown_together(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["horizon-reversed", "no-horizon"]
    code, out, err = outcome(capsys, "validate", *(f"{name}.yaml" for name in names), "bases/right.yaml")
    told = "".join((WRONG / f"{name}.txt").read_text("utf-8") for name in names)
    assert (code, err) == (2, f"{told}2 of 3 files are wrong\n")
    assert "bases/right.yaml: ok" in out


@pytest.mark.parametrize("command", ["validate", "run"])
def test_file_that_is_not_there_is_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(capsys, command, "1234567.yaml") == (2, "", "1234567.yaml:1:1: error: no such file\n")
    assert outcome(capsys, command, "bases") == (2, "", "bases:1:1: error: not a file\n")


@pytest.mark.parametrize("name", ["python-tags", "yaml-bomb", "stations-in-a-circle", "base-at-the-root"])
def test_run_refuses_what_validate_refuses_and_writes_nothing(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", f"{name}.yaml", "--out", str(tmp_path / "results")],
        cwd=WRONG,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (WRONG / f"{name}.txt").read_text("utf-8")
    assert list(tmp_path.iterdir()) == []


def test_absurd_scenario_is_refused_by_run_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = outcome(capsys, "run", "absurd-memory.yaml", "--out", str(tmp_path / "results"))
    assert (code, out) == (2, "")
    assert "refused before anything ran" in err
    assert list(tmp_path.iterdir()) == []
