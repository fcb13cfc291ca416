"""An intervention's file by itself: laid over the scenario that it is meant for, with what it requires, and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, ScenarioError, did_you_mean, listed, shown
from sim.reading import Tree, build, problem_at, read_tree, without_sources
from sim.scenario.checks.as_written import besides, known_in, misspelt_in_measures
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.interventions.files import Named, is_file, known_files
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.library import file_called, is_library, library_of, near, of_no_library
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario

SHIPPED = Path(__file__).resolve().parents[3] / "scenarios"


@dataclass(frozen=True)
class Trial:
    """An intervention, and the scenario it is meant for with it and what it requires; none if it names no `base`."""

    name: str
    intervention: Intervention
    base: Path | None
    loaded: Loaded | None

    @property
    def scenario(self) -> Scenario | None:
        """The scenario with the intervention."""
        return self.loaded.scenario if self.loaded else None

    def __str__(self) -> str:
        """What it is, in words."""
        kind = "a disruption" if self.intervention.is_disruption else "an intervention"
        n = len(self.intervention.measures)
        what = f"{kind} of {_counted(n, 'measure')} from {self.intervention.at}"
        if self.scenario is None:
            return f"{what}; without `base` only its own words are checked"
        made = expansion_of(self.scenario)
        own = ("interventions", self.name)
        n_changes = sum(path[:2] == own for path in made.changes.values())
        n_entries = sum(path[:2] == own for path in made.entries.values())
        more = f" and {_counted(n_entries, 'entry')} of timetables" if n_entries else ""
        return f"{what}: {_counted(n_changes, 'dated change')}{more} in {self.scenario.scenario}"


def _counted(n: int, noun: str) -> str:
    plural = "entries" if noun == "entry" else f"{noun}s"
    return f"{n} {noun if n == 1 else plural}"


def is_intervention(tree: Tree) -> bool:
    """Whether a file describes an intervention rather than a scenario."""
    return "intervention" in tree.children and "scenario" not in tree.children


def trial(file: Path, base: Path | None = None) -> Trial:
    """The intervention of a file in its world. Raises ScenarioError with everything that is wrong."""
    tree = read_tree(file)
    intervention, found = _read(file, tree, base)
    loaded = load(found, [*_required(file, intervention), file]) if found else None
    return Trial(intervention.intervention, intervention, found, loaded)


def _read(file: Path, tree: Tree, base: Path | None) -> tuple[Intervention, Path | None]:
    """An intervention's own words, and its base. Raises ScenarioError with everything that is wrong with them."""
    own, _, problems = without_sources(_without_additions(tree))
    intervention = None
    try:
        intervention = build(Intervention, own)
    except ScenarioError as error:
        problems += error.problems
    name = tree.children.get("intervention")
    if name is not None and isinstance(name.value, str) and file.stem != name.value:
        message = f"an intervention has the name of its file, '{file.stem}', not '{name.value}'"
        problems.append(problem_at(tree, ("intervention",), message))
    try:
        base = base or _base(file, tree)
    except ScenarioError as error:
        problems += error.problems
    if intervention is not None and not problems:
        return intervention, base
    raise ScenarioError(besides(problems, _misspelt(own, tree, base) if base is not None else ()))


def _misspelt(own: Tree, tree: Tree, base: Path) -> list[Problem]:
    """Names in its measures that neither its base has nor what it adds, if its base can be read."""
    try:
        world = load(base).tree
    except ScenarioError:
        return []
    measures = own.children.get("measures")
    adds = tree.children.get("adds", Tree({}, tree.mark))
    return misspelt_in_measures(measures, known_in(world, adds), ("measures",)) if measures is not None else []


@dataclass(frozen=True)
class Tried:
    """Interventions, and what they require, laid over one scenario."""

    loaded: Loaded
    base: Path

    @property
    def scenario(self) -> Scenario:
        """The scenario with the interventions."""
        return self.loaded.scenario


def tried(named: Sequence[Named], base: Path | None) -> Tried:
    """Interventions by name or file, over a scenario's file, or over the base that all of their files name.

    Names are looked up in the library of the base; without one, in that of the working folder, in `scenarios` there,
    then in that of the program.
    """
    files = [Path(each) for each in named if is_file(each)]
    found = base or _common_base([*files, *_files_called([str(each) for each in named if not is_file(each)])])
    required = [name for file in files for name in _required(file, build(Intervention, _described(read_tree(file))))]
    names = [each for each in dict.fromkeys(required) if each not in [file.stem for file in files]]
    return Tried(load(found, [*names, *named]), found)


def _files_called(names: Sequence[str]) -> list[Path]:
    """The files of interventions that are named without a base."""
    here: dict[str, Path] = {}
    for library in (SHIPPED, Path("scenarios").resolve(), library_of(Path("any.yaml"))):
        here |= known_files(library)
    for name in names:
        if name not in here:
            hint = did_you_mean(name, here)
            raise InputError(f"there is no intervention '{name}'{f'; {hint}' if hint else ''} (a file ends in .yaml)")
    return [here[name] for name in names]


def _common_base(files: Sequence[Path]) -> Path:
    bases = {file: _base(file, read_tree(file)) for file in files}
    known = sorted({base for base in bases.values() if base is not None})
    if not known:
        raise InputError("say with --base which scenario the interventions are laid over")
    if len(known) > 1:
        several = listed([str(base) for base in known], "and")
        raise InputError(f"the interventions are meant for {several}; say with --base which one is taken")
    return known[0]


def _described(tree: Tree) -> Tree:
    """What the model of an intervention reads of a file."""
    own, _, problems = without_sources(_without_additions(tree))
    if problems:
        raise ScenarioError(problems)
    return own


def _without_additions(tree: Tree) -> Tree:
    return Tree({key: child for key, child in tree.children.items() if key != "adds"}, tree.mark, tree.key_mark)


def _base(file: Path, tree: Tree) -> Path | None:
    """The scenario's file that an intervention names, inside the library."""
    node = tree.children.get("base")
    if node is None:
        return None
    library = library_of(file)
    path = file_called(library, node.value)
    if not path.is_relative_to(library):
        message, hint = f"the base {shown(node.plain())} lies outside the folder {library.name}/", None
    elif not path.is_file():
        known = [each.relative_to(library).as_posix() for each in _files_of(library)]
        message = f"there is no file {shown(node.plain())} in the folder {library.name}/"
        hint = of_no_library(library) or did_you_mean(str(node.value), known)
    else:
        return near(path)
    raise ScenarioError([problem_at(tree, ("base",), message, hint)])


def _files_of(library: Path) -> list[Path]:
    """Its scenarios; of a folder that is no library nothing, however much lies in it."""
    return sorted(library.rglob("*.yaml")) if is_library(library) else []


def _required(file: Path, intervention: Intervention) -> list[str]:
    """The names of what it requires, and of what that requires, as far as the library has them."""
    files, found, waiting = known_files(library_of(file)), [intervention.intervention], [*intervention.requires]
    while waiting:
        name = waiting.pop(0)
        if name in files and name not in found:
            found.append(name)
            node = read_tree(near(files[name])).children.get("requires")
            waiting += [str(item.value) for item in node.items] if node else []
    return found[1:]
