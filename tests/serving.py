"""A small library of scenarios on disk, and a server of it as a process: for tests of the page and the browser."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "golden" / "tiny.yaml"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
PATIENCE = 250.0
STORM = """
intervention: storm
base: tiny.yaml
name: {en: A storm, zh: 风暴}
is_disruption: true
proposes: Nothing flies for some days.
at: 2016-05-12
lasts: 4 d
measures: {grounded: {kind: close, lanes: [flight]}}
"""


def library(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the small world and other files by their names into a library; its folder."""
    for name in ("corridors", "interventions", "disruptions", "sweeps"):
        (folder / name).mkdir(parents=True)
    for name, text in {"tiny": TINY.read_text("utf-8"), **files}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def until(is_so: Callable[[], Any], what: str) -> Any:
    """Wait for something; the last thing that it came to."""
    end = time.monotonic() + PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < end, f"in vain waited for: {what}"
        time.sleep(0.1)
    return found


def command(*words: str, folder: Path) -> None:
    """Run a command of the program in a folder, to its end."""
    whole = [sys.executable, "-m", "sim.cli", *words]
    done = subprocess.run(whole, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Server:
    """`sim serve` in a folder with a library."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "serve.log"
        words = [sys.executable, "-m", "sim.cli", "serve", "--port", "0"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(words, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
        said = until(self._said, "the address")
        self.address = said[-1].rstrip("/")
        until(self._answers, "an answer")

    def _said(self) -> list[str]:
        assert self.process.poll() is None, f"the server did not start: {self.log.read_text()}"
        return re.findall(r"http://127\.0\.0\.1:\d+/", self.log.read_text())

    def _answers(self) -> bool:
        try:
            return bool(self.get("/api/corridors"))
        except OSError:
            return False

    def open(self, path: str, data: Any = None) -> HTTPResponse:
        """What stands at an address; data are sent as the page sends them."""
        headers = {"Origin": self.address, "Content-Type": "application/json"} if data is not None else {}
        sent = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.address + path, sent, headers)
        found: HTTPResponse = urllib.request.urlopen(request, timeout=120)
        return found

    def get(self, path: str, data: Any = None) -> Any:
        """The JSON that stands there."""
        with self.open(path, data) as answer:
            return json.loads(answer.read())

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Tell it to end; how it did."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def end_all(self) -> None:
        """End it, and kill the runs that would outlive it."""
        if self.process.poll() is None:
            self.end()
        for file in (self.folder / "results" / "runs" / "page").glob("page-*/process.json"):
            kill_run(file.parent)


def kill_run(folder: Path) -> bool:
    """Kill a run of the page, as a machine that runs out of memory does; whether it ran."""
    from sim.page.processes import Known

    known = Known.of(json.loads((folder / "process.json").read_text("utf-8")))
    if known is None or not known.is_alive:
        return False
    known.signal_all(signal.SIGKILL)
    return True
