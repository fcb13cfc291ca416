"""Every error that the package raises on purpose, and how a problem in a file is written for the reader.

Lives on the lowest floor: may not import anything of the package, nor anything slow.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EACCES, EDQUOT, ENAMETOOLONG, ENOSPC, EPERM, EROFS

LINE_SHOWN = 160  # characters of a source line; a longer line is cut around the column
PROBLEMS_SHOWN = 200  # of one file or of several
TEXT_SHOWN = 60  # characters of a value quoted in a message


class SimError(Exception):
    """Base of all errors raised on purpose."""


class ScenarioError(SimError):
    """A scenario is wrong; carries every problem found, in the order of file, line and column."""

    def __init__(self, problems: Iterable["Problem"]) -> None:
        self.problems: list[Problem] = sorted(set(problems), key=Problem.place)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(_told(self.problems))


@contextmanager
def gathered(problems: "list[Problem]") -> Iterator[None]:
    """Within it, what is wrong with a scenario is added to problems, and goes no further; other parts are read too."""
    try:
        yield
    except AbsurdScenarioError:
        raise
    except ScenarioError as error:
        problems += error.problems


class AbsurdScenarioError(ScenarioError):
    """A scenario is well-formed but would exhaust the machine; refused with what it was estimated to take."""

    def __init__(self, estimate: str, problems: Iterable["Problem"] = ()) -> None:
        super().__init__(problems)
        self.estimate = estimate
        self.args = (estimate, self.problems)

    def __str__(self) -> str:
        return "\n".join([*_told(self.problems), f"error: refused before anything ran: {self.estimate}"])


class UnitError(SimError, ValueError):
    """A value cannot be read as the quantity that is expected; may name what was probably meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InputError(SimError):
    """What was given cannot be used: a name, a folder, a table, a condition; the command ends with 2, as for files."""


REMEDIES = {
    ENOSPC: "the disk is full; free some space",
    EDQUOT: "your share of the disk is used up; free some space",
    EROFS: "it cannot be written to; name another folder with --out",
    EACCES: "you may not write to it; name another folder with --out",
    EPERM: "you may not write to it; name another folder with --out",
    ENAMETOOLONG: "its name is too long; name another folder with --out",
}


def remedy_of(error: OSError) -> str:
    """Why a folder cannot be written, and what to do."""
    return REMEDIES.get(error.errno or 0, error.strerror or str(error))


class EngineError(SimError):
    """An invariant of the engine or of its use is broken: a fault of the program, not of the scenario."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong at one place of a file; line and column count from 1."""

    file: str
    line: int
    col: int
    message: str
    path: str = ""
    source_line: str = ""
    hint: str | None = None

    def place(self) -> tuple[str, int, int, str, str]:
        """Key for sorting."""
        return self.file, self.line, self.col, self.path, self.message

    def __str__(self) -> str:
        where = f" [{self.path}]" if self.path else ""
        head = printable(f"{self.file}:{self.line}:{self.col}: error: {self.message}{where}")
        lines = [head, *_source_and_caret(self.source_line, self.col)]
        if self.hint:
            lines.append(printable(f"    hint: {self.hint}"))
        return "\n".join(lines)


def _told(problems: Sequence[Problem]) -> list[str]:
    """Problems as text, the first of very many."""
    more = len(problems) - PROBLEMS_SHOWN
    return [*map(str, problems[:PROBLEMS_SHOWN]), *([f"... and {more:,} more"] if more > 0 else [])]


def _source_and_caret(source: str, col: int) -> list[str]:
    if not source.strip():
        return []
    start = max(0, col - 1 - LINE_SHOWN // 2) if len(source) > LINE_SHOWN else 0
    before, after = source[start : col - 1], source[col - 1 : start + LINE_SHOWN]
    padding = "".join("\t" if char == "\t" else " " * len(printable(char)) * _width(char) for char in before)
    return [f"    {printable(before + after)}", f"    {padding}^"]


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def printable(text: str) -> str:
    """Escape what is not printable: a file must not be able to send commands to the terminal that shows it."""
    return re.sub(r"[^\t]", lambda m: m[0] if m[0].isprintable() else m[0].encode("unicode_escape").decode(), text)


def shown(value: object) -> str:
    """A value as a message quotes it: in the words of YAML, and short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = str(value)
    text = text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def listed(words: Sequence[str], last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(word.lower()[:TEXT_SHOWN], by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The closest known word as a hint, or None."""
    found = closest(word, known)
    return f"did you mean '{found}'?" if found else None
