"""Where flows are and where they wait: what the map and the pictures of queues are drawn from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.report.pictures.corridor import Flow, Spot
from sim.report.results import Result
from sim.report.speaking import Speaking

LAST_MONTHS = 12
FEW = ".examination"
"""Queues of the few that are picked out: long, and of no weight for the days of all."""
QUEUES = 8


def last_months(result: Result) -> list[str]:
    """The last twelve reported months, or all if there are fewer."""
    return sorted(result.network("flows")["month"].unique())[-LAST_MONTHS:]


def spots(speaking: Speaking, plan: str) -> dict[str, Spot]:
    """The places of a plan that lanes join, with the wait of their worst queue in the last twelve months."""
    result = speaking.result
    scenario, names = result.plans[plan], speaking.names_of(plan)
    joined = {end for lane in scenario.lanes.values() for end in (lane.from_, lane.to)}
    waits = waits_by_place(result, plan)
    return {
        slug: Spot(names.place(slug), place.longitude, place.latitude, waits.get(slug, float("nan")))
        for slug, place in scenario.places.items()
        if slug in joined
    }


def waits_by_place(result: Result, plan: str) -> dict[str, float]:
    """The longest mean wait of a month at each place, in days, over its queues without examination."""
    scenario = result.plans[plan]
    stations = _of(result.network("stations"), plan, last_months(result))
    found: dict[str, float] = {}
    for queue, hours in stations.groupby("queue", sort=False)["mean_wait_hours"].max().items():
        name = str(queue).partition(".")[0]
        thing = scenario.stations.get(name) or scenario.customs.get(name) or scenario.warehouses.get(name)
        if thing is not None and not str(queue).endswith(FEW) and not np.isnan(hours):
            found[thing.place] = max(found.get(thing.place, 0.0), float(hours) / 24)
    return found


def flows(result: Result, plan: str) -> list[Flow]:
    """The lanes of a plan: tonnes a year and what they leave behind, over the last twelve months."""
    scenario = result.plans[plan]
    months = last_months(result)
    sums = (
        _of(result.network("lanes"), plan, months)
        .groupby("lane", sort=False)[["mass_kg", "pieces", "rolled_over"]]
        .sum()
    )
    found = []
    for lane, row in sums.iterrows():
        described = scenario.lanes.get(str(lane))
        if described is not None:
            behind = row["rolled_over"] / row["pieces"] if row["pieces"] > 0 else float("nan")
            tonnes = row["mass_kg"] / 1000 * 12 / len(months)
            found.append(Flow(str(lane), described.from_, described.to, described.mode, float(tonnes), float(behind)))
    return found


def longest_queues(result: Result, plan: str, n: int = QUEUES) -> list[str]:
    """The queues of all parcels or containers in which one waits longest in the worst month."""
    stations = _of(result.network("stations"), plan)
    worst = stations[~stations["queue"].str.endswith(FEW)].groupby("queue", sort=False)["mean_wait_hours"].max()
    return [str(name) for name in worst.dropna().sort_values(ascending=False, kind="stable").index[:n]]


def by_month(result: Result, plan: str, queues: Sequence[str], column: str) -> pd.DataFrame:
    """A column of `stations`: queues by months."""
    table = _of(result.network("stations"), plan)
    months = sorted(table["month"].unique())
    return table.pivot_table(index="queue", columns="month", values=column, aggfunc="first").reindex(
        index=list(queues), columns=months
    )


def _of(table: pd.DataFrame, plan: str, months: Sequence[str] | None = None) -> pd.DataFrame:
    found = table[table["plan"] == plan]
    return found if months is None else found[found["month"].isin(months)]
