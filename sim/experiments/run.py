"""Runs the replications of a scenario, here or in processes of their own; the results are the same to the bit."""

import multiprocessing
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.estimate import refuse_if_absurd
from sim.experiments.results import Outcome, Results, combined
from sim.indicators import Columns, Run, growing_backlogs, tables_of
from sim.model import Model, build
from sim.scenario.scenario import Scenario

LOOK_EVERY = 0.5
"""Seconds between two looks at how far the processes have come."""
KILLED = "its process was killed; most often this is for want of memory"

SETTLING = 0.1
"""Share of a replication's progress that settling the expectations counts for."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come: the share done over all replications, and how many are complete."""

    share: float
    complete: int
    replications: int


Tell = Callable[[Progress], None]


def run(
    scenario: Scenario,
    replications: int | None = None,
    workers: int = 1,
    on_progress: Tell | None = None,
    parcel_log: bool = False,
) -> Results:
    """Run all replications. Ctrl-C ends the run early: what is then complete is in the results, and what is missing.

    A replication that fails does not keep the others from their end.
    """
    n = scenario.replications if replications is None else replications
    refuse_if_absurd(scenario, replications=n, workers=workers, parcel_log=parcel_log)
    started = time.perf_counter()
    runner: _Runner = _Here(scenario, n, parcel_log, on_progress)
    if min(workers, n) > 1:
        runner = _Apart(scenario, n, parcel_log, on_progress, min(workers, n))
    try:
        runner.run()
    except KeyboardInterrupt:
        runner.was_stopped = True
    missing = {i: "stopped before its end" for i in range(n) if i not in runner.outcomes} | runner.failures
    seconds = time.perf_counter() - started
    return combined(scenario, list(runner.outcomes.values()), missing, runner.was_stopped, seconds)


def replicate(scenario: Scenario, replication: int, parcel_log: bool, tell: Callable[[float], None]) -> Outcome:
    """Run one replication and make its tables."""
    started = time.perf_counter()
    model = build(scenario, replication, parcel_log=parcel_log, on_settling=lambda share: tell(SETTLING * share))
    model.run(lambda share: tell(SETTLING + (1 - SETTLING) * share))
    return Outcome(
        replication=replication,
        tables=tables_of(model.record, scenario, replication),
        parcel_log=_log_of(model, replication) if parcel_log else {},
        settlement=model.settlement,
        backlogs=growing_backlogs(Run(model.record, scenario)),
        n_steps=model.n_steps,
        seconds=time.perf_counter() - started,
    )


def _log_of(model: Model, replication: int) -> dict[str, Columns]:
    tables = {"parcels": model.parcel_log.orders(), "steps": model.parcel_log.table()}
    return {
        name: {"replication": np.full(len(columns["order_id"]), replication), **columns}
        for name, columns in tables.items()
        if columns
    }


class _Runner(ABC):
    """What both ways of running share: what is complete, what failed, and telling how far it has come."""

    def __init__(self, scenario: Scenario, n: int, parcel_log: bool, on_progress: Tell | None) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.failures: dict[int, str] = {}
        self.was_stopped = False
        self._scenario = scenario
        self._n = n
        self._parcel_log = parcel_log
        self._on_progress = on_progress or (lambda _: None)

    @abstractmethod
    def run(self) -> None:
        """Run all replications."""

    def _tell(self, shares: Iterable[float]) -> None:
        self._on_progress(Progress(sum(shares) / self._n, len(self.outcomes), self._n))


class _Here(_Runner):
    """One after the other in this process."""

    def run(self) -> None:
        """Run all replications."""
        for number in range(self._n):
            self._tell([number])

            def tell(share: float, before: int = number) -> None:
                self._tell([before, share])

            try:
                self.outcomes[number] = replicate(self._scenario, number, self._parcel_log, tell)
            except Exception as error:
                if self._n == 1:
                    raise
                self.failures[number] = _described(error)
        self._tell([self._n])


class _Apart(_Runner):
    """In several processes of their own."""

    def __init__(self, scenario: Scenario, n: int, parcel_log: bool, on_progress: Tell | None, workers: int) -> None:
        super().__init__(scenario, n, parcel_log, on_progress)
        self._workers = workers
        self._context = multiprocessing.get_context("spawn")
        self._shares = self._context.Array("d", n)

    def run(self) -> None:
        """Run all replications; when a process is killed, those it may have taken along run again, each on its own."""
        self._run_in_pool(range(self._n), self._workers)
        for number in range(self._n):
            if number not in self.outcomes and number not in self.failures:
                self._run_in_pool([number], 1)
                if number not in self.outcomes:
                    self.failures.setdefault(number, KILLED)

    def _run_in_pool(self, numbers: Iterable[int], workers: int) -> None:
        before = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(workers, self._context, _start_process, (self._shares,))
        try:
            # As text: pydantic's generic classes cannot be pickled.
            text = self._scenario.model_dump_json(by_alias=True)
            waiting = {pool.submit(_replicate_apart, text, self._parcel_log, i): i for i in numbers}
            while waiting:
                done, _ = wait(waiting, LOOK_EVERY, FIRST_COMPLETED)
                for future in done:
                    self._take(waiting.pop(future), future)
                self._tell(self._shares[:])
        except BaseException:
            for process in set(multiprocessing.active_children()) - before:
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, number: int, future: "Future[Outcome]") -> None:
        try:
            self.outcomes[number] = future.result()
        except BrokenProcessPool:
            self._shares[number] = 0.0
        except Exception as error:
            self.failures[number] = _described(error)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


_SHARES: Any = None


def _start_process(shares: Any) -> None:
    """Prepare a process: it says how far it has come in ``shares``, and leaves Ctrl-C to the one that started it."""
    global _SHARES
    _SHARES = shares
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _replicate_apart(scenario: str, parcel_log: bool, number: int) -> Outcome:
    def tell(share: float) -> None:
        _SHARES[number] = share

    return replicate(Scenario.model_validate_json(scenario), number, parcel_log, tell)
