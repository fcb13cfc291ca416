"""Where runs are executed: in this process, on all cores of this machine, or on a cluster that is running already."""

from sim.experiments.executors.in_process import InProcess
from sim.experiments.executors.protocol import Ended, Executor, ExecutorError, Job, Limits, Tls, to_text

__all__ = ["Ended", "Executor", "ExecutorError", "InProcess", "Job", "Limits", "Tls", "executor", "to_text"]


def executor(workers: int = 1, address: str | None = None, tls: Tls | None = None) -> Executor:
    """The executor for so many workers here, or for the scheduler at an address."""
    if address is not None or tls is not None or workers > 1:
        raise ExecutorError("runs are executed one after the other in this process only, so far")
    return InProcess()
