"""Runs many jobs in processes of their own, keeps each at once, and says how far they are and how long it takes.

Knows jobs and the store; knows nothing of what they are for.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from sim.errors import SimError
from sim.experiments.store import Job, Store, Summary

LOOK_EVERY = 1.0
TELL_EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""
AT_ONCE = 2
TRIES = 3
"""A process that is killed, most often for want of memory, takes its run along; so often it is tried again."""


class RunsFailedError(SimError):
    """Runs of the simulator failed; the rest is kept."""


class Progress:
    """How far a stage is: one line that is written over on a terminal, else one now and then; on stderr."""

    def __init__(self, stage: str, total: int, done: int = 0) -> None:
        self.stage, self.total, self.before, self.done = stage, total, done, done
        self._started = self._told = time.monotonic()
        self._told_of = -1
        self._is_terminal = sys.stderr.isatty()

    def update(self, done: int) -> None:
        """So many are done."""
        self.done = done
        now = time.monotonic()
        is_due = done != self._told_of and now - self._told >= TELL_EVERY
        if self._is_terminal or is_due or done == self.total:
            self._told, self._told_of = now, done
            end = "\r" if self._is_terminal and done < self.total else "\n"
            print(f"{self.stage}: {self._said(now - self._started)}", end=end, file=sys.stderr, flush=True)

    def _said(self, seconds: float) -> str:
        new = self.done - self.before
        if self.done >= self.total:
            return f"{self.total} of {self.total}, {seconds:,.0f} s    "
        left = f"{seconds / new * (self.total - self.done):,.0f} s left" if new else "starting"
        return f"{self.done} of {self.total}, {left}    "


def summaries(jobs: Sequence[Job], store: Store, stage: str, workers: int = AT_ONCE) -> list[Summary]:
    """What the jobs give, in their order; those in the store are not run again. Raises RunsFailedError."""
    for _ in range(TRIES):
        missing = {job.key: job for job in jobs if not store.path(job.key).exists()}
        if not missing:
            break
        _run(list(missing.values()), store, Progress(stage, len(jobs), len(jobs) - len(missing)), workers)
    found = [store.get(job.key) for job in jobs]
    if lost := sum(summary is None for summary in found):
        raise RunsFailedError(f"{stage}: {lost} runs were killed {TRIES} times over; the others are kept")
    return [summary for summary in found if summary is not None]


def _run(jobs: Sequence[Job], store: Store, progress: Progress, workers: int) -> None:
    done = progress.before
    progress.update(done)
    if min(workers, len(jobs)) == 1:
        for job in jobs:
            store.put(job.key, job.run())
            progress.update(done := done + 1)
        return
    _run_apart(jobs, store, lambda n: progress.update(done + n), min(workers, len(jobs)))


def _run_apart(jobs: Sequence[Job], store: Store, tell: Callable[[int], None], workers: int) -> None:
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _prepare)
    before = set(multiprocessing.active_children())
    failures: list[str] = []
    n_done = 0
    try:
        waiting: set[Future[None]] = {pool.submit(_work, job, store.folder) for job in jobs}
        while waiting:
            done, waiting = wait(waiting, LOOK_EVERY, FIRST_COMPLETED)
            failures += [why for future in done if (why := _failure(future))]
            n_done += sum(not isinstance(future.exception(), BrokenProcessPool) for future in done)
            tell(n_done)
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    if failures:
        raise RunsFailedError(f"{len(failures)} of {len(jobs)} runs failed, the first so: {failures[0]}")


def _failure(future: "Future[None]") -> str | None:
    error = future.exception()
    return None if error is None or isinstance(error, BrokenProcessPool) else f"{type(error).__name__}: {error}"


def _prepare() -> None:
    """Leave Ctrl-C to the one that started the process, and end when it has ended, however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(1)


def _work(job: Job, folder: Path) -> None:
    store = Store(folder)
    if not store.path(job.key).exists():
        store.put(job.key, job.run())


def cores() -> int:
    """Processes that are worth starting."""
    return min(AT_ONCE, os.cpu_count() or 1)
