"""What an executor is given, what it gives back, and what every executor is: the same runs end the same in all of them.

What travels is text (`Job.text`), and what comes back is plain JSON values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

from sim.errors import SimError
from sim.experiments.store import Job, Summary, to_text

__all__ = ["STATUSES", "Ended", "Executor", "ExecutorError", "Job", "Limits", "OnEnded", "Status", "Tls", "to_text"]

Status = Literal["done", "failed", "timed_out", "killed"]
STATUSES: tuple[Status, ...] = get_args(Status)
TOO_LONG, TOO_MUCH = "took longer than its limit of ", "took more memory than its limit of "


class ExecutorError(SimError):
    """Runs cannot be executed at all, or no longer: a fault of no run; those that have ended are kept."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: with a summary if it is done, else with a reason; and how long it took."""

    key: str
    status: Status
    reason: str = ""
    summary: Summary | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Limits:
    """Of one run; None is none."""

    seconds: float | None = None
    memory_bytes: int | None = None

    def __bool__(self) -> bool:
        return self != Limits()

    @property
    def too_long(self) -> str:
        """What is said of a run that took longer."""
        return f"{TOO_LONG}{self.seconds or 0:g} s"

    @property
    def too_much(self) -> str:
        """What is said of a run that took more memory."""
        return f"{TOO_MUCH}{(self.memory_bytes or 0) / 1e9:g} GB"

    def are_others(self, ended: Ended) -> bool:
        """Whether a run came to a limit that is none of these: with these it may end otherwise."""
        return (ended.reason.startswith(TOO_LONG) and ended.reason != self.too_long) or (
            ended.reason.startswith(TOO_MUCH) and ended.reason != self.too_much
        )


@dataclass(frozen=True)
class Tls:
    """Files, as PEM, by which this machine and a scheduler know each other."""

    ca: Path
    certificate: Path
    key: Path


OnEnded = Callable[[Ended], None]


class Executor(Protocol):
    """Runs jobs somewhere."""

    def run(self, jobs: Sequence[Job], limits: Limits, on_ended: OnEnded) -> None:
        """Run each job once and tell how it ended, in the order in which they end, in the thread that asked.

        Whatever ``on_ended`` raises, and Ctrl-C, ends what still runs and is raised. Raises ExecutorError.
        """
