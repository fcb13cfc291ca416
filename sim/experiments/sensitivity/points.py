"""Points: where each factor stands, the worlds that these make, and the runs in them, kept like all runs.

A number stands at a quantile of its range, at its value if nothing is said; the posterior at one of its rows, or at its
centre. All points have the luck of one replication. A plan and its baseline are two worlds of one point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.errors import SimError
from sim.experiments.sensitivity.factors import Described
from sim.experiments.store import Summary, hash_of
from sim.experiments.travelling import Travelling
from sim.experiments.variance.runs import measures_in
from sim.experiments.variance.sample import Sample
from sim.ledger.posteriors import Posterior
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError
from sim.scenario.uncertain import Uncertain

MIDDLE = 0.5
NOT_OURS = (MemoryError, OSError)
"""What tells of the machine and not of the world: such a run is not kept as a failed one."""


@dataclass(frozen=True)
class Point:
    """Quantiles of numbers by path, in order of the paths, where they are not at their value; a row, or the centre."""

    at: tuple[tuple[str, float], ...] = ()
    row: int | None = None

    @classmethod
    def of(cls, quantiles: dict[str, float], row: int | None) -> "Point":
        """The point where numbers stand at these quantiles."""
        return cls(tuple(sorted((path, u) for path, u in quantiles.items() if u != MIDDLE)), row)


@dataclass(frozen=True)
class World:
    """A scenario as it is sent to a process: as text, for generic classes cannot be pickled."""

    text: str
    posteriors: tuple[Posterior, ...]
    numbers: tuple[Uncertain, ...]
    groups: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, one: Described) -> "World":
        """Of a scenario with its numbers."""
        text = one.scenario.model_dump_json(by_alias=True)
        return cls(text, one.posteriors, one.inputs.numbers, one.inputs.groups)

    @cached_property
    def key(self) -> str:
        """Hash of everything that its points depend on."""
        read = [(posterior.name, posterior.sha256) for posterior in self.posteriors]
        return hash_of(self.text, repr(read), repr(self.numbers), repr(self.groups))

    def seen(self, point: Point) -> Point:
        """A point without numbers that it does not have: those of a plan's interventions are not in its baseline."""
        known = {number.path for number in self.numbers}
        return Point(tuple((path, u) for path, u in point.at if path in known), point.row if self.posteriors else None)

    def at(self, sample: Sample, point: Point) -> Scenario:
        """The world of a point. Raises SettingError if there is none."""
        quantiles = dict(point.at)
        return sample.world(
            point.row, {each.path: each.quantile(quantiles.get(each.path, MIDDLE)) for each in self.numbers}
        )

    @property
    def sample(self) -> Sample:
        """What makes its worlds."""
        return Sample(Scenario.model_validate_json(self.text), self.posteriors, self.numbers, self.groups)


@dataclass(frozen=True)
class PointJob(Travelling):
    """One run of a world at a point."""

    world: World
    point: Point
    replication: int

    @classmethod
    def of(cls, world: World, point: Point, replication: int = 0) -> "PointJob":
        """The run; points that differ in what the world does not have are one."""
        return cls(world, world.seen(point), replication)

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        return hash_of("point", self.world.key, repr(self.point), str(self.replication))

    def run(self) -> Summary:
        """All measures, or why there are none."""
        try:
            return {"measures": measures_in(self.world.at(self.world.sample, self.point), self.replication)}
        except NOT_OURS:
            raise
        except SimError as error:
            return {"failed": str(error)}
        except Exception as error:
            return {"failed": f"{type(error).__name__}: {error}"}


@dataclass(frozen=True)
class CheckJob(Travelling):
    """Whether there is a world at each of some points, looked at before any of them is run."""

    worlds: tuple[World, ...]
    points: tuple[Point, ...]

    @cached_property
    def key(self) -> str:
        """Hash of everything that the answer depends on."""
        return hash_of("check", *(world.key for world in self.worlds), repr(self.points))

    def run(self) -> Summary:
        """Why there is none at one of them; None if all are worlds."""
        for world in self.worlds:
            sample = world.sample
            for point in dict.fromkeys(map(world.seen, self.points)):
                try:
                    world.at(sample, point)
                except SettingError as error:
                    return {"why": str(error)}
        return {"why": None}


def jobs_at(worlds: Sequence[World], points: Sequence[Point], replication: int = 0) -> list[PointJob]:
    """The runs of points, all worlds of a point in a row."""
    return [PointJob.of(world, point, replication) for point in points for world in worlds]
