"""What became of mutants, and what that says of all of them."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from verification.mutation.mutants import Mutant

KILLED = ("killed", "too long", "crashed")
ALIVE = ("survived", "not reached")
LEVEL = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant."""

    name: str
    line: int
    before: str
    after: str
    fingerprint: str
    """Of the module's text, so that what is known of another text is not taken for this one's."""
    how: str
    """One of `KILLED` or `ALIVE`; ``no fault`` if it is no program, or the same one."""
    n_tests: int
    by: str
    """The test that saw it."""

    @classmethod
    def of(cls, mutant: Mutant, how: str, n_tests: int = 0, by: str = "") -> "Outcome":
        """The outcome of a mutant."""
        return cls(mutant.name, mutant.line, *mutant.change, fingerprint(mutant), how, n_tests, by)


def fingerprint(mutant: Mutant) -> str:
    """Of the text of the mutant's module: 16 hexadecimal digits."""
    return blake2b(mutant.module.code.encode(), digest_size=8).hexdigest()


def read(file: Path) -> dict[str, Outcome]:
    """The last outcome of each mutant in a file of lines, by its name; nothing if there is none."""
    if not file.exists():
        return {}
    found = (Outcome(**json.loads(line)) for line in file.read_text("utf-8").splitlines())
    return {one.name: one for one in found}


def append(outcome: Outcome, file: Path) -> None:
    """Add an outcome to a file of lines."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Score:
    """How many mutants of a sample were killed."""

    n: int
    killed: int
    all: int
    """How many mutants there are to draw from."""

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], n_all: int) -> "Score":
        """Of what became of a sample; what is no fault does not count."""
        found = list(outcomes)
        n = sum(one.how != "no fault" for one in found)
        return cls(n, sum(one.how in KILLED for one in found), n_all - (len(found) - n))

    @property
    def share(self) -> float:
        """Share killed; NaN of nothing."""
        return self.killed / self.n if self.n else math.nan

    def interval(self) -> tuple[float, float]:
        """Of the share killed among all mutants, 95 %: Wilson (1927); the share itself if all were tried."""
        if self.n == 0:
            return 0.0, 1.0
        if self.n >= self.all:
            return self.share, self.share
        z2 = LEVEL**2 / self.n
        middle = (self.share + z2 / 2) / (1 + z2)
        half = LEVEL / (1 + z2) * math.sqrt(self.share * (1 - self.share) / self.n + z2 / (4 * self.n))
        return middle - half, middle + half


def alive(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that no test saw, in order of their place."""
    return sorted((one for one in outcomes if one.how in ALIVE), key=lambda one: (one.name.split(":")[0], one.line))
