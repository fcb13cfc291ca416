"""What the tests reach: the counts of coverage.py put together by package, and when they are too few."""

import json
from pathlib import Path
from typing import Any

import pytest

from verification import covered


def file(lines: tuple[int, int], branches: tuple[int, int]) -> dict[str, Any]:
    counts = {"covered_lines": lines[0], "num_statements": lines[1]}
    return {"summary": {**counts, "covered_branches": branches[0], "num_branches": branches[1]}}


def report(**files: dict[str, Any]) -> dict[str, Any]:
    return {"files": {f"{name.replace('__', '/')}.py": found for name, found in files.items()}}


def written(tmp_path: Path, found: dict[str, Any]) -> Path:
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps(found), "utf-8")
    return path


def test_files_are_put_together_by_the_folder_right_under_the_package() -> None:
    files = covered.by_file(
        report(
            sim__clock=file((3, 4), (0, 0)),
            sim__page__app=file((5, 10), (1, 2)),
            sim__page__parts__deep=file((5, 10), (0, 2)),
        )
    )
    packages = covered.by_package(files)
    assert packages["sim"] == covered.Reached(4, 3, 0, 0)
    assert packages["sim/page"] == covered.Reached(20, 10, 4, 1)
    assert packages["sim/page"].of_branches == 25.0
    assert packages["sim/page"].of_both == pytest.approx(100 * 11 / 24)


def test_what_has_no_branches_lacks_none() -> None:
    assert covered.Reached.of(file((0, 0), (0, 0))["summary"]).of_both == 100.0


@pytest.mark.parametrize(("lines", "branches", "code"), [(99, 96, 0), (100, 90, 1), (90, 96, 1)])
def test_too_few_branches_or_too_few_of_both_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int, branches: int, code: int
) -> None:
    found = written(tmp_path, report(sim__clock=file((10 * lines, 1000), (branches, 100))))
    assert covered.main([str(found), "--out", str(tmp_path / "page.md")]) == code
    page = (tmp_path / "page.md").read_text("utf-8")
    assert f"**{branches:.1f} % of branches, {lines:.1f} % of lines" in page
    assert page.strip() == capsys.readouterr().out.strip()


def test_weak_files_are_named_and_the_weakest_is_first(tmp_path: Path) -> None:
    found = report(
        sim__clock=file((89, 100), (0, 0)), sim__ids=file((90, 100), (0, 0)), sim__page__app=file((1, 10), (0, 0))
    )
    covered.main([str(written(tmp_path, found)), "--out", str(tmp_path / "page.md")])
    weak = (tmp_path / "page.md").read_text("utf-8").split("## Files below")[1].split("## How")[0]
    assert [line.split(" |")[0] for line in weak.splitlines() if line.startswith("| sim")] == [
        "| sim/page/app.py",
        "| sim/clock.py",
    ]
