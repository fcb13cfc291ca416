"""Toy jobs, each of which ends in its own way; they stand for runs of the model where these go wrong."""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sim.experiments.executors import to_text
from sim.experiments.store import Summary


@dataclass(frozen=True)
class Toy:
    """Does what it is told to: sleeps so long, or raises, hangs, takes memory, kills its process."""

    number: int
    does: str = "sleep"
    seconds: float = 0.0
    trace: str = ""
    """A folder in which each start leaves a file, so that a test can count them."""

    @property
    def key(self) -> str:
        return f"{self.does}-{self.number}"

    @property
    def text(self) -> str:
        return to_text(Toy, **vars(self))

    @classmethod
    def from_text(cls, text: str) -> "Toy":
        return cls(**{name: value for name, value in json.loads(text).items() if name != "kind"})

    def run(self) -> Summary:
        if self.trace:
            (Path(self.trace) / f"{self.key}.{time.monotonic_ns()}").touch()
        getattr(self, f"_{self.does}")()
        return {"square": self.number**2, "third": self.number / 3, "none": None}

    def _sleep(self) -> None:
        time.sleep(self.seconds)

    def _raise(self) -> None:
        raise ValueError("no such world")

    def _hang(self) -> None:
        while True:
            time.sleep(60)

    def _allocate(self) -> None:
        held = []
        while True:
            held.append(bytearray(4_000_000_000))

    def _exit(self) -> None:
        os._exit(3)

    def _kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _kill_once(self) -> None:
        """As if memory had been short for a moment."""
        if len(list(Path(self.trace).glob(f"{self.key}.*"))) == 1:
            self._kill()


class Pid(Toy):
    """Says where it runs, and how many threads it may use."""

    def __init__(self) -> None:
        super().__init__(0)

    @property
    def key(self) -> str:
        return "pid"

    @property
    def text(self) -> str:
        return to_text(Pid)

    @classmethod
    def from_text(cls, _: str) -> "Pid":
        return cls()

    def run(self) -> dict[str, int]:
        return {"pid": os.getpid()}
