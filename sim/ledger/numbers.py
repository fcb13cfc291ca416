"""The numbers of a file or scenario, each with its source if it has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.ledger.amounts import is_number
from sim.ledger.formulas import FormulaError, worked_out
from sim.reading import Mark, Scalar, Source, Tree, dotted
from sim.reading.tree import Path

UNSTATED = "unstated"
STATUSES = ("reported", "published", "derived", "assumed", UNSTATED)

SETTINGS = frozenset(
    {"scenario", "corridors", "base", "horizon", "parcels_per_row", "seed", "replications"}
    | {"posterior", "uncertain", "replications_per_draw"}
)
"""Keys that say how a scenario is run; what they hold rests on no evidence."""

DECISIONS = frozenset({"at", "until"})
"""Dates of an intervention and of its measures: they are decided, and rest on no evidence either."""

WORDS = frozenset({"name", "title", "change", "source", "document", "section", "proposes"})
"""Keys under which texts are texts, whatever digits they hold."""


@dataclass(frozen=True)
class Number:
    """A number as written, and where it comes from."""

    path: Path
    value: Scalar
    mark: Mark
    source: Source | None

    @property
    def name(self) -> str:
        """Its dotted path."""
        return dotted(self.path)

    @property
    def status(self) -> str:
        """The status of its source, or that it has none."""
        return self.source.status if self.source else UNSTATED

    @property
    def is_setting(self) -> bool:
        """Whether it says how the scenario is run rather than what the world is like."""
        return self.path[:1] != () and (self.path[0] in SETTINGS or _is_decided(self.path))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the evidence that its source names."""
        return self.source.rows if self.source else ()

    @property
    def result(self) -> float | None:
        """What the formula gives, if it has one that can be worked out."""
        try:
            return worked_out(self.source.formula) if self.source and self.source.formula else None
        except FormulaError:
            return None

    @property
    def range(self) -> str | None:
        """The range of an assumed number in words."""
        given = self.source.range if self.source else None
        return f"{given[0]} to {given[1]}" if isinstance(given, tuple) else given


def _is_decided(path: Path) -> bool:
    """Whether a path names a date of an intervention or of one of its measures, in its own file or in a scenario's."""
    inner = path[2:] if path[0] == "interventions" else path
    return path[-1] in DECISIONS and (len(inner) == 1 or (len(inner) == 3 and inner[0] == "measures"))


def numbers_in(tree: Tree, sources: Mapping[Path, Source]) -> list[Number]:
    """Every number of a tree without sources, in the order of the files."""
    return [Number(path, _scalar(node), node.mark, source_of(path, sources)) for path, node in _numbers(tree, ())]


def source_of(path: Path, sources: Mapping[Path, Source]) -> Source | None:
    """The source beside the value, or beside the closest thing that contains it."""
    return next((sources[path[:n]] for n in range(len(path), -1, -1) if path[:n] in sources), None)


def _scalar(node: Tree) -> Scalar:
    assert node.is_scalar
    return node.value  # type: ignore[return-value]


def _numbers(tree: Tree, path: Path) -> Iterator[tuple[Path, Tree]]:
    if tree.is_scalar:
        if is_number(_scalar(tree)):
            yield path, tree
        return
    children: Iterator[tuple[str | int, Tree]] = iter([*tree.children.items(), *enumerate(tree.items)])
    for key, child in children:
        if key not in WORDS or not _is_words(child):
            yield from _numbers(child, (*path, key))


def _is_words(tree: Tree) -> bool:
    parts = [*tree.children.values(), *tree.items]
    return all(map(_is_words, parts)) if parts else isinstance(tree.value, str)
