"""From the file of a sweep to a study that can be run; everything that is wrong is said with its place.

Answers without numpy: `sim validate` uses it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from sim.errors import AbsurdScenarioError, Problem, ScenarioError, did_you_mean, gathered, listed, shown
from sim.experiments.estimate import Estimate, refuse_if_absurd
from sim.experiments.sweeps.contract import PLANS, Factorial, LatinHypercube, OneAtATime, Sobol, Sweep, Varied
from sim.experiments.sweeps.factors import Factor, factor_of, same_number
from sim.experiments.sweeps.ground import Ground, ground_of, laid, settings_of
from sim.experiments.sweeps.placing import AT_ALL_POINTS, fault_of, refused, survives, unknown
from sim.experiments.sweeps.wording import spoken
from sim.reading import Tree, build, problem_at, read_tree
from sim.reading.tree import Path as TreePath
from sim.scenario.interventions.files import known_files
from sim.scenario.library import file_called, library_of, near
from sim.scenario.loading import Loaded, load
from sim.scenario.setting import SettingError

MOST_RUNS = 2_000_000
Grounds = Mapping[tuple[str, ...], Ground]


@dataclass(frozen=True)
class Study:
    """A sweep laid over its base: the grounds that its points start from, and what varies in them."""

    sweep: Sweep
    file: Path
    grounds: Grounds
    factors: tuple[Factor, ...]
    per_run: Estimate

    @property
    def base(self) -> Ground:
        """Without interventions but those at all points."""
        return self.grounds[()]

    @property
    def n_points(self) -> int:
        """Points, the base among them."""
        return n_points(self.sweep, self.factors)

    @property
    def most_replications(self) -> int:
        """Replications of a point, at most."""
        precision = self.sweep.precision
        return self.sweep.replications or (precision.most if precision else 0)

    def __str__(self) -> str:
        n, most = self.n_points, self.most_replications
        upto = "" if self.sweep.precision is None else "up to "
        return (
            f"a sweep of {n:,} points in {upto}{most} replication{'s' * (most > 1)}: {upto}{n * most:,} runs of about "
            f"{self.per_run.seconds:,.0f} s and {self.per_run.peak_bytes / 1e9:.1f} GB"
        )


def is_sweep(tree: Tree) -> bool:
    """Whether a file describes a sweep."""
    return "sweep" in tree.children and "scenario" not in tree.children


def read_sweep(file: Path) -> Study:
    """The study of a sweep's file. Raises ScenarioError with everything that is wrong."""
    tree = read_tree(file)
    sweep = build(Sweep, tree)
    problems = [*_of_words(sweep, tree, file), *_twice(tree, ("interventions",), sweep.interventions)]
    with gathered(problems):
        base = _base(sweep, tree, file)
    if problems:
        raise ScenarioError(problems)
    grounds = _grounds(sweep, tree, base)
    factors, problems = _factors(sweep, tree, grounds)
    problems += _of_replications(sweep, tree, grounds)
    if problems:
        raise ScenarioError(problems)
    _refuse_too_many(sweep, tree, factors)
    study = Study(sweep, file, grounds, factors, refuse_if_absurd(grounds[()].scenario))
    _refuse_too_many_runs(study, tree)
    return study


def n_points(sweep: Sweep, factors: tuple[Factor, ...]) -> int:
    """How many points a design has, the base among them; none is made."""
    match sweep.design:
        case Factorial():
            return 1 + math.prod(factor.n_options for factor in factors)
        case OneAtATime():
            return 1 + sum(len(factor.ends) for factor in factors)
        case LatinHypercube() | Sobol():
            return 1 + sweep.design.points


# -- what the file says, by itself -------------------------------------------------------------------------------------


def _of_words(sweep: Sweep, tree: Tree, file: Path) -> Iterator[Problem]:
    if file.stem != sweep.sweep:
        message = f"a sweep has the name of its file, '{file.stem}', not '{sweep.sweep}'"
        yield problem_at(tree, ("sweep",), message)
    for path in sweep.levers.keys() & sweep.uncertainties.keys():
        message = f"'{path}' is a lever and an uncertainty; it is one of them"
        yield problem_at(tree, ("uncertainties", path), message, is_about_key=True)
    for former, other in combinations(sweep.varied, 2):
        if same_number(former, other):
            section = "levers" if other in sweep.levers else "uncertainties"
            message = f"'{other}' and '{former}' set the same number, so one of them would not count"
            yield problem_at(tree, (section, other), message, is_about_key=True)
    for path in sweep.constants.keys() & sweep.varied.keys():
        yield problem_at(tree, ("constants", path), f"'{path}' is constant and varies; it does one of them")
    for section, varied in (("levers", sweep.levers), ("uncertainties", sweep.uncertainties)):
        for path, one in varied.items():
            yield from _of_values(tree, section, path, one)
    for path in (path for path in sweep.constants if refused(path)):
        yield problem_at(tree, ("constants", path), f"'{path}' {AT_ALL_POINTS}", is_about_key=True)


def _twice(tree: Tree, at: TreePath, named: tuple[str, ...]) -> Iterator[Problem]:
    for i, name in enumerate(named):
        if name in named[:i]:
            yield problem_at(tree, (*at, i), f"'{name}' is named twice")


def _of_values(tree: Tree, section: str, path: str, varied: Varied) -> Iterator[Problem]:
    at: TreePath = (section, path)
    if refused(path):
        yield problem_at(tree, at, f"'{path}' {AT_ALL_POINTS}", is_about_key=True)
    if path == PLANS and section != "levers":
        yield problem_at(tree, at, "sets of interventions are decided: `plans` is a lever", is_about_key=True)
    if path == PLANS and varied.values is None:
        yield problem_at(tree, at, "`plans` takes values: a list of lists of interventions")
    seen: list[object] = []
    for i, value in enumerate(varied.values or ()):
        if isinstance(value, tuple) != (path == PLANS):
            needed = "a list of interventions" if path == PLANS else "a number, a text or a switch, and no list,"
            yield problem_at(tree, (*at, "values", i), f"{needed} is expected here")
        if (type(value), value) in seen:
            yield problem_at(tree, (*at, "values", i), "this value stands here twice")
        seen.append((type(value), value))


def _base(sweep: Sweep, tree: Tree, file: Path) -> Path:
    library = library_of(file)
    path = file_called(library, sweep.base)
    if not path.is_relative_to(library):
        message, hint = f"the base {shown(sweep.base)} lies outside the folder {library.name}/", None
    elif not path.is_file():
        message = f"there is no file {shown(sweep.base)} in the folder {library.name}/"
        hint = did_you_mean(sweep.base, [each.name for each in sorted(library.glob("*.yaml"))])
    else:
        return path
    raise ScenarioError([problem_at(tree, ("base",), message, hint)])


# -- laid over its base ------------------------------------------------------------------------------------------------


def _grounds(sweep: Sweep, tree: Tree, base: Path) -> dict[tuple[str, ...], Ground]:
    """The grounds of all sets of interventions, that of the base first."""
    known = known_files(library_of(base))
    lists = {("interventions",): sweep.interventions}
    plans = sweep.levers.get(PLANS)
    for i, value in enumerate(plans.values or () if plans else ()):
        if isinstance(value, tuple):
            lists[("levers", PLANS, "values", i)] = value  # type: ignore[index]
    problems = [
        problem_at(tree, (*at, i), f"there is no intervention '{name}'", did_you_mean(name, known) or
                   f"known here: {listed(sorted(known), 'and')}")
        for at, names in lists.items() for i, name in enumerate(names) if name not in known
    ]  # fmt: skip
    if problems:
        raise ScenarioError(problems)
    sets: dict[tuple[str, ...], TreePath] = {(): ("interventions",)}
    for at, names in list(lists.items())[1:]:
        sets.setdefault(names, at)
    below = load(near(base))
    return {names: _ground(sweep, tree, below, names, at) for names, at in sets.items()}


def _ground(sweep: Sweep, tree: Tree, below: Loaded, plans: tuple[str, ...], at: TreePath) -> Ground:
    try:
        file = below.scenario.file
        loaded = laid(below, file, (*sweep.interventions, *plans)) if file else below
    except ScenarioError as error:
        named = listed([*sweep.interventions, *plans], "and")
        why = problem_at(tree, at, f"{named} cannot be laid over {sweep.base}")
        raise ScenarioError([why, *error.problems]) from None
    settings = settings_of(sweep)
    try:
        return ground_of(loaded, plans, settings, sweep.varied)
    except SettingError as error:
        faults = [fault for path, value in settings.items() if (fault := fault_of(loaded.scenario, path, value))]
        problems = [spoken(fault, tree, _place_of(fault.number)) for fault in faults]
        raise ScenarioError(problems or [problem_at(tree, at, str(error))]) from None


def _place_of(path: str) -> TreePath:
    return tuple(path.split(".")) if path.startswith("horizon.") or "." not in path else ("constants", path)


def _factors(sweep: Sweep, tree: Tree, grounds: Grounds) -> tuple[tuple[Factor, ...], list[Problem]]:
    factors: list[Factor] = []
    problems: list[Problem] = []
    for path in (path for path in sweep.constants if not any(path in each.paths for each in grounds.values())):
        problems.append(unknown(tree, ("constants", path), path, grounds.values()))
    for section, varied in (("levers", sweep.levers), ("uncertainties", sweep.uncertainties)):
        for path, one in varied.items():
            at: TreePath = (section, path)
            own = next((each for each in grounds.values() if path == PLANS or path in each.paths), None)
            if own is None:
                problems.append(unknown(tree, at, path, grounds.values()))
                continue
            found = list(_of_factor(tree, at, path, one, own))
            if not found:
                try:
                    factors.append(factor_of(path, one, own.scenario, is_lever=section == "levers"))
                except SettingError as error:
                    found.append(problem_at(tree, at, str(error)))
            problems += found
    return tuple(factors), problems


def _of_factor(tree: Tree, at: TreePath, path: str, varied: Varied, ground: Ground) -> Iterator[Problem]:
    """What is wrong with the values of one number, set one by one."""
    if path == PLANS:
        return
    ends = [((*at, "low"), varied.low), ((*at, "high"), varied.high)]
    said = [((*at, "values", i), value) for i, value in enumerate(varied.values or ())] or ends
    faults = [(place, fault) for place, value in said
              if not isinstance(value, tuple) and value is not None
              and (fault := fault_of(ground.scenario, path, value))]  # fmt: skip
    yield from (spoken(fault, tree, place) for place, fault in faults)
    if not faults and (name := _drawn_by(ground, path, said[0][1])):
        message = f"the calibration '{name}' draws '{path}' anyway, so what is set here would not count"
        hint = "take another number, or a base without `posterior`"
        yield problem_at(tree, at, message, hint, is_about_key=True)


def _drawn_by(ground: Ground, path: str, value: object) -> str | None:
    """The posterior, if any, whose draws do away with what is set."""
    return next((each.name for each in ground.posteriors if not survives(ground.scenario, each, path, value)), None)


# -- how much it is ----------------------------------------------------------------------------------------------------


def _of_replications(sweep: Sweep, tree: Tree, grounds: Grounds) -> Iterator[Problem]:
    scenario = grounds[()].scenario
    unit = scenario.replications_per_draw
    is_drawn = any(each.posteriors or each.scenario.uncertain for each in grounds.values())
    n = sweep.replications
    if n is not None and is_drawn and n >= 2 * unit and n % unit:
        message = (
            f"{n} replications are not whole draws of {unit}; write {n // unit * unit} or {(n // unit + 1) * unit}"
        )
        yield problem_at(tree, ("replications",), message)
    if sweep.precision is not None and sweep.precision.most < unit:
        message = f"{sweep.precision.most} replications are no whole draw of {unit}; write {2 * unit} or more"
        yield problem_at(tree, ("precision", "most"), message)
    if sweep.precision is not None:
        from sim.indicators.measures import BY_NAME

        if sweep.precision.of not in BY_NAME:
            hint = did_you_mean(sweep.precision.of, BY_NAME)
            yield problem_at(tree, ("precision", "of"), f"there is no measure '{sweep.precision.of}'", hint)


def _refuse_too_many(sweep: Sweep, tree: Tree, factors: tuple[Factor, ...]) -> None:
    n = n_points(sweep, factors)
    if n > MOST_RUNS:
        _refuse(tree, n, f"{n:,} points")


def _refuse_too_many_runs(study: Study, tree: Tree) -> None:
    n = study.n_points * study.most_replications
    if n > MOST_RUNS:
        _refuse(tree, n, f"{study.n_points:,} points in {study.most_replications:,} replications, {n:,} runs")


def _refuse(tree: Tree, n: int, what: str) -> None:
    message = f"{what}; at most {MOST_RUNS:,} runs are kept in one folder"
    place = problem_at(tree, ("design",), message)
    raise AbsurdScenarioError(
        f"{what} would take {n / 3600:,.0f} hours of one core even at a second each; give fewer values or levels, or a "
        "latin_hypercube or sobol design of so many points as are wanted",
        [place],
    )
