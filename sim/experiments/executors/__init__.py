"""Where runs are executed: in this process, on all cores of this machine, or on a cluster that is running already."""

from sim.experiments.executors.in_process import InProcess
from sim.experiments.executors.protocol import Ended, Executor, ExecutorError, Job, Limits, Tls, to_text

__all__ = ["Ended", "Executor", "ExecutorError", "InProcess", "Job", "Limits", "Tls", "executor", "to_text"]


def executor(workers: int = 1, address: str | None = None, tls: Tls | None = None) -> Executor:
    """The executor for so many workers here, or for the Dask scheduler at an address. Raises ExecutorError."""
    from sim.experiments.executors import clusters

    if address is not None:
        return clusters.at(address, tls)
    return clusters.local(workers) if workers > 1 else InProcess()
