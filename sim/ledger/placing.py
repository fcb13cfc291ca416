"""Where a number stands: what it was laid over, which dated changes act on it, and what a posterior makes of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.ledger.numbers import UNSTATED, Number, source_of
from sim.ledger.posteriors import Moved, Posterior
from sim.reading import Mark, Source, Tree, read_tree, without_sources
from sim.reading.tree import Path as TreePath
from sim.reading.tree import nearest

OPERATIONS = ("set", "multiply", "add")
SCALED = ("mean", "low", "mode", "high")
"""What of a distribution moves with its mean."""


@dataclass(frozen=True)
class Below:
    """What a number replaces."""

    value: str
    status: str
    mark: Mark


@dataclass(frozen=True)
class Acting:
    """A dated change that acts on a number."""

    name: str
    does: str
    at: str
    mark: Mark


@dataclass(frozen=True)
class Believed:
    """What a posterior makes of a number, or of a factor of it: 2.5 %, 50 % and 97.5 % over its draws."""

    calibration: str
    moved: Moved
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Account:
    """A number with what it replaces, what changes it, and what the reports make of it."""

    number: Number
    below: Below | None
    changes: tuple[Acting, ...]
    believed: tuple[Believed, ...] = ()


def account(
    number: Number, tree: Tree, layers: "list[tuple[Path, ...]]", posteriors: Iterable[Posterior] = ()
) -> Account:
    """All that is known of where a number of a scenario stands; `layers` are its files, the uppermost last."""
    believed = tuple(_believed(number.path, posteriors))
    return Account(number, _below(number, layers), tuple(_acting(number.path, tree)), believed)


def _believed(path: TreePath, posteriors: Iterable[Posterior]) -> Iterator[Believed]:
    named = tuple(map(str, path))
    for posterior in posteriors:
        for moved in posterior.moved:
            if _acts_on(tuple(moved.path.split(".")), named):
                yield Believed(posterior.name, moved, *posterior.range_of(moved))


# -- dated changes -----------------------------------------------------------------------------------------------------


def _acting(path: TreePath, tree: Tree) -> "list[Acting]":
    changes = tree.children.get("changes")
    described = changes.children.items() if changes else ()
    return [_told(name, change) for name, change in described if _acts_on(_target(change), tuple(map(str, path)))]


def _target(change: Tree) -> tuple[str, ...]:
    return tuple(str(change.children["change"].plain()).split(".")) if "change" in change.children else ()


def _acts_on(target: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether they name the same number; a target may name a part of a tariff, or the mean of a distribution."""
    if not target:
        return False
    is_scaled = target[-1] == "mean" and path[-1] in SCALED and path[: len(target) - 1] == target[:-1]
    return is_scaled or target[: len(path)] == path


def _told(name: str, change: Tree) -> Acting:
    said = {key: str(child.plain()) for key, child in change.children.items()}
    does = [f"{key} {said[key]}" for key in OPERATIONS if key in said]
    more = [f"over {said['ramp']}"] if "ramp" in said else []
    more += [f"until {said['until']}"] if "until" in said else []
    return Acting(name, " ".join(does + more), said.get("at", ""), change.name_mark)


# -- layers ------------------------------------------------------------------------------------------------------------


def files_below(path: Path) -> list[tuple[Path, ...]]:
    """The files of a scenario that loads, the uppermost last; corridors lie beside each other."""
    own = read_tree(path)
    layers: list[tuple[Path, ...]] = []
    if base := own.children.get("base"):
        layers += files_below((path.parent / str(base.value)).resolve())
    if corridors := own.children.get("corridors"):
        folder = _library(path) / "corridors"
        layers.append(tuple(folder / f"{item.value}.yaml" for item in corridors.items))
    return [*layers, (path.resolve(),)]


def _library(path: Path) -> Path:
    folder = path.resolve().parent
    return next((above for above in (folder, *folder.parents) if (above / "corridors").is_dir()), folder)


def _below(number: Number, layers: list[tuple[Path, ...]]) -> Below | None:
    own = Path(number.mark.file).resolve()
    depth = next((i for i, files in enumerate(layers) if own in files), 0)
    for files in reversed(layers[:depth]):
        for file in files:
            if (found := _in_file(file, number.path)) is not None:
                return found
    return None


def _in_file(file: Path, path: TreePath) -> Below | None:
    tree, sources = _read(file)
    node, is_there = nearest(tree, path)
    if not is_there:
        return None
    source = source_of(path, sources)
    value = str(node.plain()) if node.is_scalar else "a mapping" if node.is_mapping else "a list"
    return Below(value, source.status if source else UNSTATED, node.name_mark)


@cache
def _read(file: Path) -> tuple[Tree, Mapping[TreePath, Source]]:
    near = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    tree, sources, _ = without_sources(read_tree(near))
    return tree, sources
