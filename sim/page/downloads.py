"""Files of a result to take along: the report, the tables as a workbook, the plans as files, the manifest."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sim.language import LANGUAGES, marked
from sim.page.files import last_lines
from sim.page.results import Found, Results
from sim.page.runs import Runs
from sim.page.saying import PageError
from sim.tables import MANIFEST

WORKBOOKS = {"compare": "comparison.xlsx"}
REPORT_SECONDS = 180.0
NO_REPORT = marked("The report could not be written: {why}")


@dataclass(frozen=True)
class Download:
    """A file, what it is called where it is saved, and its type."""

    file: Path
    name: str
    media_type: str


class Downloads:
    """What can be taken along of results. Reports are written by a process of their own, and kept."""

    def __init__(self, results: Results, runs: Runs, folder: Path) -> None:
        self.results, self.runs, self.folder = results, runs, folder
        self._writing = asyncio.Lock()

    def names(self, id: str) -> list[str]:
        """The names of the files of a result."""
        found = self.results.one(id)
        named = [] if found.kind == "sweep" else ["report.html", MANIFEST]
        named += [name for name in ("tables.xlsx",) if (workbook := self._workbook(found)) and workbook.is_file()]
        return [*named, *(f"{name}.yaml" for name in self._plans(found))]

    async def file(self, id: str, name: str, language: str) -> Download:
        """One of them."""
        found = self.results.one(id)
        workbook = self._workbook(found)
        if name == "report.html" and found.kind != "sweep":
            return Download(await self._report(found, language), f"{id}-report.{language}.html", "text/html")
        if name == "tables.xlsx" and workbook is not None and workbook.is_file():
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            return Download(workbook, f"{id}.xlsx", kind)
        if name == MANIFEST and (found.folder / MANIFEST).is_file():
            return Download(found.folder / MANIFEST, f"{id}-{MANIFEST}", "application/json")
        plans = self._plans(found)
        if name.endswith(".yaml") and name.removesuffix(".yaml") in plans:
            return Download(plans[name.removesuffix(".yaml")], name, "application/yaml")
        raise PageError(404, marked("There is no such file of this result."))

    @staticmethod
    def _workbook(found: Found) -> Path | None:
        return found.folder / WORKBOOKS[found.kind] if found.kind in WORKBOOKS else None

    def _plans(self, found: Found) -> dict[str, Path]:
        """The scenario files of the plans of a run of the page."""
        run = next((run for run in self.runs.all() if run.id == found.id), None)
        return run.plans if run is not None else {}

    async def _report(self, found: Found, language: str) -> Path:
        """The report in a language, written anew if the result is newer."""
        assert language in LANGUAGES
        made_from = found.folder / MANIFEST
        if not made_from.is_file():
            raise PageError(404, marked("There is no such file of this result."))
        file = self.folder / f"{found.id}.{language}.html"
        async with self._writing:
            if not file.is_file() or file.stat().st_mtime < made_from.stat().st_mtime:
                await self._write(found.folder, language, file)
        return file

    async def _write(self, folder: Path, language: str, file: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = file.with_suffix(".txt")
        command = (sys.executable, "-m", "sim.cli", "report", str(folder), "--lang", language, "--out", str(file))
        try:
            with log.open("wb") as stream:
                code = await _ended(command, stream)
        except (OSError, TimeoutError) as error:
            raise PageError(500, NO_REPORT, why=str(error) or type(error).__name__) from None
        if code or not file.is_file():
            raise PageError(500, NO_REPORT, why=last_lines(log, 2) or str(code))


async def _ended(command: Sequence[str], stream: IO[bytes]) -> int:
    """Run a command to its end; it ends with the request, or when it takes too long. Its exit code."""
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=stream, stderr=stream)
    try:
        return await asyncio.wait_for(process.wait(), REPORT_SECONDS)
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
