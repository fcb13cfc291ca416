"""Runs the replications of scenarios, here or in processes of their own; the results are the same to the bit.

What is kept of a replication is up to the one who asks: `run` and `run_several` keep all tables, `run_tasks` what a
function given by its name makes of it.
"""

import multiprocessing
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.experiments.estimate import refuse_if_absurd
from sim.experiments.pace import NOT_BEGUN, SETTLING, Pace, Progress, Task
from sim.experiments.processes import NEARLY, Sent, Work, start_process, timed, work_apart
from sim.experiments.results import Outcome, Results, combined
from sim.experiments.stopping import ctrl_c_where_asked
from sim.experiments.worlds import Worlds
from sim.indicators import Columns, Run, growing_backlogs, lasting_stock_outs, tables_of
from sim.ledger.posteriors import SHIPPED
from sim.model import Model, build
from sim.scenario.scenario import Scenario
from sim.scenario.setting import with_values

LOOK_EVERY = 0.5
"""Seconds between two looks at how far the processes have come."""
MANY = 50
"""So many tasks are told of no more often than that, in this process too: telling looks at all of them."""
KILLED = "its process was killed; most often this is for want of memory"

Tell = Callable[[Progress], None]
Take = Callable[[int, Results], None]
"""What is told the results of each job, by its number, as soon as they and those before it are there."""


class Job(NamedTuple):
    """A scenario, how many replications of it to run, and the folder of the calibrations that it names."""

    scenario: Scenario
    replications: int
    posteriors: Path = SHIPPED
    first: int = 0
    """Number of the first of them."""


def run(
    scenario: Scenario,
    replications: int | None = None,
    workers: int = 1,
    on_progress: Tell | None = None,
    parcel_log: bool = False,
    posteriors: Path | None = None,
    parcels_per_row: int | None = None,
) -> Results:
    """Run all replications. Ctrl-C ends the run early: what is then complete is in the results, and what is missing.

    A replication that fails does not keep the others from their end. How many there are and how many parcels a row
    stands for is as the scenario says unless given here; ``posteriors`` is the folder of the calibrations that it
    names, by default that nearest to its file. Raises AbsurdScenarioError for what would exhaust the machine,
    SettingError for rows that cannot be.
    """
    if parcels_per_row is not None:
        scenario = with_values(scenario, {"parcels_per_row": parcels_per_row}).as_read_from(scenario.file)
    posteriors = posteriors or scenario.calibrations
    n = scenario.replications if replications is None else replications
    refuse_if_absurd(scenario, replications=n, workers=workers, parcel_log=parcel_log)
    (results,) = run_several([Job(scenario, n, posteriors)], workers, on_progress, parcel_log)
    return results


def run_several(
    jobs: Sequence[Job],
    workers: int = 1,
    on_progress: Tell | None = None,
    parcel_log: bool = False,
    on_results: Take | None = None,
) -> list[Results]:
    """Run all replications of several scenarios, which share the workers; otherwise as `run`."""
    started = time.perf_counter()
    found: list[Results] = []

    def hand_over() -> None:
        while (i := len(found)) < len(jobs) and (runner.was_stopped or runner.is_over(i)):
            results = runner.results_of(i, time.perf_counter() - started)
            if on_results is not None:
                on_results(i, results)
            found.append(results)

    runner = _runner(jobs, workers, partial(_all_tables, parcel_log=parcel_log), on_progress, hand_over)
    runner.run_or_stop()
    hand_over()
    return found


@dataclass(frozen=True)
class Done:
    """What the replications of several jobs came to."""

    outcomes: Mapping[Task, Any]
    failures: Mapping[Task, str]
    was_stopped: bool


@dataclass(frozen=True)
class Ended:
    """What a task came to, and how long it took."""

    outcome: Any
    seconds: float


def run_tasks(
    jobs: Sequence[Job],
    work: Work,
    workers: int = 1,
    on_progress: Tell | None = None,
    *,
    before: Mapping[Task, Ended] | None = None,
    on_ended: Callable[[Task, Ended], None] | None = None,
) -> Done:
    """Do a piece of work for each replication of several scenarios, which share the workers.

    All jobs of a replication come before the next one, so that what is complete when it is stopped is so in all jobs. A
    replication that fails does not keep the others from their end; Ctrl-C ends all.

    before
        What tasks came to that have ended already: they are not run again.
    on_ended
        Is told what each of the others came to, as soon as it has ended. What it raises ends all.
    """
    runner = _runner(jobs, workers, work, on_progress, lambda: None)
    runner.begin(before or {}, on_ended or (lambda *_: None))
    runner.run_or_stop()
    return Done(runner.outcomes, runner.failures, runner.was_stopped)


def _runner(
    jobs: Sequence[Job], workers: int, work: Work, on_progress: Tell | None, on_done: Callable[[], None]
) -> "_Runner":
    workers = min(workers, sum(job.replications for job in jobs))
    kind = _Apart if workers > 1 else _Here
    return kind(jobs, workers, work, on_progress or (lambda _: None), on_done)


def _all_tables(worlds: Worlds, replication: int, tell: Callable[[float], None], parcel_log: bool) -> Outcome:
    return replicate(worlds, replication, parcel_log, tell)


def replicate(worlds: Worlds, replication: int, parcel_log: bool, tell: Callable[[float], None]) -> Outcome:
    """Run one replication in its world and make its tables."""
    started = time.perf_counter()
    scenario = worlds.scenario(replication)
    model = build(scenario, replication, parcel_log=parcel_log, on_settling=lambda share: tell(SETTLING * share))
    model.run(lambda share: tell(SETTLING + (1 - SETTLING) * share))
    made = Run(model.record, scenario)
    return Outcome(
        replication=replication,
        tables=tables_of(model.record, scenario, replication),
        parcel_log=_log_of(model, replication) if parcel_log else {},
        settlement=model.settlement,
        backlogs=growing_backlogs(made),
        stock_outs=lasting_stock_outs(made),
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

    def __init__(
        self, jobs: Sequence[Job], workers: int, work: Work, on_progress: Tell, on_done: Callable[[], None]
    ) -> None:
        self.outcomes: dict[Task, Any] = {}
        self.failures: dict[Task, str] = {}
        self.was_stopped = False
        self._jobs = jobs
        self._worlds = [Worlds.of(job.scenario, job.first + job.replications, job.posteriors) for job in jobs]
        self._tasks = [Task(i, number) for i, job in enumerate(jobs) for number in _numbers(job)]
        self._workers = workers
        self._pace = Pace(self._tasks, workers, {})
        self._work = work
        self._on_progress = on_progress
        self._on_done = on_done
        self._on_ended: Callable[[Task, Ended], None] = lambda *_: None

    def begin(self, before: Mapping[Task, Ended], on_ended: Callable[[Task, Ended], None]) -> None:
        """All jobs of a replication come before the next one; some have ended before."""
        self._tasks.sort(key=lambda task: (task.replication, task.job))
        self.outcomes.update({task: ended.outcome for task, ended in before.items()})
        self._pace = Pace(self._tasks, self._workers, {task: ended.seconds for task, ended in before.items()})
        self._on_ended = on_ended

    @abstractmethod
    def run(self) -> None:
        """Run all replications of all jobs."""

    def run_or_stop(self) -> None:
        """Run all, up to Ctrl-C."""
        try:
            self.run()
        except KeyboardInterrupt:
            self.was_stopped = True

    def is_over(self, job: int) -> bool:
        """Whether nothing of a job is still to run."""
        return all(self._is_over(task) for task in self._tasks if task.job == job)

    def results_of(self, job: int, seconds: float) -> Results:
        """What a job has come to; what has not run by now is missing."""
        tasks = [task for task in self._tasks if task.job == job]
        outcomes = [self.outcomes[task] for task in tasks if task in self.outcomes]
        missing = {
            task.replication: self.failures.get(task, "stopped before its end")
            for task in tasks
            if task not in self.outcomes
        }
        return combined(self._worlds[job], outcomes, missing, self.was_stopped, seconds)

    def _is_over(self, task: Task) -> bool:
        return task in self.outcomes or task in self.failures

    def _end(self, task: Task, ended: Ended) -> None:
        self.outcomes[task] = ended.outcome
        self._pace.ended(task, ended.seconds)
        self._on_ended(task, ended)

    def _tell(self, shares: Sequence[float]) -> None:
        """Tell how far all are, by the share of each that has not ended."""
        told = [1.0 if self._is_over(task) else share for task, share in zip(self._tasks, shares, strict=True)]
        self._on_progress(self._pace.progress(told, len(self.outcomes), len(self.failures)))


class _Here(_Runner):
    """One after the other in this process."""

    def run(self) -> None:
        """Run all replications of all jobs."""
        shares, told = [NOT_BEGUN] * len(self._tasks), [0.0]
        self._tell(shares)
        with ctrl_c_where_asked() as stop_if_asked:
            self._run_each(shares, told, stop_if_asked)

    def _run_each(self, shares: list[float], told: list[float], stop_if_asked: Callable[[], None]) -> None:
        for i, task in enumerate(self._tasks):
            if self._is_over(task):
                continue

            def tell(share: float, i: int = i) -> None:
                stop_if_asked()
                shares[i] = min(share, NEARLY)
                if len(shares) < MANY or time.monotonic() - told[0] > LOOK_EVERY:
                    told[0] = time.monotonic()
                    self._tell(shares)

            tell(0.0)
            try:
                ended = Ended(*timed(self._work, self._worlds[task.job], task.replication, tell))
            except Exception as error:
                if len(self._tasks) == 1:
                    raise
                self.failures[task] = _described(error)
            else:
                self._end(task, ended)
            self._on_done()
            self._tell(shares)
            stop_if_asked()


class _Apart(_Runner):
    """In several processes of their own."""

    def run(self) -> None:
        """Run all replications; when a process is killed, those it may have taken along run again, each on its own."""
        self._context = multiprocessing.get_context("spawn")
        self._shares = self._context.Array("d", [NOT_BEGUN] * len(self._tasks))
        self._tell(self._shares[:])
        self._run_in_pool([task for task in self._tasks if not self._is_over(task)], self._workers)
        for task in self._tasks:
            if not self._is_over(task):
                self._run_in_pool([task], 1)
                if not self._is_over(task):
                    self.failures[task] = KILLED
                    self._on_done()

    def _run_in_pool(self, tasks: Sequence[Task], workers: int) -> None:
        if not tasks:
            return
        before = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(min(workers, len(tasks)), self._context, start_process, (self._shares,))
        try:
            sent = [Sent.of(worlds) for worlds in self._worlds]
            slots = {task: i for i, task in enumerate(self._tasks)}
            waiting = {
                pool.submit(work_apart, sent[task.job], self._work, task.replication, slots[task]): task
                for task in tasks
            }
            while waiting:
                done, _ = wait(waiting, LOOK_EVERY, FIRST_COMPLETED)
                for future in done:
                    self._take(waiting.pop(future), future)
                self._tell(self._shares[:])
                self._on_done()
        except BaseException:
            for process in set(multiprocessing.active_children()) - before:
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, task: Task, future: "Future[tuple[Any, float]]") -> None:
        try:
            ended = Ended(*future.result())
        except BrokenProcessPool:
            self._shares[self._tasks.index(task)] = NOT_BEGUN
        except Exception as error:
            self.failures[task] = _described(error)
        else:
            self._end(task, ended)


def _numbers(job: Job) -> range:
    return range(job.first, job.first + job.replications)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
