"""Lays trees over each other, and takes the sources off the values that carry them.

Knows no model class. Every node that survives keeps the place it came from, so that a later message points there.
"""

import re
from dataclasses import dataclass, replace

from sim.errors import Problem, ScenarioError, did_you_mean, listed, shown
from sim.reading.tree import Mark, Path, Scalar, Tree, problem_at

# What stands beside `value` and the status itself, for each status.
STATUSES: dict[str, tuple[str, ...]] = {"reported": (), "published": (), "derived": ("from",), "assumed": ("why",)}
_PLUS_MINUS = re.compile(r"(\+-|±)\s*\d+(\.\d+)?\s*%")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value, and every number beneath it, comes from."""

    status: str
    mark: Mark
    rows: tuple[str, ...] = ()
    range: tuple[Scalar, Scalar] | str | None = None
    why: str | None = None
    formula: str | None = None
    note: str | None = None


def is_sourced(tree: Tree) -> bool:
    """Whether the node is a value together with its source."""
    return "value" in tree.children and any(status in tree.children for status in STATUSES)


def overlay(base: Tree, over: Tree) -> Tree:
    """Base with what is laid over it: mappings merge, all else is replaced, and null removes a key.

    A null that has nothing to remove stays, so that a mistyped name reaches the validation instead of vanishing.
    """
    if not (base.is_mapping and over.is_mapping) or is_sourced(base) or is_sourced(over):
        return over
    merged = dict(base.children)
    for key, child in over.children.items():
        if key not in merged:
            merged[key] = child
        elif child.value is None:
            del merged[key]
        else:
            merged[key] = overlay(merged[key], child)
    return replace(base, value=merged)


def union(first: Tree, second: Tree) -> Tree:
    """What two trees say together; raises ScenarioError with every value on which they contradict each other."""
    problems: list[Problem] = []
    merged = _united(first, second, (), problems)
    if problems:
        raise ScenarioError(problems)
    return merged


def _united(first: Tree, second: Tree, path: Path, problems: list[Problem]) -> Tree:
    if first.is_mapping and second.is_mapping and not is_sourced(first) and not is_sourced(second):
        merged = dict(first.children)
        for key, child in second.children.items():
            merged[key] = _united(merged[key], child, (*path, key), problems) if key in merged else child
        return replace(first, value=merged)
    one, other = (tree.children["value"] if is_sourced(tree) else tree for tree in (first, second))
    if not _is_same(one.plain(), other.plain()):
        values = f"{_told(other)} contradicts {_told(one)}"
        problems.append(second.name_mark.problem(f"{values} at {first.name_mark}", path))
    return second if is_sourced(second) and not is_sourced(first) else first


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _told(tree: Tree) -> str:
    return shown(tree.plain()) if tree.is_scalar else f"this {'mapping' if tree.is_mapping else 'list'}"


def unwrap_sources(tree: Tree) -> tuple[Tree, dict[Path, Source]]:
    """The tree with plain values only, and the source of each value that had one, by its path.

    Raises ScenarioError with every source that is not written as one.
    """
    unwrapped, sources, problems = without_sources(tree)
    if problems:
        raise ScenarioError(problems)
    return unwrapped, sources


def without_sources(tree: Tree) -> tuple[Tree, dict[Path, Source], list[Problem]]:
    """As `unwrap_sources`, but what is wrong with sources is handed back, so that values can be looked at too."""
    sources: dict[Path, Source] = {}
    problems: list[Problem] = []
    return _unwrapped(tree, (), sources, problems), sources, problems


def _unwrapped(tree: Tree, path: Path, sources: dict[Path, Source], problems: list[Problem]) -> Tree:
    if is_sourced(tree):
        before = len(problems)
        source = _Sourced(tree, path, problems).source()
        if source and len(problems) == before:
            sources[path] = source
        tree = replace(tree.children["value"], key_mark=tree.key_mark)
        if is_sourced(tree):
            problems.append(problem_at(tree, (), "a value has one source, and this one has a second inside"))
            return tree
    if tree.is_mapping:
        items = tree.children.items()
        return replace(tree, value={key: _unwrapped(child, (*path, key), sources, problems) for key, child in items})
    if tree.items:
        children = enumerate(tree.items)
        return replace(tree, value=tuple(_unwrapped(child, (*path, i), sources, problems) for i, child in children))
    return tree


@dataclass
class _Sourced:
    """A mapping of a value and its source, being checked."""

    tree: Tree
    path: Path
    problems: list[Problem]

    def source(self) -> Source | None:
        """The source, if it has exactly one status; what is wrong is added to the problems."""
        statuses = [status for status in STATUSES if status in self.tree.children]
        if len(statuses) > 1:
            self.report(statuses[1], f"a value has one status, and this one has {listed(statuses, 'and')}", on_key=True)
            return None
        status = statuses[0]
        self._check_keys(status)
        why, note = self._text("why"), self._text("note")
        if status == "assumed":
            return Source(status, self.tree.name_mark, range=self._range(), why=why, note=note)
        if status == "derived":
            rows, formula = self._rows("from"), self._text("derived")
            return Source(status, self.tree.name_mark, rows=rows, formula=formula, note=note)
        return Source(status, self.tree.name_mark, rows=self._rows(status), note=note)

    def _check_keys(self, status: str) -> None:
        known = ("value", status, *STATUSES[status], "note")
        for key in self.tree.children:
            if key not in known:
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                self.report(key, f"unknown key '{key}' beside '{status}'", hint, on_key=True)
        for key in STATUSES[status]:
            if key not in self.tree.children:
                self.report(key, f"a value that is {status} needs the key '{key}'")

    def _text(self, key: str) -> str | None:
        child = self.tree.child(key)
        if child is None:
            return None
        if not isinstance(child.value, str) or not child.value.strip():
            self.report(key, f"{shown(child.plain())} is not a text")
        return str(child.value)

    def _rows(self, key: str) -> tuple[str, ...]:
        child = self.tree.child(key)
        if child is None:
            return ()
        named = child.items if isinstance(child.value, tuple) else (child,)
        if not named:
            self.report(key, "no row of the evidence is named")
        for row in named:
            if not isinstance(row.value, str) or not row.value.strip():
                message = f"{shown(row.plain())} is not the name of a row of the evidence"
                self.problems.append(row.name_mark.problem(message, (*self.path, key)))
        return tuple(str(row.value) for row in named)

    def _range(self) -> tuple[Scalar, Scalar] | str | None:
        child = self.tree.children["assumed"]
        ends = [end.plain() for end in child.items]
        if len(ends) == 2 and all(isinstance(end, str | int | float) and not isinstance(end, bool) for end in ends):
            return ends[0], ends[1]
        if isinstance(child.value, str) and _PLUS_MINUS.fullmatch(child.value.strip()):
            return child.value.strip()
        self.report("assumed", "a range is written as [low, high] or as '+-50 %'")
        return None

    def report(self, key: str, message: str, hint: str | None = None, *, on_key: bool = False) -> None:
        """Note a problem at a key of the source, or at the whole if it has no such key."""
        child = self.tree.child(key)
        mark = self.tree.name_mark if child is None else child.key_mark if on_key else child.name_mark
        self.problems.append((mark or self.tree.name_mark).problem(message, (*self.path, key), hint))
