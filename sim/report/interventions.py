"""The dated list of what plans change: day, number, from which amount to which."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sim.language.changing import Changing
from sim.report.speaking import Speaking
from sim.scenario.interventions.explaining import Explained, explained
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario
from sim.ticks import DAY
from sim.units import parse_quantity


@dataclass(frozen=True)
class Dated:
    """One change."""

    day: date
    when: str
    what: str


@dataclass(frozen=True)
class Listed:
    """One intervention with its changes, the earliest first."""

    name: str
    kind: str
    acts: str
    costs: str
    proposes: str
    proposed_in_language: str
    """That of the text: that of the report if the text is translated."""
    source: str
    changes: tuple[Dated, ...]


def in_time(scenario: Scenario) -> list[str]:
    """Dated changes of a scenario that begin before the end of the simulated orders."""
    return [name for name, change in scenario.changes.items() if change.at < scenario.horizon.end]


def interventions(speaking: Speaking) -> list[Listed]:
    """Those of all plans, each once, in the order of their first day."""
    found: dict[str, tuple[date, Listed]] = {}
    for plan, scenario in speaking.result.plans.items():
        for each in explained(scenario) if scenario.interventions else ():
            found.setdefault(each.name, (each.intervention.at, _listed(speaking, plan, each)))
    return [one for _, one in sorted(found.values(), key=lambda pair: pair[0])]


def _listed(speaking: Speaking, plan: str, each: Explained) -> Listed:
    t, what = speaking.t, each.intervention
    return Listed(
        name=speaking.names_of(plan).of(what.name),
        kind=t("disruption") if what.is_disruption else t("proposal"),
        acts=_acts(speaking, each),
        costs=_costs(speaking, plan, what),
        proposes=t(what.proposes),
        proposed_in_language=t.language if what.proposes in t.texts else "en",
        source=", ".join(filter(None, (t(what.document or ""), what.section))),
        changes=changes_of(speaking.changing(plan), each),
    )


def changes_of(changing: Changing, each: Explained) -> tuple[Dated, ...]:
    """The dated changes of an intervention, the earliest first."""
    return tuple(sorted([*_steps(changing, each), *_departures(changing, each)], key=lambda one: one.day))


def _acts(speaking: Speaking, each: Explained) -> str:
    t, numbers, what = speaking.t, speaking.numbers, each.intervention
    first = numbers.day(what.at)
    if what.starts_within:
        first = t("{day} or up to {n} days later", day=first, n=what.starts_within // DAY)
    if each.end:
        return t("from {first} until {last}", first=first, last=numbers.day(each.end))
    return t("from {first} for good", first=first)


def _costs(speaking: Speaking, plan: str, what: Intervention) -> str:
    t = speaking.t
    if not what.capital and not what.running_per_year:
        return t("no cost is described")
    payer = {"province": t("the province"), "operators": t("operators"), "sellers": t("sellers")}[what.paid_by]
    return t(
        "{capital} once and {running} a year, borne by {payer}",
        capital=_amount(speaking, plan, what, "capital"),
        running=_amount(speaking, plan, what, "running_per_year"),
        payer=payer,
    )


def _amount(speaking: Speaking, plan: str, what: Intervention, field: str) -> str:
    """Money of an intervention, with the range in which it is assumed to lie if it is drawn from one."""
    t, numbers = speaking.t, speaking.numbers
    said = numbers.money_exact(getattr(what, field))
    bounds = speaking.result.plans[plan].uncertain.get(f"interventions.{what.intervention}.{field}")
    if bounds is None:
        return said
    low, high = (numbers.exact(float(parse_quantity(bound, "money", "CNY"))) for bound in bounds)
    return t("{amount} (assumed between {low} and {high})", amount=said, low=low, high=high)


def _steps(changing: Changing, each: Explained) -> Iterator[Dated]:
    t = changing.t
    for step in each.steps:
        before, after = changing.amount(step.target, step.before), changing.amount(step.target, step.after)
        what = t(
            "{number}: from {before} to {after}", number=changing.number(step.change.change), before=before, after=after
        )
        if step.change.ramp:
            what += t(", day by day over {n} days", n=-(-step.change.ramp // DAY))
        if step.is_cut:
            what += t(" (a bound holds it there)")
        if step.outside:
            what += t(" (outside the simulated time)")
        yield Dated(step.change.at, changing.numbers.day(step.change.at), what)


def _departures(changing: Changing, each: Explained) -> Iterator[Dated]:
    t = changing.t
    for more in each.departures:
        day = more.entry.from_ or more.entry.on or each.intervention.at
        n = len(more.entry.weekdays or ())
        lane = changing.names.lane(more.lane)
        what = (
            t("further departures of {lane}: {n} a week", lane=lane, n=n)
            if n
            else t("further departures of {lane}", lane=lane)
        )
        yield Dated(day, changing.numbers.day(day), what)
