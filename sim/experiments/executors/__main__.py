"""A process in which runs are executed one after the other: `python -m sim.experiments.executors`, started by a cell.

It reads a job as a line of JSON and answers how it ended as another. It is out of the reach of Ctrl-C, and it ends when
whoever started it has ended, however that came, or when it has had nothing to do for long.
"""

import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, TextIO

from sim.experiments.executors.protocol import ExecutorError
from sim.experiments.executors.running import ended_here
from sim.experiments.store import program

IDLE_SECONDS = 600.0


def main() -> None:
    """Run what comes, until nothing more does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")  # where memory is short, the run is to go and not what looks after it
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a run prints must not look like an answer
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin, lines), daemon=True).start()
    _say(answers, {"program": program()})
    with suppress(queue.Empty):
        while True:
            _say(answers, _answer(json.loads(lines.get(timeout=IDLE_SECONDS))))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return vars(ended_here(**asked))
    except ExecutorError as error:
        return {"error": str(error)}


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    print(json.dumps(what), file=answers, flush=True)


def _read(stdin: TextIO, lines: "queue.SimpleQueue[str]") -> None:
    try:
        for line in stdin:
            lines.put(line)
    finally:  # also where the other end went with an answer unread, which is an error to read from
        os._exit(1)


if __name__ == "__main__":
    main()
