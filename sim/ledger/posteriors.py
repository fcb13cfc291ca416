"""The shipped calibrations: the numbers of a scenario that each moves, at its central draw and at all draws.

`calibration/posterior/NAME-numbers.csv` has a column for each number, `PATH` or `PATH [unit]`, or `PATH *` for a factor
of it; its first row is the central draw, then come all draws, in an order that says nothing. Knows no scenario.
"""

import csv
import hashlib
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, ScenarioError, did_you_mean, listed, shown
from sim.reading import bytes_of

FOLDER = Path("calibration") / "posterior"
SHIPPED = Path(__file__).resolve().parents[2] / FOLDER
ENDING = "-numbers.csv"
CENTRAL = "central"
LARGEST = 50_000_000
"""Bytes of a table."""
QUANTILES = (0.025, 0.5, 0.975)
_HEADING = re.compile(r"(?P<path>\S+)(?: \[(?P<unit>\S+)\]| (?P<factor>\*))?")


class PosteriorError(InputError):
    """There is no such calibration, or its table of numbers cannot be read; may name what was probably meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message + (f"; {hint}" if hint else ""))
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Moved:
    """A number of the scenario that a posterior sets, in this unit (that of its field if empty), or multiplies."""

    path: str
    unit: str = ""
    is_factor: bool = False

    @property
    def heading(self) -> str:
        """Its heading in the table."""
        return self.path + (" *" if self.is_factor else f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Posterior:
    """What a calibration says of the numbers it moves; a row holds one value for each of them."""

    name: str
    sha256: str
    """Of the file's content."""
    moved: tuple[Moved, ...]
    central: tuple[float, ...]
    draws: tuple[tuple[float, ...], ...]

    def row(self, draw: int | None) -> tuple[float, ...]:
        """The values of a draw, from the first again after the last; the central ones for None."""
        return self.central if draw is None else self.draws[draw % len(self.draws)]

    def range_of(self, moved: Moved) -> tuple[float, float, float]:
        """2.5 %, 50 % and 97.5 % of a number, or of the factor of it, over the draws."""
        values = sorted(row[self.moved.index(moved)] for row in self.draws)
        low, median, high = (_quantile(values, level) for level in QUANTILES)
        return low, median, high


def _quantile(rising: Sequence[float], level: float) -> float:
    """Linear between the values, the first being at 0 and the last at 1."""
    at = level * (len(rising) - 1)
    below = math.floor(at)
    above = min(below + 1, len(rising) - 1)
    return rising[below] + (at - below) * (rising[above] - rising[below])


def posteriors_near(path: Path) -> Path:
    """The posteriors of the nearest folder at or above a path that has some, else those of the program."""
    start = path.resolve()
    folders = (above / FOLDER for above in (start, *start.parents))
    return next((folder for folder in folders if folder.is_dir()), SHIPPED)


def posterior_names(folder: Path) -> list[str]:
    """The calibrations of a folder."""
    return sorted(file.name.removesuffix(ENDING) for file in folder.glob(f"*{ENDING}"))


def posterior_in(folder: Path, name: str) -> Posterior:
    """A calibration of a folder; PosteriorError if it is not there or is not such a table."""
    known = posterior_names(folder)
    if name not in known:
        hint = did_you_mean(name, known) or (f"known here: {listed(known, 'and')}" if known else None)
        raise PosteriorError(f"there is no calibration {shown(name)} in {folder}", hint)
    file = folder / f"{name}{ENDING}"
    try:
        content = bytes_of(file, LARGEST)
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
        return _posterior(name, hashlib.sha256(content).hexdigest(), rows)
    except ScenarioError as error:
        raise PosteriorError(f"{file}: {error.problems[0].message}") from None
    except (ValueError, IndexError, csv.Error) as error:
        raise PosteriorError(f"{file} is no table of a posterior's numbers: {error}") from None


def _posterior(name: str, sha256: str, rows: list[list[str]]) -> Posterior:
    head, first, *rest = [*rows, [""], [""]][: max(len(rows), 2)]
    if head[:1] != ["draw"] or first[:1] != [CENTRAL] or not rest:
        raise ValueError(f"a column 'draw' is expected, then a row '{CENTRAL}' and at least one draw")
    moved = tuple(_moved(text) for text in head[1:])
    paths = [each.path for each in moved]
    if twice := sorted({path for path in paths if paths.count(path) > 1}):
        raise ValueError(f"{listed(twice, 'and')} stands twice")
    central, *draws = (_values(row, len(moved)) for row in (first, *rest))
    return Posterior(name, sha256, moved, central, tuple(draws))


def _moved(heading: str) -> Moved:
    found = _HEADING.fullmatch(heading)
    if found is None:
        raise ValueError(f"{shown(heading)} is no heading; 'PATH', 'PATH [unit]' or 'PATH *' is expected")
    return Moved(found["path"], found["unit"] or "", found["factor"] is not None)


def _values(row: list[str], n: int) -> tuple[float, ...]:
    if len(row) != n + 1:
        raise ValueError(f"the row {shown(row[0])} has {len(row) - 1} values, not {n}")
    values = tuple(map(float, row[1:]))
    if not all(map(math.isfinite, values)):
        raise ValueError(f"the row {shown(row[0])} holds what is no finite number")
    return values
