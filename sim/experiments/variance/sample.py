"""The sample: which run has which numbers and which luck, and the worlds that they make.

Runs come in blocks of eight. Seven have assumed numbers of their own; two of them in a row share a draw of the
posterior, which tells apart what it leaves open. The eighth has all the numbers of the first and other luck, which
tells apart luck. So the first runs of a longer sample are those of a shorter one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.errors import SimError
from sim.experiments.worlds import UNCERTAIN
from sim.ledger.posteriors import Posterior
from sim.luck import key, uniforms
from sim.scenario.checks import found_across
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError, Times, amount_at, with_values
from sim.scenario.uncertain import Uncertain, Value, values_of

BLOCK = 8
FRESH = BLOCK - 1
"""Runs of a block with numbers of their own."""
PER_DRAW = 2
"""Runs in a row with numbers of their own that share a draw of the posterior."""
MOST_ATTEMPTS = 200
WIDER_AFTER = 8
"""So often the numbers at a place are drawn again before more of those around it are as well."""

Place = tuple[str | int, ...]


class NoWorldError(SimError):
    """No combination of numbers makes a valid scenario."""


@dataclass(frozen=True)
class Slot:
    """A run: which numbers it has, which draw of the posterior, and its luck."""

    numbers: int
    draw: int
    replication: int
    is_repeat: bool

    @classmethod
    def of(cls, run: int) -> "Slot":
        """Of the run of that number, from 0."""
        block, place = divmod(run, BLOCK)
        is_repeat = place == FRESH
        numbers = FRESH * block + (0 if is_repeat else place)
        return cls(numbers, numbers // PER_DRAW, run, is_repeat)


@dataclass(frozen=True)
class Drawn:
    """A world with its numbers, and how many combinations before it made none."""

    scenario: Scenario
    numbers: tuple[float, ...]
    """As drawn, before shares are made to sum to one."""
    n_refused: int


@dataclass(frozen=True)
class Sample:
    """The worlds of a sample."""

    described: Scenario
    posteriors: tuple[Posterior, ...]
    numbers: tuple[Uncertain, ...]
    groups: tuple[tuple[str, ...], ...]

    def drawn(self, slot: Slot) -> Drawn:
        """The world of a run. Where numbers make no valid scenario, those at the place that is wrong are drawn again.

        If that does not help for long, so are more and more of the numbers around it; NoWorldError if nothing helps.
        """
        tries: Counter[str] = Counter()
        at_places: Counter[Place] = Counter()
        why = ""
        for attempt in range(MOST_ATTEMPTS):
            numbers = {each.path: self._number(slot.numbers, each, tries[each.path]) for each in self.numbers}
            try:
                return Drawn(self.world(slot.draw, numbers), tuple(numbers.values()), attempt)
            except SettingError as error:
                why = str(error)
                again = {path for place in error.places for path in self._around(place, at_places[place])}
                tries.update(again or numbers)
                at_places.update(set(error.places))
        raise NoWorldError(
            f"{MOST_ATTEMPTS} combinations of the assumed numbers of {self.described.scenario} make no valid scenario, "
            f"the last for this reason: {why}; narrow the ranges of these numbers"
        )

    def _number(self, numbers: int, number: Uncertain, attempt: int) -> float:
        """A number; the first attempt has the luck that uncertain numbers have in a comparison."""
        again = (str(attempt),) if attempt else ()
        return number.quantile(float(uniforms(key(self.described.seed, numbers, UNCERTAIN, number.path, *again), 0)[0]))

    def _around(self, place: Place, n_before: int) -> set[str]:
        """Numbers at, beneath or above a place, or, after many attempts and where there are none, around it."""
        for n in range(max(len(place) - n_before // WIDER_AFTER, 1), 0, -1):
            near = ".".join(map(str, place[:n]))
            found = {each.path for each in self.numbers if _is_near(each.path, near)}
            if found:
                return found
        return set()

    def world(self, draw: int | None, numbers: Mapping[str, float]) -> Scenario:
        """The world of a draw (None: the central one) and of numbers. Raises SettingError if there is none."""
        moved: dict[str, Value] = {}
        for posterior in self.posteriors:
            moved |= values_of(posterior, draw)
        shared = self._filling_one(numbers, moved)
        world = with_values(
            self.described, moved | {each.path: each.written(shared[each.path]) for each in self.numbers}
        )
        world = world.model_copy(update={"posterior": (), "uncertain": {}})
        expansion = expansion_of(world)
        _refuse((*expansion.found, *found_across(expansion.scenario)))
        return world

    def _filling_one(self, numbers: Mapping[str, float], moved: Mapping[str, Value]) -> dict[str, float]:
        """The numbers, those that fill a group of shares scaled to what the posterior leaves of one."""
        result = dict(numbers)
        for group in self.groups:
            taken = sum(self._share(path, moved[path]) for path in group if path in moved)
            own = [path for path in group if path in numbers]
            total = sum(numbers[path] for path in own)
            if total > 0 and taken <= 1:
                result |= {path: numbers[path] / total * (1 - taken) for path in own}
        return result

    def _share(self, path: str, value: Value) -> float:
        """A share that a posterior sets or multiplies."""
        if isinstance(value, Times):
            return value.factor * amount_at(self.described, path).number
        return float(value)


def _is_near(path: str, place: str) -> bool:
    return f"{path}.".startswith(f"{place}.") or f"{place}.".startswith(f"{path}.")


def _refuse(found: Iterable[tuple[Place, str, str | None]]) -> None:
    for place, message, _ in found:
        raise SettingError(message, [place])
