"""Which tests call which functions, and how long each takes: seen by running every test once."""

import builtins
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from verification.mutation import codes
from verification.mutation.children import ended, fork


@dataclass(frozen=True)
class Seen:
    """What a test did."""

    seconds: float
    """Of processor time, with those fixtures that it shares with others."""
    functions: frozenset[str]
    """``FILE:FUNCTION`` of those that it called."""
    is_passed: bool


class TooLongError(BaseException):
    """A test takes longer than can be spent on a mutant."""


def seen(items: Sequence[pytest.Item], modules: Sequence[Path], most: float) -> Iterator[dict[str, Seen]]:
    """What each test does, by its name, file by file. One that takes more than ``most`` seconds counts as failed."""
    by_file: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path, []).append(item)
    for file, tests in by_file.items():
        lines, _ = ended(fork(partial(_watch, tests, modules, most), 60 + 4 * most * len(tests)))
        told = [json.loads(line) for line in lines]
        print(f"{file.name}: {len(told)} of {len(tests)} tests", flush=True)
        yield {name: Seen(seconds, frozenset(functions), passed) for name, seconds, functions, passed in told}


def _watch(items: Sequence[pytest.Item], modules: Sequence[Path], most: float, tell: Callable[[str], None]) -> None:
    config = items[0].config
    config.pluginmanager.register(watcher := _Watcher())
    setattr(builtins, codes.HIT, lambda name: watcher.called.add(name))
    for path, named in zip(modules, codes.functions(list(modules)).values(), strict=True):
        for name, code in codes.instrumented(path).items():
            codes.exchange(named[name], code)
    signal.signal(signal.SIGPROF, _give_up)
    for item, after in zip(items, [*items[1:], None], strict=True):
        codes.forget()
        watcher.begin()
        signal.setitimer(signal.ITIMER_PROF, most)
        config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        signal.setitimer(signal.ITIMER_PROF, 0)
        tell(json.dumps([item.nodeid, *watcher.end(item)]))
    os._exit(0)


def _give_up(*_: Any) -> None:
    raise TooLongError


class _Watcher:
    """Takes down what is called, by test and by the fixtures that tests share."""

    def __init__(self) -> None:
        self.called: set[str] = set()
        self._shared: dict[Any, tuple[float, set[str]]] = {}
        self._began = 0.0
        self._is_passed = True

    def begin(self) -> None:
        """A test begins."""
        self.called = set()
        self._is_passed = True
        self._began = time.process_time()

    def end(self, item: Any) -> tuple[float, list[str], bool]:
        """A test has ended: seconds, functions, whether it passed."""
        seconds = max(time.process_time() - self._began, 0.0)
        fixtures = [each for named in item._fixtureinfo.name2fixturedefs.values() for each in named]
        for fixture in fixtures:
            of_fixture, called = self._shared.get(fixture, (0.0, set()))
            seconds += of_fixture
            self.called |= called
        return round(seconds, 4), sorted(self.called), self._is_passed

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """What a fixture calls that several tests share belongs to all of them."""
        if fixturedef.scope == "function":
            return (yield)
        outside, self.called = self.called, set()
        began = time.process_time()
        try:
            return (yield)
        finally:
            spent, called = self._shared.get(fixturedef, (0.0, set()))
            took = time.process_time() - began
            self._shared[fixturedef] = spent + took, called | self.called
            self._began += took
            self.called |= outside

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whether every part of it went well."""
        self._is_passed = self._is_passed and not report.failed


def kept(file: Path) -> dict[str, Seen]:
    """What was seen before and written to a file; nothing if there is none."""
    if not file.exists():
        return {}
    held = json.loads(file.read_text("utf-8"))
    return {name: Seen(seconds, frozenset(functions), passed) for name, (seconds, functions, passed) in held.items()}


def keep(found: Mapping[str, Seen], file: Path) -> None:
    """Write what was seen to a file."""
    told = {name: [one.seconds, sorted(one.functions), one.is_passed] for name, one in found.items()}
    file.write_text(json.dumps(told, indent=0), "utf-8")
