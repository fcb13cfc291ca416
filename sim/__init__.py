"""Scenario simulation of cross-border parcel logistics and trade growth.

In a notebook::

    import sim

    scenario = sim.load("scenarios/harbin-baseline.yaml")
    results = sim.run(scenario)
    results.summary
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

__version__ = "0.1.0"
__all__ = ["__version__", "build", "compare", "load", "run"]

_LAZY = {"compare": "sim.experiments.comparing.compare", "build": "sim.model", "run": "sim.experiments.run"}


if not os.access(Path(__file__).parent, os.W_OK):  # numba keeps compiled kernels beside the code, where it can
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / f"parcel-corridors-{os.getuid()}"))


def load(path: str | Path, interventions: Sequence[str | Path] = ()) -> "Scenario":
    """The scenario of a file, checked; with interventions besides its own, by name or file.

    Raises ScenarioError with every problem found.
    """
    from sim.scenario import loading

    return loading.load(path, interventions).scenario


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
