"""``python -m verification.covered FILE``: what the tests reach, by package, from the JSON that coverage.py writes.

`make coverage` makes the file and calls this. Exit code 1 if lines and branches together, or branches alone, are less
than `fail_under` of pyproject.toml.
"""

import argparse
import json
import os
import platform
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from verification.__main__ import RESULTS, ROOT, cpu

PACKAGES = ("coverage", "pytest", "numba", "numpy")
WEAK = 90.0
"""Files below this percentage are listed."""

INTRODUCTION = """\
Of `sim/`, by the tests that `make test` runs, in all their processes. What numba compiles cannot be traced: the tests
of those kernels run once more with the compiler switched off, and both are put together. *Branches* are the ways on
from a line with more than one; *both* is what coverage.py calls the total: lines and branches reached, of all lines
and branches. A process that is killed takes its record with it, so that this is the least that is reached."""


@dataclass(frozen=True)
class Reached:
    """Counts of lines and branches, and of those reached."""

    lines: int = 0
    lines_reached: int = 0
    branches: int = 0
    branches_reached: int = 0

    def __add__(self, other: "Reached") -> "Reached":
        return Reached(
            self.lines + other.lines,
            self.lines_reached + other.lines_reached,
            self.branches + other.branches,
            self.branches_reached + other.branches_reached,
        )

    @classmethod
    def of(cls, summary: dict[str, Any]) -> "Reached":
        """From a summary of coverage.py's JSON."""
        lines, branches = summary["num_statements"], summary["num_branches"]
        return cls(lines, summary["covered_lines"], branches, summary["covered_branches"])

    @property
    def of_lines(self) -> float:
        """Per cent of lines; 100 where there are none."""
        return share(self.lines_reached, self.lines)

    @property
    def of_branches(self) -> float:
        """Per cent of branches; 100 where there are none."""
        return share(self.branches_reached, self.branches)

    @property
    def of_both(self) -> float:
        """Per cent of lines and branches together."""
        return share(self.lines_reached + self.branches_reached, self.lines + self.branches)


def share(part: int, whole: int) -> float:
    """Per cent; 100 of nothing."""
    return 100.0 * part / whole if whole else 100.0


def by_file(report: dict[str, Any]) -> dict[str, Reached]:
    """What is reached of each file, by its path."""
    return {Path(name).as_posix(): Reached.of(file["summary"]) for name, file in sorted(report["files"].items())}


def by_package(files: dict[str, Reached]) -> dict[str, Reached]:
    """Files put together by the folder right under sim/; modules that lie there themselves under ``sim``."""
    packages: defaultdict[str, Reached] = defaultdict(Reached)
    for name, reached in files.items():
        parts = Path(name).parts
        packages["/".join(parts[:2]) if len(parts) > 2 else parts[0]] += reached
    return dict(sorted(packages.items()))


def total(files: Iterable[Reached]) -> Reached:
    """All of them together."""
    return sum(files, Reached())


def page(files: dict[str, Reached], least: float) -> Iterator[str]:
    """Lines of the page in Markdown."""
    everything = total(files.values())
    yield "# What the tests reach"
    yield ""
    yield f"Made by `make coverage` on {datetime.now(UTC).date().isoformat()}: **{_told(everything)}**;"
    yield f"at least {least:g} % of branches and of both is asked for."
    yield from ("", *INTRODUCTION.splitlines(), "")
    yield from _table("package", by_package(files) | {"**total**": everything})
    weak = {name: reached for name, reached in files.items() if reached.of_both < WEAK}
    yield from ("", f"## Files below {WEAK:g} %", "")
    yield from _table("file", dict(sorted(weak.items(), key=lambda of: of[1].of_both))) if weak else ["None."]
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield from ("", "## How it was made", "")
    yield f"- {cpu()}, {os.cpu_count()} processors, {platform.platform()}"
    yield f"- python {platform.python_version()}, {versions}"


def _told(reached: Reached) -> str:
    return (
        f"{reached.of_branches:.1f} % of branches, {reached.of_lines:.1f} % of lines, {reached.of_both:.1f} % of both"
    )


def _table(head: str, rows: dict[str, Reached]) -> Iterator[str]:
    yield f"| {head} | lines | reached | branches | reached | both |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, of in rows.items():
        lines, branches = f"{of.lines:,} | {of.of_lines:.1f} %", f"{of.branches:,} | {of.of_branches:.1f} %"
        yield f"| {name} | {lines} | {branches} | {of.of_both:.1f} % |"


def least_asked() -> float:
    """`fail_under` of pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return float(settings["tool"]["coverage"]["report"]["fail_under"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the report, print and write the page."""
    parser = argparse.ArgumentParser(prog="python -m verification.covered", description=__doc__)
    parser.add_argument("report", type=Path, help="what `coverage json` wrote")
    parser.add_argument("--out", type=Path, default=RESULTS / "coverage.md", help="the page; results/coverage.md")
    given = parser.parse_args(arguments)
    files = by_file(json.loads(given.report.read_text("utf-8")))
    least, everything = least_asked(), total(files.values())
    text = "\n".join(page(files, least)) + "\n"
    given.out.write_text(text, "utf-8")
    print(text)
    return 0 if min(everything.of_both, everything.of_branches) >= least else 1


if __name__ == "__main__":
    sys.exit(main())
