"""Which numbers of a scenario vary: all that are assumed with a range and can be set; and why the others do not.

What a posterior moves is left to the posterior. Knows the description only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.experiments.store import Store, hash_of
from sim.ledger import Number, numbers_in
from sim.ledger.amounts import amount
from sim.ledger.posteriors import Posterior
from sim.reading import Tree
from sim.scenario.interventions.ranges import Range, as_settable, in_model, ranges_of
from sim.scenario.loading import Loaded
from sim.scenario.scenario import Scenario
from sim.scenario.setting import Amount, paths_of, whole_groups
from sim.scenario.uncertain import Uncertain, settable, whole_where_counted


@dataclass(frozen=True)
class Left:
    """An assumed number that does not vary, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class Inputs:
    """The numbers that vary, those that are assumed and do not, and the groups of shares that are to fill one."""

    numbers: tuple[Uncertain, ...]
    groups: tuple[tuple[str, ...], ...]
    """Paths of groups of shares that sum to one, all of which vary or are moved by a posterior."""
    left: tuple[Left, ...]
    accounts: Mapping[str, Number]
    """By path of a number that varies: it as it is written, with its source; not of those that stand in no file."""


def inputs_of(loaded: Loaded, posteriors: Sequence[Posterior], store: Store) -> Inputs:
    """The numbers of a scenario that vary when what is assumed does. What takes long to find is kept in a store."""
    scenario = loaded.scenario
    known = set(paths_of(scenario))
    moved = {each.path for posterior in posteriors for each in posterior.moved}
    given: dict[str, Range] = as_settable(ranges_of(loaded.tree, loaded.sources, loaded.sources), known)
    ranges = {path: ends for path, ends in (given | scenario.uncertain).items() if path in known and path not in moved}
    numbers, faults = _settable(scenario, ranges, store)
    varying = {number.path for number in numbers}
    accounts: dict[str, Number] = {}
    left: list[Left] = []
    for number in numbers_in(loaded.tree, loaded.sources):
        if number.status == "assumed" and not number.is_setting:
            paths = list(_settable_as(loaded.tree, number))
            accounts = {path: number for path in paths if path in varying} | accounts
            if not any(path in varying or path in moved for path in paths):
                left.append(Left(number.name, _why_not(number, paths, faults)))
    return Inputs(numbers, whole_groups(scenario, varying | (moved & known)), tuple(left), accounts)


def _settable(
    scenario: Scenario, ranges: Mapping[str, Range], store: Store
) -> tuple[tuple[Uncertain, ...], Mapping[str, str]]:
    """The numbers that can have their ranges, and why the others cannot."""
    key = "ranges-" + hash_of(scenario.model_dump_json(by_alias=True), repr(sorted(ranges.items())))
    kept = store.get(key)
    if kept is None:
        found, faults = settable(scenario, ranges)
        rows = [[each.path, each.low, each.median.number, each.median.unit, each.high] for each in found]
        kept = {"numbers": rows, "faults": {path: str(error) for path, error in faults.items()}}
        store.put(key, kept)
    numbers = (Uncertain(path, low, Amount(n, unit), high) for path, low, n, unit, high in kept["numbers"])
    return tuple(whole_where_counted(scenario, numbers)), kept["faults"]


def _settable_as(tree: Tree, number: Number) -> Iterator[str]:
    """The paths by which a number may be set: its own, a term of a tariff, the mean of a distribution it is part of."""
    keys = tuple(map(str, in_model(tree, number.path)))
    yield ".".join(keys)
    yield from (".".join((*keys, term)) for term in ("fixed", "per_kg", "mean"))
    yield from (".".join((*keys[:n], "mean")) for n in range(len(keys) - 1, 1, -1))


def _why_not(number: Number, paths: Sequence[str], faults: Mapping[str, str]) -> str:
    for path in paths:
        if path in faults:
            return f"it cannot have its range: {faults[path]}"
    if any(isinstance(key, int) for key in number.path):
        return "it stands in a list"
    if isinstance(number.value, str) and amount(number.value) is None and "CNY" not in number.value:
        return "a date, a time or a text"
    return "its range is one value, or it is no number that can be set"
