"""The calibration of a corridor from beginning to end, in numbered steps; each can be cut off and goes on where it was.

1. a Latin hypercube over the prior is run, some points several times for the variance of luck
2. waves: an emulator of all runs so far says where the reports are not yet ruled out, and there it is run again
3. the posterior on the last emulator is sampled, readings mixed; draws are taken
4. the evidence of the readings, with every report and without each in turn
5. cross-check: runs at posterior draws, reweighted without the emulator; how well the emulator foretold them
6. forecast: the earlier reports alone foretell the later one
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from calibration.crosscheck import CrossCheck, cross_check
from calibration.crosscheck import Wave as RunsOfWave
from calibration.designs import generator, latin_hypercube
from calibration.emulator import Emulator, Runs, noise_of, surprises
from calibration.likelihood import Reports
from calibration.posterior import Chain, Posterior, sampled
from calibration.problem import Problem, Size
from calibration.readings import Evidence, evidence, leaving_out
from calibration.scores import Score, of_draws, of_lognormal
from calibration.simulator import base_scenario, jobs_at, outputs_of
from calibration.tables import Draws, predictive, with_readings
from calibration.waves import next_wave
from sim.experiments.kept_runs import Progress, cores, summaries
from sim.experiments.store import Store

SHORTER = 4
"""Chains that only say where to draw from are this much shorter."""


class Simulates(Protocol):
    """What gives log outputs float64[n, K] at values float64[n, P] with replications; the stage is only shown."""

    def __call__(self, values: np.ndarray, replications: Sequence[int], stage: str) -> np.ndarray:
        """Run all of them."""
        ...


class Simulator:
    """The model itself, with its store."""

    def __init__(self, problem: Problem, size: Size, folder: Path, workers: int = 0) -> None:
        self._problem = problem
        self._base = base_scenario(problem, size.parcels_per_row)
        self._store = Store(folder)
        self._workers = workers or cores()

    def __call__(self, values: np.ndarray, replications: Sequence[int], stage: str) -> np.ndarray:
        """Run what is not in the store."""
        jobs = jobs_at(self._problem, self._base, values, replications)
        found = summaries(jobs, self._store, stage, self._workers)
        return np.array([outputs_of(summary, self._problem.outputs) for summary in found])


@dataclass
class Experience:
    """All runs so far: normal scores, log outputs, where each wave begins, and the covariance of luck."""

    z: np.ndarray
    y: np.ndarray
    noise: np.ndarray
    begins: list[int]
    shares: list[float] = field(default_factory=lambda: [1.0])
    """Share of the prior that each wave was spread over."""

    @property
    def last(self) -> RunsOfWave:
        """Runs of the last wave."""
        return RunsOfWave(self.z[self.begins[-1] :], self.y[self.begins[-1] :], self.shares[-1])


@dataclass(frozen=True)
class Calibration:
    """Everything that came of it."""

    problem: Problem
    size: Size
    posterior: Posterior
    chain: Chain
    draws: Draws
    whole: Evidence
    without: dict[str, Evidence]
    check: CrossCheck
    surprises: np.ndarray
    """Standardised errors of the emulator at runs it had not seen: float64[n, K]."""
    scores: list[Score]
    experience: Experience
    seconds: dict[str, float]


def calibrated(problem: Problem, size: Size, simulate: Simulates) -> Calibration:
    """All six steps, on one thread: the matrices are small, and sums then do not depend on how many cores there are."""
    with threadpool_limits(1):
        return _calibrated(problem, size, simulate)


def _calibrated(problem: Problem, size: Size, simulate: Simulates) -> Calibration:
    clock = Clock()
    experience = explored(problem, size, simulate)
    clock.lap("runs of the waves")
    posterior = emulated(problem, experience)
    clock.lap("emulator")
    chain = _sampled(problem, posterior, size, "posterior")
    draws = with_readings(posterior, chain.drawn(size.draws, generator(problem.seed, "draws")), _rng(problem, "mix"))
    clock.lap("posterior")
    whole, without = _evidence(problem, posterior, chain, size)
    clock.lap("readings")
    total = whole.total(posterior.reports.log_prior)
    check, errors = _checked(problem, size, posterior, chain, experience, total, simulate)
    clock.lap("cross-check")
    scores = forecast(problem, posterior, size)
    clock.lap("forecast")
    return Calibration(
        problem=problem,
        size=size,
        posterior=posterior,
        chain=chain,
        draws=draws,
        whole=whole,
        without=without,
        check=check,
        surprises=errors,
        scores=scores,
        experience=experience,
        seconds=clock.laps,
    )


class Clock:
    """How long each stage took, in seconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """A stage ends here."""
        now = time.perf_counter()
        self.laps[stage] = round(now - self._last, 1)
        self._last = now
        print(f"{stage}: done after {self.laps[stage]:,.0f} s", file=sys.stderr, flush=True)


def _rng(problem: Problem, purpose: str) -> np.random.Generator:
    return generator(problem.seed, purpose)


# -- steps 1 and 2 -----------------------------------------------------------------------------------------------------


def explored(problem: Problem, size: Size, simulate: Simulates) -> Experience:
    """Run all waves. Every run has luck of its own: luck in common would pass for an effect."""
    z = latin_hypercube(size.first_wave, problem.space.n, problem.seed)
    again = np.repeat(z[: size.repeated], size.repeats, axis=0)
    first = np.concatenate([z, again])
    y = simulate(problem.space.values(first), range(len(first)), "first wave")
    groups = [np.concatenate([y[[i]], _repeats(y, i, size)]) for i in range(size.repeated)]
    experience = Experience(first, y, noise_of(groups), [0])
    for number in range(2, size.waves + 1):
        wave = next_wave(emulated(problem, experience), size.next_wave, problem.seed, number)
        print(f"wave {number}: {wave.plausible_share:.2%} of the prior is plausible", file=sys.stderr, flush=True)
        n = len(experience.z)
        y = simulate(problem.space.values(wave.points), range(n, n + len(wave.points)), f"wave {number}")
        experience = Experience(
            np.concatenate([experience.z, wave.points]),
            np.concatenate([experience.y, y]),
            experience.noise,
            [*experience.begins, n],
            [*experience.shares, wave.plausible_share],
        )
    return experience


def _repeats(y: np.ndarray, point: int, size: Size) -> np.ndarray:
    begin = size.first_wave + point * size.repeats
    return y[begin : begin + size.repeats]


def emulated(problem: Problem, experience: Experience) -> Posterior:
    """The posterior with an emulator of all runs so far."""
    runs = Runs(problem.space.features_of(problem.moving, experience.z), experience.y)
    emulator = Emulator(runs, experience.noise, problem.seed % 2**31)
    return Posterior(problem.space, problem.moving, emulator, Reports.of(problem))


# -- steps 3 to 6 ------------------------------------------------------------------------------------------------------


def _sampled(problem: Problem, posterior: Posterior, size: Size, stage: str, part: int = 1) -> Chain:
    steps, burn_in = size.steps // part, size.burn_in // part
    progress = Progress(f"sampling, {stage}", steps + burn_in)
    return sampled(posterior, size.walkers, steps, burn_in, problem.seed, progress.update)


def _evidence(problem: Problem, posterior: Posterior, chain: Chain, size: Size) -> tuple[Evidence, dict[str, Evidence]]:
    whole = evidence(posterior, chain, size.evidence_draws, problem.seed)
    progress = Progress("evidence without each report", len(problem.targets))
    without = leaving_out(
        posterior,
        list(problem.targets),
        size.walkers,
        max(size.burn_in // SHORTER, 100),
        size.evidence_draws // SHORTER,
        problem.seed,
        progress.update,
    )
    return whole, without


def _checked(
    problem: Problem,
    size: Size,
    posterior: Posterior,
    chain: Chain,
    experience: Experience,
    total: float,
    simulate: Simulates,
) -> tuple[CrossCheck, np.ndarray]:
    z = chain.drawn(size.fresh, _rng(problem, "fresh runs"))
    n = len(experience.z)
    y = simulate(problem.space.values(z), range(n, n + len(z)), "fresh runs")
    last = experience.last if len(experience.begins) > 1 else None
    errors = surprises(posterior.emulator, Runs(posterior.features(z), y))  # type: ignore[arg-type]
    return cross_check(posterior, chain.flat, z, y, total, last), errors


def forecast(problem: Problem, posterior: Posterior, size: Size) -> list[Score]:
    """What the earlier reports alone say of the later one, scored beside the naive forecasts."""
    held = problem.holdout
    if held is None:
        return []
    names = list(problem.targets)
    kept = np.array([name in held.fit for name in names])
    earlier = replace(posterior, reports=posterior.reports.only(kept))
    chain = _sampled(problem, earlier, size, "forecast", SHORTER)
    rng = _rng(problem, "forecast")
    draws = with_readings(earlier, chain.drawn(min(4000, len(chain.flat)), rng), rng)
    at = names.index(held.predict)
    found = np.exp(predictive(posterior, draws, rng).reported[:, at])
    truth = problem.targets[held.predict].value
    naive = [of_lognormal(name, f.forecast, f.log_sd, truth) for name, f in held.naive.items()]
    return [of_draws("model", found, truth), *naive]
