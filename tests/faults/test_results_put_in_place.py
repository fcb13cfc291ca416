"""Putting results in their place: beside another command that does it at once, and over earlier results."""

import json
from errno import EACCES, ENOTEMPTY
from pathlib import Path

import numpy as np
import pytest

from sim.tables import ResultsFolderError, remove_results, write_results


def write(folder: Path, *names: str) -> None:
    write_results(folder, {name: {"n": np.array([1, 2])} for name in names}, {}, {}, {}, {})


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_that_another_command_makes_in_between_gets_the_results_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"

    def made_by_another(_: Path, target: Path) -> None:
        target.mkdir()
        (target / "notes.txt").write_text("mine", "utf-8")
        raise OSError(ENOTEMPTY, "Directory not empty")

    monkeypatch.setattr(Path, "rename", made_by_another)
    write(folder, "plans")
    assert names_in(folder) == ["manifest.json", "notes.txt", "plans.csv", "plans.parquet", "run.json"]
    assert (folder / "plans.csv").read_text("utf-8") == "n\n1\n2\n"
    assert names_in(tmp_path) == ["out"]


def test_a_folder_that_may_not_be_put_in_its_place_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Path) -> None:
        raise OSError(EACCES, "Permission denied")

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(ResultsFolderError, match="the new results are not written, earlier ones stay"):
        write(tmp_path / "out", "plans")
    assert names_in(tmp_path) == []


def test_earlier_tables_that_are_no_longer_written_go_and_no_file_elsewhere_does(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write(folder, "plans", "costs")
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    said = json.loads((folder / "run.json").read_text("utf-8"))
    said["files"] |= {"../letter.txt": "", "gone.csv": ""}
    (folder / "run.json").write_text(json.dumps(said), "utf-8")
    write(folder, "plans")
    assert names_in(folder) == ["manifest.json", "plans.csv", "plans.parquet", "run.json"]
    assert (tmp_path / "letter.txt").read_text("utf-8") == "mine"


def test_results_are_taken_away_though_some_of_their_files_are_gone_already(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write(folder, "plans")
    (folder / "plans.csv").unlink()
    remove_results(folder)
    assert not folder.exists()
