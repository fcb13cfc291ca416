"""Runs that are kept for rankings and studies: one that was damaged is named and run again, a full disk is named."""

import errno
from pathlib import Path

import pytest
from faults.jobs import Toy

from sim.experiments.kept_runs import summaries
from sim.experiments.parts import PartsFolderError
from sim.experiments.store import Store

JOBS = [Toy(0), Toy(1)]


@pytest.mark.parametrize("left", [0, 10, -4])
def test_damaged_run_is_named_set_aside_and_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], left: int
) -> None:
    before = summaries(JOBS, Store(tmp_path), "toys", workers=1)
    path = Store(tmp_path).path(JOBS[1].key)
    whole = path.read_bytes()
    path.write_bytes(whole[:left])
    assert summaries(JOBS, Store(tmp_path), "toys", workers=1) == before
    assert f"{path} was cut short or altered; it is set aside as sleep-1.damaged" in capsys.readouterr().err
    assert path.read_bytes() == whole


def test_full_disk_is_named_and_nothing_is_left_of_what_did_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, _: bytes) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PartsFolderError, match="the disk is full; free some space"):
        summaries(JOBS, Store(tmp_path), "toys", workers=1)
    assert not list(tmp_path.iterdir())
