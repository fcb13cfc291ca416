"""`sim report`: writes what comparisons and runs came to as one HTML file, and as PDF if asked for."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from sim.errors import printable
from sim.report.printing import NotPrintedError, print_page
from sim.report.results import NoResultError, read_result
from sim.report.writing import report, write

WRONG_INPUT, FAILED = 2, 1


def write_report(folders: Sequence[Path], language: str, out: Path | None, *, as_pdf: bool) -> int:
    """Read the folders, write the report beside the first of them or where asked for; the exit code."""
    first = Path(os.path.realpath(folders[0]))
    file = out or first.parent / f"{first.name}-report.{language}.html"
    if file.suffix not in (".html", ".htm"):
        return _said(f"the report is an HTML file: name it with .html, not '{file}'", WRONG_INPUT)
    if not file.parent.is_dir():
        return _said(f"there is no folder {file.parent} for {file.name}; make it, or name another file", WRONG_INPUT)
    try:
        page = report([read_result(folder) for folder in folders], language)
    except NoResultError as error:
        return _said(str(error), WRONG_INPUT)
    try:
        write(page, file)
    except OSError as error:
        return _said(f"{file} cannot be written: {error.strerror}; name another one with --out", FAILED)
    click.echo(f"{file} ({len(page.encode()) / 1e6:.1f} MB)")
    return _printed(file) if as_pdf else 0


def _printed(file: Path) -> int:
    pdf = file.with_suffix(".pdf")
    try:
        print_page(file, pdf)
    except NotPrintedError as error:
        return _said(str(error), FAILED)
    click.echo(str(pdf))
    return 0


def _said(message: str, code: int) -> int:
    click.echo(printable(f"error: {message}"), err=True)
    return code
