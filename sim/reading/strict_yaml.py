"""Reads one YAML 1.2 file into a tree, and refuses whatever a description has no need of.

Follows the parser's events rather than composed nodes, so that depth and size are bounded before anything is built:
a deep, cyclic or exploding file costs no more than the bound. Knows no model class.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from sim.errors import Problem, ScenarioError, shown
from sim.reading.core_schema import is_surrogate, kind_of, scalar_of
from sim.reading.files import text_of
from sim.reading.tree import Mark, Path, Tree

MAX_NODES = 100_000  # with every alias expanded
MAX_DEPTH = 60
MAX_CAREFUL = 300_000  # characters; of a longer text libyaml says what is wrong, else it would take a minute
FILES_REMEMBERED = 64

TAG = "tag:yaml.org,2002:"
PLAIN_WORDS = {
    "'\\t' that cannot start any token": "a tab stands where YAML takes only spaces",
    "mapping values are not allowed": "a ':' stands where no key can be (wrong indentation, or a text to quote)",
    "expected <block end>": "the indentation does not match the lines above",
    "could not find expected ':'": "a key without its ':' (or a text to quote)",
}


class _Unreadable(Exception):  # noqa: N818  (never leaves this module)
    """Nothing after this place can be read."""


@dataclass
class _Measured:
    """A finished node with its size and height when its aliases are expanded."""

    tree: Tree
    n_nodes: int = 1
    height: int = 0


@dataclass
class _Composer:
    file: str
    text: str
    is_pure: bool
    """Whether ruamel's own parser reads, whose errors say more, rather than libyaml, which is 25 times as fast."""
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Measured | None] = field(default_factory=dict)  # None while the node is still open
    n_nodes: int = 0

    def __post_init__(self) -> None:
        self.lines = re.split(r"\r\n|\n|\r", self.text)
        self.events = self._events()

    def document(self) -> Tree:
        """The only document of the file."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, StreamEndEvent):
            self.stop(Mark(self.file, 1, 1), "the file is empty; a mapping of keys is expected")
        if start.version not in (None, (1, 2)):
            self.stop(self.mark(start), "the file declares another YAML than 1.2")
        top = self.node(next(self.events), (), None).tree
        next(self.events)
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            self.stop(self.mark(after), "a second document starts here; a file holds one")
        if not top.is_mapping:
            self.report(top.mark, f"{shown(top.plain())} stands at the top; a mapping of keys is expected")
        return top

    def node(self, event: Any, path: Path, key_mark: Mark | None) -> _Measured:
        """The node that begins with this event, consuming all of its events."""
        mark = self.mark(event)
        if isinstance(event, AliasEvent):
            return self.alias(event, path, key_mark)
        if len(path) > MAX_DEPTH:
            self.stop(mark, f"nested deeper than {MAX_DEPTH} levels", path[:3])
        self.count(1, mark, path)
        if event.anchor in self.anchors:
            self.report(mark, f"the anchor '&{event.anchor}' is defined twice", path)
        if event.anchor:
            self.anchors[event.anchor] = None
        measured = self.content(event, path, mark)
        measured.tree = replace(measured.tree, key_mark=key_mark)
        if event.anchor:
            self.anchors[event.anchor] = measured
        return measured

    def alias(self, event: Any, path: Path, key_mark: Mark | None) -> _Measured:
        """What was anchored, seen once more; its marks stay those of the anchored text."""
        mark, name = self.mark(event), event.anchor
        if name not in self.anchors:
            self.stop(mark, f"'*{name}' names no anchor above it", path)
        anchored = self.anchors[name]
        if anchored is None:
            self.stop(mark, f"'*{name}' stands inside '&{name}' itself", path)
        if len(path) + anchored.height > MAX_DEPTH:
            self.stop(mark, f"nested deeper than {MAX_DEPTH} levels", path[:3])
        self.count(anchored.n_nodes, mark, path)
        return replace(anchored, tree=replace(anchored.tree, key_mark=key_mark))

    def content(self, event: Any, path: Path, mark: Mark) -> _Measured:
        """The node itself, whatever it is."""
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, path, mark)
        return (
            self.sequence(event, path, mark)
            if isinstance(event, SequenceStartEvent)
            else self.scalar(event, path, mark)
        )

    def sequence(self, event: Any, path: Path, mark: Mark) -> _Measured:
        """A list."""
        self.check_tag(event, mark, path, "seq")
        items: list[_Measured] = []
        while not isinstance(item := next(self.events), SequenceEndEvent):
            items.append(self.node(item, (*path, len(items)), None))
        return _measured(Tree(tuple(item.tree for item in items), mark), items)

    def mapping(self, event: Any, path: Path, mark: Mark) -> _Measured:
        """A mapping; of a key given twice the first is kept, and every further one reported."""
        self.check_tag(event, mark, path, "map")
        children: dict[str, _Measured] = {}
        while not isinstance(key := next(self.events), MappingEndEvent):
            key_mark, name = self.mark(key), self.key(key, path)
            child = self.node(next(self.events), (*path, name), key_mark)
            first = children.setdefault(name, child)
            if first is not child and first.tree.key_mark:
                self.report(
                    key_mark, f"duplicate key '{name}', first at line {first.tree.key_mark.line}", (*path, name)
                )
        return _measured(Tree({name: child.tree for name, child in children.items()}, mark), list(children.values()))

    def key(self, event: Any, path: Path) -> str:
        """The text of a key; whole numbers are taken as text, so that years can be keys."""
        mark = self.mark(event)
        if not isinstance(event, ScalarEvent):
            self.stop(mark, "a key must be a text", path)
        name, is_plain = str(event.value), event.implicit[0]
        if is_surrogate(name):
            self.report(mark, "half of a surrogate pair is no character", path)
        if is_plain and name == "<<":
            self.report(mark, "merge keys ('<<') are not part of YAML 1.2; write the keys out", path)
        elif event.tag is not None:
            self.report(mark, f"a key carries no tag, but this one has {_written(event.tag)}", path)
        elif is_plain and kind_of(name) not in ("str", "int"):
            self.report(mark, f"the key {name or 'before the colon'} is not a text; put it in quotes", path)
        return name

    def scalar(self, event: Any, path: Path, mark: Mark) -> _Measured:
        """A text, number, truth value or null."""
        kind = kind_of(event.value) if event.implicit[0] else "str"
        if event.tag is not None:
            kind = self.check_tag(event, mark, path, "str", "int", "float", "bool", "null")
        try:
            return _Measured(Tree(scalar_of(kind, event.value), mark))
        except ValueError as error:
            self.report(mark, str(error), path)
            return _Measured(Tree(None, mark))

    def check_tag(self, event: Any, mark: Mark, path: Path, *known: str) -> str:
        """The tag's short name, reported unless it is one of those known."""
        name = str(event.tag or TAG + known[0]).removeprefix(TAG)
        if name not in known and event.tag != "!":
            self.report(mark, f"the tag {_written(event.tag)} is refused; a file holds plain data only", path)
        return name if name in known else known[0]

    def count(self, n: int, mark: Mark, path: Path) -> None:
        """Bound what the file expands to."""
        self.n_nodes += n
        if self.n_nodes > MAX_NODES:
            self.stop(mark, f"the file expands to more than {MAX_NODES:,} values", path[:3])

    def mark(self, event: Any) -> Mark:
        """Where an event starts."""
        return self.mark_at(event.start_mark.line, event.start_mark.column)

    def mark_at(self, line: int, column: int) -> Mark:
        """A place from a line and column that count from 0."""
        source = self.lines[line] if line < len(self.lines) else ""
        return Mark(self.file, line + 1, column + 1, source)

    def report(self, mark: Mark, message: str, path: Path = ()) -> None:
        """Note a problem and read on."""
        self.problems.append(mark.problem(message, path))

    def stop(self, mark: Mark, message: str, path: Path = ()) -> NoReturn:
        """Note a problem after which reading on makes no sense."""
        self.report(mark, message, path)
        raise _Unreadable

    def _events(self) -> Iterator[Any]:
        if not self.is_pure:
            yield from YAML(typ="safe", pure=False).parse(self.text)
            return
        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except ReaderError as error:
            before = re.split(r"\r\n|\n|\r", self.text[: error.position])
            mark = self.mark_at(len(before) - 1, len(before[-1]))
            self.stop(mark, f"the character U+{ord(self.text[error.position]):04X} cannot stand in YAML")
        except MarkedYAMLError as error:
            self.stop(*self._plain_words(error))
        except (ValueError, OverflowError):
            # ruamel hands the number after \U straight to chr()
            self.stop(Mark(self.file, 1, 1), "the file has an escape ('\\U…') that is no character")

    def problem_of(self, error: Exception) -> Problem:
        """What libyaml found, in the words of this reader as far as it has some."""
        if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
            mark, message = self._plain_words(error)
            return mark.problem(message)
        return Mark(self.file, 1, 1).problem(f"this cannot be read as YAML: {str(error).splitlines()[0]}")

    def _plain_words(self, error: MarkedYAMLError) -> tuple[Mark, str]:
        said, place, context = str(error.problem), error.problem_mark, error.context_mark
        if "unexpected end of stream" in said and context is not None:
            return self.mark_at(context.line, context.column), "the quoted text that starts here is never closed"
        message = next((words for jargon, words in PLAIN_WORDS.items() if jargon in said), said)
        if context is not None and context.line != place.line and message == said:
            message += f" (in what starts at line {context.line + 1})"
        return self.mark_at(place.line, place.column), message


def _measured(tree: Tree, parts: list[_Measured]) -> _Measured:
    height = 1 + max((part.height for part in parts), default=0)
    return _Measured(tree, 1 + sum(part.n_nodes for part in parts), height)


def _written(tag: str) -> str:
    return tag.replace(TAG, "!!", 1)


def read_tree(path: str | FilePath) -> Tree:
    """What the file says; raises ScenarioError with every problem found in it."""
    return _tree(str(path), text_of(FilePath(path)))


@lru_cache(FILES_REMEMBERED)
def _tree(file: str, text: str) -> Tree:
    """The tree of a text: a tree is immutable, and many scenarios stand on the same corridors."""
    return _read_fast(file, text) or _read_carefully(file, text)


def _read_fast(file: str, text: str) -> Tree | None:
    """The tree of a file without fault; None if there may be one, which the careful reader then finds and words.

    Raises ScenarioError if the file is too large for that.
    """
    composer = _Composer(file, text, is_pure=False)
    try:
        tree: Tree | None = composer.document()
    except (_Unreadable, YAMLError, ValueError, OverflowError, RecursionError) as error:
        tree = None
        if not composer.problems:
            composer.problems.append(composer.problem_of(error))
    if composer.problems and len(text) > MAX_CAREFUL:
        raise ScenarioError(composer.problems)
    return None if composer.problems else tree


def _read_carefully(file: str, text: str) -> Tree:
    composer = _Composer(file, text, is_pure=True)
    try:
        tree = composer.document()
    except _Unreadable:
        raise ScenarioError(composer.problems) from None
    if composer.problems:
        raise ScenarioError(composer.problems)
    return tree
