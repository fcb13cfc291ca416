"""Lets the tests here import jobs of this folder, as `faults.jobs`, however pytest was started; and a small disk."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from faults.processes import mounted  # noqa: E402


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, of 48 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if shutil.which("mount") is None or not mounted(folder, "-t", "tmpfs", "-o", "size=48k", "tmpfs"):
        pytest.skip("no disk can be mounted here: that takes the rights of root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
