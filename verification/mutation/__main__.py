"""``python -m verification.mutation``: try a sample of mutants of each package, and write what came of them."""

import argparse
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from verification.machine import cpu
from verification.mutation import explained, mutants, outcomes, writing
from verification.mutation.killing import Asked, Run
from verification.mutation.modes import MODES, Mode
from verification.mutation.mutants import Mutant
from verification.mutation.outcomes import KILLED, Outcome, fingerprint
from verification.mutation.scope import PACKAGES, ROOT, modules

RESULTS = ROOT / "results"
VERSIONS = ("mutmut", "libcst", "pytest", "hypothesis", "numpy", "numba")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line; run both modes in processes of their own; write the page."""
    given = _parser().parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    if given.mode is not None:
        return _run(MODES[given.mode], given)
    passed_on = sys.argv[1:] if arguments is None else list(arguments)
    for mode in MODES:
        done = subprocess.run([sys.executable, "-m", "verification.mutation", *passed_on, "--mode", mode], check=False)
        if done.returncode:
            return done.returncode
    return _write(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verification.mutation", description=__doc__)
    parser.add_argument("--package", action="append", choices=PACKAGES, help="only these; all if not given")
    parser.add_argument("--sample", type=int, default=250, help="mutants of each package; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--only", default="", help="only mutants whose name holds this")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at once")
    parser.add_argument("--budget", type=float, default=30.0, help="seconds of tests that a mutant has to survive")
    parser.add_argument("--most", type=float, default=10.0, help="seconds of a test that is used")
    parser.add_argument(
        "--work", type=Path, default=RESULTS / "runs" / "mutation", help="folder of what is kept between runs"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of mutation.md")
    parser.add_argument("--mode", choices=list(MODES), help=argparse.SUPPRESS)
    return parser


def _samples(given: argparse.Namespace) -> dict[str, tuple[list[Mutant], int]]:
    """The sample of each package, and how many mutants it has."""
    found = {}
    for package in given.package or PACKAGES:
        every = mutants.of_package(package)
        found[package] = mutants.sample(every, given.sample or len(every), given.seed), len(every)
    return found


def _run(mode: Mode, given: argparse.Namespace) -> int:
    """Try what has not been killed before, of mutants that run in this mode."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MPLBACKEND="agg")
    mode.prepare()
    file = given.work / "outcomes.jsonl"
    before = outcomes.read(file)
    todo = [
        mutant
        for sample, _ in _samples(given).values()
        for mutant in sample
        if mode.has(mutant) and given.only in mutant.name and not _is_settled(before.get(mutant.name), mutant)
    ]
    print(f"{mode.name}: {len(todo)} mutants to try", flush=True)
    if not todo:
        return 0
    told = Counter[str]()

    def take(outcome: Outcome) -> None:
        outcomes.append(outcome, file)
        told[outcome.how] += 1
        print(f"{sum(told.values()):4d} {outcome.how:11} {outcome.name}  {outcome.by}", flush=True)

    asked = Asked(
        mutants=todo,
        modules=[path for package in PACKAGES for path in modules(package)],
        reach=given.work / f"reach-{mode.name}.json",
        most=given.most,
        budget=given.budget,
        jobs=given.jobs,
        on_outcome=take,
        warm=mode.warm,
        begin=partial(_steady_hypothesis, given.work),
    )
    tests = [str(ROOT / "tests" / name) for name in mode.tests]
    options = ["-q", "-s", "-p", "no:cacheprovider", "-m", "not slow", "-o", "timeout=0", f"--rootdir={ROOT}"]
    code = pytest.main([*options, *tests], plugins=[Run(asked)])
    print(", ".join(f"{how} {n}" for how, n in told.most_common()), flush=True)
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else int(code)


def _is_settled(outcome: Outcome | None, mutant: Mutant) -> bool:
    """Whether it was killed before, with the module's text as it is: tests that are added cannot bring it back."""
    return outcome is not None and outcome.fingerprint == fingerprint(mutant) and outcome.how in (*KILLED, "no fault")


def _steady_hypothesis(work: Path) -> None:
    """The same examples in every run; a failing one is enough, the smallest is not looked for."""
    from hypothesis import HealthCheck, Phase, settings

    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(work / "hypothesis")
    phases = (Phase.explicit, Phase.generate)
    slow = list(HealthCheck)
    settings.register_profile(
        "mutation", derandomize=True, database=None, phases=phases, deadline=None, suppress_health_check=slow
    )
    settings.load_profile("mutation")


def _write(given: argparse.Namespace) -> int:
    known = outcomes.read(given.work / "outcomes.jsonl")
    samples = _samples(given)
    found = {
        package: [known[mutant.name] for mutant in sample if mutant.name in known]
        for package, (sample, _) in samples.items()
    }
    made = writing.Made(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{cpu()}, {os.cpu_count()} processors, {platform.platform()}",
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONS},
        seed=given.seed,
        most=given.most,
        budget=given.budget,
    )
    n_all = {package: n for package, (_, n) in samples.items()}
    page = writing.page(found, n_all, explained.reasons(), made)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "mutation.md").write_text(page, "utf-8")
    print(f"written to {given.out}/mutation.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
