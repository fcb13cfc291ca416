"""Runs of the page: a folder each, from which alone one can see what was asked, how far it is, and what came of it.

`request.json` says what was asked; `scenarios/` holds all files that it is made from; `starting.json` that it is being
started, `process.json` who is at work; `stop.json` that it is to stop; `ended.json` how it ended; `result/` is the
folder of `sim compare`.
"""

import re
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sim.language import marked
from sim.page.files import last_lines, now, read_json, seconds_since, write_json
from sim.page.library import Library
from sim.page.plans import Read
from sim.page.processes import Known, program, start, with_argument
from sim.page.saying import PageError
from sim.page.wanted import Wanted
from sim.tables import MANIFEST, PROGRESS_FILE

State = Literal["queued", "running", "done", "failed", "stopped"]
PREFIX = "page-"
NAME = re.compile(rf"{PREFIX}\d{{4,9}}")
LINES_SHOWN = 8
GRACE = {signal.SIGINT: 0.0, signal.SIGTERM: 20.0, signal.SIGKILL: 30.0}
"""Seconds after which a run that is to stop is told so, in turn: it writes what it has when it is interrupted."""
RESUMED = ("failed", "stopped")
"""What can be put in the queue again."""
KINDS: Mapping[str, Any] = {
    "phase": str,
    "title": str,
    "done": int,
    "total": int,
    "failed": int,
    "share": int | float,
    "seconds_left": int | float,
}
"""Of what kind the parts of a file of progress are."""


@dataclass(frozen=True)
class Shown:
    """A run as the page lists it."""

    id: str
    title: str
    state: State
    phase: str = ""
    done: int | None = None
    total: int | None = None
    failed: int = 0
    share: float = 0.0
    seconds_left: float | None = None
    started_at: str | None = None
    created_at: str | None = None
    finished_at: str | None = None
    result: str | None = None
    error: str | None = None
    kind: str = "compare"
    from_terminal: bool = False
    can_resume: bool = False

    def record(self) -> dict[str, Any]:
        """For the page; no finer than it is shown, so that it is told only when something changed."""
        left = None if self.seconds_left is None else round(self.seconds_left)
        return asdict(self) | {"share": round(self.share, 3), "seconds_left": left}


class Run:
    """One folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.id = folder, folder.name

    # -- what the files say --------------------------------------------------------------------------------------------

    @property
    def process(self) -> Known | None:
        """Who is at work, or was."""
        return Known.of(read_json(self.folder / "process.json"))

    @property
    def result(self) -> Path | None:
        """The folder of what came of it, whole or of what had run when it was stopped."""
        folders = (self.folder / name for name in ("result", "result-incomplete"))
        return next((folder for folder in folders if (folder / MANIFEST).is_file()), None)

    @property
    def has_ended(self) -> bool:
        """Whether it was written down how it ended."""
        return (self.folder / "ended.json").is_file()

    @property
    def is_to_stop(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.folder / "stop.json").is_file()

    @property
    def is_starting(self) -> bool:
        """Whether a server began to start it, and did not get to writing down the process."""
        return (self.folder / "starting.json").is_file() and self.process is None

    @property
    def plans(self) -> dict[str, Path]:
        """The scenario files of its plans by name."""
        names = read_json(self.folder / "request.json").get("plans", ())
        files = {str(name): self.folder / "scenarios" / f"{name}.yaml" for name in names}
        return {name: file for name, file in files.items() if file.is_file()}

    def state(self) -> State:
        """How it stands, as far as files and processes say."""
        ended = read_json(self.folder / "ended.json").get("state")
        if ended in ("done", "failed", "stopped"):
            return ended
        process = self.process
        if process is None:
            is_over = self.is_starting and self._is_whole
            return "done" if is_over else "stopped" if self.is_to_stop else "queued"
        if process.is_alive:
            return "running"
        if self._is_whole:
            return "done"
        return "stopped" if self.is_to_stop else "failed"

    @property
    def _is_whole(self) -> bool:
        """Whether all of what was asked for has come of it."""
        return self.result is not None and self.result.name == "result"

    def shown(self) -> Shown:
        """For the list."""
        asked, process = read_json(self.folder / "request.json"), read_json(self.folder / "process.json")
        ended, state, result = read_json(self.folder / "ended.json"), self.state(), self.result
        progress = progress_of(self.folder / "result")
        is_running = state == "running"
        return Shown(
            id=self.id,
            title=str(asked.get("title", self.id)),
            state=state,
            phase=progress.get("phase", "") if is_running else "",
            done=progress.get("done"),
            total=progress.get("total"),
            failed=progress.get("failed", 0),
            share=1.0 if state == "done" else progress["share"],
            seconds_left=progress.get("seconds_left") if is_running else None,
            started_at=process.get("started_at"),
            created_at=asked.get("created_at"),
            finished_at=ended.get("finished_at"),
            result=self.id if result is not None else None,
            error=last_lines(self.folder / "err.txt", LINES_SHOWN) or None if state == "failed" else None,
            can_resume=state in RESUMED,
        )

    # -- what is done --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it. That it is being started is written down first: whoever comes after a killed server finds it."""
        asked = read_json(self.folder / "request.json")
        write_json(self.folder / "starting.json", {"at": now()})
        known = start(self._command(asked), self.folder / "out.txt", self.folder / "err.txt")
        try:
            self._sign(known)
        except OSError:  # nobody would know of it
            known.signal_all(signal.SIGKILL)
            raise

    def _sign(self, known: Known) -> None:
        """Write down who is at work."""
        write_json(self.folder / "process.json", {**asdict(known), "started_at": now()})
        (self.folder / "starting.json").unlink(missing_ok=True)

    def adopt(self) -> None:
        """Look for the process that a server started and was killed before it wrote that down."""
        if self.is_starting and (known := with_argument(str(self.folder / "result"))) is not None:
            self._sign(known)

    def _command(self, asked: Mapping[str, Any]) -> list[str]:
        files = [str(self.folder / "scenarios" / f"{name}.yaml") for name in (asked["corridor"], *asked["plans"])]
        n, rows = str(asked["replications"]), str(asked["parcels_per_row"])
        options = ["--replications", n, "--parcels-per-row", rows, "--out", str(self.folder / "result")]
        return program("compare", *files, *options)

    def resume(self) -> None:
        """Put it in the queue again; what had run is kept in its folder, and the same command goes on from there."""
        if self.state() not in RESUMED:
            raise PageError(409, marked("Only a run that was stopped or has failed can go on."))
        for name in ("starting.json", "process.json", "stop.json", "ended.json"):  # until the last, it is as it was
            (self.folder / name).unlink(missing_ok=True)

    def stop(self) -> None:
        """Ask it to stop; what is queued does not start."""
        if self.state() not in ("queued", "running"):
            raise PageError(409, marked("The run has ended already."))
        if self.is_to_stop:  # asked again, it would be told again, and what it is saving then would be lost
            return
        write_json(self.folder / "stop.json", {"asked_at": now()})

    def press(self) -> None:
        """Tell a process that is to stop so, more firmly the longer it goes on."""
        said, process = read_json(self.folder / "stop.json"), self.process
        waited = seconds_since(said.get("asked_at"))
        if process is None or waited is None or not process.is_alive:
            return
        due = [number for number, after in GRACE.items() if waited >= after]
        if due and said.get("sent") != due[-1].name:
            process.signal_all(due[-1])
            write_json(self.folder / "stop.json", {**said, "sent": due[-1].name})

    def fail(self) -> None:
        """Write down that it could not be started."""
        write_json(self.folder / "ended.json", {"state": "failed", "finished_at": now()})

    def settle(self) -> None:
        """Write down how it ended, once it has."""
        if (process := self.process) is not None:
            process.reap()
        state = self.state()
        if state in ("done", "failed", "stopped") and not self.has_ended:
            write_json(self.folder / "ended.json", {"state": state, "finished_at": now()})


def progress_of(folder: Path) -> dict[str, Any]:
    """What a comparison says of how far it is; only what is of the right kind."""
    found = read_json(folder / PROGRESS_FILE)
    right = {key: value for key, value in found.items() if isinstance(value, KINDS.get(key, object))}
    return right | {"share": min(max(right.get("share", 0.0), 0.0), 1.0)}


# -- all of them -------------------------------------------------------------------------------------------------------


class Runs:
    """The folder of all runs of the page."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder, self.library = folder, library

    def all(self) -> list[Run]:
        """All runs, the first first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if NAME.fullmatch(path.name) and not path.is_symlink()]
        return [Run(path) for path in sorted(found, key=lambda path: int(path.name[len(PREFIX) :]))
                if (path / "request.json").is_file()]  # fmt: skip

    def run(self, name: str) -> Run:
        """One of them."""
        found = Run(self.folder / name) if NAME.fullmatch(name) else None
        if found is None or not (found.folder / "request.json").is_file():
            raise PageError(404, marked("There is no run of that name."))
        return found

    def add(self, wanted: Wanted, read: list[Read]) -> Run:
        """Put a run in the queue, with all files that it is made from."""
        folder = self._new()
        named = {name for plan in read if plan.scenario is not None for name in plan.scenario.interventions}
        self.library.copy_to(folder / "scenarios", named)
        for plan in read:
            (folder / "scenarios" / f"{plan.slug}.yaml").write_text(plan.text, "utf-8")
        title = self.library.baseline(wanted.corridor).title
        asked = {
            "title": ", ".join(plan.name for plan in wanted.plans),
            "corridor": wanted.corridor,
            "corridor_title": title,
            "plans": [plan.slug for plan in read],
            "replications": wanted.replications,
            "parcels_per_row": wanted.parcels_per_row,
            "wanted": wanted.model_dump(mode="json"),
            "created_at": now(),
        }
        write_json(folder / "request.json", asked)
        return Run(folder)

    def _new(self) -> Path:
        """A folder of its own, whoever else makes one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name[len(PREFIX) :]) for path in self.folder.iterdir() if NAME.fullmatch(path.name)]
        number = max(taken, default=0) + 1
        while True:
            folder = self.folder / f"{PREFIX}{number:04}"
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                return folder
