"""Files of one's own: read by the same strict reader as any other, kept only if nothing is wrong with them."""

import os
import re
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from sim.errors import AbsurdScenarioError, Problem, ScenarioError
from sim.experiments.estimate import refuse_if_absurd
from sim.language import marked
from sim.page.library import Library
from sim.page.saying import PageError
from sim.reading import read_tree
from sim.scenario.interventions.files import known_files
from sim.scenario.interventions.trial import is_intervention, trial
from sim.scenario.loading import load

MOST_BYTES = 1_000_000
MOST_FILES = 100
MOST_NAMED = 60
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TRIED = ".trying"


class WrongFileError(PageError):
    """A file that is not kept, with everything that is wrong with it."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(422, marked("The file is not right."))
        self.problems = problems


class Uploads:
    """The folder of uploaded files."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._trial = Library(library.shipped, library.uploads, library.folder.with_name("trial"))
        self._lock = Lock()

    def keep(self, data: bytes) -> dict[str, str]:
        """Read a file and keep it under its own name; what kind it is, and that name."""
        if len(data) > MOST_BYTES:
            raise PageError(413, marked("The file is larger than {n} bytes."), n=MOST_BYTES)
        with self._lock:
            kind, name = self._checked(data)
            folder = self.library.uploads / ("interventions" if kind == "intervention" else ".")
            folder.mkdir(parents=True, exist_ok=True)
            if len(list(self.library.uploads.rglob("*.yaml"))) >= MOST_FILES and not (folder / f"{name}.yaml").exists():
                raise PageError(
                    409, marked("{n} files are there already; remove some from the folder first."), n=MOST_FILES
                )
            aside = folder / f".{name}.{os.getpid()}"
            aside.write_bytes(data)
            aside.replace(folder / f"{name}.yaml")
            self.library.refresh(is_forced=True)
        return {"name": name, "kind": kind}

    def _checked(self, data: bytes) -> tuple[str, str]:
        """Kind and name, if nothing is wrong; else WrongFileError."""
        self._trial.refresh(is_forced=True)
        first = self._written(data, TRIED)
        try:
            tree = read_tree(first)
        except ScenarioError as error:
            raise WrongFileError(problems_of(error)) from None
        finally:
            first.unlink(missing_ok=True)
        kind = "intervention" if is_intervention(tree) else "scenario"
        node = tree.children.get(kind)
        name = str(node.value) if node is not None and isinstance(node.value, str) else ""
        if not NAME.fullmatch(name) or len(name) > MOST_NAMED:
            line = (node.mark.line, node.mark.col) if node is not None else (1, 1)
            said = f"the key '{kind}' gives the file its name, in lower-case letters, digits and single hyphens"
            raise WrongFileError([{"line": line[0], "column": line[1], "message": said, "hint": None, "path": kind}])
        if self._is_shipped(kind, name):
            raise PageError(409, marked('"{name}" ships with the program; give the file another name.'), name=name)
        self._try(data, kind, name)
        return kind, name

    def _is_shipped(self, kind: str, name: str) -> bool:
        if kind == "scenario":
            return (self.library.shipped / f"{name}.yaml").exists()
        return name in known_files(self.library.shipped)

    def _try(self, data: bytes, kind: str, name: str) -> None:
        """Read it in its place among the others, as it would be read from then on."""
        file = self._written(data, name, "interventions" if kind == "intervention" else ".")
        try:
            scenario = trial(file).scenario if kind == "intervention" else load(file).scenario
            if scenario is not None:
                refuse_if_absurd(scenario, replications=1)
        except ScenarioError as error:
            raise WrongFileError(problems_of(error)) from None
        finally:
            with suppress(FileNotFoundError):
                file.unlink()

    def _written(self, data: bytes, name: str, part: str = ".") -> Path:
        """The file in a copy of the library, which nobody else reads; it goes again."""
        file = self._trial.folder / part / f"{name}.yaml"
        file.write_bytes(data)
        return file


def problems_of(error: ScenarioError) -> list[dict[str, Any]]:
    """Every problem with its line and column; of other files with their names."""
    found = [_problem(one) for one in error.problems]
    if isinstance(error, AbsurdScenarioError) or not found:
        found.append({"line": 1, "column": 1, "message": str(error).removeprefix("error: "), "hint": None, "path": ""})
    return found


def _problem(one: Problem) -> dict[str, Any]:
    return {"line": one.line, "column": one.col, "message": one.message, "hint": one.hint, "path": one.path,
            "source": one.source_line[:200]}  # fmt: skip
