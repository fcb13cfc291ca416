"""Sellers of each origin, day by day: how many are active, how many people are trained, and what both do.

Knows the description and its changes only.
"""

from oracle.changes import Numbers
from sim.scenario.scenario import Scenario
from sim.scenario.sellers import ActiveSellers, Skills
from sim.ticks import DAY, local_day, midnight


class Sellers:
    """The stocks at the beginning of every Beijing day, as they are and as described."""

    def __init__(self, scenario: Scenario, numbers: Numbers, start: int, end: int) -> None:
        self.scenario, self.numbers, self.start, self.end = scenario, numbers, start, end
        origins = scenario.market.origins.items()
        self.levels = {name: self._levels(name, o.sellers.growth) for name, o in origins if o.sellers.growth}
        self.services = {name: self._services(name, o.sellers.skills) for name, o in origins if o.sellers.skills}

    def level_factor(self, origin: str, at: int) -> float:
        """What the active sellers make of the level on the Beijing day of an instant."""
        if not self.scenario.market.feedback.sellers:
            return 1.0
        return self.levels[origin][(at - self.start) // DAY] if origin in self.levels else 1.0

    def service_factor(self, step: str, at: int) -> float:
        """What skills make of the mean service of a station or release at an instant."""
        month = midnight(local_day(at).replace(day=1))
        factor = 1.0
        if month <= self.start or not self.scenario.market.feedback.sellers:
            return factor
        for origin, factors in self.services.items():
            if step in self.scenario.market.origins[origin].sellers.skills.stations:
                factor *= factors[(month - self.start) // DAY]
        return factor

    def _days(self) -> range:
        return range(self.start, self.end + DAY, DAY)

    def _number(self, origin: str, field: str, base: float, day: int, *, is_changed: bool) -> float:
        path = f"market.origins.{origin}.sellers.{field}"
        return self.numbers.number(path, base, day) if is_changed else base

    def _levels(self, origin: str, growth: ActiveSellers) -> list[float]:
        actual, described = (self._active(origin, growth, is_changed=changed) for changed in (True, False))
        return [(n / usual) ** growth.elasticity for n, usual in zip(actual, described, strict=True)]

    def _active(self, origin: str, growth: ActiveSellers, *, is_changed: bool) -> list[float]:
        """Active sellers at the beginning of each day."""
        trained_per_year = self.scenario.market.origins[origin].sellers.trained_per_year
        n, found = growth.active, []
        for day in self._days():
            found.append(n)

            def now(field: str, base: float, day: int = day) -> float:
                return self._number(origin, field, base, day, is_changed=is_changed)

            entries = now("growth.entries_per_year", growth.entries_per_year)
            entries += growth.entries_per_park_place * now("growth.park_places", growth.park_places)
            entries += growth.starts_per_trained * now("trained_per_year", trained_per_year)
            room = max(0.0, 1 - n / now("growth.saturation", growth.saturation))
            exits = now("growth.exits_per_year", growth.exits_per_year)
            n += (entries * room - exits * n) / 365.25
        return found

    def _services(self, origin: str, skills: Skills) -> list[float]:
        actual, described = (self._trained(origin, skills, is_changed=changed) for changed in (True, False))
        gain, posts = skills.gain, skills.posts
        pairs = zip(actual, described, strict=True)
        return [(1 + gain * usual / posts) / (1 + gain * trained / posts) for trained, usual in pairs]

    def _trained(self, origin: str, skills: Skills, *, is_changed: bool) -> list[float]:
        """Trained people at the beginning of each day."""
        sellers = self.scenario.market.origins[origin].sellers
        stay = 1 - (sellers.growth.starts_per_trained if sellers.growth else 0.0)
        trained, found = skills.trained, []
        for day in self._days():
            found.append(trained)
            a_year = self._number(origin, "trained_per_year", sellers.trained_per_year, day, is_changed=is_changed)
            room = max(0.0, 1 - trained / skills.posts)
            trained += (a_year * stay * room - skills.turnover_per_year * trained) / 365.25
        return found
