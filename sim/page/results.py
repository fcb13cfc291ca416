"""Results by name: which folders hold some, what they are called, and when they were read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.language import LANGUAGES, catalogue, marked
from sim.page import rankings, sitings, sweeps
from sim.page.content import content
from sim.page.files import looks, read_json
from sim.page.runs import Runs
from sim.page.saying import PageError
from sim.page.wording import Wording
from sim.report.results import NoResultError, Result, read_result
from sim.report.speaking import Speaking
from sim.tables import MANIFEST, PROGRAM, SIDE_FILE

REMEMBERED = 12
SWEEP = "sweep.json"
TABLED = {"sweep": sweeps.told, "rank": rankings.told, "site": sitings.told}
"""Kinds of results that are told in tables."""
PICTURES = {
    "differences": marked("Differences of plans from the baseline"),
    "months": marked("Through the months"),
    "days": marked("Days from door to door"),
    "tornado": marked("What the answer hangs on"),
    "frontier": marked("Capital against gain"),
    "standing": marked("Gains with their intervals, and how probably each is best"),
    "map": marked("Where demand lies, and what is chosen"),
}
"""What pictures that commands draw are called."""
MOST_PICTURES = 20


@dataclass(frozen=True)
class Found:
    """A folder of results."""

    id: str
    folder: Path
    kind: str
    """`compare`, `run`, `sweep`, `rank` or `site`."""
    finished_at: str

    @property
    def manifest(self) -> Path:
        """The file that says what it was made from."""
        return self.folder / (SWEEP if self.kind == "sweep" else MANIFEST)


class Results:
    """Folders of results below one folder, by name: those of the page's runs, and those that commands wrote."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self.folder, self.runs = folder, runs
        self._read = lru_cache(REMEMBERED)(_read)
        self._told = lru_cache(2 * REMEMBERED)(self._tell)
        self._titles: dict[tuple[Path, tuple[int, int]], tuple[Mapping[str, str], str]] = {}

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
        if (folder / SWEEP).is_file():
            over = (folder / "points.parquet").is_file() and read_json(folder / SWEEP).get("program") == PROGRAM
            return Found(name, folder, "sweep", _time(folder / "points.parquet")) if over else None
        if not (folder / MANIFEST).is_file():
            return None
        if (folder / rankings.FILE).is_file():
            return Found(name, folder, "rank", _time(folder / rankings.FILE))
        finished = str(read_json(folder / SIDE_FILE).get("finished_at", ""))
        known = {"compare": "plans", "site": "sets", "run": "summary_over_replications"}
        kind = next((kind for kind, table in known.items() if (folder / f"{table}.parquet").is_file()), None)
        return None if kind is None else Found(name, folder, kind, finished)

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
        key = (one.manifest, looks(one.manifest))
        if key not in self._titles:
            said = read_json(one.manifest)
            asked = read_json(one.folder.parent / "request.json")
            self._titles[key] = _titles(one, said, asked)
        return self._titles[key]

    def read(self, name: str) -> Result:
        """The manifest, scenarios and tables."""
        found = self.one(name)
        return self._read(found.folder, looks(found.manifest))

    def told(self, name: str, language: str) -> dict[str, Any]:
        """All that the page shows of a result."""
        found = self.one(name)
        try:
            return self._told(name, looks(found.manifest), self.runs.library.stamp, language)
        except (NoResultError, AttributeError, OSError, LookupError, TypeError, ValueError):
            raise PageError(422, marked("This result cannot be read; it may be of another version.")) from None

    def _tell(self, name: str, changed: tuple[int, int], stamp: int, language: str) -> dict[str, Any]:
        del changed, stamp
        found = self.one(name)
        shown = {**self._record(found, language), "pictures": self._pictures(found, language)}
        if found.kind not in TABLED:
            return {**shown, "tables": [], "notes": [], **content(Speaking(self.read(name), language))}
        said = read_json(found.manifest)
        words = Wording(self.runs.library, self._titled(found)[1], said.get("base") or said.get("scenario"), language)
        return {**shown, **TABLED[found.kind](found.folder, said, words).record()}

    # -- pictures ------------------------------------------------------------------------------------------------------

    def _pictures(self, found: Found, language: str) -> list[dict[str, str]]:
        t = catalogue(language)
        return [
            {
                "name": name,
                "title": t(PICTURES.get(name, name)),
                "address": f"/api/results/{found.id}/pictures/{name}.png",
            }
            for name in self._pictures_of(found)
        ]

    @staticmethod
    def _pictures_of(found: Found) -> dict[str, Path]:
        """Pictures that lie in a folder, by name; links are none."""
        files = [file for file in sorted(found.folder.glob("*.png")) if file.is_file() and not file.is_symlink()]
        return (
            {file.stem: file for file in files if not file.name.startswith(".")} if len(files) <= MOST_PICTURES else {}
        )

    def picture(self, id: str, name: str) -> Path:
        """One of them."""
        pictures = self._pictures_of(self.one(id))
        if not name.endswith(".png") or name.removesuffix(".png") not in pictures:
            raise PageError(404, marked("There is no such file of this result."))
        return pictures[name.removesuffix(".png")]


def _read(folder: Path, changed: tuple[int, int]) -> Result:
    del changed
    return read_result(folder)


def _time(file: Path) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")


def _titles(one: Found, said: Mapping[str, Any], asked: Mapping[str, Any]) -> tuple[Mapping[str, str], str]:
    """What a result is called, by language, and the scenario that it is of."""
    if one.kind in TABLED:
        key = {"rank": "ranking", "site": "siting"}.get(one.kind, one.kind)
        study = said.get(key) or {}
        return _in_all(str(study.get("title") or study.get(key) or one.id)), Path(str(study.get("base", ""))).stem
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
    """A title in all languages, as far as it is known there."""
    return {language: catalogue(language)(title) for language in LANGUAGES}


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
