"""Runs one after the other: in this process, or where a run has a limit, in one cell beside it.

A run without a limit that ends its process takes the command along.
"""

from collections.abc import Sequence

from sim.experiments.executors.cells import Cells
from sim.experiments.executors.protocol import Job, Limits, OnEnded
from sim.experiments.executors.running import ended_here
from sim.experiments.executors.twice import twice
from sim.experiments.store import program


class InProcess:
    """One after the other, here."""

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
        """Run each job once and tell how it ended."""
        if limits:
            _in_a_cell(jobs, limits, on_ended)
            return
        for job in jobs:
            on_ended(ended_here(job.key, job.text))


def _in_a_cell(jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
    cells = Cells()

    def run(these: Sequence[Job], tell: OnEnded) -> None:
        for job in these:
            tell(cells.ended(job.key, job.text, limits, program()))

    try:
        twice(run, jobs, on_ended)
    finally:
        cells.end()
