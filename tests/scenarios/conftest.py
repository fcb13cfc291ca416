"""Where the scenarios lie, and the one run of the Harbin baseline that several tests look at."""

from pathlib import Path

import pytest

from sim.indicators import Columns, tables_of
from sim.model import build
from sim.scenario.loading import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def baseline() -> dict[str, Columns]:
    """All tables of the Harbin baseline at 200 parcels a row."""
    scenario = load(ROOT / "scenarios" / "harbin-baseline.yaml").scenario
    coarse = scenario.model_copy(update={"parcels_per_row": 200})
    return tables_of(build(coarse).run().record, coarse)


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work from the repository's folder, so that messages name files from there."""
    monkeypatch.chdir(ROOT)
    return ROOT
