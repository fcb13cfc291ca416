"""Small results that reports are made of: a run and a comparison of two plans on a line of six weeks."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.experiments.comparing.saving import save_comparison
from sim.experiments.manifest import save
from sim.scenario.interventions.intervention import Intervention

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
TINY = Path(TESTS) / "golden" / "tiny.yaml"
EVIL = "<script>alert('x')</script>"


def proposal(slug: str, **more: Any) -> Intervention:
    """More servers at the sorting office from the middle of May on."""
    lines = {"kind": "expand_station", "queues": ["stations.sorting"], "servers": 1}
    said = {
        "intervention": slug,
        "name": {"en": "More lines", "zh": "增加分拣线"},
        "proposes": EVIL,
        "at": "2016-05-10",
    }
    return Intervention.model_validate(said | {"measures": {"lines": lines}} | more)


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a comparison without draws."""
    folder = tmp_path_factory.mktemp("results") / "comparison"
    dear = proposal("dear", name={"en": f"Dear {EVIL}"}, capital=9e6, running_per_year=1e6)
    save_comparison(sim.compare(sim.load(TINY), [proposal("lines"), dear], replications=2, parcels_per_row=1), folder)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a run of two replications."""
    folder = tmp_path_factory.mktemp("results") / "run"
    scenario = sim.load(TINY).model_copy(update={"title": f"Tiny {EVIL}", "replications": 2})
    save(sim.run(scenario), folder, [TINY])
    return folder


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a folder says it was made from."""
    return dict(json.loads((folder / "manifest.json").read_text("utf-8")))
