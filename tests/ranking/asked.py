"""A small library with a question: a line with a narrow sorting office, and four interventions that act on it."""

from pathlib import Path
from typing import Any

from behaviour.planned import FROZEN, assumed, expand, library, write

CUSTOMS = {"release": expand("customs.ural-customs.release", servers=1)}
INTERVENTIONS = {
    "sorting": {
        "measures": {"lines": expand("stations.sorting", servers=assumed(2, 1, 3))},
        "capital": assumed("20000 CNY", "10000 CNY", "50000 CNY"),
        "running_per_year": assumed("5000 CNY", "2000 CNY", "9000 CNY"),
    },
    "customs": {"measures": CUSTOMS, "capital": "30000 CNY"},
    "training": {"measures": CUSTOMS, "capital": "10000 CNY", "requires": ["sorting"]},
    "outsourcing": {"measures": CUSTOMS, "capital": "15000 CNY", "excludes": ["sorting"]},
}
QUESTION: dict[str, Any] = {
    "ranking": "narrow-line",
    "title": "What to build on a narrow line",
    "base": "narrow.yaml",
    "interventions": ["sorting", "customs", "training", "outsourcing"],
    "budget": "50000 CNY",
    "objectives": ["days", "parcels"],
    "at_most": 3,
    "replications": 120,
    "first": 6,
    "parcels_per_row": 20,
    "indifference": {"days": 0.2, "parcels": 20},
}


def asked(folder: Path, **changes: Any) -> Path:
    """The file of the question, in a library of its own; what is None is left out."""
    library(folder, INTERVENTIONS, FROZEN)
    (folder / "rankings").mkdir()
    said = {key: value for key, value in {**QUESTION, **changes}.items() if value is not None}
    write(said, folder / "rankings" / "narrow-line.yaml")
    return folder / "rankings" / "narrow-line.yaml"
