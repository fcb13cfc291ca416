"""All that the page shows of one result, as JSON: figures of plans, months, the map, queues, days, its origin."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.report import congestion
from sim.report.answer import answer, baseline_is_best
from sim.report.cautions import cautions
from sim.report.evidence import Report, reports
from sim.report.figures_of_plans import KINDS, OBJECTIVES, Figure
from sim.report.network_parts import span
from sim.report.plan_parts import DAYS
from sim.report.results import Result
from sim.report.speaking import Speaking

FIGURES = 4
"""Figures of a number of a series."""
SIZES = {"parcels": "", "days": "d", "points": "share", "money": "CNY", "tonnes": "t", "ratio": ""}
QUEUES = 24
OF_QUEUES = {"wait_days": ("mean_wait_hours", 24.0), "backlog": ("backlog", 1.0), "largest": ("largest_backlog", 1.0)}
FLOWS = ("placed", "shipped", "delivered")


def content(speaking: Speaking) -> dict[str, Any]:
    """The answer, the plans, and what went on by month; what a result has no tables of is empty."""
    result = speaking.result
    has_network = result.kind == "run" or all(result.has(name) for name in ("flows", "stations", "lanes"))
    months = sorted(result.network("flows")["month"].unique()) if has_network else []
    return {
        "heading": speaking.title,
        "answer": answer(speaking),
        "objective": _objective(speaking),
        "plans": _plans(speaking),
        "months": _months(speaking, months) if has_network else None,
        "map": _map(speaking, months) if has_network else None,
        "queues": _queues(speaking, months) if has_network else None,
        "days": _days(speaking),
        "manifest": _manifest(result),
        "warnings": _warnings(speaking, has_network=has_network),
    }


def _objective(speaking: Speaking) -> dict[str, str] | None:
    name = speaking.result.manifest.get("objective")
    return {"name": name, "label": speaking.t(OBJECTIVES[name])} if name in OBJECTIVES else None


def _plans(speaking: Speaking) -> list[dict[str, Any]]:
    """The baseline first, then plans with all their figures; of a run itself alone."""
    result = speaking.result
    base = {"name": result.base, "title": speaking.plan(result.base), "is_baseline": True, "figures": {}}
    if result.kind == "run":
        return [base]
    base["p_best"] = number(baseline_is_best(result))
    found = [base]
    for _, row in result.table("plans").iterrows():
        name = str(row["plan"])
        found.append(
            {
                "name": name,
                "title": speaking.plan(name),
                "interventions": speaking.interventions(name),
                "is_baseline": False,
                "p_best": number(row["p_best"]),
                "p_better": number(row["p_better"]),
                "figures": {key: _figure(speaking, row, key) for key in KINDS},
            }
        )
    return found


def _figure(speaking: Speaking, row: "pd.Series", key: str) -> dict[str, Any]:
    """A difference with both intervals: over what is not known, and of the error of the runs alone."""
    figure = Figure.of(row, KINDS[key])
    half = figure.half_width
    return {
        "label": speaking.t(figure.kind.name),
        "unit": SIZES[figure.kind.unit],
        "value": number(figure.value),
        "credible": [number(figure.low), number(figure.high)],
        "luck": [number(figure.value - half), number(figure.value + half)],
        "said": figure.said(speaking),
        "is_clear": bool(figure.is_clear),
    }


def _months(speaking: Speaking, months: Sequence[str]) -> dict[str, Any]:
    """Parcels by month and plan: placed, shipped and delivered, in all and by route."""
    result = speaking.result
    flows = result.network("flows")
    found: dict[str, Any] = {}
    for plan in result.plans:
        own = flows[flows["plan"] == plan]
        routes = own.pivot_table(index="route", columns="month", values=list(FLOWS), aggfunc="sum", sort=False)
        whole = own.groupby("month")[list(FLOWS)].sum().reindex(months)
        found[plan] = {name: series(whole[name]) for name in FLOWS} | {
            "routes": [
                {"id": str(route), "name": speaking.names_of(plan).route(str(route))}
                | {name: series(routes[name].loc[route].reindex(months)) for name in ("placed", "shipped")}
                for route in routes.index
            ]
        }
    return {
        "months": list(months),
        "unit": "parcels",
        "plans": found,
        "reported": [_reported(speaking, one) for one in reports(result)],
    }


def _reported(speaking: Speaking, one: Report) -> dict[str, Any]:
    """What is reported of some months, with the error of the report, beside what each plan simulates of the same."""
    low, high = one.interval
    return {
        "what": speaking.t(one.what),
        "unit": speaking.t(one.unit),
        "table": one.table,
        "column": one.column,
        "routes": list(one.where.get("route", ())),
        "value": number(one.value),
        "low": number(low),
        "high": number(high),
        "mean_month": number(one.value / one.n_months),
        "first": one.months[0],
        "last": one.months[1],
        "months_said": span(*one.months),
        "simulated": {plan: number(value) for plan, value in one.simulated.items()},
        "row": one.row,
        "source": one.source,
    }


def _map(speaking: Speaking, months: Sequence[str]) -> dict[str, Any]:
    """Places and lanes of all plans; by plan and month what lanes carry, and how long and how much waits at places."""
    result = speaking.result
    nodes: dict[str, dict[str, Any]] = {}
    lanes: dict[str, dict[str, Any]] = {}
    by_plan: dict[str, Any] = {}
    for plan, scenario in result.plans.items():
        names = speaking.names_of(plan)
        joined = {end for lane in scenario.lanes.values() for end in (lane.from_, lane.to)}
        for slug, place in scenario.places.items():
            if slug in joined:
                nodes.setdefault(
                    slug, {"id": slug, "name": names.place(slug), "lat": place.latitude, "lon": place.longitude}
                )
        for slug, lane in scenario.lanes.items():
            lanes.setdefault(
                slug, {"id": slug, "from": lane.from_, "to": lane.to, "mode": lane.mode, "name": names.lane(slug)}
            )
        by_plan[plan] = {"flows": _flows(result, plan, months), "queues": _places(result, plan, months)}
    return {"months": list(months), "nodes": list(nodes.values()), "lanes": list(lanes.values()), "plans": by_plan}


def _flows(result: Result, plan: str, months: Sequence[str]) -> dict[str, Any]:
    """Of each lane that carries anything: tonnes and departures by month, and the share of pieces left behind."""
    table = result.network("lanes")
    own = table[table["plan"] == plan]
    found = {}
    for lane, rows in own.groupby("lane", sort=False):
        monthly = rows.set_index("month").reindex(months)
        if not monthly["mass_kg"].sum() > 0:
            continue
        behind = (monthly["rolled_over"] / monthly["pieces"]).replace([np.inf, -np.inf], np.nan)
        found[str(lane)] = {"tonnes": series(monthly["mass_kg"] / 1000), "left_behind": series(behind),
                            "departed": series(monthly["departed"])}  # fmt: skip
    return found


def _places(result: Result, plan: str, months: Sequence[str]) -> dict[str, Any]:
    """Of each place: the longest mean wait of its queues, and what waits at a review, by month."""
    table, scenario = result.network("stations"), result.plans[plan]
    own = table[(table["plan"] == plan) & ~table["queue"].str.endswith(congestion.FEW)]
    place_of = {queue: _place(scenario, queue) for queue in own["queue"].unique()}
    own = own.assign(place=own["queue"].map(place_of)).dropna(subset="place")
    found = {}
    for place, rows in own.groupby("place", sort=False):
        by_month = rows.groupby("month")
        waits = by_month["mean_wait_hours"].max().reindex(months) / 24
        found[str(place)] = {"wait_days": series(waits), "backlog": series(by_month["backlog"].sum().reindex(months))}
    return found


def _place(scenario: Any, queue: str) -> str | None:
    name = queue.partition(".")[0]
    thing = scenario.stations.get(name) or scenario.customs.get(name) or scenario.warehouses.get(name)
    return thing.place if thing is not None else None


def _queues(speaking: Speaking, months: Sequence[str]) -> dict[str, Any]:
    """The queues in which one waits longest in any plan, by plan and month."""
    result = speaking.result
    named: dict[str, str] = {}
    for plan in result.plans:
        for queue in congestion.longest_queues(result, plan, QUEUES):
            named.setdefault(queue, plan)
    queues = [
        {"id": queue, "name": speaking.names_of(plan).queue(queue), "place": _place(result.plans[plan], queue)}
        for queue, plan in list(named.items())[:QUEUES]
    ]
    ids = [str(queue["id"]) for queue in queues]
    plans = {}
    for plan in result.plans:
        tables = {
            key: congestion.by_month(result, plan, ids, column).reindex(columns=months) / scale
            for key, (column, scale) in OF_QUEUES.items()
        }
        plans[plan] = {queue: {key: series(table.loc[queue]) for key, table in tables.items()} for queue in ids}
    return {"months": list(months), "queues": queues, "plans": plans}


def _days(speaking: Speaking) -> dict[str, Any]:
    """Days from door to door: the curve of each plan, and the means over replications; of a run by route."""
    result = speaking.result
    curves: dict[str, Any] = {}
    means: dict[str, dict[str, Any]] = {}
    if result.kind == "comparison":
        if result.has("door_to_door"):
            for plan, rows in result.table("door_to_door").groupby("plan", sort=False):
                curves[str(plan)] = {"days": series(rows["days"]), "share": series(rows["share"])}
        table = result.table("replications").groupby("plan", sort=False)[list(DAYS)].mean()
        means = {str(plan): {name: number(row[name]) for name in DAYS} for plan, row in table.iterrows()}
    else:
        wide = result.table("summary_over_replications").pivot_table(
            index="route", columns="measure", values="mean", aggfunc="first", sort=False
        )
        names = speaking.names
        means = {
            str(route): {"name": names.route(str(route)), **{name: number(row[name]) for name in DAYS}}
            for route, row in wide[wide["mean_days"].notna()].iterrows()
        }
    return {"curves": curves, "means": means, "by": "plan" if result.kind == "comparison" else "route"}


def _manifest(result: Result) -> dict[str, Any]:
    """What it was made from, in short; the whole is a file to download."""
    manifest, side = result.manifest, result.side
    return {
        "sha256": result.manifest_hash,
        "seed": manifest.get("seed"),
        "parcels_per_row": manifest.get("parcels_per_row"),
        "replications": len(manifest.get("replications", ())),
        "draws": manifest.get("draws", 0),
        "versions": manifest.get("versions", {}),
        "scenario_files": dict(manifest.get("scenario_files", {})),
        "finished_at": side.get("finished_at"),
        "wall_seconds": side.get("wall_seconds"),
        "command": side.get("command"),
    }


def _warnings(speaking: Speaking, *, has_network: bool) -> list[str]:
    t = speaking.t
    gap = t("This comparison has no tables of the network by month; compare again with this version to have them.")
    return [*cautions(speaking), *([] if has_network else [gap])]


# -- numbers -----------------------------------------------------------------------------------------------------------


def number(value: Any) -> float | None:
    """A number as JSON has it, to a few more figures than are shown; None where there is none."""
    found = float(value)
    return None if not math.isfinite(found) else float(f"{found:.6g}")


def series(values: "pd.Series") -> list[float | None]:
    """A series to few figures."""
    return [None if not math.isfinite(one) else float(f"{one:.{FIGURES}g}") for one in values.to_numpy(float).tolist()]
