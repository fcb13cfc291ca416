"""Where the scenarios lie, and the one run of each baseline that several tests look at."""

from pathlib import Path

import pytest

from sim.indicators import Columns, tables_of
from sim.model import build
from sim.scenario.loading import load

ROOT = Path(__file__).parents[2]


def _tables(name: str) -> dict[str, Columns]:
    """All tables of a shipped scenario at 50 parcels a row, as settled as the scenario says."""
    scenario = load(ROOT / "scenarios" / f"{name}.yaml").scenario
    coarse = scenario.model_copy(update={"parcels_per_row": 50})
    return tables_of(build(coarse).run().record, coarse)


@pytest.fixture(scope="session")
def harbin_baseline() -> dict[str, Columns]:
    return _tables("harbin-baseline")


@pytest.fixture(scope="session")
def xinjiang_baseline() -> dict[str, Columns]:
    return _tables("xinjiang-baseline")


@pytest.fixture(scope="session", params=["harbin", "urumqi"])
def baseline(request: pytest.FixtureRequest) -> tuple[str, dict[str, Columns]]:
    """Each baseline: name of its origin, tables."""
    name = {"harbin": "harbin_baseline", "urumqi": "xinjiang_baseline"}[request.param]
    return request.param, request.getfixturevalue(name)


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work from the repository's folder, so that messages name files from there."""
    monkeypatch.chdir(ROOT)
    return ROOT
