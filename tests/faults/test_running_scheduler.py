"""Runs on a Dask scheduler that is running already, on a port of this machine: found, without workers, gone."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from faults.jobs import Toy

from sim.experiments.executors import Ended, ExecutorError, Limits, Tls, clusters, executor, on_workers

GENEROUS = Limits(seconds=60.0)
GONE = "the Dask scheduler is gone; what is done is kept: start it, and run the command again"


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as running:
        yield running
    for cells in on_workers._cells.values():  # those of a command that lost its scheduler are left
        cells.end()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "LOOK_EVERY", 0.05)


def ended(address: str, *jobs: Toy) -> dict[str, Ended]:
    found: list[Ended] = []
    executor(1, address).run(jobs, GENEROUS, found.append)
    return {each.key: each for each in found}


def test_runs_end_there_as_they_do_here(cluster: LocalCluster) -> None:
    found = ended(cluster.scheduler_address, *(Toy(i) for i in range(6)), Toy(6, "raise"))
    assert {key: each.summary["square"] for key, each in found.items() if each.summary} == {
        f"sleep-{i}": i * i for i in range(6)
    }
    assert (found["raise-6"].status, found["raise-6"].reason) == ("failed", "ValueError: no such world")
    assert len(found) == 7


def test_scheduler_without_workers_is_told(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "NO_WORKER_SECONDS", 0.2)
    address = cluster.scheduler_address
    cluster.scale(0)
    with pytest.raises(ExecutorError, match="the Dask scheduler has no workers; start some, `dask worker ADDRESS`"):
        ended(address, Toy(0))


def test_whatever_hears_of_a_run_may_end_the_command_and_the_scheduler_stays(cluster: LocalCluster) -> None:
    def full(_: Ended) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        executor(1, cluster.scheduler_address).run([Toy(0), Toy(1, seconds=60.0)], GENEROUS, full)
    assert ended(cluster.scheduler_address, Toy(3))["sleep-3"].status == "done"


def test_program_on_the_workers_that_is_another_is_refused(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "program", lambda: "another")
    with pytest.raises(ExecutorError, match=r"the program on .* is not the same as that of this command"):
        ended(cluster.scheduler_address, Toy(0))


def test_scheduler_that_goes_away_between_two_runs_is_told_and_what_is_done_was_heard(cluster: LocalCluster) -> None:
    heard: list[str] = []

    def gone(ended: Ended) -> None:
        heard.append(ended.key)
        cluster.close()

    with pytest.raises(ExecutorError, match=GONE):
        executor(1, cluster.scheduler_address).run([Toy(i, seconds=0.2) for i in range(40)], GENEROUS, gone)
    assert heard


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    tls = Tls(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at tls://127\.0\.0\.1:9: "):
        executor(1, "tls://127.0.0.1:9", tls).run([Toy(0)], GENEROUS, lambda _: None)
