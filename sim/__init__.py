"""Scenario simulation of cross-border parcel logistics and trade growth.

In a notebook::

    import sim

    scenario = sim.load("scenarios/harbin-baseline.yaml")
    results = sim.run(scenario)
    results.summary
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenario.scenario import Scenario

__version__ = "0.1.0"
__all__ = ["__version__", "build", "load", "run"]

_LAZY = {"build": "sim.model", "run": "sim.experiments.run"}


def load(path: "str | Path") -> "Scenario":
    """The scenario of a file, checked. Raises ScenarioError with every problem found."""
    from sim.scenario import loading

    return loading.load(path).scenario


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
