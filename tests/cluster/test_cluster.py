"""Runs on a Dask cluster that is running already: the same bytes as in one process, whatever is killed of it."""

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.processes import Cluster, bytes_of, cluster, finished, kill, n_parts, toys, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

N, SECONDS = 12, 0.1
WORK = ("--n", N, "--seconds", SECONDS, "--does", "raise", "--limit", 60)
GONE = "error: the Dask scheduler is gone; what is done is kept: start it, and run the command again"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The parts of a command that nothing interrupted, run in one process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    assert finished(toys(folder, *WORK))[0] == 0
    return bytes_of(folder)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster") as found:
        yield found


def resumed(running: Cluster, folder: Path) -> dict[str, bytes]:
    """The parts after the command was run (again)."""
    code, _, err = finished(toys(folder, *WORK, "--cluster", running.address))
    assert code == 0, err
    return bytes_of(folder)


def test_cluster_gives_the_same_bytes_as_one_process(tmp_path: Path, running: Cluster, whole: dict[str, bytes]) -> None:
    assert resumed(running, tmp_path / "out") == whole


def test_runs_that_go_wrong_end_on_a_cluster_as_they_do_here(tmp_path: Path, running: Cluster) -> None:
    work = ["--n", 4, "--limit", 5]
    for does in ("raise", "hang", "kill", "exit"):
        work += ["--does", does]
    code, out, err = finished(toys(tmp_path / "cluster-out", *work, "--cluster", running.address))
    assert code == 0, err
    assert out == finished(toys(tmp_path / "out", *work))[1]
    assert bytes_of(tmp_path / "cluster-out") == bytes_of(tmp_path / "out")


# -- killed ------------------------------------------------------------------------------------------------------------


def kill_command(_: Cluster, process: "subprocess.Popen[str]") -> None:
    kill(process)
    process.communicate()


def kill_worker(running: Cluster, process: "subprocess.Popen[str]") -> None:
    kill(running.workers.pop(0))
    code, out, err = finished(process)
    assert code == 0, err
    assert "killed" not in out
    running.add_worker()


def kill_scheduler(running: Cluster, process: "subprocess.Popen[str]") -> None:
    kill(running.scheduler)
    code, _, err = finished(process)
    assert (code, err.splitlines()[-1]) in ((1, GONE), (0, f"{N} done, 1 failed, 0 left"))
    running.end()
    running.start()


KILLS = [kill_command, kill_worker, kill_scheduler]
Kill = Callable[[Cluster, "subprocess.Popen[str]"], None]


def kill_and_resume(running: Cluster, folder: Path, what: Kill, luck: random.Random) -> dict[str, bytes]:
    """Kill something at some moment, with some runs done; the parts after the command was run again."""
    process = toys(folder, *WORK, "--cluster", running.address)
    wanted = luck.randrange(1, N)
    until(lambda: n_parts(folder) >= wanted, f"{wanted} parts")
    time.sleep(luck.uniform(0, 2 * SECONDS))
    what(running, process)
    kept = {file: file.stat().st_mtime_ns for file in (folder / "parts").glob("*.parquet")}
    assert len(kept) >= wanted
    found = resumed(running, folder)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "what is done is not run again"
    return found


@pytest.mark.parametrize("what", KILLS)
def test_whatever_is_killed_the_command_goes_on_ten_times_in_a_row(
    tmp_path: Path, running: Cluster, whole: dict[str, bytes], what: Kill
) -> None:
    luck = random.Random(what.__name__)
    for i in range(10):
        assert kill_and_resume(running, tmp_path / f"out-{i}", what, luck) == whole


def test_cluster_without_workers_is_told(tmp_path: Path, running: Cluster) -> None:
    for worker in running.workers:
        kill(worker)
    code, _, err = finished(toys(tmp_path / "out", *WORK, "--cluster", running.address))
    assert code == 1
    assert err.splitlines()[-1] == "error: the Dask scheduler has no workers; start some, `dask worker ADDRESS`"


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a certificate and key that all sides use."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("tls")
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    sign = ["openssl", "x509", "-req", "-days", "2"]
    commands = [
        [*new, "-x509", "-subj", "/CN=authority", "-keyout", "ca-key.pem", "-out", "ca.pem"],
        [*new, "-subj", "/CN=cluster", "-keyout", "key.pem", "-out", "request.pem"],
        [*sign, "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-out", "cert.pem"],
    ]
    for command in commands:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def test_cluster_is_spoken_to_by_tls(tmp_path: Path, certificates: Path, whole: dict[str, bytes]) -> None:
    files = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
    security = [f"--tls-{name}={certificates / file}" for name, file in files.items()]
    with cluster(tmp_path / "cluster", *security, "--protocol=tls") as running:
        assert running.address.startswith("tls://")
        address = ("--cluster", running.address)
        assert finished(toys(tmp_path / "out", *WORK, *address, "--tls", certificates))[0] == 0
        assert bytes_of(tmp_path / "out") == whole
        code, _, err = finished(toys(tmp_path / "bare", *WORK, "--cluster", running.address.replace("tls", "tcp")))
        assert code == 1
        assert err.splitlines()[-1].startswith("error: no Dask scheduler answers at tcp://127.0.0.1:")
