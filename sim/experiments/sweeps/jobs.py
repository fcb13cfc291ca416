"""The runs of a sweep: a point in a replication, as text that another machine can make it from again.

A run is named by all that determines it: the ground as it is described, the numbers that the point and the draw set,
the replication, the seed (in the ground), and the program. So points that come to the same share their runs.
"""

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sim.experiments.executors.protocol import to_text
from sim.experiments.store import Summary, hash_of
from sim.experiments.sweeps.contract import Value as ScenarioValue
from sim.experiments.sweeps.design import Point
from sim.experiments.sweeps.factors import Factor
from sim.experiments.sweeps.ground import Ground
from sim.experiments.sweeps.reading import Study
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import WHOLE, measured
from sim.model import build
from sim.scenario.altering import checked
from sim.scenario.scenario import Scenario
from sim.scenario.setting import Times, shares_together, with_values
from sim.scenario.uncertain import Value

Numbers = Mapping[str, Value]


@dataclass(frozen=True)
class SweepJob:
    """One run: what it starts from, what its point sets, what its draw sets over that, and the number of its luck."""

    packed: str
    """The ground's scenario with nothing left to draw, compressed: it is the same in thousands of jobs."""
    point: Numbers
    drawn: Numbers
    replication: int

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        numbers = json.dumps([_plain(self.point), _plain(self.drawn)], sort_keys=True)
        return hash_of(_digest(self.packed), numbers, str(self.replication))

    @property
    def text(self) -> str:
        """As it travels."""
        return to_text(
            SweepJob, packed=self.packed, point=_plain(self.point), drawn=_plain(self.drawn),
            replication=self.replication,
        )  # fmt: skip

    @classmethod
    def from_text(cls, text: str) -> "SweepJob":
        """The job again."""
        read = json.loads(text)
        return cls(read["packed"], _numbers(read["point"]), _numbers(read["drawn"]), read["replication"])

    def run(self) -> Summary:
        """Run it here; raises SettingError if its numbers do not go together."""
        described = checked(with_values(unpacked(self.packed), self.point)) if self.point else unpacked(self.packed)
        drawn = with_values(described, self.drawn) if self.drawn else described
        scenario = Worlds.of(drawn, self.replication + 1).scenario(self.replication)
        model = build(scenario, self.replication)
        model.run()
        settled = model.settlement
        values = measured(Run(model.record, scenario)).values[WHOLE]
        return {
            "measures": {name: None if math.isnan(value := float(of_groups[0])) else value
                         for name, of_groups in values.items()},
            "is_settled": settled is None or bool(settled.is_settled),
        }  # fmt: skip


def packed(scenario: Scenario) -> str:
    """A scenario as a short text."""
    data = scenario.model_dump_json(by_alias=True, exclude_none=True).encode()
    return base64.b64encode(zlib.compress(data, 9)).decode()


def unpacked(text: str) -> Scenario:
    """The scenario again."""
    return Scenario.model_validate_json(zlib.decompress(base64.b64decode(text)))


@lru_cache(maxsize=64)
def _digest(text: str) -> str:
    """Hash of a scenario that was packed, however it was."""
    return hashlib.sha256(zlib.decompress(base64.b64decode(text))).hexdigest()


def _plain(numbers: Numbers) -> dict[str, Any]:
    """Numbers as JSON has them, in the order of their paths; a factor as a list."""
    return {path: [value.factor] if isinstance(value, Times) else value for path, value in sorted(numbers.items())}


def _numbers(plain: Mapping[str, Any]) -> Numbers:
    return {path: Times(value[0]) if isinstance(value, list) else value for path, value in plain.items()}


@dataclass
class Jobs:
    """Makes the runs of a study in a number of replications; draws are made once for all points of a ground."""

    study: Study
    n: int
    _packed: dict[tuple[str, ...], str] = field(default_factory=dict)
    _drawn: dict[tuple[tuple[str, ...], int | None], Numbers] = field(default_factory=dict)
    _worlds: dict[tuple[str, ...], Worlds] = field(default_factory=dict)
    _base: dict[tuple[tuple[str, ...], str], ScenarioValue] = field(default_factory=dict)
    _shares: dict[tuple[str, ...], Mapping[str, frozenset[str]]] = field(default_factory=dict)

    @property
    def per_draw(self) -> int | None:
        """Replications of a draw; None if nothing is drawn at any point."""
        grounds = self.study.grounds.values()
        return next((each.scenario.replications_per_draw for each in grounds if self._of(each).n_draws), None)

    def job(self, point: Point, replication: int) -> SweepJob:
        """A point in a replication."""
        ground = self.ground(point)
        draw = self._of(ground).draw_of(replication)
        if (ground.plans, draw) not in self._drawn:
            self._drawn[ground.plans, draw] = self._of(ground).values_in(draw)
        return SweepJob(self._text(ground), self.numbers(point, ground), self._drawn[ground.plans, draw], replication)

    def ground(self, point: Point) -> Ground:
        """What a point starts from: its set of interventions decides."""
        for factor, value in zip(self.study.factors, point.values, strict=True):
            if factor.kind == "plans" and isinstance(value, tuple):
                return self.study.grounds[value]
        return self.study.base

    def numbers(self, point: Point, ground: Ground) -> Numbers:
        """What a point sets, but for what its ground does not have, or says already.

        A share is set also where its ground says the same, if another of its group is: it would give way.
        """
        said = {
            factor: value
            for factor, value in zip(self.study.factors, point.values, strict=True)
            if value is not None and not isinstance(value, tuple) and factor.path in ground.paths
        }
        new = {factor.path for factor, value in said.items() if not factor.is_same(value, self.base_of(factor, ground))}
        shares = self._shares_of(ground)
        there = {**self.study.sweep.constants, **{factor.path: value for factor, value in said.items()}}
        return {path: value for path, value in there.items() if path in new or new & shares.get(path, frozenset())}

    def _shares_of(self, ground: Ground) -> Mapping[str, frozenset[str]]:
        """Of each share that the sweep names, those that it names of the same group."""
        if ground.plans not in self._shares:
            named = {*self.study.sweep.constants, *(factor.path for factor in self.study.factors)} & ground.paths
            self._shares[ground.plans] = shares_together(ground.scenario, sorted(named))
        return self._shares[ground.plans]

    def base_of(self, factor: Factor, ground: Ground) -> ScenarioValue:
        """What a ground itself says of a factor."""
        if (ground.plans, factor.path) not in self._base:
            self._base[ground.plans, factor.path] = factor.base_of(ground.scenario)
        return self._base[ground.plans, factor.path]

    def _of(self, ground: Ground) -> Worlds:
        if ground.plans not in self._worlds:
            self._worlds[ground.plans] = Worlds.with_posteriors(ground.scenario, self.n, ground.posteriors)
        return self._worlds[ground.plans]

    def _text(self, ground: Ground) -> str:
        if ground.plans not in self._packed:
            loose = ground.scenario.model_copy(update={"posterior": (), "uncertain": {}})
            self._packed[ground.plans] = packed(loose)
        return self._packed[ground.plans]
