"""Models of the report are scenarios that pass all checks, and other simulators take a parcel as the engine does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.checks import faults_across
from verification import __main__ as command
from verification import departures
from verification.checking import Case
from verification.peers import comparing
from verification.peers.lines import LINES, OFFICE, ROW, Drawn, drawn
from verification.running import Effort
from verification.statistics import judged

CASES = [make for family in command.FAMILIES.values() for make in family]


@pytest.mark.parametrize("make", [make for make in CASES if isinstance(make(), Case)])
def test_every_model_is_a_scenario_without_faults(make: Callable[[], Case]) -> None:
    case = make()
    assert list(faults_across(case.scenario())) == []
    assert case.expected()


@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_every_line_is_a_scenario_without_faults(line: comparing.Line) -> None:
    assert list(faults_across(comparing.scenario(line))) == []


def test_names_of_models_are_their_own_so_that_their_luck_is() -> None:
    names = [make().model for make in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("line", [replace(ROW, days=5), replace(OFFICE, days=5)], ids=["row", "office"])
def test_other_simulators_agree_with_each_other_on_the_same_numbers(line: comparing.Line) -> None:
    chance = drawn(line, 3)
    first, *others = (simulate(line, chance) for simulate in comparing.TOOLS.values())
    for other in others:
        for ours, theirs in zip(first, other, strict=True):
            np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-6)


@pytest.mark.parametrize("simulate", comparing.TOOLS.values(), ids=list(comparing.TOOLS))
def test_a_service_that_crosses_the_closing_resumes_before_those_who_wait(simulate: comparing.Simulate) -> None:
    hour = 3600.0
    line = replace(OFFICE, stations=(replace(OFFICE.stations[0], servers=1),))
    chance = Drawn(np.array([19.5 * hour, 19.75 * hour, 26 * hour]), np.array([[hour, hour, hour]]))
    started, ended = simulate(line, chance)
    assert (started[0] / hour).tolist() == pytest.approx([19.5, 32.5, 33.5])
    assert (ended[0] / hour).tolist() == pytest.approx([32.5, 33.5, 34.5])


def test_lines_in_microseconds_are_the_same_lines() -> None:
    line = OFFICE.in_ticks()
    assert (line.gap, line.day) == (OFFICE.gap * 1e6, 86_400e6)
    assert line.stations[0].hours == (8 * 3600e6, 20 * 3600e6)


def test_the_engine_takes_every_parcel_as_other_simulators_do() -> None:
    case = comparing.LineCase(family="f", model="an office", line=replace(OFFICE, days=4))
    same = [check for check in case.checks(Effort(share=0)) if "engine's luck" in check.source]
    assert len(same) == len(comparing.TOOLS)
    assert [check.mean for check in same] == [1.0, 1.0, 1.0]


def test_a_report_has_a_page_and_a_table_and_says_what_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(command.FAMILIES, "departures", (departures.CASES[2],))
    code = command.main(["--family", "departures", "--quick", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    page, table = ((tmp_path / f"verification.{end}").read_text("utf-8") for end in ("md", "csv"))
    assert "| a vehicle leaves when 20 are ready | mean wait | 2.17 h |" in page
    assert len(table.splitlines()) == 3
    assert (code == 0) == ("2 of 2 checks agree" in printed)
    assert "seed 20150101" in page
    assert all(name in page for name in ("python 3.11", "numpy", "salabim"))


@pytest.mark.slow
def test_no_check_finds_a_difference() -> None:
    found = judged(list(command.checks(list(command.FAMILIES), Effort(seed=1, share=0.1))))
    assert [one for one in found if one.verdict == "differs"] == []
