"""What may be varied: every assumed number with a range, alone or by the thing it belongs to, and the posterior as one.

Knows the description only. What is not varied is named, with the reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.experiments.store import Store
from sim.experiments.variance.inputs import Inputs, Left, inputs_of
from sim.ledger import numbers_in
from sim.ledger.posteriors import Posterior, posterior_in
from sim.scenario.loading import Loaded
from sim.scenario.scenario import Scenario
from sim.scenario.setting import paths_of, whole_groups
from sim.scenario.targets import targets
from sim.scenario.uncertain import Uncertain
from sim.ticks import midnight

POSTERIOR = "posterior"
COSTS = ("capital", "running_per_year", "life")
NOT_ASKED = "not asked for by --match"


@dataclass(frozen=True)
class Factor:
    """What is varied at once: a number, all numbers of a thing, or what the posterior moves (of which it has none)."""

    name: str
    paths: tuple[str, ...]

    @property
    def is_posterior(self) -> bool:
        """Whether it stands for a row of the posterior."""
        return not self.paths


@dataclass(frozen=True)
class Described:
    """A scenario as it is described, with what is known of its numbers."""

    scenario: Scenario
    posteriors: tuple[Posterior, ...]
    inputs: Inputs
    statuses: Mapping[str, int]
    """Numbers by the status of their source."""

    @property
    def n_rows(self) -> int:
        """Rows of the longest posterior; 0 without one."""
        return max((len(posterior.draws) for posterior in self.posteriors), default=0)


def described(loaded: Loaded, parcels_per_row: int, match: Sequence[str], store: Store) -> Described:
    """A scenario with those of its numbers that are to vary."""
    posteriors = tuple(posterior_in(loaded.posteriors, name) for name in loaded.scenario.posterior)
    scenario = loaded.scenario.model_copy(update={"parcels_per_row": parcels_per_row})
    inputs = _restricted(loaded.scenario, inputs_of(loaded, posteriors, store), posteriors, match)
    statuses: dict[str, int] = {}
    for number in numbers_in(loaded.tree, loaded.sources):
        if not number.is_setting:
            statuses[number.status] = statuses.get(number.status, 0) + 1
    return Described(scenario, posteriors, inputs, statuses)


def _restricted(scenario: Scenario, inputs: Inputs, posteriors: Sequence[Posterior], match: Sequence[str]) -> Inputs:
    """Without numbers that cannot move an indicator, and those that are not asked for."""
    late = _changes_after_the_end(scenario)
    reasons = {number.path: _why_not(number.path, late, match) for number in inputs.numbers}
    numbers = tuple(number for number in inputs.numbers if not reasons[number.path])
    left = tuple(Left(path, why) for path, why in reasons.items() if why)
    moved = {each.path for posterior in posteriors for each in posterior.moved} & set(paths_of(scenario))
    groups = whole_groups(scenario, {number.path for number in numbers} | moved)
    return replace(inputs, numbers=numbers, groups=groups, left=(*inputs.left, *left))


def _why_not(path: str, late: Collection[str], match: Sequence[str]) -> str | None:
    keys = path.split(".")
    if keys[0] == "interventions" and keys[2] in COSTS:
        return "a cost that only the accounts of a comparison count"
    if keys[0] == "changes" and keys[1] in late:
        return "a change after the simulated time"
    return None if not match or any(text in path for text in match) else NOT_ASKED


def _changes_after_the_end(scenario: Scenario) -> set[str]:
    known, end = targets(scenario), midnight(scenario.horizon.end) + scenario.horizon.drain
    return {
        name
        for name, change in scenario.changes.items()
        if change.change in known and midnight(change.at, known[change.change].utc_offset) >= end
    }


def part_of(scenario: Scenario, path: str) -> str:
    """The thing that a number belongs to: a station, a lane, an origin's market; of a change, what it changes."""
    keys = path.split(".")
    if keys[0] == "changes" and keys[1] in scenario.changes:
        keys = scenario.changes[keys[1]].change.split(".")
    return ".".join(keys[: 3 if keys[0] == "market" else 2])


def single(numbers: Sequence[Uncertain], n_rows: int) -> tuple[Factor, ...]:
    """Each number by itself, and the posterior."""
    return (*(Factor(each.path, (each.path,)) for each in numbers), *_of_posterior(n_rows))


def by_part(scenario: Scenario, numbers: Sequence[Uncertain], n_rows: int) -> tuple[Factor, ...]:
    """All numbers of a thing together, and the posterior."""
    parts: dict[str, list[str]] = {}
    for number in numbers:
        parts.setdefault(part_of(scenario, number.path), []).append(number.path)
    return (*(Factor(name, tuple(paths)) for name, paths in parts.items()), *_of_posterior(n_rows))


def _of_posterior(n_rows: int) -> tuple[Factor, ...]:
    return (Factor(POSTERIOR, ()),) if n_rows > 1 else ()
