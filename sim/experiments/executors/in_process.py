"""Runs one after the other in this process.

A run that ends the process takes the command along: runs that may are given limits, or several workers.
"""

from collections.abc import Sequence

from sim.experiments.executors.protocol import Job, Limits, OnEnded
from sim.experiments.executors.running import ended_here


class InProcess:
    """One after the other, here."""

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
        """Run each job once and tell how it ended."""
        for job in jobs:
            on_ended(ended_here(job.key, job.text))
