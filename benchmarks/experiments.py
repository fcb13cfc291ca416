"""What an experiment costs beside its runs, and how its speed grows with workers: `python -m benchmarks.experiments`.

Three things: what the command that leads a sweep does for each run (naming it, keeping it, the tables), with runs that
take no time; how many runs of no length a worker is given in a second; and the same long runs with one worker and two.
"""

import argparse
import resource
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

from sim.experiments.executors import Ended, Executor, Job, Limits, executor, to_text
from sim.experiments.executors.protocol import OnEnded
from sim.experiments.store import Summary
from sim.experiments.sweeps.reading import Study, read_sweep
from sim.experiments.sweeps.running import run_sweep
from sim.indicators.measures import BY_NAME

ROOT = Path(__file__).resolve().parents[1]
SWEEP = ROOT / "scenarios" / "sweeps" / "harbin-five-years.yaml"


@dataclass(frozen=True)
class Nothing:
    """A run that takes no time."""

    number: int

    @property
    def key(self) -> str:
        """Its name."""
        return f"nothing-{self.number}"

    @property
    def text(self) -> str:
        """As it travels."""
        return to_text(Nothing, number=self.number)

    @classmethod
    def from_text(cls, text: str) -> "Nothing":
        """The run again."""
        import json

        return cls(json.loads(text)["number"])

    def run(self) -> Summary:
        """As many numbers as a run of a sweep has."""
        return numbers(self.number)


def numbers(seed: int) -> Summary:
    """What a run of a sweep comes to, in size."""
    return {"measures": dict.fromkeys(BY_NAME, (seed + 1) * 1234.56789), "is_settled": True}


class AtOnce:
    """Ends every run at once with numbers of its own, so that only what stands around runs takes time."""

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
        """Tell of each run that it is done."""
        for i, job in enumerate(jobs):
            on_ended(Ended(job.key, "done", "", numbers(i), 1.0))


@contextmanager
def _folder() -> Iterator[Path]:
    runs = ROOT / "results" / "runs"  # what lies there is never committed
    runs.mkdir(exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix="experiments-", dir=runs))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def with_points(study: Study, points: int, replications: int = 4) -> Study:
    """The same sweep with so many points."""
    design = study.sweep.design.model_copy(update={"points": points})
    update = {"design": design, "replications": replications}
    return replace(study, sweep=study.sweep.model_copy(update=update))


def of_the_lead(study: Study, sizes: Sequence[int]) -> Iterator[str]:
    """What leading costs a run, at several numbers of runs."""
    yield "leading a sweep whose runs take no time: naming, keeping and reading back each run, the tables"
    yield f"{'runs':>10}{'ms a run':>12}{'again, ms a run':>18}{'bytes a run':>14}{'peak MB':>10}"
    for points in sizes:
        with _folder() as folder:
            times = []
            for _ in range(2):  # the second time all are on disk
                started = perf_counter()
                swept = run_sweep(with_points(study, points), folder / "sweep", AtOnce())
                times.append(perf_counter() - started)
            runs = swept.outcomes.values.shape[0] * swept.outcomes.n
            size = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        first, again = (time / runs * 1000 for time in times)
        yield f"{runs:>10,}{first:>12.2f}{again:>18.2f}{size / runs:>14,.0f}{peak:>10,.0f}"


def of_executors(n: int) -> Iterator[str]:
    """Runs of no length a second."""
    yield "runs of no length a second, each in a cell: what a worker can be given"
    for workers in (1, 2):
        ended: list[Ended] = []
        one = executor(workers)
        _timed(one, 2 * workers)  # what starts once
        seconds = _timed(one, n, ended)
        yield f"{workers:>10} worker{'s' * (workers > 1)}: {len(ended) / seconds:,.0f}"


def _timed(one: Executor, n: int, ended: list[Ended] | None = None) -> float:
    told = ended if ended is not None else []
    started = perf_counter()
    one.run([Nothing(i) for i in range(n)], Limits(), told.append)
    return perf_counter() - started


def of_workers(study: Study, points: int, rounds: int) -> Iterator[str]:
    """The same long runs with one worker and with two, in turn."""
    yield "long runs with two workers against one"
    ratios = []
    for at in range(rounds):
        seconds = {}
        for workers in (1, 2) if at % 2 == 0 else (2, 1):
            with _folder() as folder:
                started = perf_counter()
                swept = run_sweep(with_points(study, points, 2), folder / "sweep", executor(workers))
                seconds[workers] = perf_counter() - started
                runs = swept.outcomes.values.shape[0] * swept.outcomes.n - swept.outcomes.n_failed
        ratios.append(seconds[1] / seconds[2])
        yield f"  {runs} runs: {seconds[1]:.0f} s with one, {seconds[2]:.0f} s with two: {ratios[-1]:.2f} times"
    yield f"  median {median(ratios):.2f} times"


def main() -> None:
    """Print all three, or those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["lead", "executors", "workers"])
    parser.add_argument("--points", type=int, default=11, help="points of the long runs, two runs each")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    study = read_sweep(SWEEP)
    parts = {
        "lead": lambda: of_the_lead(study, (250, 2_500)),
        "executors": lambda: of_executors(400),
        "workers": lambda: of_workers(study, asked.points, asked.rounds),
    }
    for what in asked.what:
        for line in parts[what]():
            print(line, flush=True)


if __name__ == "__main__":
    from benchmarks.experiments import main as measure  # by its name, since a run travels by the name of its module

    measure()
