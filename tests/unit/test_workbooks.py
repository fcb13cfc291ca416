"""Workbooks: what begins like a formula stays text, and empty cells stand where there is no number."""

import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from sim.tables import write_csv
from sim.workbooks import write_workbook

HARMFUL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "http://example.org", "{=1}", "12", "plain"]


def columns() -> dict[str, np.ndarray]:
    numbers = np.arange(len(HARMFUL), dtype=float)
    numbers[0], numbers[1] = np.nan, np.inf
    return {"name": np.array(HARMFUL, object), "number": numbers, "whole": np.arange(len(HARMFUL))}


def parts(path: Path) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def test_text_that_begins_like_a_formula_is_text_in_a_workbook(tmp_path: Path) -> None:
    write_workbook({"plans": columns()}, tmp_path / "a.xlsx")
    found = parts(tmp_path / "a.xlsx")
    sheet = found["xl/worksheets/sheet1.xml"]
    assert not re.search("<f>|<f |hyperlink", sheet)
    texts = re.findall(r"<t[^>]*>(.*?)</t>", found["xl/sharedStrings.xml"], re.DOTALL)
    unescaped = [text.replace("&apos;", "'").replace("&amp;", "&") for text in texts]
    assert [text for text in HARMFUL if text not in unescaped] == []
    assert [cell for cell in ("A2", "A3", "A4", "A5", "A6", "A9") if f'<c r="{cell}" t="s">' not in sheet] == []


def test_number_that_is_not_there_is_an_empty_cell(tmp_path: Path) -> None:
    write_workbook({"plans": columns()}, tmp_path / "a.xlsx")
    sheet = parts(tmp_path / "a.xlsx")["xl/worksheets/sheet1.xml"]
    assert 'r="B2"' not in sheet
    assert 'r="B3"' not in sheet
    assert '<c r="B4"><v>2</v>' in sheet


def test_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(
            {"plans": columns(), "a table with a name of more than 31 characters": columns()}, tmp_path / name
        )
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("text", HARMFUL[:5])
def test_text_that_begins_like_a_formula_gets_an_apostrophe_in_csv(tmp_path: Path, text: str) -> None:
    write_csv({"name": np.array([text], object)}, tmp_path / "a.csv")
    content = (tmp_path / "a.csv").read_text("utf-8").splitlines()[1]
    assert content.lstrip('"').startswith(f"'{text[0]}")
