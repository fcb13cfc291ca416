"""The table of proposals: each row has its files and each file its rows, sections and documents are those of the files,
and what the model says is what is kept of comparisons."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docs import comparisons, proposals
from sim.reading import read_tree, unwrap_sources

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
ROWS = proposals.proposals()
INTERVENTIONS = sorted((SCENARIOS / "interventions").glob("*.yaml"))
OF_DOCUMENTS = {f"00{number}" for number in range(5)}
READINGS = {"national-growth-printed", "national-growth-stated", "national-growth-retail", "hangzhou-in-yuan"}


@cache
def content(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = unwrap_sources(read_tree(file))[0].plain()
    return found


def sections(text: str) -> set[str]:
    return set(text.split(", "))


def rows_of(file: Path) -> list[comparisons.Row]:
    return [row for row in ROWS if file.relative_to(ROOT).as_posix() in proposals.names_of(row)]


def test_every_document_is_there() -> None:
    assert {row["document"] for row in ROWS} == OF_DOCUMENTS


def test_every_file_of_a_row_is_shipped() -> None:
    assert [name for row in ROWS for name in proposals.names_of(row) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("file", INTERVENTIONS, ids=lambda file: file.stem)
def test_every_intervention_has_a_row_of_its_document_and_sections(file: Path) -> None:
    rows, said = rows_of(file), content(file)
    assert rows
    number = said["document"].removeprefix("source document ")[:3]
    assert {row["document"] for row in rows} == {number}
    assert sections(said["section"]) <= set().union(*(sections(row["section"]) for row in rows))
    for row in rows:
        assert sections(row["section"]) & sections(said["section"]), row["proposal"]


def test_readings_of_figures_have_their_rows() -> None:
    assert all(rows_of(SCENARIOS / f"{name}.yaml") for name in READINGS)


def test_every_disruption_and_scenario_stands_on_the_page() -> None:
    page = proposals.PAGE.read_text("utf-8")
    for file in (*(SCENARIOS / "disruptions").glob("*.yaml"), *SCENARIOS.glob("*.yaml")):
        assert f"\n| `{file.stem}` |" in page


def test_no_proposal_stands_twice() -> None:
    counts = Counter((row["document"], row["section"], row["proposal"]) for row in ROWS)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_row_says_what_it_hangs_on_and_what_the_model_says() -> None:
    assert [row["proposal"] for row in ROWS if not row["hangs_on"] or not row["effect"]] == []
    for row in ROWS:
        assert (row["effect"] == proposals.NOT_MODELLED) == (not row["files"])
        assert row["hangs_on"].startswith("Not modelled") == (not row["files"])


def test_table_and_pages_are_what_is_kept_of_comparisons() -> None:
    for path, text in proposals.files().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date; run `python -m docs.proposals`"


def test_kept_comparisons_are_of_shipped_plans() -> None:
    known = {file.stem for folder in ("interventions", "disruptions") for file in (SCENARIOS / folder).glob("*.yaml")}
    for corridor, rows in comparisons.kept().items():
        assert rows
        for row in rows:
            assert comparisons.corridor_of(row["base"]) == corridor
            assert set(row["interventions"].split(", ")) <= known
