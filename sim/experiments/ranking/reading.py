"""Reads a ranking's file, its base and its interventions; whatever is wrong is said at its line. No numpy here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean, gathered, listed, shown
from sim.experiments.ranking.contract import RankingFile
from sim.experiments.ranking.enumerating import Choice, Portfolio, TooManyPortfoliosError, portfolios
from sim.reading import Tree, build, problem_at, read_tree, without_sources
from sim.scenario.interventions.files import known_files
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.library import file_called, library_of, near
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, with_values
from sim.units import format_quantity

SPANS = ("warm_up", "drain")


@dataclass(frozen=True)
class Question:
    """A ranking's file as it was read, with what it names."""

    file: Path
    asked: RankingFile
    tree: Tree
    base_file: Path
    base: Loaded
    interventions: dict[str, Intervention]

    @property
    def choices(self) -> list[Choice]:
        """What can be chosen. What the base has already is required of nobody."""
        there = set(self.base.scenario.interventions)
        return [
            Choice(name, one.capital, frozenset(one.requires) - there, frozenset(one.excludes))
            for name, one in self.interventions.items()
        ]

    @property
    def portfolios(self) -> list[Portfolio]:
        """All portfolios under the budget. Raises ScenarioError if there are none, or far too many."""
        asked = self.asked
        try:
            found = portfolios(self.choices, asked.budget, asked.at_most)
        except TooManyPortfoliosError as error:
            raise ScenarioError([problem_at(self.tree, ("at_most",), str(error))]) from None
        if not found:
            raise ScenarioError([self._nothing()])
        return found

    def _nothing(self) -> Problem:
        """Why there is no portfolio."""
        asked, least = self.asked, min(one.capital for one in self.interventions.values())
        if asked.budget is not None and least > asked.budget:
            message = f"nothing can be built for {asked.budget:,.0f} CNY; the cheapest intervention is {least:,.0f} CNY"
            return problem_at(self.tree, ("budget",), message)
        below = "" if asked.budget is None else f" within {asked.budget:,.0f} CNY"
        message = f"no {asked.at_most} or fewer interventions{below} hold what they require and none that they exclude"
        return problem_at(self.tree, ("at_most",), message, "raise at_most or the budget, or name other interventions")

    def __str__(self) -> str:
        """What is asked, in words."""
        n, m = len(self.portfolios), len(self.interventions)
        asked = self.asked
        below = "" if asked.budget is None else f" within {asked.budget:,.0f} CNY"
        return (
            f"a ranking of {n:,} portfolio{'s' * (n > 1)} of {m} intervention{'s' * (m > 1)}{below} over "
            f"{self.base.scenario.scenario} by {listed(asked.objectives, 'and')}"
        )

    def overlaid(self, scenario: Scenario) -> Scenario:
        """A scenario over the horizon that is asked for. Raises ScenarioError if that cannot be."""
        if self.asked.horizon is None:
            return scenario
        said = self.asked.horizon.model_dump(exclude_none=True)
        values = {
            f"horizon.{k}": format_quantity(v, "duration", "h") if k in SPANS else str(v) for k, v in said.items()
        }
        try:
            return with_values(scenario, values).as_read_from(scenario.file)
        except SettingError as error:
            raise ScenarioError([problem_at(self.tree, ("horizon",), str(error))]) from None

    def asked_for(self, **changes: object) -> "Question":
        """The same with what the command line says otherwise; None says nothing. Raises ScenarioError."""
        said = {key: value for key, value in changes.items() if value is not None}
        asked = self.asked.model_copy(update=said)
        small = {name: number for name, number in asked.indifference.items() if name in asked.objectives}
        question = replace(self, asked=asked.model_copy(update={"indifference": small}))
        if wrong := list(_wrong(question)):
            raise ScenarioError(wrong)
        return question


def is_ranking(tree: Tree) -> bool:
    """Whether a file asks for a ranking."""
    return "ranking" in tree.children and "scenario" not in tree.children


def read_ranking(file: Path) -> Question:
    """Read a ranking's file. Raises ScenarioError with everything that is wrong."""
    tree, _, problems = without_sources(read_tree(file))
    try:
        asked = build(RankingFile, tree)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    if file.stem != asked.ranking:
        message = f"a ranking has the name of its file, '{file.stem}', not '{asked.ranking}'"
        problems.append(problem_at(tree, ("ranking",), message))
    with gathered(problems):
        found = _interventions(file, tree, asked)
    with gathered(problems):
        base = _base(file, tree, asked)
        loaded = load(base)
    if problems:
        raise ScenarioError(problems)
    question = Question(file, asked, tree, base, loaded, found)
    if wrong := list(_wrong(question)):
        raise ScenarioError(wrong)
    question.overlaid(loaded.scenario)
    return question


def _base(file: Path, tree: Tree, asked: RankingFile) -> Path:
    library = library_of(file)
    path = file_called(library, asked.base)
    hint = None
    if not path.is_relative_to(library):
        message = f"the base {shown(asked.base)} lies outside the folder {library.name}/"
    elif not path.is_file():
        message = f"there is no file {shown(asked.base)} in the folder {library.name}/"
        hint = did_you_mean(asked.base, [each.name for each in sorted(library.glob("*.yaml"))])
    else:
        return near(path)
    raise ScenarioError([problem_at(tree, ("base",), message, hint)])


def _interventions(file: Path, tree: Tree, asked: RankingFile) -> dict[str, Intervention]:
    """The interventions of the library that are named."""
    known = known_files(library_of(file))
    found: dict[str, Intervention] = {}
    problems: list[Problem] = []
    for i, name in enumerate(asked.interventions):
        if name not in known:
            hint = did_you_mean(name, known) or (f"known here: {listed(sorted(known), 'and')}" if known else None)
            problems.append(problem_at(tree, ("interventions", i), f"there is no intervention '{name}'", hint))
            continue
        try:
            found[name] = _described(near(known[name]))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _described(file: Path) -> Intervention:
    whole = read_tree(file)
    tree = Tree({key: child for key, child in whole.children.items() if key != "adds"}, whole.mark, whole.key_mark)
    own, _, problems = without_sources(tree)
    if problems:
        raise ScenarioError(problems)
    return build(Intervention, own)


def _wrong(question: Question) -> Iterator[Problem]:
    """What does not fit together."""
    tree, asked, base = question.tree, question.asked, question.base.scenario
    for i, (name, one) in enumerate(question.interventions.items()):
        at = ("interventions", i)
        if name in base.interventions:
            yield problem_at(tree, at, f"'{name}' is in the base already; take it out of one of the two")
        if clash := sorted(set(one.excludes) & set(base.interventions)):
            yield problem_at(tree, at, f"'{name}' excludes '{clash[0]}', which the base has")
        for other in sorted(set(one.requires) - set(question.interventions) - set(base.interventions)):
            yield problem_at(tree, at, f"'{name}' requires '{other}', which is not among them; name that too")
        if one.is_disruption:
            yield problem_at(tree, at, f"'{name}' is a disruption: nobody chooses it")
        if "benefit-cost" in asked.objectives and not one.capital + one.running_per_year:
            message = f"'{name}' costs nothing, so it has no benefit over cost; take it or that objective out"
            yield problem_at(tree, at, message)
    for name in asked.indifference:
        if name not in asked.objectives:
            yield problem_at(tree, ("indifference", name), f"'{name}' is not among the objectives", is_about_key=True)
    if asked.first >= asked.replications:
        message = f"{asked.replications} replications of all together are no more than the first {asked.first} of each"
        yield problem_at(tree, ("replications",), message)
