"""All tests: `--summary FILE` writes what ran, when and where as a page."""

import os
import platform
import signal
import threading
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("numpy", "numba", "pandas", "pyarrow", "simpy", "hypothesis", "pytest")
OUTCOMES = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
LONGEST = 15

# Where tests are a job in the background of a shell, Ctrl-C is ignored, and processes that they start inherit that; but
# some tests press it. A handler of our own is not inherited: then what is started heeds it.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the page goes."""
    parser.addoption("--summary", type=Path, help="write what ran, when and where to this file, as Markdown")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Write the page."""
    where: Path | None = config.getoption("--summary")
    if where is None:
        return
    where.parent.mkdir(parents=True, exist_ok=True)
    seconds = terminalreporter._session_start.elapsed().seconds  # pytest has no public clock of a session
    where.write_text(page(terminalreporter.stats, seconds, str(config.getoption("markexpr"))), "utf-8")


def page(stats: dict[str, list[Any]], seconds: float, chosen: str) -> str:
    """Counts by outcome and by folder, what did not pass, and what took longest."""
    versions = ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])
    where = f"{os.cpu_count()} processors, {platform.machine()}, {platform.platform()}"
    of = f"marked `{chosen}`" if chosen else "all, the slow ones too"
    calls = [report for report in stats.get("passed", []) if report.when == "call"]
    return (
        "\n\n".join(
            [
                "# Tests",
                f"{datetime.now(UTC):%Y-%m-%d}, {of}: {_counts(stats)}; {seconds / 60:.0f} minutes.",
                f"{where}; {versions}.",
                "## By folder",
                _table(("folder", "passed"), sorted(Counter(_folder(report.nodeid) for report in calls).items())),
                "## Not passed",
                "\n".join(f"- `{report.nodeid}`: {_why(report)}" for report in _others(stats)) or "None.",
                f"## The {LONGEST} that took longest",
                _table(
                    ("test", "seconds"),
                    [
                        (f"`{r.nodeid}`", f"{r.duration:.0f}")
                        for r in sorted(calls, key=lambda r: -r.duration)[:LONGEST]
                    ],
                ),
            ]
        )
        + "\n"
    )


def _counts(stats: dict[str, list[Any]]) -> str:
    return ", ".join(f"{len(stats[name])} {name}" for name in OUTCOMES if stats.get(name)) or "none ran"


def _others(stats: dict[str, list[Any]]) -> list[Any]:
    return [report for name in OUTCOMES[1:] for report in stats.get(name, [])]


def _why(report: Any) -> str:
    """The reason of what was skipped; that it failed, of what failed."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return f"{report.outcome} {reason}".strip()


def _folder(nodeid: str) -> str:
    return "/".join(nodeid.split("/")[:2])


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, ("---",) * len(head), *rows))
