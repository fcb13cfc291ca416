"""Runs that are kept on disk as soon as they are done, so that whatever was killed goes on where it was.

A run is written aside and moved into place. Its name is a hash of everything that it depends on: the scenario, the
replication, and the program; so it gives what it would have given. Knows nothing of what is kept of a run.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import sim
from sim.experiments.travelling import Travelling, kind_of

if TYPE_CHECKING:
    from sim.experiments.worlds import Worlds

Summary = Mapping[str, Any]
"""What is kept of a run, as JSON has it."""


class Job(Protocol):
    """Something to run and to keep."""

    @property
    def key(self) -> str:
        """What it is kept under; nothing that gives anything else has the same."""

    @property
    def text(self) -> str:
        """JSON, as it travels; `kind` names a class, ``module:Class``, whose ``from_text(text)`` makes it again."""

    def run(self) -> Summary:
        """Run it here."""


@dataclass(frozen=True)
class OneRun(Travelling):
    """One run of a scenario, as text, with its luck; what is kept of it, others say."""

    scenario: str
    replication: int

    @cached_property
    def key(self) -> str:
        """Hash of everything that the run depends on."""
        return hash_of(str(self.replication), self.scenario)

    @property
    def worlds(self) -> "Worlds":
        """Its worlds; the replication runs in the last of them."""
        from sim.experiments.worlds import Worlds
        from sim.scenario.scenario import Scenario

        return Worlds.of(Scenario.model_validate_json(self.scenario), self.replication + 1)


def to_text(kind: type, **fields: object) -> str:
    """The text as which a job of a class travels, with the fields that its ``from_text`` makes it of again."""
    return json.dumps({"kind": kind_of(kind), **fields})


def hash_of(*texts: str) -> str:
    """A name for what the program makes of some texts."""
    return hashlib.sha256("\0".join((program(), *texts)).encode()).hexdigest()[:32]


@cache
def program() -> str:
    """Hash of the program's source and of what computes with it."""
    digest = hashlib.sha256()
    for file in sorted(Path(sim.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    for package in ("numpy", "numba", "holidays"):
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()


class Store:
    """Runs on disk, one file each; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Where a run lies."""
        return self.folder / f"{key}.json.gz"

    def get(self, key: str) -> Summary | None:
        """A run, if it is there."""
        try:
            return json.loads(gzip.decompress(self.path(key).read_bytes()))
        except FileNotFoundError:
            return None

    def put(self, key: str, summary: Summary) -> None:
        """Keep a run."""
        aside = self.folder / f".{key}.{os.getpid()}"
        aside.write_bytes(gzip.compress(json.dumps(summary).encode(), mtime=0))
        aside.replace(self.path(key))
