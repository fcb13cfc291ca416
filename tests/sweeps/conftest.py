"""A small library with a world of six weeks, two proposals for it, and room for sweeps."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROPOSAL = """\
intervention: {name}
base: tiny.yaml
name: {{en: {name}}}
proposes: "Something to be tried."
at: 2016-05-01
capital: {{value: 1e6 CNY, assumed: [5e5 CNY, 2e6 CNY], why: a test}}
measures:
  more: {{kind: expand_station, queues: [{queue}], servers: {{value: 2, assumed: [1, 3], why: a test}}}}
"""
SWEEP = """\
sweep: {name}
base: tiny.yaml
constants: {{market.review.settle_iterations: 0}}
horizon: {{end: 2016-05-15}}
{text}
"""
Write = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder of scenarios."""
    folder = tmp_path / "scenarios"
    for name in ("corridors", "interventions", "sweeps"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "golden" / "tiny.yaml", folder / "tiny.yaml")
    for name, queue in (("more-sorters", "stations.sorting"), ("more-officers", "customs.ural-customs.release")):
        (folder / "interventions" / f"{name}.yaml").write_text(PROPOSAL.format(name=name, queue=queue), "utf-8")
    return folder


@pytest.fixture
def write(library: Path) -> Write:
    """Writes a sweep of the library; the text follows five lines that it does not have to say."""

    def written(text: str, name: str = "trial", *, whole: bool = False) -> Path:
        file = library / "sweeps" / f"{name}.yaml"
        file.write_text(text if whole else SWEEP.format(name=name, text=text), "utf-8")
        return file

    return written
