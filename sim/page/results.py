"""Results by name: which folders hold some, what they are called, and when they were read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.language import LANGUAGES, marked
from sim.page.content import content
from sim.page.files import read_json
from sim.page.runs import Runs
from sim.page.saying import PageError
from sim.report.results import NoResultError, Result, read_result
from sim.report.speaking import Speaking
from sim.tables import MANIFEST, PROGRAM, SIDE_FILE

REMEMBERED = 12


@dataclass(frozen=True)
class Found:
    """A folder of results."""

    id: str
    folder: Path
    kind: str
    """`compare`, `run` or `sweep`."""
    finished_at: str


class Results:
    """Folders of results below one folder, by name: those of the page's runs, and those that commands wrote."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self.folder, self.runs = folder, runs
        self._read = lru_cache(REMEMBERED)(_read)
        self._told = lru_cache(2 * REMEMBERED)(self._tell)
        self._titles: dict[tuple[Path, int], tuple[Mapping[str, str], str]] = {}

    def all(self) -> dict[str, Found]:
        """All of them, the latest first."""
        found: dict[str, Found] = {}
        for name, folder in self._folders():
            if name not in found and (one := self._found(name, folder)) is not None:
                found[name] = one
        return dict(sorted(found.items(), key=lambda item: item[1].finished_at, reverse=True))

    def _folders(self) -> Iterator[tuple[str, Path]]:
        for run in self.runs.all():
            if run.result is not None:
                yield run.id, run.result
        for above in (self.folder / "runs", self.folder):
            for path in sorted(above.iterdir()) if above.is_dir() else ():
                if path.is_dir() and not path.name.startswith("."):
                    yield path.name, path

    def _found(self, name: str, folder: Path) -> Found | None:
        """None if it is no folder of results, or lies elsewhere and is only linked here."""
        if not folder.resolve().is_relative_to(self.folder.resolve()):
            return None
        if (folder / "sweep.json").is_file():
            over = (folder / "points.parquet").is_file() and read_json(folder / "sweep.json").get("program") == PROGRAM
            return Found(name, folder, "sweep", _time(folder / "points.parquet")) if over else None
        if not (folder / MANIFEST).is_file():
            return None
        kind = "compare" if (folder / "plans.parquet").is_file() else "run"
        is_one = kind == "compare" or (folder / "summary_over_replications.parquet").is_file()
        finished = str(read_json(folder / SIDE_FILE).get("finished_at", ""))
        return Found(name, folder, kind, finished) if is_one else None

    def one(self, name: str) -> Found:
        """One of them."""
        found = self.all().get(name)
        if found is None:
            raise PageError(404, marked("There is no result of that name."))
        return found

    def listed(self, language: str) -> list[dict[str, Any]]:
        """For the list."""
        return [self._record(one, language) for one in self.all().values()]

    def _record(self, one: Found, language: str) -> dict[str, Any]:
        titles, corridor = self._titled(one)
        return {
            "id": one.id,
            "kind": one.kind,
            "title": titles[language],
            "corridor": corridor,
            "finished_at": one.finished_at,
            "is_incomplete": one.folder.name.endswith("-incomplete"),
        }

    def _titled(self, one: Found) -> tuple[Mapping[str, str], str]:
        """What a result is called, and the scenario that it is of; read once."""
        file = one.folder / ("sweep.json" if one.kind == "sweep" else MANIFEST)
        key = (file, file.stat().st_mtime_ns)
        if key not in self._titles:
            said = read_json(file)
            asked = read_json(one.folder.parent / "request.json")
            self._titles[key] = _titles(one, said, asked)
        return self._titles[key]

    def read(self, name: str) -> Result:
        """The manifest, scenarios and tables."""
        found = self.one(name)
        return self._read(found.folder, (found.folder / MANIFEST).stat().st_mtime_ns)

    def told(self, name: str, language: str) -> dict[str, Any]:
        """All that the page shows of a result."""
        found = self.one(name)
        if found.kind == "sweep":
            return {**self._record(found, language), "answer": [], "plans": [], "warnings": []}
        try:
            return self._told(name, (found.folder / MANIFEST).stat().st_mtime_ns, language)
        except (NoResultError, OSError, KeyError, ValueError):
            raise PageError(422, marked("This result cannot be read; it may be of another version.")) from None

    def _tell(self, name: str, changed: int, language: str) -> dict[str, Any]:
        del changed
        return {**self._record(self.one(name), language), **content(Speaking(self.read(name), language))}


def _read(folder: Path, changed: int) -> Result:
    del changed
    return read_result(folder)


def _time(file: Path) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")


def _titles(one: Found, said: Mapping[str, Any], asked: Mapping[str, Any]) -> tuple[Mapping[str, str], str]:
    """What a result is called, by language, and the scenario that it is of."""
    if one.kind == "sweep":
        sweep = said.get("sweep") or {}
        return _in_all(str(sweep.get("title") or sweep.get("sweep", one.id))), Path(str(sweep.get("base", ""))).stem
    if one.kind == "run":
        scenario = said.get("scenario") or {}
        return _in_all(str(scenario.get("title") or one.id)), str(scenario.get("scenario", ""))
    base, *plans = [str(name) for name in said.get("comparison", ())] or [one.id]
    corridor = str(asked.get("corridor") or base)
    if asked.get("title"):
        return _in_all(str(asked["title"])), corridor
    scenarios = said.get("scenarios") or {}
    return {
        language: ", ".join(_called(scenarios, plan, base, language) for plan in plans) for language in LANGUAGES
    }, corridor


def _in_all(title: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, title)


def _called(scenarios: Mapping[str, Any], plan: str, base: str, language: str) -> str:
    """A plan by its own title, or by its interventions in a language; by its name if it has neither."""
    own, below = scenarios.get(plan) or {}, scenarios.get(base) or {}
    if own.get("title") and own["title"] != below.get("title"):
        return str(own["title"])
    more = {
        name: one
        for name, one in (own.get("interventions") or {}).items()
        if name not in (below.get("interventions") or {})
    }
    names = [one.get("name") or {} for one in more.values()]
    return " + ".join(str(name.get(language) or name.get("en") or plan) for name in names) or plan
