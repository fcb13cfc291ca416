"""Sections on the network: the map, volumes by month beside reports, queues and backlogs."""

import numpy as np
import pandas as pd

from sim.report import congestion
from sim.report.answer import best_plan
from sim.report.evidence import Report, reports
from sim.report.parts import TITLES, Part, Table
from sim.report.pictures import Drawn
from sim.report.pictures.corridor import LEFT_BEHIND, WAITS, Flow, class_of, corridor
from sim.report.pictures.drawn import svg_of
from sim.report.pictures.months import Level, backlogs, volumes, waits
from sim.report.speaking import Speaking

BACKLOGS = 6
BUSIEST = 10


def shown_plans(speaking: Speaking) -> list[str]:
    """The baseline, and the plan that is best or, if that is the baseline, the best of the plans; a run by itself."""
    result = speaking.result
    if result.kind == "run":
        return [result.base]
    best = best_plan(result)
    if best == result.base:
        plans = result.table("plans")
        best = str(plans.loc[plans["p_best"].idxmax(), "plan"])
    return [result.base, best]


def without_network(speaking: Speaking, name: str) -> Part | None:
    """The section as a gap if the comparison is of before these tables were kept."""
    if all(speaking.result.has(table) for table in ("flows", "stations", "lanes")):
        return None
    t = speaking.t
    said = t("This comparison has no tables of the network by month; compare again with this version to have them.")
    return Part(name, t(TITLES[name]), sentences=[said])


# -- the map -----------------------------------------------------------------------------------------------------------


def map_part(speaking: Speaking, prefix: str) -> Part:
    """The map of the baseline, and of the best plan."""
    if gap := without_network(speaking, "map"):
        return gap
    t, plans = speaking.t, shown_plans(speaking)
    flows = {plan: congestion.flows(speaking.result, plan) for plan in plans}
    widest = max((flow.tonnes for of_plan in flows.values() for flow in of_plan), default=0.0)
    pictures = [_map(speaking, plan, flows[plan], widest, f"{prefix}-{i}") for i, plan in enumerate(plans)]
    notes = [
        t(
            "Of the last {n} months. The line across a lane is its middle; arrows point the way the goods go. Bulk containers travel in the trains too.",
            n=len(congestion.last_months(speaking.result)),
        ),
        t(
            "Outlines: Natural Earth, 1:50 million; borders are drawn as they stand there and say nothing of whose they ought to be."
        ),
    ]
    return Part("map", t(TITLES["map"]), pictures=pictures, tables=[_lanes(speaking, plans, flows)], notes=notes)


def _map(speaking: Speaking, plan: str, flows: list[Flow], widest: float, prefix: str) -> Drawn:
    t, numbers = speaking.t, speaking.numbers
    spots = congestion.spots(speaking, plan)
    waiting = sorted(
        (spot for spot in spots.values() if class_of(spot.wait_days, WAITS)), key=lambda spot: -spot.wait_days
    )
    said = numbers.listed([t("{place} {days}", place=s.name, days=numbers.days(s.wait_days)) for s in waiting])
    alternative = t("Map of the places and lanes of the corridor.") + (
        t(" Longest mean wait of a month: {places}.", places=said) if said else t(" Nobody waits long anywhere.")
    )
    return Drawn(speaking.plan(plan), alternative, svg_of(corridor(spots, flows, widest, t), prefix))


def _lanes(speaking: Speaking, plans: list[str], flows: dict[str, list[Flow]]) -> Table:
    """Lanes with most tonnes: what they carry and leave behind, by plan."""
    t, numbers, result = speaking.t, speaking.numbers, speaking.result
    lanes = [lane for plan in plans for lane in result.plans[plan].lanes]
    by_lane = {plan: {flow.lane: flow for flow in flows[plan]} for plan in plans}
    known = [
        lane
        for lane in dict.fromkeys(lanes)
        if any(lane in by_lane[p] and by_lane[p][lane].start != by_lane[p][lane].end for p in plans)
    ]
    busiest = sorted(
        known, key=lambda lane: -max(by_lane[p][lane].tonnes if lane in by_lane[p] else 0.0 for p in plans)
    )[:BUSIEST]
    head = [t("lane")]
    for plan in plans:
        name = speaking.plan(plan)
        several = [t("{plan}: t a year", plan=name), t("{plan}: left behind for 100 carried", plan=name)]
        head += several if len(plans) > 1 else [t("t a year"), t("left behind for 100 carried")]
    rows = []
    for lane in busiest:
        row = [speaking.names.lane(lane)]
        for plan in plans:
            flow = by_lane[plan].get(lane)
            row += (
                ["–", "–"]
                if flow is None
                else [numbers.number(round(flow.tonnes)), f"{100 * flow.left_behind:.1f}".replace("nan", "–")]
            )
        rows.append(row)
    marks = f"{100 * LEFT_BEHIND[0]:g} / {100 * LEFT_BEHIND[1]:g} / {100 * LEFT_BEHIND[2]:g}"
    return Table(
        t("The busiest lanes (classes of the map: {marks} left behind for 100 carried)", marks=marks), head, rows
    )


# -- volumes -----------------------------------------------------------------------------------------------------------


def volumes_part(speaking: Speaking, prefix: str) -> Part:
    """Parcels that leave by month, with what is reported of them, and all reports beside what is simulated."""
    if gap := without_network(speaking, "volumes"):
        return gap
    t, result, plans = speaking.t, speaking.result, shown_plans(speaking)
    found = reports(result)
    flows = result.network("flows")
    counted = [one for one in found if one.column == "shipped"]
    where = counted[0].where if counted else {}
    rows = flows["month"].notna()
    for column, values in where.items():
        rows &= flows[column].isin(values)
    months = sorted(flows["month"].unique())
    series = {speaking.plan(plan): _monthly(flows[rows & (flows["plan"] == plan)], months) for plan in plans}
    levels = [_level(speaking, one, months) for one in counted if one.where == where]
    figure = volumes(months, series, levels, t("parcels"), speaking.numbers)
    routes = speaking.numbers.listed([speaking.names.route(route) for route in where.get("route", ())])
    what = (
        t("Parcels that leave a month: {routes}", routes=routes)
        if routes
        else t("Parcels that leave a month, all routes")
    )
    picture = Drawn(what, _said_of(speaking, series, months), svg_of(figure, prefix))
    if not found:
        gap_said = t(
            "No report of this corridor can be set beside the simulated months; only the simulated volumes are shown."
        )
        return Part("volumes", t(TITLES["volumes"]), [gap_said], [picture])
    notes = [
        t(
            "The level lines are reported totals divided by their months; reports give no months. What is simulated was calibrated to some of these reports."
        )
    ]
    return Part("volumes", t(TITLES["volumes"]), (), [picture], [_reported(speaking, found)], notes)


def _monthly(flows: pd.DataFrame, months: list[str]) -> np.ndarray:
    return flows.groupby("month")["shipped"].sum().reindex(months, fill_value=0.0).to_numpy(float)


def _level(speaking: Speaking, one: Report, months: list[str]) -> Level:
    first, last = months.index(one.months[0]), months.index(one.months[1])
    return Level(speaking.t("reported, mean month"), first, last, one.value / (last - first + 1))


def _said_of(speaking: Speaking, series: dict[str, np.ndarray], months: list[str]) -> str:
    t, numbers = speaking.t, speaking.numbers
    said = [
        t(
            "{plan}: least {low} in {first}, most {high} in {last}",
            plan=name,
            low=numbers.number(float(values.min())),
            first=months[int(values.argmin())],
            high=numbers.number(float(values.max())),
            last=months[int(values.argmax())],
        )
        for name, values in series.items()
    ]
    return t("Lines of parcels that leave by month. {said}.", said="; ".join(said))


def _reported(speaking: Speaking, found: list[Report]) -> Table:
    t, numbers, base = speaking.t, speaking.numbers, speaking.result.base
    head = [t("report"), t("months"), t("reported"), t("simulated"), t("difference"), t("row and source")]
    rows = []
    for one in found:
        simulated = one.simulated[base]
        months = span(*one.months)
        source = one.source.split("://")[-1]
        source = source if len(source) < 60 else f"{source.split('/')[0]}/…"
        off = numbers.percent(simulated / one.value - 1) if one.value else "–"
        off = off if off.startswith(("−", "–")) else f"+{off}"
        unit = t(one.unit)
        rows.append(
            [
                t(one.what),
                months,
                _exactly(speaking, one.value, unit),
                numbers.of(simulated, unit, unit),
                off,
                f"{one.row}; {source}",
            ]
        )
    return Table(t("What is reported, and what the baseline simulates"), head, rows)


def span(first: str, last: str) -> str:
    """Months as written in a table; a whole year is the year."""
    is_year = first[:4] == last[:4] and first.endswith("-01") and last.endswith("-12")
    return first[:4] if is_year else f"{first}–{last}"


def _exactly(speaking: Speaking, value: float, unit: str) -> str:
    said = speaking.numbers.exact(value)
    return f"{said}{unit}" if speaking.language == "zh" else f"{said} {unit}"


# -- queues ------------------------------------------------------------------------------------------------------------


def queues_part(speaking: Speaking, prefix: str) -> Part:
    """Waits by queue and month, and the backlogs through the year."""
    if gap := without_network(speaking, "queues"):
        return gap
    t, result, plans = speaking.t, speaking.result, shown_plans(speaking)
    queues = congestion.longest_queues(result, plans[0])
    names = [speaking.names.queue(queue) for queue in queues]
    pictures = []
    for i, plan in enumerate(plans):
        table = congestion.by_month(result, plan, queues, "mean_wait_hours") / 24
        title = t("Waits in the longest queues: {plan}", plan=speaking.plan(plan))
        drawn = svg_of(waits(list(table.columns), names, table.to_numpy(float), t), f"{prefix}-{i}")
        pictures.append(Drawn(title, _worst(speaking, table, names), drawn))
    pictures.append(_backlogs(speaking, plans, f"{prefix}-b"))
    notes = [
        t(
            "Waits are from arrival to the start of service, means of the month; examinations, which few parcels meet, are left out. A backlog is the most that waited at a weekly review."
        )
    ]
    return Part("queues", t(TITLES["queues"]), pictures=pictures, notes=notes)


def _worst(speaking: Speaking, table: pd.DataFrame, names: list[str]) -> str:
    t, numbers = speaking.t, speaking.numbers
    said = []
    for name, (_, row) in zip(names[:3], table.iterrows(), strict=False):
        if row.notna().any():
            days = numbers.days(float(row.max()))
            said.append(t("{queue} {days} in {month}", queue=name, days=days, month=str(row.idxmax())))
    return t("Chart of queues by months, darker where one waits longer. The longest: {said}.", said="; ".join(said))


def _backlogs(speaking: Speaking, plans: list[str], prefix: str) -> Drawn:
    t, numbers, result = speaking.t, speaking.numbers, speaking.result
    stations = result.network("stations")
    base = stations[(stations["plan"] == plans[0]) & ~stations["queue"].str.endswith(congestion.FEW)]
    largest = base.groupby("queue", sort=False)["largest_backlog"].max().sort_values(ascending=False, kind="stable")
    queues = [str(queue) for queue in largest.index[:BACKLOGS]]
    names = [speaking.names.queue(queue) for queue in queues]
    tables = {plan: congestion.by_month(result, plan, queues, "largest_backlog") for plan in plans}
    months = list(tables[plans[0]].columns)
    series = {speaking.plan(plan): table.to_numpy(float) for plan, table in tables.items()}
    said = "; ".join(
        t("{queue} {n}", queue=name, n=numbers.number(float(n)))
        for name, n in zip(names[:3], largest.iloc[:3], strict=False)
    )
    alternative = t("Lines of the largest backlog by month, a panel for each queue. The largest: {said}.", said=said)
    figure = backlogs(months, names, series, numbers, t)
    return Drawn(t("The largest backlogs, parcels or containers"), alternative, svg_of(figure, prefix))
