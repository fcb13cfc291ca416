"""Runs on Dask workers: as many as are asked for on this machine, or those of a scheduler that is running somewhere.

A Dask scheduler and its workers run whatever they are sent, by anyone who can reach them. So those that are made here
are threads of this process, which no port leads to, and the runs are in cells beside it. A scheduler on another host is
spoken to by TLS only, with certificates on both sides; one on this host is open to all who can log in there.

What is sent is the name of a function of this package and text; what comes back is plain values. A worker runs a job in
a cell, so that its limits hold and it takes nothing else along.
"""

import logging
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sim.experiments.executors.addresses import checked
from sim.experiments.executors.on_workers import end_cells, ended_on_worker
from sim.experiments.executors.protocol import Ended, ExecutorError, Job, Limits, OnEnded, Tls
from sim.experiments.executors.twice import twice
from sim.experiments.store import program

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK_EVERY = 1.0
CONNECT_SECONDS = 10.0
FETCH_SECONDS = 30.0
NO_WORKER_SECONDS = 60.0
"""How long a scheduler may be without any worker."""
AHEAD = 2
"""Jobs that are sent for each run that can go on at once; the others wait here."""
GONE = ("pending", "lost")
"""Status of a run that was over when its worker was still there."""
LOST = "the Dask scheduler is gone; what is done is kept: start it, and run the command again"
LOUD = ("distributed", "distributed.client", "distributed.worker", "distributed.scheduler", "tornado")
"""What logs, each with a level of its own."""


class OnDask:
    """On the workers of a Dask cluster."""

    def __init__(self, connect: Callable[[], "AbstractContextManager[Client]"]) -> None:
        self._connect = connect

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
        """Run each job once and tell how it ended."""

        def run(these: Sequence[Job], tell: OnEnded) -> None:
            _Stream(client, limits, tell).run(these)

        with _quiet(), self._connect() as client:
            try:
                twice(run, jobs, on_ended)
            finally:
                _end(client)


def local(workers: int) -> OnDask:
    """On so many workers of this machine."""
    return OnDask(partial(_local, workers))


def at(address: str, tls: Tls | None) -> OnDask:
    """On the workers of the scheduler at an address. Raises ExecutorError if that is not to be trusted."""
    return OnDask(partial(_remote, checked(address, tls), tls))


@contextmanager
def _local(workers: int) -> "Iterator[Client]":
    import dask
    from distributed import Client, Scheduler, SpecCluster, Worker

    shut = {"protocol": "inproc://", "dashboard": False, "dashboard_address": "127.0.0.1:0"}
    scheduler = {"cls": Scheduler, "options": {**shut, "port": 0}}
    worker = {"cls": Worker, "options": {**shut, "nthreads": 1, "memory_limit": 0}}
    with (
        dask.config.set({"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}),
        SpecCluster(dict.fromkeys(range(workers), worker), scheduler, silence_logs=logging.CRITICAL) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _remote(address: str, tls: Tls | None) -> "Iterator[Client]":
    from distributed import Client

    try:
        client = Client(address, security=_security(tls), set_as_default=False, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ExecutorError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        yield client


def _security(tls: Tls | None) -> Any:
    from distributed import Security

    if tls is None:
        return None
    ours = {"tls_client_cert": str(tls.certificate), "tls_client_key": str(tls.key)}
    return Security(require_encryption=True, tls_ca_file=str(tls.ca), **ours)


class _Stream:
    """Sends jobs as there is room for them, and takes what comes back."""

    def __init__(self, client: "Client", limits: Limits, on_ended: OnEnded) -> None:
        self._client, self._on_ended = client, on_ended
        self._fixed = (client.id, program(), limits.seconds, limits.memory_bytes)
        self._waiting: dict[Future[dict[str, Any]], str] = {}
        self._over: queue.SimpleQueue[Future[dict[str, Any]]] = queue.SimpleQueue()
        self._threads = self._counted()
        self._seen_at = self._looked_at = time.monotonic()

    def run(self, jobs: Sequence[Job]) -> None:
        """Run all jobs."""
        left = iter(jobs)
        try:
            self._send(left)
            while self._waiting:
                self._take()
                self._look()
                self._send(left)
        except BaseException:
            _cancel(self._client, list(self._waiting))
            raise

    def _send(self, left: Iterator[Job]) -> None:
        room = AHEAD * max(self._threads, 1) - len(self._waiting)
        for job in islice(left, max(room, 0)):
            with _there():
                future = self._client.submit(ended_on_worker, *self._fixed, job.key, job.text, pure=False)
            self._waiting[future] = job.key
            future.add_done_callback(self._over.put)

    def _take(self) -> None:
        try:
            future = self._over.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return
        ended = _ended(self._waiting[future], future)
        if ended is None:
            future.add_done_callback(self._over.put)
            return
        del self._waiting[future]
        self._on_ended(ended)

    def _look(self) -> None:
        """See how many runs can go on at once; workers may come and go."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        self._threads = self._counted()
        if self._threads:
            self._seen_at = now
        elif now - self._seen_at > NO_WORKER_SECONDS:
            raise ExecutorError("the Dask scheduler has no workers; start some, `dask worker ADDRESS`")

    def _counted(self) -> int:
        if self._client.status != "running":
            raise ExecutorError(LOST)
        with _there():
            return sum(self._client.nthreads().values())


def _ended(key: str, future: "Future[dict[str, Any]]") -> Ended | None:
    """How a run ended that Dask says is over; None if that went with its worker, and it is run again."""
    from distributed.scheduler import KilledWorker

    if future.status in GONE:
        return None
    if future.status == "cancelled":
        raise ExecutorError(LOST)
    try:
        found = future.result(timeout=FETCH_SECONDS)
    except KilledWorker:
        return Ended(key, "killed", "the Dask workers that ran it were killed")
    except CancelledError as error:
        raise ExecutorError(LOST) from error
    except Exception as error:
        if isinstance(error, OSError) and future.status != "error":
            return None  # its worker was killed at this moment, or the scheduler: the next look tells
        raise ExecutorError(f"the Dask workers cannot run this program: {type(error).__name__}: {error}") from error
    if "error" in found:
        raise ExecutorError(found["error"])
    return Ended(**found)


@contextmanager
def _there() -> Iterator[None]:
    """Say of a scheduler that does not answer that it is gone."""
    try:
        yield
    except (OSError, RuntimeError, CancelledError) as error:
        raise ExecutorError(LOST) from error


def _cancel(client: "Client", futures: Sequence["Future[dict[str, Any]]"]) -> None:
    if client.status == "running":
        with suppress(ExecutorError), _there():
            client.cancel(futures, force=True)


def _end(client: "Client") -> None:
    """End what still runs; where the cluster is gone, its cells are too."""
    if client.status == "running":
        with suppress(ExecutorError), _there():
            client.run(end_cells, client.id, on_error="ignore")


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask says nothing: what is worth saying, the executor says."""
    import distributed  # noqa: F401  its import sets the levels

    loggers = [logging.getLogger(name) for name in LOUD]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
