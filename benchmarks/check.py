"""``python -m benchmarks.check``: whether the engine became slower against the floor than at the last ``make bench``.

The floor draws the random numbers of the same work and sorts once, so a ratio to it says little of the machine. What
the last run compared with a floor is run anew at the same sizes, interleaved as there; exit code 1 if a ratio is more
than `SLOWER` above the last one.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import ROOT, Run, interleave_children, ratios_of_runs, run_child

LATEST = ROOT / "results" / "benchmarks.json"
SLOWER = 0.20
"""Share by which a ratio may grow."""
Piece = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A ratio to the floor as it was, and as it is: medians over the rounds."""

    name: str
    was: float
    now: float

    @property
    def is_slower(self) -> bool:
        """Whether it grew by more than may be."""
        return self.now > self.was * (1 + SLOWER)


def floors(latest: Mapping[str, Any]) -> dict[str, tuple[Piece, Piece]]:
    """What was compared with a floor by the name of its ratio: the work and the floor, each with its size."""
    return {
        name: (_piece(ratio["slow"]), _piece(ratio["fast"]))
        for name, ratio in latest["ratios"].items()
        if name.endswith("vs_floor")
    }


def _piece(named: str) -> Piece:
    name, size = named.rsplit(" ", 1)
    return name, int(size.replace(",", ""))


def compared(
    latest: Mapping[str, Any],
    rounds: int,
    runner: Callable[..., Run] = run_child,
    tell: Callable[[Run], None] = lambda _: None,
) -> list[Compared]:
    """Run all that was compared with a floor, and the floors, and put the ratios beside those of the last run."""
    pairs = floors(latest)
    if not pairs:
        raise ValueError("the last figures compare nothing with a floor: run make bench first")
    pieces = list(dict.fromkeys(piece for pair in pairs.values() for piece in pair))
    runs = interleave_children(pieces, rounds, runner=runner, tell=tell)
    return [
        Compared(name=name, was=latest["ratios"][name]["median"], now=median(ratios_of_runs(runs[work], runs[floor])))
        for name, (work, floor) in pairs.items()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("--against", type=Path, default=LATEST, help="figures of an earlier run")
    parser.add_argument("--rounds", type=int, default=3, help="rounds in which everything runs once")
    given = parser.parse_args(arguments)

    def tell(run: Run) -> None:
        print(f"{run.name:>14} {run.n:>12,}  {run.seconds:8.2f} s", flush=True)

    found = compared(json.loads(given.against.read_text("utf-8")), given.rounds, tell=tell)
    for each in found:
        verdict = f"more than {SLOWER:.0%} slower" if each.is_slower else "holds"
        print(f"{each.name:24} was {each.was:.2f}, is {each.now:.2f} times the floor: {verdict}")
    return int(any(each.is_slower for each in found))


if __name__ == "__main__":
    sys.exit(main())
