"""What is rarely met in files, formulas, tables and disks: each is answered in words, or with what is right."""

import errno
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError, ScenarioError, remedy_of
from sim.ledger import numbers_in
from sim.ledger.amounts import amount
from sim.ledger.evidence import Row
from sim.ledger.posteriors import Moved
from sim.ledger.uses import uses_of
from sim.reading import read_tree, unwrap_sources
from sim.scenario.loading import LONGEST_CHAIN, load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, Times, amount_at, with_values
from sim.workbooks import write_workbook

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "golden" / "tiny.yaml"
Alter = Callable[..., Scenario]


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return load(TINY).scenario


def test_chain_of_bases_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "a0.yaml").write_text(TINY.read_text("utf-8"), "utf-8")
    for i in range(1, LONGEST_CHAIN + 2):
        (tmp_path / f"a{i}.yaml").write_text(f"scenario: a{i}\nbase: a{i - 1}.yaml\n", "utf-8")
    assert load(tmp_path / f"a{LONGEST_CHAIN}.yaml").scenario.scenario == f"a{LONGEST_CHAIN}"
    with pytest.raises(ScenarioError, match=f"more than {LONGEST_CHAIN} bases upon each other"):
        load(tmp_path / f"a{LONGEST_CHAIN + 1}.yaml")


def test_why_a_folder_cannot_be_written_is_told_with_what_to_do() -> None:
    assert remedy_of(OSError(errno.ENOSPC, "x")) == "the disk is full; free some space"
    assert remedy_of(OSError(errno.EIO, "Input/output error")) == "Input/output error"
    assert remedy_of(OSError("something else")) == "something else"


def test_workbook_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_workbook({"a": {"n": np.arange(2)}}, tmp_path / "not-there" / "a.xlsx")


# -- the ledger --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, True, "soon", date(2016, 1, 1)])
def test_what_is_no_number_measures_nothing(value: Any) -> None:
    assert amount(value) is None


def test_row_of_the_evidence_says_its_unit_once() -> None:
    def said(value: str, unit: str) -> str:
        return Row("A001", "reported", {"value": value, "unit": unit}).said

    assert said("", "t") == "no figure (t)"
    assert said("", "") == "no figure"
    assert said("9.49", "1e6 parcels") == "9.49 x 1e6 parcels"
    assert said("3 t", "t") == "3 t"
    assert said("3", "t") == "3 t"


def test_moved_number_is_headed_as_its_table_has_it() -> None:
    assert Moved("a.b", "kg").heading == "a.b [kg]"
    assert Moved("a.b", is_factor=True).heading == "a.b *"
    assert Moved("a.b").heading == "a.b"


def test_formula_that_cannot_be_worked_out_gives_no_result(tmp_path: Path) -> None:
    text = (
        "a: {value: 3, derived: 1 / 0, from: [A008]}\n"
        "b: {value: 3, derived: 1 + 2, from: [A008]}\n"
        "c: 3\n"
        "d: {value: 3, assumed: [1, 4], why: so}\n"
    )
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    tree, sources = unwrap_sources(read_tree(tmp_path / "a.yaml"))
    found = {number.name: number for number in numbers_in(tree, sources)}
    assert [found[name].result for name in "abcd"] == [None, 3.0, None, None]
    assert [found[name].range for name in "abcd"] == [None, None, None, "1 to 4"]


def test_file_of_a_library_that_cannot_be_read_is_named_beside_the_uses(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("a: {value: 3, reported: A008}\n", "utf-8")
    (tmp_path / "torn.yaml").write_text("a: {value: 3, reported: A008\n", "utf-8")
    found, unread = uses_of("A008", tmp_path)
    assert [(use.path, use.value, use.is_mention) for use in found] == [("a", "3", False)]
    assert [file.name for file in unread] == ["torn.yaml"]


# -- setting numbers ---------------------------------------------------------------------------------------------------


def test_tariff_is_scaled_and_set_term_by_term(tiny: Scenario) -> None:
    route = next(iter(tiny.routes))
    path = f"routes.{route}.tariff"
    before = amount_at(tiny, f"{path}.per_kg").number
    doubled = with_values(tiny, {f"{path}.per_kg": Times(2.0)})
    assert amount_at(doubled, f"{path}.per_kg").number == 2 * before
    assert amount_at(doubled, f"{path}.fixed") == amount_at(tiny, f"{path}.fixed")
    assert amount_at(with_values(tiny, {f"{path}.fixed": "7 CNY"}), f"{path}.fixed").number == 7


@pytest.mark.parametrize(
    ("path", "factor", "said"),
    [
        ("stations.sorting.is_open", 2.0, "nothing that can be multiplied"),
        ("title", 2.0, "nothing that can be multiplied"),
    ],
)
def test_what_is_no_number_cannot_be_multiplied(tiny: Scenario, path: str, factor: float, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        with_values(tiny, {path: Times(factor)})


def test_whole_numbers_stay_whole_and_units_stay_where_they_are_multiplied(tiny: Scenario) -> None:
    scaled = with_values(tiny, {"stations.sorting.servers": Times(1.6), "lanes.flight.payload.mass": Times(1.5)})
    assert scaled.stations["sorting"].servers == 3
    assert scaled.lanes["flight"].payload.mass == 90_000


def test_distribution_is_scaled_as_a_whole(tiny: Scenario) -> None:
    path = "last_miles.inland.times.yekaterinburg.ural"
    scaled = with_values(tiny, {f"{path}.mean": Times(2.0)})
    (part,) = scaled.last_miles["inland"].times["yekaterinburg"]["ural"].parts
    (before,) = tiny.last_miles["inland"].times["yekaterinburg"]["ural"].parts
    assert (part.low, part.high) == (2 * before.low, 2 * before.high)
    by_value = with_values(tiny, {f"{path}.mean": "70 h"})
    assert amount_at(by_value, f"{path}.mean").number == pytest.approx(70 * 3_600_000_000)
    with pytest.raises(InputError, match="needs a value with its unit, such as '3 d'"):
        with_values(tiny, {f"{path}.mean": True})
