"""How fast this machine is just now, by a small piece of work: what a first estimate of time stands on.

`sim.experiments.estimate` tells seconds of a free core of the machine on which it was measured; here they become those
of this machine as busy as it is. Knows nothing of runs.
"""

import os
import time
from dataclasses import dataclass
from functools import cache

from sim.experiments.pace import between

REFERENCE_SECONDS = 0.0054
"""What `_work` takes on a free core of the machine on which `sim.experiments.estimate` was measured."""
ROUNDS = 30
LEAST_SLOWNESS, MOST_SLOWNESS = 0.25, 20.0
"""Beyond these the probe was disturbed rather than the machine slow."""
KEPT_OFF = 0.9
"""Below this share of a core the probe had to wait for others."""
OFF_BY = 0.6
"""Estimates before anything ran are right within this share: 1.4 of the estimate itself, the rest of the probe."""


@dataclass(frozen=True)
class Machine:
    """What one process gets of this machine."""

    slowness: float
    """How much longer a core takes for the same work than the one that estimates were measured on."""
    others: float
    """Processes of others that want a core."""
    cores: int

    def longer(self, workers: int) -> float:
        """How much longer runs take with so many workers than each by itself on the machine of the estimates."""
        return self.slowness * max((workers + self.others) / self.cores, 1.0)


def told_now(seconds: float, workers: int) -> str:
    """How long work of so many seconds of a free core takes so many workers here and now: `about 4 to 9 min`."""
    return between(seconds / workers * machine_now().longer(workers), OFF_BY)


@cache
def machine_now() -> Machine:
    """This machine as it is when it is first asked for; it takes about a fifth of a second.

    Others are those of the load that the system tells; or those that kept the probe itself from its core, if more.
    """
    spent, wall = _probed()
    cores = len(os.sched_getaffinity(0))
    share = min(sum(spent) / wall, 1.0)
    kept_off = cores / share - 1 if share < KEPT_OFF else 0.0
    others = max(_load() * cores / (os.cpu_count() or cores), kept_off)
    slowness = min(max(sorted(spent)[len(spent) // 2] / REFERENCE_SECONDS, LEAST_SLOWNESS), MOST_SLOWNESS)
    return Machine(slowness, others, cores)


def _probed() -> tuple[list[float], float]:
    """Seconds of the processor that each round took, and seconds by the clock of all."""
    began, spent = time.perf_counter(), []
    for _ in range(ROUNDS):
        before = time.thread_time()
        _work()
        spent.append(time.thread_time() - before)
    return spent, max(time.perf_counter() - began, 1e-9)


def _work() -> int:
    """Numbers in no order, put into order and counted."""
    numbers = [i * 7919 % 100_003 for i in range(40_000)]
    numbers.sort()
    found: dict[int, int] = {}
    for number in numbers:
        found[number % 97] = found.get(number % 97, 0) + 1
    return len(found)


def _load() -> float:
    """Processes of this machine that wanted a core in the last minute; 0 where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0
