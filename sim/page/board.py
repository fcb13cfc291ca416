"""The queue of runs, and who hears of it: starts what waits, ends what is to stop, tells all pages what changed."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from anyio import Event, to_thread

from sim.language import marked
from sim.page.elsewhere import Elsewhere
from sim.page.plans import Read
from sim.page.runs import Run, Runs, Shown
from sim.page.saying import PageError
from sim.page.wanted import Wanted

LOOK_SECONDS = 0.5
MOST_WAITING = 20
MOST_SHOWN = 60
logger = logging.getLogger(__name__)


class Board:
    """All runs of the page and of the terminal. ``at_once`` of the page's run, the rest wait their turn."""

    def __init__(self, runs: Runs, elsewhere: Elsewhere, at_once: int = 1) -> None:
        self.runs, self.elsewhere, self.at_once = runs, elsewhere, at_once
        self.text = "[]"
        """The list as JSON, as it was seen last."""
        self._looking = asyncio.Lock()
        self._ended: dict[str, Shown] = {}
        self._hopeless: set[str] = set()
        """Runs that could not be started, and are not tried again."""

    def listed(self) -> list[Shown]:
        """All that is shown, the newest of the page first, then those of the terminal."""
        own = [self._shown(run) for run in reversed(self.runs.all()[-MOST_SHOWN:])]
        self._ended = {one.id: one for one in own if one.id in self._ended}
        return [*own, *list(reversed(self.elsewhere.shown()))[:MOST_SHOWN]]

    def _shown(self, run: Run) -> Shown:
        """What has ended stays as it is."""
        if run.id not in self._ended:
            shown = run.shown()
            if not run.has_ended:
                return shown
            self._ended[run.id] = shown
        return self._ended[run.id]

    def add(self, wanted: Wanted, read: list[Read]) -> Run:
        """Put a run in the queue."""
        self._refuse_too_many()
        return self.runs.add(wanted, read)

    async def resume(self, run: Run) -> None:
        """Put a run that was stopped or has failed in the queue again."""
        async with self._looking:
            await to_thread.run_sync(self._put_again, run)
        await self.look()

    def _put_again(self, run: Run) -> None:
        self._refuse_too_many()
        run.resume()
        self._hopeless.discard(run.id)
        self._ended.pop(run.id, None)

    def _refuse_too_many(self) -> None:
        if sum(run.state() == "queued" for run in self.runs.all()) >= MOST_WAITING:
            raise PageError(429, marked("{n} runs wait already; stop one of them first."), n=MOST_WAITING)

    def turn(self) -> None:
        """Look after all runs once: note what has ended, press what is to stop, start what may start."""
        runs = [run for run in self.runs.all() if not run.has_ended]
        for run in runs:
            run.adopt()
            if run.is_to_stop:
                run.press()
            run.settle()
        states = {run.id: run.state() for run in runs}
        n_running = sum(state == "running" for state in states.values())
        waiting = [run for run in runs if states[run.id] == "queued"]
        for run in waiting[: max(self.at_once - n_running, 0)]:
            if run.id in self._hopeless:
                continue
            try:
                run.start()
            except OSError as error:
                self._hopeless.add(run.id)  # the disk may be too full to write it down
                with suppress(OSError):
                    (run.folder / "err.txt").write_text(f"the run could not be started: {error}\n", "utf-8")
                    run.fail()

    # -- telling -------------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Take a turn, and make the list anew."""
        async with self._looking:
            await to_thread.run_sync(self.turn)
            shown = await to_thread.run_sync(self.listed)
            self.text = json.dumps([one.record() for one in shown], ensure_ascii=False, allow_nan=False)

    async def watch(self) -> None:
        """Look for ever, twice a second; what goes wrong once does not end it."""
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("the list of runs could not be made")
            await asyncio.sleep(LOOK_SECONDS)

    async def told(self, ended: Event) -> AsyncIterator[str]:
        """The list now, and again whenever it has changed, until the server ends."""
        last: str | None = None
        while not ended.is_set():
            if self.text != last:
                last = self.text
                yield last
            await asyncio.sleep(LOOK_SECONDS)
