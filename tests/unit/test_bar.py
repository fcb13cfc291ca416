"""How far runs are on a terminal: a bar with what goes on and the time left."""

import io
import sys

import pytest

from sim.cli.showing import Bar
from sim.experiments.pace import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar_that_tells_the_share_the_phase_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with Bar("tiny") as bar:
        bar.update(Progress(0.25, 1, 4, seconds_left=40.0, off_by=0.0))
        assert bar._progress.tasks[0].fields["left"] == "about 40 s left"
        bar.update(Progress(1.0, 4, 4, seconds_left=0.0))
    (task,) = bar._progress.tasks
    assert (task.percentage, task.fields["left"]) == (100.0, "")
    assert task.description.startswith("tiny: ")
    assert "100%" in terminal.getvalue()


def test_without_a_terminal_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("tiny") as bar:
        bar.update(Progress(0.5, 2, 4))
        bar.update(Progress(0.51, 2, 4))
    said = capsys.readouterr().err
    assert said.startswith("tiny:  50% after 0 s")
    assert said.count("\n") == 1
