"""`sim calibrate` is plugged in: found when it is asked for, listed, and no loss when it is not there."""

import re
from importlib.metadata import EntryPoint

import pytest
from click.testing import CliRunner

from sim import cli
from sim.cli import commands


def plug_in(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry = EntryPoint("calibrate", value, "sim.commands")
    monkeypatch.setattr(commands, "_plugged_in", lambda: {"calibrate": entry})


def test_command_is_listed_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "calibration.command:calibrate")
    assert re.search(r"calibrate +Let the reports decide", CliRunner().invoke(cli.cli, ["--help"]).output)
    assert "--quick" in CliRunner().invoke(cli.cli, ["calibrate", "--help"]).output


def test_command_that_cannot_be_imported_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "no_such_package.command:calibrate")
    found = CliRunner().invoke(cli.cli, ["--help"])
    assert found.exit_code == 0
    assert "calibrate" not in found.output
    assert "No such command 'calibrate'" in CliRunner().invoke(cli.cli, ["calibrate"]).output


def test_unknown_corridor_is_refused_with_those_that_are_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(monkeypatch, "calibration.command:calibrate")
    with pytest.raises(SystemExit) as end:
        cli.main(["calibrate", "mars"])
    assert end.value.code == 1
    assert "there is no calibration of 'mars'; known are harbin, xinjiang" in capsys.readouterr().err
