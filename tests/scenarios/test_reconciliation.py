"""Every reported figure has a use, every contradiction its rival readings, and the page shows them all."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from calibration import ledger
from calibration.reconciliation import page, problems
from sim.ledger.evidence import FOLDER, USES, Evidence, Purpose, Reading, evidence_in
from sim.reading import read_tree, unwrap_sources

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reconciliation.md"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return evidence_in(ROOT / FOLDER)


@pytest.fixture(scope="module")
def reported() -> list[dict[str, str]]:
    with (ROOT / FOLDER / "reported.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_reported_row_has_a_use_and_every_use_a_row(evidence: Evidence, reported: list[dict[str, str]]) -> None:
    assert problems(evidence) == []
    assert [row["id"] for row in reported if row["id"] not in evidence.purposes] == []
    assert set(evidence.purposes) == {row["id"] for row in reported}
    assert {purpose.use for purpose in evidence.purposes.values()} == set(USES)


def test_page_shows_every_reported_figure_as_printed(reported: list[dict[str, str]]) -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    for row in reported:
        (line,) = [line for line in lines if line.startswith(f"| `{row['id']}` |")]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        assert len(cells) == 9
        assert row["value"] in cells[2]
        assert cells[3:6] == [row["stated_change_pct"], row["implied_change_pct"], row["consistent"]]
        assert cells[7] in USES
        assert cells[8]


def test_page_lists_every_rival_reading(evidence: Evidence) -> None:
    rivals = PAGE.read_text("utf-8").split("## Rival readings")[1]
    assert all(reading.reading in rivals and reading.question in rivals for reading in evidence.readings)


def test_row_on_which_shipped_numbers_rest_is_not_called_unused(evidence: Evidence) -> None:
    unused = {id for id, purpose in evidence.purposes.items() if purpose.use == "not used"}
    for file in evidence.library.rglob("*.yaml"):
        rows = {row for source in unwrap_sources(read_tree(file))[1].values() for row in source.rows}
        assert not unused & rows, file


def test_implied_growth_is_what_the_figures_give(reported: list[dict[str, str]]) -> None:
    value = {row["id"]: float(row["value"]) for row in reported if row["value"]}
    implied = {row["id"]: float(row["implied_change_pct"]) for row in reported if row["implied_change_pct"]}
    pairs = {
        "hlj.parcels.2017": "hlj.parcels.2016",
        "hlj.cbec_share.2018": "hlj.cbec_share.2015",
        "cn.cbec_export.2020": "cn.cbec_export.2019",
        "cn.cbec_export.2021": "cn.cbec_export.2020",
        "cn.import_users.2020": "cn.import_users.2019",
        "hz.cbec.2017": "hz.cbec.2016",
        "hz.cbec.2018": "hz.cbec.2017",
        "hz.cbec.2019": "hz.cbec.2018",
        "hz.cbec.2020": "hz.cbec.2019",
    }
    assert set(implied) == {*pairs, "hz.firms.2019"}
    for id, before in pairs.items():
        assert 100 * (value[id] / value[before] - 1) == pytest.approx(implied[id], abs=0.06), id
    assert value["hz.cbec.sum"] == pytest.approx(sum(value[f"hz.cbec.{year}"] for year in range(2016, 2021)))


def test_what_is_left_out_is_found(evidence: Evidence) -> None:
    purposes = dict(evidence.purposes)
    del purposes["tj.orders.peak_day"]
    purposes |= {"no.such": Purpose("check", "x"), "ru.netizens": Purpose("guess", "x")}
    readings = (*evidence.readings, Reading("alone", "x", ("A999",), "x"))
    readings = tuple(reading for reading in readings if "hlj.cbec_share.2018" not in reading.rows)
    assert problems(replace(evidence, purposes=purposes, readings=readings)) == [
        "uses.csv: nothing is said of the reported row 'tj.orders.peak_day'",
        "uses.csv: 'ru.netizens' needs one of target, prior, input, check, not used, and a reason",
        "uses.csv: there is no reported row 'no.such'",
        "rivals.csv: 'alone' has one reading only",
        "rivals.csv: there is no row 'A999'",
        "rivals.csv: 'hlj.cbec_share.2018' is not consistent, and no rival readings name it",
    ]


def test_check_fails_on_a_row_without_a_use(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ledger, "evidence_near", lambda _: replace(evidence, purposes={}))
    assert ledger.main([]) == 1
    assert "nothing is said of the reported row 'hlj.parcels.2016'" in capsys.readouterr().err


def test_page_is_made_of_the_evidence(evidence: Evidence) -> None:
    assert page(evidence) == PAGE.read_text("utf-8")
