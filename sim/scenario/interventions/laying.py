"""Interventions of a library laid over a scenario in memory, which may have been altered since it was read.

What their files add to the world is what the scenario's file with them has and without them has not.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import InputError, did_you_mean, listed
from sim.reading import read_tree
from sim.scenario.interventions.files import Named, is_file, known_files
from sim.scenario.library import library_of, near
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario


class LayingError(InputError):
    """Interventions cannot be laid over a scenario."""


def laid_over(scenario: Scenario, named: Sequence[Named]) -> Scenario:
    """A scenario with interventions by name or file, and those that they require.

    Raises LayingError if there are none of such names, or what they add contradicts what was altered; ScenarioError if
    a file is wrong.
    """
    file = scenario.file
    if file is None:
        names = listed([str(each) for each in named], "and")
        raise LayingError(
            f"{names}: names of interventions are looked up beside the file of a scenario, and "
            f"'{scenario.scenario}' was read from none; give the interventions as objects"
        )
    files = known_files(library_of(file))
    _refuse_unknown(named, files)
    plain = load(near(file))
    before = [name for name in scenario.interventions if name in files and name not in plain.scenario.interventions]
    below = load(near(file), before).scenario if before else plain.scenario
    whole = load(near(file), [*before, *with_required(file, scenario.interventions, named)]).scenario
    if scenario == below:
        return whole
    own, without, with_them = (each.model_dump(mode="json", by_alias=True, exclude_none=True)
                               for each in (scenario, below, whole))  # fmt: skip
    return Scenario.model_validate(_grafted(own, without, with_them, ())).as_read_from(file)


def with_required(file: Path | None, there: Collection[str], named: Sequence[Named]) -> Iterator[Named]:
    """Interventions with those that they require, which come first; without those that are ``there`` already."""
    files = known_files(library_of(file)) if file else {}
    seen = set(there)

    def taken(one: Named) -> Iterator[Named]:
        name = Path(one).stem if is_file(one) else str(one)
        if name in seen and not is_file(one):  # a file may say it otherwise than the scenario does
            return
        seen.add(name)
        own = Path(one) if is_file(one) else files.get(name)
        for other in _required(own) if own else ():
            if other in files:
                yield from taken(other)
        yield one

    for one in named:
        yield from taken(one)


def _required(file: Path) -> list[str]:
    node = read_tree(file).children.get("requires")
    return [str(item.value) for item in node.items] if node is not None and isinstance(node.value, tuple) else []


def _refuse_unknown(named: Sequence[Named], known: Collection[str]) -> None:
    for name in named:
        if not is_file(name) and name not in known:
            hint = did_you_mean(str(name), known) or (f"known here: {listed(sorted(known), 'and')}" if known else "")
            raise LayingError(f"there is no intervention '{name}'{f'; {hint}' if hint else ''}")


def _grafted(
    own: Mapping[str, Any], without: Mapping[str, Any], with_them: Mapping[str, Any], path: tuple[str, ...]
) -> dict[str, Any]:
    """What is written, with what interventions add to the file's world: ``with_them`` less ``without``."""
    result = dict(own)
    for key, value in with_them.items():
        below = without.get(key)
        if value == below:
            continue
        if isinstance(value, dict) and isinstance(own.get(key), dict):
            result[key] = _grafted(own[key], below if isinstance(below, dict) else {}, value, (*path, key))
        elif own.get(key) == below:
            result[key] = value
        elif below is not None and own.get(key) != value:
            where = ".".join((*path, key))
            raise LayingError(f"'{where}' was altered, and the interventions say otherwise: {value!r}")
    return result
