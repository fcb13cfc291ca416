"""Scenario simulation of cross-border parcel logistics and trade growth.

In a notebook::

    import sim

    base = sim.load("scenarios/harbin-baseline.yaml")
    plan = sim.with_changes(base, {"stations.harbin-exchange.servers": 80}, at="2017-01-01")
    results = sim.run(plan, parcels_per_row=500)
    comparison = sim.compare(base, [plan, "harbin-charters"], parcels_per_row=500)
    comparison.plot()

docs/tutorial.md goes on from there.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_LAZY = {
    "build": "sim.model",
    "compare": "sim.experiments.comparing.compare",
    "explain": "sim.notebook",
    "load": "sim.notebook",
    "numbers": "sim.notebook",
    "rank": "sim.notebook",
    "run": "sim.experiments.run",
    "sweep": "sim.notebook",
    "with_changes": "sim.notebook",
    "with_interventions": "sim.notebook",
    "with_values": "sim.notebook",
}
"""What is imported only when it is asked for; `__init__.pyi` tells type checkers and editors of it."""

__all__ = ["__version__", *_LAZY]


if not os.access(Path(__file__).parent, os.W_OK):  # numba keeps compiled kernels beside the code, where it can
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / f"parcel-corridors-{os.getuid()}"))


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
