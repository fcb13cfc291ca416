"""What a process beside the command does: it runs one replication after the other, and says how far each has come.

A process begins anew from what is on disk, so it may load another program than the command did: then it runs nothing.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.errors import SimError
from sim.experiments.store import program
from sim.experiments.worlds import Worlds
from sim.ledger.posteriors import Posterior
from sim.scenario.scenario import Scenario

NEARLY = 0.99
"""Most that a task says of itself: it has ended when what it came to is there."""

Work = Callable[[Worlds, int, Callable[[float], None]], Any]
"""Runs one replication in its world and returns what is to be kept; of a module, so that processes can find it."""


class OtherProgramError(SimError):
    """A process has loaded another program than its command: what it gave would not be of one program."""


class Sent(NamedTuple):
    """Worlds as they are sent to a process: the scenario as text, for pydantic's generic classes cannot be pickled."""

    program: str
    """Hash of the program that the command has loaded."""
    scenario: str
    n: int
    posteriors: tuple[Posterior, ...]

    @classmethod
    def of(cls, worlds: Worlds) -> "Sent":
        """Worlds, to be sent by this program."""
        return cls(program(), worlds.described.model_dump_json(by_alias=True), worlds.n, worlds.posteriors)

    @property
    def worlds(self) -> Worlds:
        """They again. Raises OtherProgramError where another program would run them."""
        if self.program != program():
            raise OtherProgramError(
                "the program on disk is no longer the one that this command began with; give the command again"
            )
        return Worlds.with_posteriors(Scenario.model_validate_json(self.scenario), self.n, self.posteriors)


def timed(work: Work, worlds: Worlds, replication: int, tell: Callable[[float], None]) -> tuple[Any, float]:
    """What a replication came to, and the seconds that it took."""
    started = time.perf_counter()
    outcome = work(worlds, replication, tell)
    return outcome, time.perf_counter() - started


_SHARES: Any = None


def start_process(shares: Any) -> None:
    """Prepare a process: it says how far it has come in ``shares``, leaves Ctrl-C to the one that started it, and ends
    when that one has ended, however it did.
    """
    global _SHARES
    _SHARES = shares
    program()  # of what it has loaded, before anything on disk changes
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work_apart(sent: Sent, work: Work, replication: int, slot: int) -> tuple[Any, float]:
    """Do a piece of work in this process: what it came to and its seconds; how far it is stands in a slot of shares."""

    def tell(share: float) -> None:
        _SHARES[slot] = min(share, NEARLY)

    tell(0.0)
    return timed(work, sent.worlds, replication, tell)
