"""Runs of portfolios: what is kept of each, on disk as soon as it is done, and what they say together.

Replication r of every portfolio has the same luck and the same draw of what is uncertain, however many are run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from sim.errors import SimError
from sim.experiments.comparing.accounts import BENEFITS, unknown_in, with_accounts
from sim.experiments.comparing.costs import Cost, cost_of
from sim.experiments.comparing.drawing import interventions_in
from sim.experiments.comparing.samples import Samples
from sim.experiments.kept_runs import summaries
from sim.experiments.store import Store, Summary, hash_of
from sim.experiments.travelling import Travelling
from sim.experiments.worlds import Worlds
from sim.indicators import Run
from sim.indicators.measures import WHOLE, measured
from sim.ledger.posteriors import Posterior
from sim.model import build
from sim.scenario.scenario import Scenario

KEPT_WORLDS = 4


@dataclass(frozen=True)
class Job(Travelling):
    """One draw of a portfolio with all its luck, as it is sent to a process: the scenario as text.

    Replications of a draw run together: what the market comes to expect in its world is worked out once.
    """

    described: str
    posteriors: tuple[Posterior, ...]
    first: int
    """Number of its first replication,"""
    n: int
    """and how many there are."""

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        drawn = [(posterior.name, posterior.sha256) for posterior in self.posteriors]
        return hash_of("ranking", str(self.first), str(self.n), self.described, repr(drawn))

    def run(self) -> Summary:
        """Run it; or why that cannot be."""
        try:
            return {"replications": [self._run(r) for r in range(self.first, self.first + self.n)]}
        except (MemoryError, OSError):
            raise  # of the machine, not of the run: it may end otherwise another time
        except Exception as error:
            said = str(error) if isinstance(error, SimError) else f"{type(error).__name__}: {error}"
            return {"replications": [{"failed": said}] * self.n}

    def _run(self, replication: int) -> Summary:
        worlds = _worlds(self.described, self.posteriors)
        scenario = worlds.scenario(replication)
        model = build(scenario, replication)
        model.run()
        whole = measured(Run(model.record, scenario)).values[WHOLE]
        described = worlds.described
        paid = cost_of(interventions_in(worlds, replication), described.horizon, described.discount_rate)
        return {
            "measures": {name: _plain(float(values[0])) for name, values in whole.items()},
            "cost": {
                "capital": paid.capital,
                "recovery": paid.recovery,
                "running": paid.running,
                "by_payer": dict(paid.by_payer),
                "per_year": paid.per_year,
            },
        }


def _plain(number: float) -> float | None:
    return None if math.isnan(number) else number


@lru_cache(KEPT_WORLDS)
def _worlds(described: str, posteriors: tuple[Posterior, ...]) -> Worlds:
    return worlds_of(Scenario.model_validate_json(described), posteriors)


def worlds_of(scenario: Scenario, posteriors: tuple[Posterior, ...]) -> Worlds:
    """The worlds of however many replications: they are drawn, if there is anything to draw, from the first one on."""
    return Worlds.with_posteriors(scenario, 2 * scenario.replications_per_draw, posteriors)


@dataclass
class Runs:
    """All that has run of some scenarios; the first is that in which nothing is done."""

    described: Sequence[str]
    posteriors: tuple[Posterior, ...]
    unit: int
    """Replications that run together: those of a draw."""
    store: Store
    workers: int
    kept: dict[int, list[Summary]] = field(default_factory=dict)
    """By scenario: its first replications, in their order."""

    def n(self, i: int) -> int:
        """Replications that there are of a scenario."""
        return len(self.kept.get(i, ()))

    def more(self, wanted: Mapping[int, int], stage: str) -> None:
        """Have so many replications of each of some scenarios, in whole draws. Raises RunsFailedError."""
        new = [(i, r) for i, n in wanted.items() for r in range(self.n(i), n, self.unit)]
        new.sort(key=lambda each: (each[1], each[0]))
        jobs = [Job(self.described[i], self.posteriors, r, self.unit) for i, r in new]
        found = summaries(jobs, self.store, stage, self.workers) if jobs else []
        for (i, _), summary in zip(new, found, strict=True):
            self.kept.setdefault(i, []).extend(summary["replications"])

    def failures(self) -> dict[int, str]:
        """Scenarios of which a replication failed, and why."""
        return {
            i: next(str(each["failed"]) for each in kept if "failed" in each)
            for i, kept in self.kept.items()
            if any("failed" in each for each in kept)
        }

    def samples(self) -> dict[int, Samples]:
        """Measures and accounts of all scenarios of which no replication failed."""
        good = [i for i in sorted(self.kept) if i not in self.failures()]
        found = {i: _samples(self.kept[i]) for i in good}
        each = [unknown_in([one]) for one in found.values()]
        unknown = {name: np.array(any(one[name].any() for one in each)) for name in BENEFITS}
        return {i: with_accounts(one, self.costs(i), unknown) for i, one in found.items()}

    def costs(self, i: int) -> list[Cost]:
        """What the interventions of a scenario cost in each replication's world."""
        return [Cost(**each["cost"]) for each in self.kept[i]]


def _samples(kept: Sequence[Summary]) -> Samples:
    names = kept[0]["measures"]
    values = {name: np.array([_number(each["measures"][name]) for each in kept])[None, :] for name in names}
    return Samples({WHOLE: ("",)}, {WHOLE: values}, np.zeros(0, np.int64))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
