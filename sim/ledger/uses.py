"""Which numbers of a library of scenarios rest on a row of the evidence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import ScenarioError
from sim.reading import Mark, Source, Tree, dotted, read_tree, unwrap_sources
from sim.reading.tree import nearest


@dataclass(frozen=True)
class Use:
    """A value whose source names a row, or only mentions it in its reason or note."""

    path: str
    value: str
    status: str
    mark: Mark
    is_mention: bool


def uses_of(id: str, library: Path) -> tuple[list[Use], list[Path]]:
    """Every use of a row in the files of a library, and the files that cannot be read."""
    found: list[Use] = []
    unread: list[Path] = []
    for file in sorted(library.rglob("*.yaml")):
        near = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        try:
            tree, sources = unwrap_sources(read_tree(near))
        except ScenarioError:
            unread.append(near)
        else:
            found += [_use(tree, path, source, id) for path, source in sources.items() if _speaks(source, id)]
    return found, unread


def _speaks(source: Source, id: str) -> bool:
    return id in source.rows or any(id == named for named in _mentioned(source))


def _mentioned(source: Source) -> Iterator[str]:
    for text in (source.why, source.note):
        yield from (word.strip(".") for word in re.findall(r"[\w.]+", text or ""))


def _use(tree: Tree, path: tuple[str | int, ...], source: Source, id: str) -> Use:
    node, _ = nearest(tree, path)
    return Use(dotted(path), _short(node), source.status, node.name_mark, id not in source.rows)


def _short(node: Tree) -> str:
    if node.is_scalar:
        return str(node.plain())
    return f"{len(node.items)} values" if node.items else f"{len(node.children)} keys"
