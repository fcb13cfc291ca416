"""Plans: a baseline with interventions, or another scenario of the same origins and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sim.errors import ScenarioError, did_you_mean, listed, printable
from sim.experiments.comparing.costs import in_force
from sim.experiments.manifest import files_of
from sim.html import table
from sim.ledger.posteriors import SHIPPED
from sim.reading import Tree, read_tree
from sim.scenario.altering import checked as checked_in_memory
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.interventions.files import is_file, known_files
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.laying import LayingError, laid_over, with_required
from sim.scenario.library import library_of
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError
from sim.scenario.showing import acts
from sim.ticks import DAY

AND = "+"
"""Stands between the names of interventions that make one plan."""
Said = str | Path | Scenario | Intervention
"""How a plan is named: an intervention, several with `+` between them, or a scenario; by name, file or as an object."""


class PlanError(ScenarioError):
    """Plans that cannot be compared."""

    def __init__(self, message: str) -> None:
        super().__init__(())
        self.args = (message,)

    def __str__(self) -> str:
        return f"error: {printable(self.args[0])}"


@dataclass(frozen=True)
class Plan:
    """One alternative: its name, what it is called, and its scenario as described, interventions and all."""

    name: str
    title: str
    scenario: Scenario
    file: Path | None = None
    """The scenario file that it is, or that its interventions are laid over."""
    laid: tuple[str | Path, ...] = ()
    """Interventions laid over the file, by name or file."""
    files: tuple[Path, ...] = ()
    """All files that its numbers come from."""
    posteriors: Path = SHIPPED
    """The folder of the calibrations that it names."""

    @property
    def interventions(self) -> Mapping[str, Intervention]:
        """What it consists of, as described."""
        return self.scenario.interventions

    def _repr_html_(self) -> str:
        rows = [(name, one.name.en, acts(one)) for name, one in self.interventions.items()]
        return table(f"Plan {self.name}: {self.title}", ("intervention", "what it is", "acts"), rows)

    def own(self, base: "Plan") -> dict[str, Intervention]:
        """Interventions that it has and the baseline has not, or not so."""
        return {name: one for name, one in self.interventions.items() if base.interventions.get(name) != one}


def base_plan(said: str | Path | Scenario) -> Plan:
    """The baseline."""
    if isinstance(said, Scenario):
        return _of_scenario(said)
    return _loaded(Path(said), ())


def plan_of(base: Plan, said: Said) -> Plan:
    """A plan against a baseline. Raises PlanError or ScenarioError if there is none of that name, or it cannot be."""
    if isinstance(said, Scenario):
        return _of_scenario(said)
    if isinstance(said, Intervention):
        return _titled(with_interventions(base, {said.intervention: said}), base, said.intervention)
    parts = [str(said)] if isinstance(said, Path) or (is_file(said) and Path(said).is_file()) else said.split(AND)
    named = [Path(part) if isinstance(said, Path) or is_file(part) else part for part in parts]
    if len(named) == 1 and is_file(named[0]) and "scenario" in _keys(Path(named[0])):
        return _loaded(Path(named[0]), ())
    if base.scenario.file is None:
        raise PlanError(f"'{said}' is looked for beside the file of the baseline, and it was read from none")
    _refuse_unknown(base.scenario.file, named)
    _refuse_twice(named)
    plan = _laid(base, tuple(with_required(base.scenario.file, base.interventions, named)))
    return _titled(plan, base, AND.join(part.stem if isinstance(part, Path) else part for part in named))


def with_interventions(base: Plan, more: Mapping[str, Intervention]) -> Plan:
    """The baseline with interventions that are objects, checked as those of files are. Raises PlanError."""
    scenario = base.scenario.model_copy(update={"interventions": {**base.interventions, **more}})
    found = expansion_of(scenario).found
    if found:
        raise PlanError("; ".join(f"{'.'.join(map(str, path))}: {message}" for path, message, _ in found))
    return replace(base, scenario=scenario)


def together(base: Plan, plans: Sequence[Plan], name: str) -> Plan:
    """The interventions of several plans at once. Raises an error that names the pair if two exclude each other."""
    for plan in plans:
        if plan.laid == () and not _is_base_but_for_interventions(plan, base):
            raise PlanError(f"the plan '{plan.name}' is a scenario of its own; only interventions can be put together")
    _refuse_variants(base, plans)
    laid = tuple(dict.fromkeys(named for plan in plans for named in plan.laid))
    below = _laid(base, laid) if laid else base
    objects = {key: one for plan in plans if not plan.laid for key, one in plan.own(base).items()}
    whole = with_interventions(below, objects) if objects else below
    return replace(whole, name=name, title=listed([plan.title for plan in plans], "and"))


def _is_base_but_for_interventions(plan: Plan, base: Plan) -> bool:
    same = {"interventions": {}, "uncertain": {}, "scenario": "same", "title": ""}
    return plan.scenario.model_copy(update=same) == base.scenario.model_copy(update=same)


def _keys(file: Path) -> Mapping[str, Tree]:
    tree = read_tree(file)
    return tree.children if tree.is_mapping else {}


def _refuse_unknown(base: Path, named: Sequence[str | Path]) -> None:
    known = known_files(library_of(base))
    for name in named:
        if isinstance(name, str) and name not in known:
            hint = did_you_mean(name, known) or (f"known here: {listed(sorted(known), 'and')}" if known else "")
            raise PlanError(f"there is no plan '{name}'{f'; {hint}' if hint else ''} (a file ends in .yaml)")


def _refuse_twice(named: Sequence[str | Path]) -> None:
    """Refuse an intervention that stands twice in one plan, such as one of the library and a file that varies it."""
    first: dict[str, str | Path] = {}
    for one in named:
        own = _keys(one).get("intervention") if isinstance(one, Path) else None
        name = str(own.value) if own is not None else str(one)
        if name in first:
            raise PlanError(f"'{first[name]}' and '{one}' are both the intervention '{name}'; a plan has it once")
        first[name] = one


def _refuse_variants(base: Plan, plans: Sequence[Plan]) -> None:
    """Refuse to put plans together that have one intervention, each in another way."""
    first: dict[str, tuple[Plan, Intervention]] = {}
    for plan in plans:
        for name, one in plan.own(base).items():
            other, before = first.setdefault(name, (plan, one))
            if before != one:
                raise PlanError(
                    f"'{other.name}' and '{plan.name}' both have the intervention '{name}', each in another way; "
                    "together they can have it only once: compare them without a portfolio"
                )


def _loaded(file: Path, laid: tuple[str | Path, ...]) -> Plan:
    loaded = load(file, list(laid))
    plan = _of_scenario(loaded.scenario)
    return replace(plan, file=file, laid=laid, files=tuple(files_of(loaded.tree)), posteriors=loaded.posteriors)


def _laid(base: Plan, laid: tuple[str | Path, ...]) -> Plan:
    """The baseline, read again or as it is in memory, with interventions of the library."""
    if base.file is not None:
        return _loaded(base.file, laid)
    try:
        return replace(base, scenario=checked_in_memory(laid_over(base.scenario, laid)), laid=laid)
    except (LayingError, SettingError) as error:
        raise PlanError(str(error)) from None


def _of_scenario(scenario: Scenario) -> Plan:
    return Plan(scenario.scenario, scenario.title or scenario.scenario, scenario, posteriors=scenario.calibrations)


def _titled(plan: Plan, base: Plan, name: str) -> Plan:
    titles = [one.name.en for one in plan.own(base).values()]
    return replace(plan, name=name, title=listed(titles, "and") or name)


# -- what can be compared ----------------------------------------------------------------------------------------------


def checked(base: Plan, plans: Sequence[Plan]) -> None:
    """Refuse plans that cannot be compared with the baseline, naming the plan and what is in the way."""
    if not plans:
        raise PlanError("there is nothing to compare the baseline with; name a plan")
    refuse_one_name([base, *plans])
    for plan in plans:
        if _is_base(plan, base):
            raise PlanError(f"the plan '{plan.name}' is the baseline itself: it has nothing that '{base.name}' has not")
        _same(plan, "origins", list(plan.scenario.market.origins), list(base.scenario.market.origins))
        ours, theirs = plan.scenario.horizon, base.scenario.horizon
        for field in ("start", "end", "warm_up", "drain"):
            _same(plan, f"horizon.{field}", [str(getattr(ours, field))], [str(getattr(theirs, field))])


def refuse_one_name(plans: Sequence[Plan]) -> None:
    """Refuse plans of one name: tables tell plans apart by it."""
    names: set[str] = set()
    for plan in plans:
        if plan.name in names:
            raise PlanError(f"two plans are called '{plan.name}'; each is compared once, under a name of its own")
        names.add(plan.name)


def _is_base(plan: Plan, base: Plan) -> bool:
    same = {"scenario": "same", "title": ""}
    is_same = plan.scenario.model_copy(update=same) == base.scenario.model_copy(update=same)
    return is_same and plan.posteriors == base.posteriors


def _same(plan: Plan, what: str, ours: list[str], theirs: list[str]) -> None:
    if sorted(ours) != sorted(theirs):
        raise PlanError(
            f"the plan '{plan.name}' cannot be compared: its {what} are {listed(ours, 'and')}, those of the baseline "
            f"{listed(theirs, 'and')}; a plan has the origins and the time of its baseline"
        )


def first_day(interventions: Mapping[str, Intervention]) -> str:
    """The day by which all have begun, as `2016-07-01`; empty if there are none."""
    latest = (in_force(one)[0] + timedelta(days=one.starts_within // DAY) for one in interventions.values())
    return max((day.isoformat() for day in latest), default="")
