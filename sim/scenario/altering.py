"""Scenarios altered in memory: described otherwise, or changed from a day on. A scenario itself never changes.

Everything is checked as a file is; an error names the number, the value and the remedy.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from sim.ledger.posteriors import PosteriorError, posterior_in
from sim.reading.tree import Path
from sim.scenario.checks import faults_across
from sim.scenario.checks.dated import outside_the_horizon
from sim.scenario.interventions.expanding import expansion_of, shortened
from sim.scenario.scenario import Change, Scenario
from sim.scenario.setting import SettingError, Times
from sim.scenario.setting import with_values as with_numbers

Value = float | str | bool
"""A number in the unit that its field documents, a text with its unit such as ``"3 d"``, or a switch."""
OPERATIONS = ("set", "add", "multiply")
WORDS = {"set": "", "add": "plus-", "multiply": "times-"}


def described(
    scenario: Scenario, values: Mapping[str, Value], factors: Mapping[str, float], name: str | None, title: str
) -> Scenario:
    """The scenario with numbers set or multiplied as if its file had said so. Raises SettingError."""
    _refuse_twice([values, factors])
    said: dict[str, Any] = {path: _plain(value) for path, value in values.items()}
    said |= {path: Times(float(factor)) for path, factor in factors.items()}
    if not said:
        raise SettingError("nothing is set; name a number, such as {'stations.x.servers': 3}")
    _refuse_calibrated(scenario, said)
    named = name or default_name({"set": values, "multiply": factors})
    known = {path: bounds for path, bounds in scenario.uncertain.items() if path not in said}
    loose = scenario.model_copy(update={"uncertain": known})
    return checked(with_numbers(loose, {**said, "scenario": named, "title": title}).as_read_from(scenario.file))


def changed(
    scenario: Scenario,
    operations: Mapping[str, Mapping[str, Value]],
    at: date | str,
    until: date | str | None,
    ramp: str,
    name: str | None,
    title: str,
) -> Scenario:
    """The scenario with dated changes, by operation and path. Raises SettingError."""
    _refuse_twice(operations.values())
    changes = dict(scenario.changes)
    for operation, values in operations.items():
        for path, value in values.items():
            key = _free(shortened(slug(f"{'-'.join(path.split('.')[-2:])}-{at}")), changes)
            said = {"at": at, "until": until, "change": path, "ramp": ramp, operation: _plain(value)}
            changes[key] = _change(said)
    new = changes.keys() - scenario.changes.keys()
    if not new:
        raise SettingError("nothing is changed; name a number, such as {'stations.x.servers': 3}")
    named = {"scenario": name or default_name(operations), "title": title}
    altered = with_numbers(scenario, named).model_copy(update={"changes": changes})
    return checked(altered.as_read_from(scenario.file), frozenset(new))


def checked(scenario: Scenario, new: frozenset[str] = frozenset()) -> Scenario:
    """The same, if nothing is wrong with it; the changes named in ``new`` must act. Raises SettingError with all."""
    expansion = expansion_of(scenario)
    found = [*expansion.found, *faults_across(expansion.scenario)]
    found += [each for each in outside_the_horizon(scenario) if each[0][0] == "changes" and each[0][1] in new]
    if found:
        own: dict[Path, str] = {("changes", name): scenario.changes[name].change for name in new}
        told = dict.fromkeys(_told(expansion.place(path), message, hint, own) for path, message, hint in found)
        raise SettingError("; ".join(told))
    return scenario


def _told(path: Path, message: str, hint: str | None, own: Mapping[Path, str]) -> str:
    """A fault; of a change that is new its number stands for its place, unless the message names it."""
    where = own.get(path[:2], ".".join(map(str, path)))
    place = "" if f"'{where}'" in message else f"{where}: "
    return f"{place}{message}{f'; {hint}' if hint else ''}"


def _change(said: Mapping[str, Any]) -> Change:
    try:
        return Change.model_validate(said)
    except ValidationError as error:
        what = {item["msg"].removeprefix("Value error, "): None for item in error.errors(include_url=False)}
        raise SettingError(f"'{said['change']}': {'; '.join(what)}") from None


def _refuse_twice(groups: Iterable[Mapping[str, Value]]) -> None:
    seen: set[str] = set()
    for path in (path for group in groups for path in group):
        if path in seen:
            raise SettingError(f"'{path}' is named twice; say one operation at a time")
        seen.add(path)


def _refuse_calibrated(scenario: Scenario, said: Mapping[str, Any]) -> None:
    """What draws of a posterior set would not count."""
    for name in scenario.posterior:
        try:
            moved = posterior_in(scenario.calibrations, name).moved
        except PosteriorError as error:
            raise SettingError(str(error)) from None
        for path in (each.path for each in moved if each.path in said and not each.is_factor):
            raise SettingError(
                f"the calibration '{name}' moves '{path}', so what is said here would not count; change it from a day "
                f"on, or take the calibration out: model_copy(update={{'posterior': ()}})"
            )


# -- names -------------------------------------------------------------------------------------------------------------


def default_name(operations: Mapping[str, Mapping[str, Value]]) -> str:
    """A name that tells the first number and what becomes of it: `harbin-exchange-servers-80`."""
    said = [(path, operation, value) for operation, values in operations.items() for path, value in values.items()]
    if not said:
        return "unchanged"
    path, operation, value = said[0]
    more = f"-and-{len(said) - 1}-more" if len(said) > 1 else ""
    return shortened(slug("-".join(path.split(".")[-2:])) + f"-{WORDS[operation]}{slug(str(_plain(value)))}{more}")


def slug(text: str) -> str:
    """A text in lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _free(name: str, taken: Iterable[str]) -> str:
    there = set(taken)
    return next(each for each in _numbered(name) if each not in there)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield shortened(f"{name}-{number}")
        number += 1


def _plain(value: Any) -> Value:
    """A number of numpy, as loops over arrays give it, as one of Python."""
    return value.item() if hasattr(value, "item") else value
