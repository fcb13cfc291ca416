"""`sim scenarios`: what ships and what lies in `scenarios` here, a line each. Nothing here may import numpy."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

import sim
from sim.cli.options import KINDS
from sim.errors import ScenarioError, did_you_mean, listed, printable
from sim.reading import Tree, read_tree

SHIPPED = Path(sim.__file__).resolve().parents[1] / "scenarios"
USES = {
    "scenarios": "sim run FILE, sim compare FILE PLAN",
    "interventions": "proposals, by name: sim compare SCENARIO NAME, sim explain NAME",
    "disruptions": "what may happen, by name, as interventions",
    "sweeps": "sim sweep FILE",
    "rankings": "sim rank FILE",
    "sitings": "sim site FILE",
    "benchmarks": "small worlds to measure the program with",
}
BY_NAME = ("interventions", "disruptions")
"""Kinds that commands find by name alone."""
LONGEST_NAME = 52


@dataclass(frozen=True)
class Entry:
    """One file: its kind, the name or path that commands take, and its title."""

    kind: str
    name: str
    title: str
    file: Path

    def has(self, words: Sequence[str]) -> bool:
        """Whether all words are in its name or title, in capitals or not."""
        text = f"{self.name} {self.title}".lower()
        return all(word.lower() in text for word in words)


def list_scenarios(words: Sequence[str] = (), kinds: Sequence[str] = (), *, as_json: bool = False) -> int:
    """Print one line for each file of some kinds that has all words in its name or title; the exit code."""
    found = [entry for entry in entries(kinds or tuple(KINDS)) if entry.has(words)]
    if as_json:
        records = [{"kind": e.kind, "name": e.name, "title": e.title, "file": str(e.file)} for e in found]
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
    elif found:
        for line in _lines(found):
            click.echo(printable(line))
    else:
        click.echo(f"error: {_nothing(words, kinds)}", err=True)
        return 1
    return 0


def entries(kinds: Sequence[str]) -> Iterator[Entry]:
    """Files of some kinds, first those that ship, then those of the folder `scenarios` here."""
    for kind in kinds:
        for library in dict.fromkeys((SHIPPED, Path("scenarios").resolve())):
            for file in sorted((library / KINDS[kind]).glob("*.yaml")):
                yield _entry(kind, file)


def _entry(kind: str, file: Path) -> Entry:
    near = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return Entry(kind, file.stem if kind in BY_NAME else str(near), _title(file), near)


def _title(file: Path) -> str:
    try:
        tree = read_tree(file)
    except ScenarioError:
        return "(cannot be read; see sim validate)"
    return _text(tree, "title") or _text(tree, "name", "en")


def _text(tree: Tree, *path: str) -> str:
    """The text at a path of a file, empty if there is none."""
    node: Tree | None = tree
    for key in path:
        node = node.child(key) if node is not None else None
    return str(node.value) if node is not None and node.is_scalar and node.value is not None else ""


def _lines(found: Sequence[Entry]) -> Iterator[str]:
    width = min(max(len(entry.name) for entry in found), LONGEST_NAME)
    kind = ""
    for entry in found:
        if entry.kind != kind:
            yield from ([""] if kind else [])
            kind = entry.kind
            yield f"{kind.capitalize()} ({USES[kind]})"
        yield f"  {entry.name:<{width}}  {entry.title}".rstrip()


def _nothing(words: Sequence[str], kinds: Sequence[str]) -> str:
    """What is said when nothing fits, with the closest name."""
    known = [Path(entry.name).stem for entry in entries(kinds or tuple(KINDS))]
    hint = did_you_mean(" ".join(words), known) or "sim scenarios without words lists everything"
    of_kinds = f" among {listed(list(kinds), 'and')}" if kinds else ""
    return f"nothing{of_kinds} has {listed([repr(word) for word in words], 'and') or 'a file'}; {hint}"
