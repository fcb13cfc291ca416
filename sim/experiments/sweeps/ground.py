"""What a sweep's numbers are set in: its base with constants, its own time and rows, and a set of interventions.

A number that the sweep varies is not drawn: what the ranges of interventions say of it does not count there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sim.experiments.sweeps.contract import Sweep
from sim.experiments.sweeps.factors import same_number
from sim.ledger.posteriors import Posterior, posterior_in
from sim.reading import Tree
from sim.scenario.altering import checked
from sim.scenario.interventions.laying import with_required
from sim.scenario.library import near
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import paths_of, with_values

Values = Mapping[str, bool | int | float | str]
HORIZON = ("start", "end", "warm_up", "drain")


@dataclass(frozen=True)
class Ground:
    """A scenario as it is described, with what is drawn in it; all points with one set of interventions start there."""

    plans: tuple[str, ...]
    scenario: Scenario
    posteriors: tuple[Posterior, ...]
    tree: Tree
    """Where every value stands."""

    @cached_property
    def paths(self) -> frozenset[str]:
        """All numbers that can be set."""
        return frozenset(paths_of(self.scenario))

    def with_numbers(self, values: Values) -> Scenario:
        """It with numbers set, and checked as files are. Raises SettingError."""
        return checked(with_values(self.scenario, values)) if values else self.scenario


def laid(base: Loaded, file: Path, interventions: Iterable[str]) -> Loaded:
    """A base with interventions that it has not yet, and those that they require. Raises ScenarioError."""
    there = base.scenario.interventions
    named = [str(each) for each in with_required(file, there, [each for each in interventions if each not in there])]
    return load(near(file), list(dict.fromkeys(named))) if named else base


def ground_of(loaded: Loaded, plans: tuple[str, ...], settings: Values, varied: Iterable[str]) -> Ground:
    """The ground of a set of interventions; ``varied`` are the numbers that are set and so not drawn.

    Raises SettingError if a setting cannot be.
    """
    given, known = loaded.scenario, set(paths_of(loaded.scenario))
    fixed = [*varied, *settings]
    ranges = {path: ends for path, ends in given.uncertain.items() if not any(same_number(path, one) for one in fixed)}
    loose = given.model_copy(update={"uncertain": ranges})
    here = {path: value for path, value in settings.items() if path in known}
    scenario = checked(with_values(loose, {**here, "title": ""})).as_read_from(given.file)
    posteriors = tuple(posterior_in(loaded.posteriors, name) for name in given.posterior)
    return Ground(plans, scenario, posteriors, loaded.tree)


def settings_of(sweep: Sweep) -> dict[str, bool | int | float | str]:
    """What the sweep sets at all points: its time, its rows, its constants."""
    written = sweep.horizon.model_dump(mode="json", exclude_none=True)
    settings: dict[str, bool | int | float | str] = {
        f"horizon.{name}": written[name] for name in HORIZON if name in written
    }
    if sweep.parcels_per_row is not None:
        settings["parcels_per_row"] = sweep.parcels_per_row
    return settings | sweep.constants


def is_factor_of(posterior: Posterior, path: str) -> bool:
    """Whether a posterior multiplies a number instead of setting it."""
    return any(moved.path == path and moved.is_factor for moved in posterior.moved)
