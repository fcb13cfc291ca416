"""Runs of a comparison on disk as soon as they end, so that one that was stopped or killed goes on where it was.

A run is named by all that determines it: the world as it is described, its posteriors, its draw, the replication, the
seed (in the world), and the program. It is kept whole, to the bit, as numbers and texts; nothing is ever unpickled.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.comparing.replicated import Replicated
from sim.experiments.executors.protocol import Ended as Part
from sim.experiments.parts import Parts, written_to
from sim.experiments.run import Ended
from sim.experiments.store import Summary, hash_of
from sim.experiments.worlds import Worlds
from sim.indicators import Backlog, StockOut
from sim.indicators.measures import Measured

TIMES, OVER = "times.csv", ".parts."


class KeptRuns:
    """The runs that a folder holds; one command at a time writes (see Locked)."""

    def __init__(self, folder: Path) -> None:
        _clear(folder)
        self._parts = Parts(folder)
        self._parts.prepare()
        self._texts: dict[int, tuple[Worlds, str]] = {}
        self._own: set[str] = set()
        self.n_found = 0
        """Runs that were there, and not run again."""

    @property
    def damaged(self) -> tuple[str, ...]:
        """What was wrong with runs that were set aside, a sentence for each."""
        return tuple(self._parts.damaged.values())

    def get(self, worlds: Worlds, replication: int) -> Ended | None:
        """A run, if it is there; one that was cut short or altered is set aside and is not there."""
        key = self._key(worlds, replication)
        self._own.add(key)
        part = self._parts.get(key)
        if part is None or part.summary is None:
            return None
        self.n_found += 1
        return Ended(from_plain(part.summary), part.seconds)

    def put(self, worlds: Worlds, replication: int, ended: Ended) -> None:
        """Keep a run. Raises PartsFolderError."""
        key = self._key(worlds, replication)
        self._own.add(key)
        self._parts.put(Part(key, "done", "", plain(ended.outcome), ended.seconds))

    def remove(self) -> None:
        """Take the runs away, all at once whenever it is killed; those of another that was stopped here stay."""
        folder = self._parts.top
        with written_to(folder):
            if {path.stem for path in self._parts.folder.glob("*.parquet")} - self._own:
                for key in self._own:
                    self._parts.path(key).unlink(missing_ok=True)
                return
            self._parts.folder.rename(folder / f"{OVER}{os.getpid()}")
            (folder / TIMES).unlink(missing_ok=True)
        _clear(folder)

    def _key(self, worlds: Worlds, replication: int) -> str:
        if id(worlds) not in self._texts:
            self._texts[id(worlds)] = worlds, hash_of(worlds.described.model_dump_json(by_alias=True))
        drawn = [(posterior.name, posterior.sha256) for posterior in worlds.posteriors]
        text = self._texts[id(worlds)][1]
        return hash_of("comparison", text, repr(drawn), repr(worlds.draw_of(replication)), str(replication))


def _clear(folder: Path) -> None:
    """Take away what was being taken away."""
    for over in folder.glob(f"{OVER}*"):
        shutil.rmtree(over, ignore_errors=True)


def plain(run: Replicated) -> Summary:
    """A run as JSON has it."""
    one = run.measured
    return {
        "groups": {dimension: list(map(str, names)) for dimension, names in one.groups.items()},
        "values": {dimension: _columns(values) for dimension, values in one.values.items()},
        "hours": _array(one.hours),
        "backlogs": [_fields(backlog) for backlog in one.backlogs],
        "stock_outs": [_fields(out) for out in one.stock_outs],
        "is_settled": bool(run.is_settled),
        "network": {name: _columns(table) for name, table in run.network.items()},
    }


def from_plain(kept: Summary) -> Replicated:
    """The run again, the same to the bit."""
    found = Measured(
        groups={dimension: tuple(names) for dimension, names in kept["groups"].items()},
        values={dimension: _read_columns(values) for dimension, values in kept["values"].items()},
        hours=_read(kept["hours"]),
        backlogs=tuple(Backlog(**each) for each in kept["backlogs"]),
        stock_outs=tuple(StockOut(**each) for each in kept["stock_outs"]),
    )
    network = {name: _read_columns(table) for name, table in kept["network"].items()}
    return Replicated(found, kept["is_settled"], network)


def _fields(one: Backlog | StockOut) -> dict[str, Any]:
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in asdict(one).items()}


def _columns(columns: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: _array(values) for name, values in columns.items()}


def _read_columns(columns: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: _read(values) for name, values in columns.items()}


def _array(values: np.ndarray) -> dict[str, Any]:
    """An array and its type; a number of JSON is read back to the bit, and NaN as NaN."""
    return {"type": values.dtype.str if values.dtype != object else "text", "of": values.tolist()}


def _read(kept: Mapping[str, Any]) -> np.ndarray:
    if kept["type"] != "text":
        return np.array(kept["of"], kept["type"])
    values: np.ndarray = np.empty(len(kept["of"]), object)
    values[:] = kept["of"]
    return values
