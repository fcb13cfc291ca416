"""The pages that are made from the program are up to date, and say what they are to say."""

import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.indicators import TABLES
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.targets import targets

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "scenario-reference.md").read_text("utf-8")


@pytest.fixture(scope="module")
def generate() -> Any:
    """The module that makes the pages."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "docs" / "generate.py")))


def test_committed_pages_are_those_of_the_program(generate: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_page_that_is_out_of_date_is_told_and_made_anew(
    generate: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    inside = generate.main.__globals__
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tables.md").write_text("old\n")
    monkeypatch.setitem(inside, "ROOT", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "docs/tables.md is out of date; run `make docs`" in capsys.readouterr().err
    assert (tmp_path / "docs" / "tables.md").read_text() == "old\n"
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_reference_names_every_key_of_a_scenario(generate: Any) -> None:
    for model in generate._models(Scenario):
        section = REFERENCE.split(f"\n### {generate._title(model)}\n")[1].split("\n### ")[0]
        for name, info in model.model_fields.items():
            assert f"| `{info.alias or name}` | " in section
            assert info.description in section


def test_reference_names_everything_that_changes_can_change(generate: Any) -> None:
    scenario = load(ROOT / "scenarios" / "harbin-baseline.yaml").scenario
    for path in targets(scenario):
        assert f"| `{generate._pattern(path, scenario)}` | " in REFERENCE


@pytest.mark.parametrize(
    "beginning",
    [
        "| `servers` | whole number; 1 to 100,000 |  | number of servers;",
        "| `cutoff` | duration (bare: h); at most 3660 d | `0 h` | ",
        "| `every` | duration (bare: h); 1 min to 3660 d |  | ",
        "| `mass` | mass (bare: g); above 0 g |  | ",
        "| `saturation` | number; above 0; at most 1000 |  | ",
        "| `mode` | `air`, `road`, `rail` or `sea` | needed | ",
        "| `times` | by name and name: [distribution](#distributions) of duration (bare: h) | needed | ",
        "| `lognormal` | `mean` and `cv` | `{distribution: lognormal, mean: 10 h, cv: 0.5}` |",
        "| `lanes.LANE.payload.mass` | mass (bare: g) | 1 g to 1000000000 t |",
        "| `null` | removes the key below it |",
    ],
)
def test_reference_gives_type_unit_bounds_and_default(beginning: str) -> None:
    assert any(line.startswith(beginning) for line in REFERENCE.splitlines())


def test_example_of_the_reference_is_right_and_stands_in_it() -> None:
    text = (ROOT / "docs" / "example.yaml").read_text("utf-8")
    assert load(ROOT / "docs" / "example.yaml").scenario.scenario == "example"
    assert f"```yaml\n{text}```\n" in REFERENCE


def test_tables_page_names_every_column() -> None:
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    for table in TABLES:
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for column in table.all_columns:
            assert f"| `{column.name}` | " in section
            assert column.description in section
