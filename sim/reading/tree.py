"""What a file says, and where it says it: an immutable tree whose every node knows its file, line and column.

Knows neither YAML nor any model class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from sim.errors import Problem

Scalar: TypeAlias = str | int | float | bool | None
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    col: int
    source_line: str = ""

    def problem(self, message: str, path: Path = (), hint: str | None = None) -> Problem:
        """Say what is wrong here."""
        return Problem(self.file, self.line, self.col, message, dotted(path), self.source_line, hint)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True, slots=True)
class Tree:
    """A value, where it stands, and where the key that names it stands (None at the top and in lists)."""

    value: "Scalar | tuple[Tree, ...] | Mapping[str, Tree]"
    mark: Mark
    key_mark: Mark | None = None

    @property
    def is_mapping(self) -> bool:
        """Whether the node has keys."""
        return isinstance(self.value, dict)

    @property
    def is_scalar(self) -> bool:
        """Whether the node has no children."""
        return not isinstance(self.value, dict | tuple)

    @property
    def children(self) -> "Mapping[str, Tree]":
        """The children by key; empty for a list or a scalar."""
        return cast(Mapping[str, Tree], self.value) if self.is_mapping else {}

    @property
    def items(self) -> "tuple[Tree, ...]":
        """The children of a list; empty for a mapping or a scalar."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def name_mark(self) -> Mark:
        """Where a message about the whole node points: at its key when it is a mapping or list, else at the value."""
        return self.mark if self.is_scalar else self.key_mark or self.mark

    def child(self, step: str | int) -> "Tree | None":
        """The child of that key or position, if there is one."""
        if self.is_mapping:
            return self.children.get(str(step))
        return self.items[step] if isinstance(step, int) and 0 <= step < len(self.items) else None

    def plain(self) -> Any:
        """The same as dicts, lists and scalars, without places."""
        if self.is_mapping:
            return {key: child.plain() for key, child in self.children.items()}
        return [child.plain() for child in self.items] if isinstance(self.value, tuple) else self.value


def dotted(path: Path) -> str:
    """``('lanes', 0, 'payload')`` as ``lanes.0.payload``."""
    return ".".join(map(str, path))


def nearest(tree: Tree, path: Path) -> tuple[Tree, bool]:
    """The node at the path, or its closest existing ancestor; and whether it is the node itself."""
    for step in path:
        child = tree.child(step)
        if child is None:
            return tree, False
        tree = child
    return tree, True


def keys_of(tree: Tree, text: str) -> Path:
    """The keys of a dotted path in a tree, where keys may hold dots; of what is not there, a key for each part."""
    parts = text.split(".")
    for n in range(1, len(parts) + 1):
        key = int(parts[0]) if n == 1 and tree.items and parts[0].isdigit() else ".".join(parts[:n])
        child = tree.child(key)
        if child is not None:
            return (key, *(keys_of(child, ".".join(parts[n:])) if parts[n:] else ()))
    return tuple(int(part) if part.isdigit() else part for part in parts)


def problem_at(tree: Tree, path: Path, message: str, hint: str | None = None, *, is_about_key: bool = False) -> Problem:
    """A problem at the value of that path (or at its key), or at the closest ancestor that exists."""
    node, is_there = nearest(tree, path)
    mark = (node.key_mark or node.mark) if is_about_key and is_there else node.name_mark
    return mark.problem(message, path, hint)
