"""What sites would serve: parcels that runs of the base place, in its central world and in draws of what is not known.

A run gives parcels a year by route, region and product; the siting file says which of them pass a site, and where its
clusters lie. Times are those of the world that the run was in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.errors import SimError
from sim.experiments.comparing.costs import DAYS_A_YEAR
from sim.experiments.run import Job, Tell, run_tasks
from sim.experiments.siting.contract import Candidate, Siting
from sim.experiments.siting.reading import Asked
from sim.experiments.siting.solving import Instance
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import measured
from sim.indicators.warehouse_costs import capital_recovery
from sim.model import build
from sim.scenario.scenario import Scenario
from sim.scenario.setting import amounts_at
from sim.ticks import DAY

GRAMS = 1000.0


@dataclass(frozen=True)
class Demanded:
    """What one run of the base came to."""

    routes: tuple[str, ...]
    regions: tuple[str, ...]
    parcels: np.ndarray
    """A year, placed: float64[routes, regions]."""
    kg: np.ndarray
    """The same in kilograms, at the mean weight of each product."""
    days: Mapping[str, Mapping[str, float]]
    """Last mile of what is built, by place and region, in the world of the run."""
    handling_days: float
    """From order to last mile at the base's own warehouse, mean; 0 where nothing is built."""
    discount_rate: float


@dataclass(frozen=True)
class Demands:
    """The central world's demand, and that of each draw; no draws where the base has nothing to draw."""

    central: Demanded
    draws: tuple[Demanded, ...]


def simulated(asked: Asked, draws: int, rows: int, workers: int, on_progress: Tell | None = None) -> Demands:
    """Run the base at its centre, and in so many draws if it has any. Raises SimError if it is stopped or fails."""
    scenario = asked.scenario.model_copy(update={"parcels_per_row": rows})
    folder = asked.base.posteriors
    jobs = [Job(scenario, 1, folder)]
    each_its_own = scenario.model_copy(update={"replications_per_draw": 1})
    if draws > 1 and Worlds.of(each_its_own, draws, folder).can_be_drawn:
        jobs.append(Job(each_its_own, draws, folder))
    built = asked.siting.warehouse
    names = (built.route, built.last_mile) if built else None
    done = run_tasks(jobs, partial(demand_in, names=names), workers, on_progress)
    if done.was_stopped:
        raise SimError("stopped before the demand was simulated")
    for task, why in done.failures.items():
        raise SimError(f"the base cannot be run (replication {task.replication}): {why}")
    central, *others = [done.outcomes[task] for task in sorted(done.outcomes)]
    return Demands(central, tuple(others))


def demand_in(
    worlds: Worlds, replication: int, tell: Callable[[float], None], names: tuple[str, str] | None
) -> Demanded:
    """Run one replication and keep what siting needs; ``names`` are route and last mile of what is built."""
    scenario = worlds.scenario(replication)
    model = build(scenario, replication)
    model.run(tell)
    return _demanded(Run(model.record, scenario), names)


def _demanded(run: Run, names: tuple[str, str] | None) -> Demanded:
    scenario, axes = run.scenario, run.record.axes
    horizon = scenario.horizon
    years = (horizon.end - horizon.start).days / DAYS_A_YEAR
    placed = run.placed[run.months].sum(axis=0) / years
    grams = amounts_at(scenario, [f"products.{name}.weight.mean" for name in axes.products])
    kg = np.array([grams[f"products.{name}.weight.mean"].number for name in axes.products]) / GRAMS
    days = _days(scenario, names[1]) if names else {}
    return Demanded(
        routes=axes.routes,
        regions=axes.regions,
        parcels=placed.sum(axis=2),
        kg=placed @ kg,
        days=days,
        handling_days=_handling(run, names[0], days) if names else 0.0,
        discount_rate=scenario.discount_rate,
    )


def _days(scenario: Scenario, last_mile: str) -> dict[str, dict[str, float]]:
    times = scenario.last_miles[last_mile].times
    paths = {
        (place, region): f"last_miles.{last_mile}.times.{place}.{region}.mean"
        for place, regions in times.items()
        for region in regions
    }
    found = amounts_at(scenario, paths.values())
    return {p: {g: found[paths[p, g]].number / DAY for g in regions} for p, regions in times.items()}


def _handling(run: Run, route: str, days: Mapping[str, Mapping[str, float]]) -> float:
    """Days of a route from door to door less those of its last mile, as its orders were placed."""
    axes, described = run.record.axes, run.scenario.routes[route]
    which = axes.routes.index(route)
    mean = float(measured(run).values["route"]["mean_days"][which])
    places = {run.scenario.warehouses[path.steps[0]].place for path in described.paths.values()
              if path.steps[0] in run.scenario.warehouses}  # fmt: skip
    (place,) = places or {""}
    by_region = run.placed[run.months, which].sum(axis=(0, 2)).astype(float)
    of_mile = np.array([days.get(place, {}).get(region, 0.0) for region in axes.regions])
    total = by_region.sum()
    return float(max(mean - (by_region @ of_mile) / total, 0.0)) if total else 0.0


# -- what is solved ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flows:
    """What passes the sites a year, by point of demand and route: float64[points, routes] each."""

    routes: tuple[str, ...]
    parcels: np.ndarray
    kg: np.ndarray


def flows_of(siting: Siting, demanded: Demanded) -> Flows:
    """Parcels and kilograms of each point of demand, by the routes that pass."""
    routes = tuple(siting.demand.routes)
    at = [demanded.routes.index(route) for route in routes]
    share = np.array([siting.demand.routes[route].share for route in routes])
    if siting.clusters:
        weight = np.array([cluster.weight for cluster in siting.clusters.values()])
        weight = weight / weight.sum()
        parts = [weight[:, None] * (of[at].sum(axis=1) * share)[None, :] for of in (demanded.parcels, demanded.kg)]
    else:
        where = [demanded.regions.index(region) for region in siting.regions]
        parts = [(of[np.ix_(at, where)] * share[:, None]).T for of in (demanded.parcels, demanded.kg)]
    return Flows(routes, *parts)


def instance_of(siting: Siting, demanded: Demanded) -> Instance:
    """The numbers that are solved, in CNY a year, or in parcel-days a year."""
    flows = flows_of(siting, demanded)
    is_of_time, sites = siting.weigh == "time", tuple(siting.candidates.values())
    ways = [_days_to(siting, each, demanded) if is_of_time else _cost_from(siting, each, flows) for each in sites]
    way = np.array(ways).T
    is_covering = siting.objective == "coverage"
    if is_covering:
        bound = float(str(siting.within).split()[0])
        way = np.where(way <= bound, 0.0, np.inf)
    counts = siting.counts_capital and not is_of_time and not is_covering
    bounded = [each.capacity_per_day if siting.keeps_capacity else None for each in sites]
    parcels = flows.parcels.sum(axis=1)
    return Instance(
        demand=parcels if is_of_time or is_covering else flows.kg.sum(axis=1),
        cost=way,
        fixed=np.array([_a_year(each, demanded.discount_rate) if counts else 0.0 for each in sites]),
        volume=parcels / DAYS_A_YEAR,
        capacity=np.array([np.inf if bound is None else bound for bound in bounded]),
        is_covering=is_covering,
    )


def _a_year(site: Candidate, rate: float) -> float:
    return capital_recovery(site.capital, site.life, rate) + site.running_per_year


def _days_to(siting: Siting, site: Candidate, demanded: Demanded) -> list[float]:
    """Days from order to buyer at each point; inf where there is no way."""
    known = {name: ticks / DAY for name, ticks in site.inland_days.items()}
    known |= demanded.days.get(site.place or "", {})
    return [known[point] + demanded.handling_days if point in known else np.inf for point in siting.points]


def _cost_from(siting: Siting, site: Candidate, flows: Flows) -> list[float]:
    """CNY a kilogram between each point and the gateways by way of a site; inf where there is no way."""
    haul = np.array([_haul(siting, site, route) for route in flows.routes])
    kg = flows.kg.sum(axis=1)
    on_average = np.divide(flows.kg @ haul, kg, out=np.zeros(len(kg)), where=kg > 0)
    return [
        site.inland_cost_per_kg[point] + float(on_average[i]) if point in site.inland_cost_per_kg else np.inf
        for i, point in enumerate(siting.points)
    ]


def _haul(siting: Siting, site: Candidate, route: str) -> float:
    """CNY a kilogram from a site to the gateway of a route."""
    gateway = siting.demand.routes[route].gateway
    if gateway is None:
        return 0.0
    haul = site.to_gateways[gateway]
    if haul.cost_per_kg is not None:
        return float(haul.cost_per_kg)
    return float(haul.cost_per_container or 0.0) / float(siting.demand.kg_per_container or 1.0)
