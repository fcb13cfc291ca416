"""A library of scenarios with one whole world, the example of the documents, into which tests write interventions."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest

from sim.scenario.interventions.expanding import Expansion, expansion_of
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.yaml"


@dataclass(frozen=True)
class Library:
    """A folder of scenario files."""

    folder: Path

    @property
    def base(self) -> Path:
        return self.folder / "example.yaml"

    def write(self, name: str, measures: str, *, folder: str = "interventions", **keys: object) -> Path:
        """An intervention of 2016-05-01 whose measures are given as YAML."""
        said = {"intervention": name, "name": "{en: A test}", "proposes": "a test", "at": "2016-05-01"} | keys
        text = "".join(f"{key}: {value}\n" for key, value in said.items() if value is not None)
        file = self.folder / folder / f"{name}.yaml"
        file.write_text(f"{text}measures:\n{indent(dedent(measures).strip(), '  ')}\n", "utf-8")
        return file

    def plan(self, text: str, name: str = "plan", base: str = "example.yaml") -> Path:
        """A scenario over the example."""
        file = self.folder / f"{name}.yaml"
        file.write_text(f"scenario: {name}\nbase: {base}\n{text}\n", "utf-8")
        return file

    def load(self, *names: str) -> Loaded:
        """The example with interventions."""
        return load(self.base, names)

    def expansion(self, measure: str, **keys: object) -> Expansion:
        """What one measure `m` of an intervention `x` becomes."""
        self.write("x", f"m: {measure}", **keys)
        return expansion_of(self.load("x").scenario)

    def changes(self, measure: str, **keys: object) -> dict[str, tuple[str, object]]:
        """The numbers that one measure changes: what is done to each, and by how much."""
        return said(self.expansion(measure, **keys).scenario, "x-")


def said(scenario: Scenario, prefix: str) -> dict[str, tuple[str, object]]:
    """Operation and value by number, of the changes whose names begin so."""
    found = {}
    for name, change in scenario.changes.items():
        if name.startswith(prefix):
            operation = next(each for each in ("set", "add", "multiply") if getattr(change, each) is not None)
            assert change.change not in found
            found[change.change] = (operation, getattr(change, operation))
    return found


def names(scenario: Scenario, prefix: str) -> Sequence[str]:
    return [name for name in scenario.changes if name.startswith(prefix)]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for folder in ("corridors", "interventions", "disruptions"):
        (tmp_path / folder).mkdir()
    shutil.copy(EXAMPLE, tmp_path / "example.yaml")
    return Library(tmp_path)
