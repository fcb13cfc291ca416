"""What a Dask worker does: it runs jobs in cells beside it, one for each run that goes on at once, kept for the next.

These functions are called by their names from outside; what they take and give is text and plain values.
"""

import threading
from collections import defaultdict
from typing import Any

from sim.experiments.executors.cells import Cells
from sim.experiments.executors.protocol import ExecutorError, Limits

_lock = threading.Lock()
_cells: defaultdict[str, Cells] = defaultdict(Cells)
"""By the command that they work for; those of one that is over stay closed."""


def ended_on_worker(
    command: str, program: str, seconds: float | None, memory_bytes: int | None, key: str, text: str
) -> dict[str, Any]:
    """How a run ended, or ``error`` if it could not be run at all."""
    with _lock:
        cells = _cells[command]
    try:
        return vars(cells.ended(key, text, Limits(seconds, memory_bytes), program))
    except ExecutorError as error:
        return {"error": str(error)}


def end_cells(command: str) -> None:
    """End what a command has here."""
    with _lock:
        cells = _cells[command]
    cells.end()
