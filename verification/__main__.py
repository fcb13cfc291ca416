"""``python -m verification``: run every check, print and write the report; exit code 1 if any does not agree."""

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Protocol

from verification import choices, departures, little, networks, queues, stocks, writing
from verification.machine import cpu
from verification.peers import comparing
from verification.running import Effort
from verification.statistics import Check, Judged, judged

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
FAMILIES = {
    "queues": queues.CASES,
    "networks": networks.CASES,
    "departures": departures.CASES,
    "stocks": stocks.CASES,
    "choices": choices.CASES,
    "little": little.CASES,
    "peers": comparing.CASES,
}
PACKAGES = ("numpy", "numba", "scipy", "simpy", "salabim", "ciw")
QUICK = 0.05
"""Share of the replications with --quick, which is to see that it works: most checks come out as too wide."""


class Model(Protocol):
    """Something that has checks."""

    @property
    def family(self) -> str:
        """The heading it stands under."""

    @property
    def model(self) -> str:
        """Its name."""

    def checks(self, effort: Effort) -> Iterator[Check]:
        """Run it, and hold every quantity against theory."""


def cases(families: Sequence[str]) -> Iterator[Model]:
    """The models of some families, made when their turn comes."""
    for name in families:
        for make in FAMILIES[name]:
            yield make()


def checks(families: Sequence[str], effort: Effort) -> Iterator[Check]:
    """Run all models of some families, telling of each."""
    for case in cases(families):
        began = process_time()
        yield from case.checks(effort)
        print(f"{process_time() - began:6.1f} s  {case.family}: {case.model}", flush=True)


def shown(found: Sequence[Judged]) -> Iterator[str]:
    """The lines that are printed: simulated less theory, relative to theory, as a 95 % interval."""
    model, quantity = (max(len(getattr(one.check, of)) for one in found) for of in ("model", "quantity"))
    numbers = f"{'theory':>10} {'simulated':>10} {'difference, 95 %':>18} {'tolerance':>9} {'p (Holm)':>8}"
    yield f"{'model':{model}}  {'quantity':{quantity}} {numbers}  verdict"
    for one in found:
        check = one.check
        low, high = (end / abs(check.expected) for end in check.interval())
        told = f"{check.expected:10.4g} {check.mean:10.4g} {low:+8.2%} {high:+8.2%}  {check.tolerance:9.1%}"
        yield f"{check.model:{model}}  {check.quantity:{quantity}} {told} {one.p_holm:8.2g}  {one.verdict}"


def made(effort: Effort, seconds: float) -> writing.Made:
    """When, where and with what."""
    return writing.Made(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{cpu()}, {os.cpu_count()} processors, {platform.platform()}",
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        seed=effort.seed,
        share=effort.share,
        seconds=seconds,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m verification", description=__doc__)
    parser.add_argument("--family", action="append", choices=list(FAMILIES), help="only these; all if not given")
    parser.add_argument("--quick", action="store_true", help="few replications, to see that it works")
    parser.add_argument("--seed", type=int, default=Effort().seed, help="another one: other luck, the same theory")
    parser.add_argument("--out", type=Path, help="folder of verification.md and .csv; results/, or with --quick none")
    given = parser.parse_args(arguments)
    effort = Effort(seed=given.seed, share=QUICK if given.quick else 1.0)
    began = process_time()
    found = judged(list(checks(given.family or list(FAMILIES), effort)))
    seconds = process_time() - began
    for line in shown(found):
        print(line)
    out = given.out or (None if given.quick or given.family else RESULTS)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "verification.md").write_text(writing.page(found, made(effort, seconds)), "utf-8")
        (out / "verification.csv").write_text(writing.as_csv(found), "utf-8")
        print(f"written to {out}/verification.md and .csv")
    agree = sum(one.verdict == "agrees" for one in found)
    print(f"{agree} of {len(found)} checks agree")
    return 0 if agree == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
