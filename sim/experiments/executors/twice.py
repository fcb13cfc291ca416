"""A run whose process was killed is run once more, alone, when the others have ended: was it the run, or bad luck?"""

from collections.abc import Callable, Sequence

from sim.experiments.executors.protocol import Ended, Job, OnEnded

Run = Callable[[Sequence[Job], OnEnded], None]


def twice(run: Run, jobs: Sequence[Job], on_ended: OnEnded) -> None:
    """Run jobs; those that were killed once more, one by one."""
    killed: set[str] = set()

    def first(ended: Ended) -> None:
        if ended.status == "killed":
            killed.add(ended.key)
        else:
            on_ended(ended)

    run(jobs, first)
    for job in jobs if killed else ():
        if job.key in killed:
            run([job], on_ended)
