"""Prints a report as PDF, by Chromium if the machine has it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from sim.errors import SimError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 600
"""Seconds that printing may take."""


class NotPrintedError(SimError):
    """The report could not be printed; says why."""


def browser() -> str | None:
    """The browser that prints, if there is one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_page(page: Path, pdf: Path) -> None:
    """Print an HTML file; NotPrintedError if there is no browser or it fails."""
    program = browser()
    if program is None:
        raise NotPrintedError(f"there is no Chromium here, so no PDF; open {page} in a browser and print it from there")
    with tempfile.TemporaryDirectory() as profile:
        done = _run(program, Path(profile), page, pdf)
    if not pdf.is_file():
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotPrintedError(f"{Path(program).name} made no PDF of {page}: {said}")


def _run(program: str, profile: Path, page: Path, pdf: Path) -> "subprocess.CompletedProcess[str]":
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}")
    command = [program, *options, f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotPrintedError(f"{Path(program).name} made no PDF of {page}: {error}") from None
