"""The worst of the wrong files, each given to the command as a process of its own that may have 500 MB and two seconds.

The seconds are those of a processor, so that a busy machine does not fail the test; the limits are the system's.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from wrong.library import TINY
from wrong.test_places import CONTENTS, circle, endless, pipe

pytestmark = pytest.mark.usefixtures("library")
ROOT = Path(__file__).parents[2]
MEMORY, SECONDS = 500_000_000, 2
COMMAND = """\
import atexit, sys
atexit.register(lambda: open(sys.argv[2], "w").write(open("/proc/self/status").read()))
from sim.cli import main
main(["validate", sys.argv[1]])
"""
WORST = {name: CONTENTS[name] for name in ("exploding aliases", "nested lists", "UTF-16", "many NULs", "tabs")} | {
    "a late error": TINY.encode()
    + b"".join(b"k%d: 'abcdefghijklmnopqrstuvwxyz'\n" % i for i in range(60_000))
    + b"x: [",
    "a late duplicate": TINY.encode() + b"".join(b"k%d: 1\n" % i for i in range(60_000)) + b"k1: 2\n",
    "a list without end": b"scenario:\n" + b"- 1\n" * 1_200_000,
}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def validated(name: str) -> tuple[int, str, str, int]:
    """Exit code, what was said, and the largest memory in bytes: of the command alone, not of what started it."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, name, "status"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False, preexec_fn=limited,
    )  # fmt: skip
    status = Path("status").read_text("utf-8") if Path("status").exists() else "VmHWM: 0 kB"
    memory = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    return done.returncode, done.stdout, done.stderr, memory


@pytest.mark.parametrize("name", WORST)
def test_worst_files_take_neither_time_nor_memory(name: str) -> None:
    Path("scenarios/tiny.yaml").write_bytes(WORST[name])
    code, out, err, memory = validated("scenarios/tiny.yaml")
    assert (code, out) == (2, ""), f"{code}: {err[:500]}"
    assert err.startswith("scenarios/tiny.yaml:")
    assert "Traceback" not in err
    assert 0 < memory < MEMORY


def test_hundred_megabytes_are_not_read() -> None:
    with Path("scenarios/tiny.yaml").open("wb") as file:
        file.truncate(100_000_000)
    code, out, err, memory = validated("scenarios/tiny.yaml")
    assert (code, out, err) == (2, "", "scenarios/tiny.yaml:1:1: error: the file is larger than 5,000,000 bytes\n")
    assert 0 < memory < 200_000_000


@pytest.mark.parametrize("make", [pipe, endless, circle])
def test_what_never_ends_is_not_waited_for(make: object) -> None:
    Path("scenarios/tiny.yaml").unlink()
    assert callable(make)
    make(Path("scenarios/tiny.yaml"))
    code, out, err, _ = validated("scenarios/tiny.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("scenarios/tiny.yaml:1:1: error: no")
