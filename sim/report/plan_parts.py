"""Sections on plans: the answer, differences, days from door to door, costs, and what is changed when."""

import math

import numpy as np
import pandas as pd

from sim.language import marked
from sim.report.answer import answer, baseline_is_best
from sim.report.cautions import cautions
from sim.report.figures_of_plans import KINDS, OBJECTIVES, UNITS, Figure, column
from sim.report.interventions import in_time, interventions
from sim.report.parts import TITLES, Part, Table
from sim.report.pictures import Drawn
from sim.report.pictures.days import arrived, percentiles
from sim.report.pictures.drawn import svg_of
from sim.report.pictures.intervals import Panel, intervals
from sim.report.pictures.lines import MOST
from sim.report.speaking import Speaking

DIFFERENCES = ("parcels", "days", "promise", "net-benefit")
COSTS = ("cost", "capital", "benefit", "net-benefit", "benefit-cost", "present-value", "co2e")
DAYS = ("mean_days", "p50_days", "p90_days", "p95_days", "share_within_promise")
WHYS = (
    marked("no cost"),
    marked("it costs less than the baseline"),
    marked("no parcels gained"),
    marked("no days saved"),
    marked("it ends"),
    marked("fewer than twelve whole months in force"),
)
"""Why a comparison leaves a ratio empty, as its table says it."""
OF_ROUTES = ("tariff_cny_per_parcel", "operating_cny_per_parcel", "operators_result_cny", "co2e_kg_per_parcel")


def answer_part(speaking: Speaking) -> Part:
    """The answer in sentences, and what to beware of."""
    t = speaking.t
    beware = [t("Beware: {what}", what=said) for said in cautions(speaking)]
    return Part("answer", t(TITLES["answer"]), sentences=answer(speaking), notes=beware)


# -- differences -------------------------------------------------------------------------------------------------------


def differences_part(speaking: Speaking, prefix: str) -> Part:
    """Differences of all plans with their intervals; none in a single run."""
    t = speaking.t
    title = t(TITLES["differences"])
    if speaking.result.kind == "run":
        said = t("A single run has nothing to differ from: compare it with sim compare.")
        return Part("differences", title, sentences=[said])
    plans = speaking.result.table("plans")
    names = [speaking.plan(plan) for plan in plans["plan"]]
    pictures = [_drawn(speaking, plans, names, name, f"{prefix}-{name}") for name in DIFFERENCES]
    notes = [
        t(
            "Point: the difference from the baseline. Thin line: 95 % credible interval over what is not known. Thick line: 95 % interval of the error of the runs alone."
        ),
        t("Days and the promise are of all orders of the reported time, also of those before a plan acts."),
    ]
    shown = [picture for picture in pictures if picture is not None]
    return Part("differences", title, pictures=shown, tables=[_differences(speaking, plans, names)], notes=notes)


def _drawn(speaking: Speaking, plans: pd.DataFrame, names: list[str], name: str, prefix: str) -> Drawn | None:
    """The picture of one figure of all plans; None if no plan has it."""
    kind, t = KINDS[name], speaking.t
    found = [Figure.of(row, kind) for _, row in plans.iterrows()]
    values, low, high, half = (
        np.array([getattr(one, of) for one in found]) for of in ("value", "low", "high", "half_width")
    )
    if np.isnan(values).all():
        return None
    panel = Panel(t(UNITS[kind.unit]), values, low, high, half)
    said = "; ".join(f"{plan}: {one.said(speaking)}" for plan, one in zip(names, found, strict=True))
    alternative = t("Points with intervals, a row for each plan. {rows}.", rows=said)
    svg = svg_of(intervals(panel, [_broken(plan) for plan in names], speaking.numbers), prefix)
    return Drawn(t("{what}, against the baseline", what=t(kind.name)), alternative, svg, is_half=True)


def _broken(name: str) -> str:
    """A long name in two lines."""
    longest = 16 if any(ord(sign) > 0x2E80 for sign in name) else 26
    if len(name) <= longest:
        return name
    middle = len(name) // 2
    spaces = [i for i, sign in enumerate(name) if sign == " "]
    at = min(spaces, key=lambda i: abs(i - middle), default=middle)
    return f"{name[:at].rstrip()}\n{name[at:].lstrip()}"


def _differences(speaking: Speaking, plans: pd.DataFrame, names: list[str]) -> Table:
    t, numbers, objective = speaking.t, speaking.numbers, speaking.result.manifest["objective"]
    shown = list(dict.fromkeys((objective, *DIFFERENCES)))
    heads, columns = zip(*(column(speaking, plans, name) for name in shown), strict=True)
    head = [t("plan"), *heads, t("probability that it is better"), t("probability that it is best")]
    p = [[numbers.probability(float(one)) for one in plans[name]] for name in ("p_better", "p_best")]
    rows = [list(row) for row in zip(names, *columns, *p, strict=True)]
    nothing = ["–"] * (len(shown) + 1)
    rows.append([t("baseline"), *nothing, numbers.probability(baseline_is_best(speaking.result))])
    by = t(OBJECTIVES[objective])
    return Table(t("Differences from the baseline; probabilities by {objective}", objective=by), head, rows)


# -- days --------------------------------------------------------------------------------------------------------------


def days_part(speaking: Speaking, prefix: str) -> Part:
    """How long parcels take: the distribution by plan, or percentiles by route of a run."""
    part = _days_of_plans if speaking.result.kind == "comparison" else _days_of_routes
    return part(speaking, prefix)


def _days_of_plans(speaking: Speaking, prefix: str) -> Part:
    t, result = speaking.t, speaking.result
    pictures, notes = [], []
    if result.has("door_to_door"):
        table = result.table("door_to_door")
        shown = list(result.plans)[: MOST + 1]
        curves = {}
        for plan in shown:
            rows = table[table["plan"] == plan]
            curves[speaking.plan(plan)] = (rows["days"].to_numpy(), rows["share"].to_numpy())
        title = t("Share of the orders that has arrived by so many days")
        rows_said = "; ".join(f"{row[0]}: {row[2]}" for row in _percentiles(speaking).rows)
        alternative = t("Rising curves, one for each plan. Half have arrived by, in days: {rows}.", rows=rows_said)
        pictures.append(Drawn(title, alternative, svg_of(arrived(curves, t), prefix)))
        notes.append(t("Lost parcels never arrive, so the curves end below 100 per cent."))
        if len(result.plans) > len(shown):
            notes.append(t("Only the first {n} plans are drawn; the table has all.", n=MOST))
    else:
        notes.append(t("This comparison has no table of the days from door to door; compare again with this version."))
    return Part("days", t(TITLES["days"]), pictures=pictures, tables=[_percentiles(speaking)], notes=notes)


def _percentiles(speaking: Speaking) -> Table:
    t, numbers, result = speaking.t, speaking.numbers, speaking.result
    means = result.table("replications").groupby("plan", sort=False)[list(DAYS)].mean()
    head = [t("plan"), t("mean, days"), t("half by"), t("90 % by"), t("95 % by"), t("within the promise")]
    rows = []
    for plan in result.plans:
        row = means.loc[plan]
        rows.append(
            [
                speaking.plan(plan),
                *(numbers.number(float(row[name])) for name in DAYS[:-1]),
                numbers.percent(float(row[DAYS[-1]])),
            ]
        )
    return Table(t("Days from order to ready for collection, means over the replications"), head, rows)


def _days_of_routes(speaking: Speaking, prefix: str) -> Part:
    t, numbers, names = speaking.t, speaking.numbers, speaking.names
    table = speaking.result.table("summary_over_replications").pivot_table(
        index="route", columns="measure", values="mean", aggfunc="first", sort=False
    )
    table = table[table["mean_days"].notna()]
    routes = [names.route(str(route)) for route in table.index]
    days = {name: table[name].to_numpy(float) for name in ("p50_days", "p90_days", "p95_days")}
    head = [t("route"), t("mean, days"), t("half by"), t("90 % by"), t("95 % by"), t("within the promise")]
    rows = [
        [route, *(numbers.number(float(row[name])) for name in DAYS[:-1]), numbers.percent(float(row[DAYS[-1]]))]
        for route, (_, row) in zip(routes, table.iterrows(), strict=True)
    ]
    said = "; ".join(f"{row[0]}: {row[2]}, {row[3]}" for row in rows)
    alternative = t(
        "Points on a scale of days, a row for each route. Half and 90 per cent have arrived by: {rows}.", rows=said
    )
    drawn = Drawn(t("By when parcels have arrived"), alternative, svg_of(percentiles(routes, days, t), prefix))
    note = t("A run keeps percentiles by route; the whole distribution by plan is in a comparison.")
    caption = t("Days from order to ready for collection, means over the replications")
    return Part("days", t(TITLES["days"]), pictures=[drawn], tables=[Table(caption, head, rows)], notes=[note])


# -- costs -------------------------------------------------------------------------------------------------------------


def costs_part(speaking: Speaking) -> Part:
    """Cost, benefit over cost and emissions of plans; of a run what its routes earn and emit."""
    t = speaking.t
    table = _costs_of_plans(speaking) if speaking.result.kind == "comparison" else _costs_of_routes(speaking)
    notes = [t("Money is in constant yuan of 2016.")]
    if speaking.result.kind == "comparison":
        notes.append(
            t(
                "Cost is capital recovered over its life and running cost; benefit is buyers' surplus, sellers' income and operators' result, less subsidies; a year is one in force. Intervals as above."
            )
        )
        if speaking.result.manifest.get("draws"):
            notes.append(
                t(
                    "Costs are means over the draws of their assumed ranges; with few draws they differ from the amounts in the list of what is changed, which are the middle of these ranges."
                )
            )
        notes += _whys(speaking)
    else:
        notes.append(t("Benefits and their ratio to cost are differences between plans: compare to have them."))
    return Part("costs", t(TITLES["costs"]), tables=[table], notes=notes)


def _costs_of_plans(speaking: Speaking) -> Table:
    t, plans = speaking.t, speaking.result.table("plans")
    heads, columns = zip(*(column(speaking, plans, name) for name in COSTS), strict=True)
    head = [t("plan"), *heads]
    rows = [list(row) for row in zip(map(speaking.plan, plans["plan"]), *columns, strict=True)]
    return Table(t("Costs, benefits and emissions against the baseline"), head, rows)


def _whys(speaking: Speaking) -> list[str]:
    """Why a ratio is not there."""
    t, found = speaking.t, []
    for _, row in speaking.result.table("plans").iterrows():
        for said in filter(None, str(row["why_empty"]).split("; ")):
            name, _, why = said.partition(": ")
            if name in ("benefit_cost", "net_present_value_cny"):
                what = t("benefit / cost") if name == "benefit_cost" else t("net present value, 20 years")
                found.append(
                    t("{plan}, {what}: none, as {why}.", plan=speaking.plan(str(row["plan"])), what=what, why=t(why))
                )
    return found


def _costs_of_routes(speaking: Speaking) -> Table:
    t, numbers, names = speaking.t, speaking.numbers, speaking.names
    table = speaking.result.table("summary_over_replications").set_index(["route", "measure"])["mean"]
    head = [
        t("route"),
        t("tariff a parcel"),
        t("operators' cost a parcel"),
        t("operators' result"),
        t("CO2e a parcel, g"),
    ]
    rows = []
    for route in dict.fromkeys(str(route) for route, _ in table.index):
        of = [float(table.get((route, name), math.nan)) for name in OF_ROUTES]
        money = [numbers.money(value) for value in of[:3]]
        rows.append([names.route(route), *money, numbers.number(1000 * of[3])])
    return Table(t("By route, over the reported months"), head, rows)


# -- interventions -----------------------------------------------------------------------------------------------------


def interventions_part(speaking: Speaking) -> Part:
    """Every intervention with its dated changes."""
    t = speaking.t
    found = interventions(speaking)
    n = len(in_time(speaking.result.scenario))
    said = [] if found else [t("No interventions: the scenario runs as it is described.")]
    notes = [t("The baseline itself has {n} dated changes, the same in all plans.", n=n)] if n else []
    return Part("interventions", t(TITLES["interventions"]), sentences=said, notes=notes, more={"listed": found})
