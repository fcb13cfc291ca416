"""Parts: ended runs on disk, there whole or not at all, and noticed when they are not what was written."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiments.executors import Ended
from sim.experiments.parts import DamagedPartError, Parts, PartsFolderError

DONE = Ended("a", "done", "", {"placed": 0.1, "names": ["x", None], "more": {"n": 3}}, 1.5)
FAILED = Ended("b", "failed", "ValueError: no such world", None, 0.25)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    found = Parts(tmp_path / "sweep")
    found.prepare()
    found.put(DONE)
    found.put(FAILED)
    return found


def test_part_gives_what_was_put(parts: Parts) -> None:
    again = Parts(parts.top)
    assert [again.get(key) for key in "abc"] == [DONE, FAILED, None]
    assert sorted(file.name for file in parts.folder.iterdir()) == ["a.parquet", "b.parquet"]


def test_part_holds_nothing_that_differs_from_run_to_run(parts: Parts, tmp_path: Path) -> None:
    other = Parts(tmp_path / "other")
    other.prepare()
    other.put(Ended("a", "done", "", DONE.summary, 99.0))
    assert other.path("a").read_bytes() == parts.path("a").read_bytes()


def test_anyone_can_read_parts_as_one_table(parts: Parts) -> None:
    table = pd.read_parquet(parts.folder).sort_values("key")
    assert table["status"].tolist() == ["done", "failed"]
    assert table["reason"].tolist() == ["", "ValueError: no such world"]


def test_no_byte_can_be_altered_unnoticed(parts: Parts) -> None:
    path, whole = parts.path("a"), parts.path("a").read_bytes()
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        with pytest.raises(DamagedPartError, match="the part a was cut short or altered"):
            parts.read("a")


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_part_cut_short_is_named_and_set_aside(parts: Parts, keep: int) -> None:
    path = parts.path("a")
    path.write_bytes(path.read_bytes()[:keep])
    assert parts.get("a") is None
    assert parts.damaged == {"a": "the part a was cut short or altered; it is set aside as a.damaged and run again"}
    assert sorted(file.name for file in parts.folder.iterdir()) == ["a.damaged", "b.parquet"]


def test_part_under_another_name_is_not_believed(parts: Parts) -> None:
    parts.path("c").write_bytes(parts.path("a").read_bytes())
    with pytest.raises(DamagedPartError, match=r"the part c holds another run, a \(done\)"):
        parts.read("c")


def test_what_was_being_written_is_removed(parts: Parts) -> None:
    (parts.folder / ".c.12345").write_bytes(b"half a part")
    parts.prepare()
    assert sorted(file.name for file in parts.folder.iterdir()) == ["a.parquet", "b.parquet"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full; free some space, then run the command again; what is done is kept"),
        (errno.EROFS, "it cannot be written to; name another folder with --out"),
        (errno.EACCES, "you may not write to it; name another folder with --out"),
    ],
)
def test_folder_that_cannot_be_written_is_named_with_the_remedy(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    monkeypatch.setattr(os, "fsync", _raising(number))
    with pytest.raises(PartsFolderError) as raised:
        parts.put(Ended("c", "done", "", {}))
    assert str(raised.value).startswith(f"{parts.top}: {said}")
    assert sorted(file.name for file in parts.folder.iterdir()) == ["a.parquet", "b.parquet"]


def _raising(number: int) -> Callable[[int], Any]:
    def raising(_: int) -> None:
        raise OSError(number, os.strerror(number))

    return raising
