"""Sellers over time: how many are active, how many posts are held by trained people, and what both change.

Day by day, from the first simulated day on, once with the dated changes and once as described: only the difference
acts. Knows the description only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.scenario.scenario import Scenario
from sim.scenario.sellers import Sellers
from sim.scenario.targets import targets
from sim.ticks import DAY, local_day, midnight

Schedule = Sequence[tuple[int, float | bool]]
Schedules = Mapping[str, Schedule]
DAYS_A_YEAR = 365.25
_NUMBERS = ("growth.saturation", "growth.entries_per_year", "growth.park_places", "growth.exits_per_year",
            "trained_per_year")  # fmt: skip


@dataclass(frozen=True)
class Path:
    """Active sellers and trained people at the beginning of each day, from the first simulated one on."""

    active: Sequence[float]
    trained: Sequence[float]


def path_of(sellers: Sellers, schedules: Schedules, first_day: int, n_days: int) -> Path:
    """The stocks under the schedules of some numbers, by their path below `sellers`; days count from the epoch."""
    numbers = {name: _by_day(_described(sellers, name), schedules.get(name, ()), first_day, n_days)
               for name in _NUMBERS}  # fmt: skip
    active, trained = [], []
    n = sellers.growth.active if sellers.growth else 0.0
    t = sellers.skills.trained if sellers.skills else 0.0
    for day in range(n_days):
        active.append(n)
        trained.append(t)
        saturation, entries, places, exits, training = (numbers[name][day] for name in _NUMBERS)
        starts = 0.0
        if growth := sellers.growth:
            starts = growth.starts_per_trained
            entering = entries + growth.entries_per_park_place * places + starts * training
            n += (entering * max(0.0, 1 - n / saturation) - exits * n) / DAYS_A_YEAR
        if skills := sellers.skills:
            filling = training * (1 - starts) * max(0.0, 1 - t / skills.posts)
            t += (filling - skills.turnover_per_year * t) / DAYS_A_YEAR
    return Path(active, trained)


def _described(sellers: Sellers, name: str) -> float:
    thing = sellers.growth if name.startswith("growth.") else sellers
    return float(getattr(thing, name.removeprefix("growth."))) if thing else 0.0


def _by_day(described: float, schedule: Schedule, first_day: int, n_days: int) -> list[float]:
    """A number on each day, as it is from that day's midnight on."""
    values, value, due = [], described, sorted(schedule)
    for day in range(first_day, first_day + n_days):
        while due and due[0][0] <= day * DAY:
            value = float(due.pop(0)[1])
        values.append(value)
    return values


def _changed_paths(scenario: Scenario, origin: str, schedules: Schedules) -> tuple[Path, Path] | None:
    """The stocks of an origin under dated changes and as described; None if none changes or they do not act."""
    stem = f"market.origins.{origin}.sellers."
    own = {path.removeprefix(stem): values for path, values in schedules.items() if path.startswith(stem)}
    if not any(own.values()) or not scenario.market.feedback.sellers:
        return None
    horizon, sellers = scenario.horizon, scenario.market.origins[origin].sellers
    start = midnight(horizon.start) - horizon.warm_up
    n_days = (midnight(horizon.end) + horizon.drain - start) // DAY
    days = (start // DAY, n_days)
    return path_of(sellers, own, *days), path_of(sellers, {}, *days)


def level_factors(scenario: Scenario, origin: str, schedules: Schedules) -> list[float] | None:
    """Factor of the latent orders on each day from the first simulated one on; None if nothing changes it."""
    growth = scenario.market.origins[origin].sellers.growth
    paths = _changed_paths(scenario, origin, schedules)
    if growth is None or paths is None:
        return None
    changed, described = paths
    pairs = zip(changed.active, described.active, strict=True)
    return [(now / then) ** growth.elasticity for now, then in pairs]


def with_skills(schedules: Schedules, scenario: Scenario) -> dict[str, Schedule]:
    """The schedules of all numbers, those of service means also under the changes of skills, month by month."""
    result = dict(schedules)
    known = targets(scenario)
    for name, origin in scenario.market.origins.items():
        if origin.sellers.skills is None:
            continue
        factors = _skill_factors(scenario, name, schedules)
        for station in origin.sellers.skills.stations if factors else ():
            part = "release.service.mean" if station in scenario.customs else "service.mean"
            section = "customs" if station in scenario.customs else "stations"
            target = known.get(f"{section}.{station}.{part}")
            if target is not None:
                own = _multiplied(float(target.value), result.get(target.path, ()), factors)
                result[target.path] = [(at, min(max(value, target.least), target.most)) for at, value in own]
    return dict(sorted(result.items()))


def _skill_factors(scenario: Scenario, origin: str, schedules: Schedules) -> list[tuple[int, float]]:
    """Instants at which the factor of service means takes a new value, and the value."""
    skills = scenario.market.origins[origin].sellers.skills
    paths = _changed_paths(scenario, origin, schedules)
    if skills is None or paths is None:
        return []
    changed, described = paths
    first_day = (midnight(scenario.horizon.start) - scenario.horizon.warm_up) // DAY
    result, before = [], 1.0
    for i, (now, then) in enumerate(zip(changed.trained, described.trained, strict=True)):
        at = (first_day + i) * DAY
        factor = (1 + skills.gain * then / skills.posts) / (1 + skills.gain * now / skills.posts)
        if i and local_day(at).day == 1 and factor != before:
            result.append((at, factor))
            before = factor
    return result


def _multiplied(base: float, schedule: Schedule, factors: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """A schedule times another one, which starts from 1; without entries that change nothing."""
    values, factor_at = dict(schedule), dict(factors)
    result, value, factor, before = [], base, 1.0, base
    for at in sorted(values.keys() | factor_at.keys()):
        value, factor = float(values.get(at, value)), factor_at.get(at, factor)
        if value * factor != before:
            before = value * factor
            result.append((at, before))
    return result
