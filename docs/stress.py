"""`docs/stress-des.md`: the check list STRESS-DES of the model, said by the same items as in a report.

What a report says of one result is said here of the scenarios that ship as baselines: once where it is the same for
all, and for each where it differs. Made by `python -m docs.generate`.
"""

import itertools
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sim.experiments.manifest import PACKAGES, files_of, hashes
from sim.report.results import Result
from sim.report.speaking import Speaking
from sim.report.stress import Item, stress_part
from sim.scenario.loading import load

ROOT = Path(__file__).resolve().parents[1]
BASELINES = ("harbin-baseline", "xinjiang-baseline", "both-corridors", "hebei-baseline", "hangzhou-baseline")
INTRODUCTION = """\
# STRESS-DES

Made by `make docs` from the scenarios and from what `sim report` says of a result. The check list is that of Monks et
al. (2019), Strengthening the reporting of empirical simulation studies: introducing the STRESS guidelines, Journal of
Simulation 13(1). Every report of a result fills it in for that result; here it is filled in for the model and the
baselines that ship. What is missing is marked as a gap. What the model is for, and what it is not for:
[model-card.md](model-card.md).
"""
OF_THE_MODEL = {
    "1.3": "Plans are compared on common luck (`sim compare`), numbers varied (`sim sweep`, `sim sensitivity`), "
    "portfolios ranked under a budget (`sim rank`), sites chosen (`sim site`), and circumstances looked for under "
    "which something happens (`sim discover`).",
    "2.1": "A report (`sim report`) has the map of places and lanes; the paths of each route are in the scenario's "
    "corridor.",
    "2.3": "Plans are a baseline with interventions, that is dated changes, on the same luck and draws: section 10 of "
    "[model.md](model.md). Each is a file of `scenarios/interventions/`; `sim explain` tells what it changes and when.",
    "3.4": "The section *What answers hang on* of [Harbin](harbin-data.md), [Xinjiang](xinjiang-data.md), "
    "[Hebei](hebei-data.md) and [Hangzhou](hangzhou-data.md), and [model-card.md](model-card.md); the reasons stand "
    "beside the numbers in the files.",
    "4.3": "A run has the replications that it is asked for, a single one at central values. A comparison adds whole "
    "draws of what is not known until the difference is precise ([comparing.md](comparing.md)); plans share luck and "
    "draws, so that differences are paired. Intervals are 95 %.",
    "5.4": "Measured times and memory, with the machine: [benchmarks](../benchmarks/README.md).",
}
"""Items whose text in a report speaks of that result."""


def page() -> str:
    """The page in Markdown."""
    lines = INTRODUCTION.splitlines()
    for section, numbers in _sections().items():
        lines += ["", f"## {section}", ""]
        for number in numbers:
            said = {name: items[number] for name, items in _items().items()}
            lines += _said(number, said)
    return "\n".join(lines) + "\n"


def _said(number: str, by_baseline: Mapping[str, Item]) -> list[str]:
    """One item: its text, or a list by baseline where they differ."""
    first = next(iter(by_baseline.values()))
    head = f"- **{number} {first.name}.**" + (" *Gap.*" if first.is_gap and number not in OF_THE_MODEL else "")
    texts = {name: OF_THE_MODEL.get(number, item.said) for name, item in by_baseline.items()}
    if len(set(texts.values())) == 1:
        return [f"{head} {texts.popitem()[1]}"]
    common = _common(list(texts.values()))
    return [f"{head} {common}".rstrip(), *(f"  - `{name}`: {text[len(common) :]}" for name, text in texts.items())]


def _common(texts: list[str]) -> str:
    """The sentences with which all texts begin."""
    alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    begun = "".join(letter for letter, *_ in alike)
    return begun[: begun.rfind(". ") + 2] if ". " in begun else ""


@cache
def _items() -> dict[str, dict[str, Item]]:
    """By baseline and number."""
    return {name: {item.number: item for _, items in _list(name) for item in items} for name in BASELINES}


def _sections() -> dict[str, list[str]]:
    return {title: [item.number for item in items] for title, items in _list(BASELINES[0])}


@cache
def _list(name: str) -> list[tuple[str, list[Item]]]:
    """Sections with their items, as a report has them, of a baseline that has not run."""
    loaded = load(ROOT / "scenarios" / f"{name}.yaml")
    scenario = loaded.scenario
    n = scenario.replications
    manifest = {
        "replications": list(range(n)),
        "draws": n // scenario.replications_per_draw if scenario.posterior else 0,
        "scenario_files": hashes(files_of(loaded.tree)),
        "versions": {"python": "3.11"} | {package: version(package) for package in PACKAGES},
    }
    result = Result(ROOT / "docs", "run", manifest, {}, {name: scenario})
    return list(stress_part(Speaking(result, "en")).more["sections"])
