"""The library that the page reads: scenarios and interventions that ship, and those that were uploaded, side by side.

They are copied into one folder, so that a file of one's own finds bases, corridors and interventions beside it, and
nothing outside is ever read. Everything is named by the name of its file; names are looked up, never made into paths.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import RLock
from time import monotonic

from sim.errors import ScenarioError
from sim.language import marked
from sim.page.files import looks
from sim.page.saying import PageError
from sim.reading import Tree, read_tree
from sim.scenario.interventions.files import FOLDERS, known_files
from sim.scenario.interventions.trial import is_intervention
from sim.scenario.loading import Loaded, load

COPIED = (".", "corridors", *FOLDERS)
LONGEST_CHAIN = 20
FRESH_SECONDS = 1.0
LOADED = 16
"""Scenarios that are kept in memory."""


@dataclass(frozen=True)
class Baseline:
    """A scenario that plans can be laid over, from its file and those it is laid over, without reading it whole."""

    name: str
    title: str
    start: str
    end: str
    corridors: frozenset[str]
    bases: tuple[str, ...]
    """It and what it is laid over, by name."""
    is_uploaded: bool

    @property
    def is_illustrative(self) -> bool:
        """Whether its own title says so: levels that nothing is reported of."""
        return "illustrative" in self.title.lower()


def _order(one: Baseline) -> tuple[bool, bool, int, str]:
    """What rests on evidence first, and single corridors before several."""
    return one.is_uploaded, one.is_illustrative, len(one.corridors), one.name


class Library:
    """Files by name. ``shipped`` is a folder with `corridors/`, ``uploads`` may hold more; both stay as they are."""

    def __init__(self, shipped: Path, uploads: Path, folder: Path) -> None:
        self.shipped, self.uploads, self.folder = shipped.resolve(), uploads, folder
        self._lock = RLock()
        self._stamp, self._refreshed_at = 0, -FRESH_SECONDS
        self._loaded = lru_cache(LOADED)(_loaded)
        self._listed = lru_cache(1)(self._list)
        self._trees: dict[Path, tuple[tuple[int, int], Tree]] = {}

    # -- files ---------------------------------------------------------------------------------------------------------

    def refresh(self, *, is_forced: bool = False) -> None:
        """Bring the folder up to date with what ships and what was uploaded, unless it was within the last second."""
        with self._lock:
            if not is_forced and monotonic() - self._refreshed_at < FRESH_SECONDS:
                return
            for part in COPIED:
                wanted = {one.name: one for above in (self.uploads, self.shipped) for one in _files(above / part)}
                here = self.folder / part
                here.mkdir(parents=True, exist_ok=True)
                there = {one.name: _looks(one) for one in _files(here)}
                for gone in there.keys() - wanted.keys():
                    (here / gone).unlink(missing_ok=True)
                for name, one in wanted.items():
                    if there.get(name) != _looks(one):
                        _copy(Path(one.path), here / name)
            looks = [(part, one.name, *_looks(one)) for part in COPIED for one in _files(self.folder / part)]
            self._stamp, self._refreshed_at = hash(frozenset(looks)), monotonic()

    def copy_to(self, folder: Path, interventions: Collection[str]) -> None:
        """Copy scenarios, corridors and some interventions; nobody brings the library up to date meanwhile."""
        with self._lock:
            for part in (".", "corridors"):
                (folder / part).mkdir(parents=True, exist_ok=True)
                for file in _files(self.folder / part):
                    shutil.copy2(file, folder / part / file.name)
            files = known_files(self.folder)
            for part in FOLDERS:
                (folder / part).mkdir()
            for name in sorted(files.keys() & set(interventions)):
                shutil.copy2(files[name], folder / files[name].parent.name / files[name].name)

    @property
    def stamp(self) -> int:
        """Something that differs when any file does."""
        self.refresh()
        return self._stamp

    def said(self, file: str) -> str:
        """A file as it is shown: where it ships or was uploaded, not where it is copied to."""
        path = Path(file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            return path.name
        inner = path.relative_to(self.folder.resolve())
        return (Path(self.uploads.name if (self.uploads / inner).is_file() else "scenarios") / inner).as_posix()

    # -- scenarios -----------------------------------------------------------------------------------------------------

    def baselines(self) -> list[Baseline]:
        """All scenarios, those that are meant to be compared with first."""
        return list(self._listed(self.stamp))

    def _list(self, stamp: int) -> tuple[Baseline, ...]:
        found = [one for file in _files(self.folder) if (one := self._baseline(self.folder / file.name)) is not None]
        return tuple(sorted(found, key=_order))

    def baseline(self, name: str) -> Baseline:
        """One of them."""
        found = {one.name: one for one in self.baselines()}
        if name not in found:
            raise PageError(404, marked("There is no corridor of that name."))
        return found[name]

    def file_of(self, name: str) -> Path:
        """The file of a scenario, in this folder."""
        return self.folder / f"{self.baseline(name).name}.yaml"

    def loaded(self, name: str, more: tuple[str, ...] = ()) -> Loaded:
        """A scenario, whole and checked, with interventions of the library laid over it."""
        return self._loaded(self.file_of(name), more, self.stamp)

    def _baseline(self, file: Path) -> Baseline | None:
        """None if the file is no scenario or cannot be read: it was checked when it came."""
        try:
            chain = list(self._chain(file))
        except ScenarioError:
            return None
        own = chain[0][1]
        if "scenario" not in own.children or is_intervention(own):
            return None
        horizon = {key: _of(chain, "horizon", key) for key in ("start", "end")}
        corridors = next((tree.children["corridors"] for _, tree in chain if "corridors" in tree.children), None)
        title = own.children.get("title")
        return Baseline(
            name=file.stem,
            title=str(title.value) if title is not None and title.is_scalar else file.stem,
            **horizon,
            corridors=frozenset(str(item.value) for item in corridors.items) if corridors else frozenset({file.stem}),
            bases=tuple(path.stem for path, _ in chain),
            is_uploaded=(self.uploads / file.name).is_file(),
        )

    def _chain(self, file: Path) -> Iterator[tuple[Path, Tree]]:
        """A scenario's file and those it is laid over."""
        for _ in range(LONGEST_CHAIN):
            tree = read_tree(file)
            yield file, tree
            base = tree.children.get("base")
            below = (file.parent / str(base.value)).resolve() if base is not None and base.is_scalar else None
            if below is None or not below.is_file() or not below.is_relative_to(self.folder.resolve()):
                return
            file = below

    # -- interventions -------------------------------------------------------------------------------------------------

    def interventions(self, baseline: Baseline) -> Mapping[str, Tree]:
        """Those that can be laid over a scenario: meant for it, for what it is laid over, or for corridors it has."""
        known = {one.name: one for one in self.baselines()}
        found = {}
        for name, file in known_files(self.folder).items():
            try:
                tree = self._tree(file)
            except ScenarioError:
                continue
            base = tree.children.get("base")
            meant = Path(str(base.value)).stem if base is not None else None
            if meant is None or meant in baseline.bases or _is_part(known.get(meant), baseline):
                found[name] = tree
        return found

    def intervention(self, name: str) -> Tree:
        """The file of an intervention."""
        files = known_files(self.folder)
        if name not in files:
            raise PageError(404, marked("There is no intervention of that name."))
        return self._tree(files[name])

    def _tree(self, file: Path) -> Tree:
        """A file, read once as long as it is the same: there are more than the reader remembers."""
        changed = looks(file)
        found = self._trees.get(file)
        if found is None or found[0] != changed:
            found = self._trees[file] = (changed, read_tree(file))
        return found[1]


def _loaded(file: Path, more: tuple[str, ...], stamp: int) -> Loaded:
    """Read anew whenever any file has changed: a scenario stands on others."""
    del stamp
    return load(file, more)


def _is_part(meant: Baseline | None, baseline: Baseline) -> bool:
    return meant is not None and meant.corridors <= baseline.corridors


def _of(chain: list[tuple[Path, Tree]], section: str, key: str) -> str:
    """A value of the first file of a chain that has it, as text; empty if none has."""
    for _, tree in chain:
        part = tree.children.get(section)
        node = part.child(key) if part is not None else None
        if node is not None:
            return str(node.value)
    return ""


def _files(folder: Path) -> list["os.DirEntry[str]"]:
    """The YAML files of a folder; no links, nothing hidden."""
    if not folder.is_dir():
        return []
    return [one for one in os.scandir(folder) if _is_ours(one)]


def _is_ours(one: "os.DirEntry[str]") -> bool:
    return one.name.endswith(".yaml") and not one.name.startswith(".") and one.is_file(follow_symlinks=False)


def _looks(one: "os.DirEntry[str]") -> tuple[int, int]:
    """What of a file differs when its content does."""
    said = one.stat(follow_symlinks=False)
    return said.st_mtime_ns, said.st_size


def _copy(file: Path, to: Path) -> None:
    """Copy a file with its time; whole or not at all."""
    aside = to.with_name(f".{to.name}.{os.getpid()}")
    shutil.copy2(file, aside)
    aside.replace(to)
