"""The results of the small scenario, to the last parcel: a change here is a change of results, and of the changelog.

`sim run tests/golden/tiny.yaml --replications 2 --out DIR` makes the tables anew; copy them here if that is meant.
"""

import csv
import math
from pathlib import Path

import pytest

import sim
from sim.tables import write_csv

HERE = Path(__file__).parent


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("table", ["summary", "stations", "lanes"])
def test_results_are_those_on_file(table: str, tmp_path: Path) -> None:
    results = sim.run(sim.load(HERE / "tiny.yaml"), replications=2)
    write_csv(results.columns(table), tmp_path / "now.csv")
    now, then = read(tmp_path / "now.csv"), read(HERE / f"tiny-{table}.csv")
    assert len(now) == len(then)
    for new, old in zip(now, then, strict=True):
        assert new.keys() == old.keys()
        assert {name: (new[name], old[name]) for name in old if not is_same(new[name], old[name])} == {}


def is_same(new: str, old: str) -> bool:
    """The same text, or numbers that differ by no more than processors do."""
    if new == old:
        return True
    return "." in new and "." in old and math.isclose(float(new), float(old), rel_tol=1e-9)
