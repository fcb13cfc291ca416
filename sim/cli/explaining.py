"""`sim explain`: what interventions do to a scenario, for people and as JSON. Imports no numpy."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from sim.cli.amounts import NOUNS, amount, figures, named, split
from sim.cli.warning import warn_of
from sim.clock import WEEKDAYS
from sim.errors import InputError, listed, printable
from sim.reading import read_tree
from sim.scenario.interventions.explaining import (
    Departures,
    Described,
    Difference,
    Explained,
    Step,
    described_differently,
    differences,
    explained,
    span,
)
from sim.scenario.interventions.trial import is_intervention, tried
from sim.scenario.library import near
from sim.scenario.loading import Loaded, load
from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target
from sim.ticks import DAY, HOUR, MINUTE
from sim.units import DIMENSIONS

WIDTH = 100
MOST_MOMENTS = 12
LONGEST_VALUE = 40
OUTSIDE = {
    "after": "never acts: it begins after the simulated time",
    "before": "never acts: it ends before the simulated time",
    "begins before": "acts from the first simulated day on",
}


def explain_files(names: Sequence[str], base: Path | None, *, as_json: bool) -> int:
    """Explain each scenario named with the interventions named, or these over their base; the exit code.

    Raises InputError for a scenario beside a base and interventions, ScenarioError for what is wrong in a file.
    """
    files = [name for name in names if not is_of_an_intervention(name)]
    others = [name for name in names if name not in files]
    if base is not None and files and others:
        raise InputError("name either a scenario or --base: interventions are laid over one of the two")
    records = []
    paths: list[Path | None] = [Path(each) for each in files]
    for file in paths or [None]:
        loaded, before, against = _pair(file, others, base)
        plan = loaded.scenario
        warn_of(loaded)
        records.append(record(plan, before, against))
        if not as_json:
            click.echo(printable_lines(plan, before, against))
    if as_json:
        click.echo(json.dumps(records[0] if len(records) == 1 else records, ensure_ascii=False, indent=1))
    return 0


def is_of_an_intervention(name: str) -> bool:
    """Whether an argument names an intervention, by its name or its file, rather than a scenario's file."""
    return Path(name).suffix not in (".yaml", ".yml") or (Path(name).is_file() and is_intervention(read_tree(name)))


def _pair(file: Path | None, others: Sequence[str], base: Path | None) -> tuple[Loaded, Scenario, str]:
    """What is explained, what it is compared with, and how that is called."""
    if file is None:
        found = tried(others, base)
        return found.loaded, load(found.base).scenario, _called(found.base)
    plan = load(file, others)
    if base is None and plan.scenario.base is not None and not others:
        base = file.parent / plan.scenario.base
    if base is not None:
        return plan, load(base).scenario, _called(base)
    without = f"{_called(file)}, without {'these' if others else 'its'} interventions"
    return plan, load(file, is_bare=not others).scenario, without


def _called(file: Path) -> str:
    """A file as messages name it."""
    return str(near(file.resolve()))


# -- for people --------------------------------------------------------------------------------------------------------


def printable_lines(plan: Scenario, before: Scenario, against: str) -> str:
    """All of it as text."""
    lines = [line for each in explained(plan) for line in _of_intervention(each, plan)]
    lines += _of_differences(plan, before, against)
    return "\n".join(printable(line) for line in lines)


def _of_intervention(each: Explained, plan: Scenario) -> Iterator[str]:
    what = each.intervention
    kind = "disruption" if what.is_disruption else "intervention"
    yield f"{each.name}: {what.name.en} ({kind})"
    yield from _wrapped(what.proposes)
    source = ", section ".join(filter(None, (what.document, what.section)))
    if source:
        yield from _wrapped(f"From {source}.")
    yield from _wrapped(" ".join(_conditions(each)))
    for step in each.steps:
        yield from _wrapped(_of_step(step), hanging="    ")
    for departures in each.departures:
        yield from _wrapped(_of_departures(departures), hanging="    ")
    if drawn := sum(path.startswith(f"interventions.{each.name}.") for path in plan.uncertain):
        yield from _wrapped(
            f"Only a range is known of {drawn} of its numbers. Told here is what the file says, and fewer than "
            f"{2 * plan.replications_per_draw} replications run with that; as many or more draw them from the range."
        )
    yield ""


def _conditions(each: Explained) -> Iterator[str]:
    what = each.intervention
    if what.starts_within:
        days = what.starts_within // DAY
        yield f"Its start is drawn between {what.at} and {days} days later; below it is {what.at}."
    yield f"Acts from {what.at} {f'until {each.end}' if each.end else 'for good'}."
    if what.capital or what.running_per_year:
        money = f"Costs {figures(what.capital)} CNY once and {figures(what.running_per_year)} CNY a year"
        yield f"{money}, paid by {'the province' if what.paid_by == 'province' else what.paid_by}."
    if what.requires:
        yield f"Requires {listed(what.requires, 'and')}."
    if what.excludes:
        yield f"Excludes {listed(what.excludes, 'and')}."


def _of_step(step: Step) -> str:
    until = f" until {step.change.until}" if step.change.until else ""
    over = f", day by day over {-(-step.change.ramp // DAY)} days" if step.change.ramp else ""
    notes = ["a bound holds it there"] if step.is_cut else []
    notes += [f"{step.n_others} more change{'s act' if step.n_others > 1 else ' acts'} on it"] if step.n_others else []
    notes += [OUTSIDE[step.outside]] if step.outside else []
    told = _from_to(step.target, step.before, step.after)
    said = f"{step.change.at}{until}  {named(step.change.change)}: {told}{_operation(step)}{over}"
    return said + (f" ({'; '.join(notes)})" if notes else "")


def _operation(step: Step) -> str:
    change, target = step.change, step.target
    if change.multiply is not None:
        return f" (x {figures(change.multiply)})"
    if change.add is None:
        return ""
    added = float(target.parsed(change.add))
    size = max(abs(float(step.before)), abs(float(step.after)))
    return f" ({'+' if added >= 0 else '-'} {amount(target, abs(added), size)})"


def _from_to(target: Target, before: float | bool | None, after: float | bool | None) -> str:
    """Two values of a number, both in the unit of the larger one."""
    return f"{amount(target, before, after)} -> {amount(target, after, before)}"


def _of_departures(departures: Departures) -> str:
    entry = departures.entry
    if entry.on is not None:
        when = f"on {entry.on} at {_clock(entry.at)}"
    elif entry.every is not None:
        when = f"every {entry.every / HOUR:g} h"
    else:
        when = f"{', '.join(WEEKDAYS[day] for day in entry.weekdays or ())} {_clock(entry.at)}"
    until = f" until {entry.until}" if entry.until else ""
    return f"{entry.from_ or entry.on}{until}  further departures of the lane {departures.lane}: {when}"


def _clock(at: int | None) -> str:
    return f"{(at or 0) // HOUR:02}:{(at or 0) % HOUR // MINUTE:02}"


def _of_differences(plan: Scenario, before: Scenario, against: str) -> Iterator[str]:
    first, last = span(plan)
    yield f"Against {against}, from {first} to {last}:"
    described, dated = described_differently(before, plan), differences(before, plan)
    yield from _of_described(described)
    for each in dated:
        yield from _of_difference(each)
    if not (described.added or described.removed or described.values or dated or _has_departures(plan)):
        yield "  nothing differs"


def _has_departures(plan: Scenario) -> bool:
    return any(each.departures for each in explained(plan))


def _of_described(described: Described) -> Iterator[str]:
    for word, paths in (("added", described.added), ("gone", described.removed)):
        if paths:
            yield from _wrapped(f"{word}: {', '.join(map(_thing, paths))}", hanging="    ")
    for path, (one, other) in described.values.items():
        yield from _wrapped(f"{path}: {_short(one)} -> {_short(other)}", hanging="    ")


def _thing(path: str) -> str:
    section, name, rest = split(path)
    thing = f"{NOUNS.get(section, section)} {name}"
    return f"{rest} of {thing}" if rest else thing


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _of_difference(each: Difference) -> Iterator[str]:
    acting = f"  [{', '.join(each.changes)}]" if len(each.changes) > 1 else ""
    yield from _wrapped(f"{named(each.number)}{acting}", hanging="    ")
    for moment in each.moments[:MOST_MOMENTS]:
        if moment.before == moment.after:
            yield f"    {moment.day}  {amount(each.target, moment.after)} in both"
        else:
            yield f"    {moment.day}  {_from_to(each.target, moment.before, moment.after)}"
    if len(each.moments) > MOST_MOMENTS:
        yield f"    and {len(each.moments) - MOST_MOMENTS} more dates"


def _wrapped(text: str, hanging: str = "  ") -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


# -- for programs ------------------------------------------------------------------------------------------------------


def record(plan: Scenario, before: Scenario, against: str) -> dict[str, Any]:
    """All of it as JSON; values in base units, as `sim.scenario.targets` has them."""
    described = described_differently(before, plan)
    return {
        "scenario": plan.scenario,
        "base": against,
        "interventions": [_record(each) for each in explained(plan)],
        "added": list(described.added),
        "removed": list(described.removed),
        "described": {path: list(pair) for path, pair in described.values.items()},
        "differences": [
            {
                "number": each.number,
                "unit": unit(each),
                "changes": list(each.changes),
                "moments": [
                    {"from": moment.day.isoformat(), "before": moment.before, "after": moment.after}
                    for moment in each.moments
                ],
            }
            for each in differences(before, plan)
        ],
    }


def unit(each: Difference | Step) -> str:
    """The base unit of a number; empty if it has none."""
    known = DIMENSIONS.get(each.target.dimension)
    return next(iter(known.units)) if known else ""


def _record(each: Explained) -> dict[str, Any]:
    what = each.intervention
    return {
        "name": each.name,
        "en": what.name.en,
        "is_disruption": what.is_disruption,
        "document": what.document,
        "section": what.section,
        "at": what.at.isoformat(),
        "until": _day(each.end),
        "starts_within_days": what.starts_within // DAY,
        "capital_cny": what.capital,
        "running_cny_per_year": what.running_per_year,
        "paid_by": what.paid_by,
        "requires": list(what.requires),
        "excludes": list(what.excludes),
        "changes": [_step_record(step) for step in each.steps],
        "departures": [_departures_record(departures) for departures in each.departures],
    }


def _departures_record(departures: Departures) -> dict[str, Any]:
    entry = departures.entry.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"measure": departures.measure, "lane": departures.lane, **entry}


def _step_record(step: Step) -> dict[str, Any]:
    change = step.change
    operation = next(name for name in ("set", "add", "multiply") if getattr(change, name) is not None)
    return {
        "name": step.name,
        "measure": step.measure,
        "number": change.change,
        "at": change.at.isoformat(),
        "until": _day(change.until),
        "ramp_days": -(-change.ramp // DAY),
        operation: getattr(change, operation),
        "before": step.before,
        "after": step.after,
        "unit": unit(step),
        "is_cut": step.is_cut,
        "other_changes": step.n_others,
        "outside": step.outside,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
