"""Files of a result to take along: the report, the tables as a workbook, the plans as files, the manifest."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import IO

from anyio import to_thread

from sim.experiments.store import program as program_hash
from sim.language import LANGUAGES, marked
from sim.page.files import last_lines
from sim.page.processes import environment, program
from sim.page.results import TABLED, Found, Results
from sim.page.runs import Runs
from sim.page.saying import PageError
from sim.tables import MANIFEST, SIDE_FILE

WORKBOOKS = {"compare": "comparison.xlsx", "site": "siting.xlsx"}
TABLES = (".csv", ".json")
"""Tables of sweeps, rankings and sitings that can be taken along as they lie there."""
TYPES = {".csv": "text/csv", ".json": "application/json"}
NOT_TABLES = (SIDE_FILE, "progress.json")
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
        named = list(self._tables(found)) if found.kind in TABLED else ["report.html", MANIFEST]
        named += [name for name in ("tables.xlsx",) if (workbook := self._workbook(found)) and workbook.is_file()]
        return [*named, *(f"{name}.yaml" for name in self._plans(found))]

    async def file(self, id: str, name: str, language: str) -> Download:
        """One of them."""
        found = self.results.one(id)
        workbook = self._workbook(found)
        if found.kind in TABLED and name in (tables := self._tables(found)):
            return Download(tables[name], f"{id}-{name}", TYPES[tables[name].suffix])
        if name == "report.html" and found.kind not in TABLED:
            return Download(await self._report(found, language), f"{id}-report.{language}.html", "text/html")
        if name == "tables.xlsx" and workbook is not None and workbook.is_file():
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            return Download(workbook, f"{id}.xlsx", kind)
        if name == MANIFEST and found.kind not in TABLED:
            return Download(found.folder / MANIFEST, f"{id}-{MANIFEST}", "application/json")
        plans = self._plans(found)
        if name.endswith(".yaml") and name.removesuffix(".yaml") in plans:
            return Download(plans[name.removesuffix(".yaml")], name, "application/yaml")
        raise PageError(404, marked("There is no such file of this result."))

    @staticmethod
    def _workbook(found: Found) -> Path | None:
        return found.folder / WORKBOOKS[found.kind] if found.kind in WORKBOOKS else None

    @staticmethod
    def _tables(found: Found) -> dict[str, Path]:
        """Tables and manifest of a folder by the names of their files; no links, nothing hidden, nothing of the runs."""
        files = [file for file in sorted(found.folder.iterdir()) if file.suffix in TABLES and not file.is_symlink()]
        return {
            file.name: file
            for file in files
            if file.is_file() and not file.name.startswith(".") and file.name not in NOT_TABLES
        }

    def _plans(self, found: Found) -> dict[str, Path]:
        """The scenario files of the plans of a run of the page."""
        run = next((run for run in self.runs.all() if run.id == found.id), None)
        return run.plans if run is not None else {}

    async def _report(self, found: Found, language: str) -> Path:
        """The report in a language; it is written anew if the result, or the program that writes it, is another one."""
        assert language in LANGUAGES
        if not (found.folder / MANIFEST).is_file():
            raise PageError(404, marked("There is no such file of this result."))
        stem = f"{found.id}.{language}."
        file = self.folder / f"{stem}{await to_thread.run_sync(_made_from, found.folder)}.html"
        async with self._writing:
            if not file.is_file():
                for older in self.folder.glob(f"{escape(stem)}*"):
                    older.unlink(missing_ok=True)
                await self._write(found.folder, language, file)
        return file

    async def _write(self, folder: Path, language: str, file: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = file.with_suffix(".txt")
        command = program("report", str(folder), "--lang", language, "--out", str(file))
        try:
            with log.open("wb") as stream:
                code = await _ended(command, stream)
        except (OSError, TimeoutError) as error:
            raise PageError(500, NO_REPORT, why=str(error) or type(error).__name__) from None
        if code or not file.is_file():
            raise PageError(500, NO_REPORT, why=last_lines(log, 2) or str(code))


def _made_from(folder: Path) -> str:
    """A hash of what a report is made from: the result, by what it says of itself, and the program."""
    hashed = hashlib.sha256(program_hash().encode())
    for name in (MANIFEST, SIDE_FILE):
        with suppress(OSError):
            hashed.update((folder / name).read_bytes())
    return hashed.hexdigest()[:16]


async def _ended(command: Sequence[str], stream: IO[bytes]) -> int:
    """Run a command to its end; it ends with the request, or when it takes too long. Its exit code."""
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=nothing, stdout=stream, stderr=stream, env=environment()
    )
    try:
        return await asyncio.wait_for(process.wait(), REPORT_SECONDS)
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
