"""A pytest plugin: in place of one run of the tests, a run for every mutant, each in a fork of the warm process."""

import importlib
import math
import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from verification.mutation import codes, reaching
from verification.mutation.children import Child, ended, fork
from verification.mutation.mutants import Mutant
from verification.mutation.outcomes import Outcome
from verification.mutation.scope import name_of

SLOWER, AT_LEAST = 10.0, 3.0
"""A test of a mutant is stopped after so many times what it takes, and so many seconds of processor time."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a run of mutants is to do."""

    mutants: Sequence[Mutant]
    modules: Sequence[Path]
    """All that are mutated, for what reaches what."""
    reach: Path
    """The file that keeps what reaches what."""
    most: float
    """Seconds of processor time that a test may take to be used at all."""
    budget: float
    """Seconds of tests that a mutant has to survive; the quickest that reach it come first."""
    jobs: int
    on_outcome: Callable[[Outcome], None]
    begin: Callable[[], None]
    """Called before the tests are collected."""
    warm: Callable[[], None]
    """Makes ready what need not be made anew for each mutant."""


@dataclass
class Run:
    """The plugin."""

    asked: Asked
    _items: dict[str, pytest.Item] = field(default_factory=dict)
    _seen: Mapping[str, reaching.Seen] = field(default_factory=dict)
    _functions: Mapping[str, Mapping[str, list[FunctionType]]] = field(default_factory=dict)
    _killers: dict[str, Counter[str]] = field(default_factory=dict)

    def pytest_sessionstart(self) -> None:
        """Before anything of the tests is there."""
        self.asked.begin()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """See what reaches what, then run the tests of every mutant."""
        for path in self.asked.modules:
            importlib.import_module(name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        self._items = {item.nodeid: item for item in session.items}
        self._seen = reaching.kept(self.asked.reach)
        new = [item for item in session.items if item.nodeid not in self._seen]
        for found in reaching.seen(new, self.asked.modules, self.asked.most):
            self._seen = {**self._seen, **found}
            reaching.keep(self._seen, self.asked.reach)
        self._functions = codes.functions(list(self.asked.modules))
        self.asked.warm()
        codes.forget()
        self._run_all()
        return True

    def _run_all(self) -> None:
        waiting, running = list(self.asked.mutants), list[tuple[Mutant, int, Child]]()
        while waiting or running:
            while waiting and len(running) < self.asked.jobs:
                mutant = waiting.pop(0)
                if (begun := self._begin(mutant)) is not None:
                    running.append((mutant, *begun))
            if running:
                self._end(*running.pop(0))

    def _begin(self, mutant: Mutant) -> tuple[int, Child] | None:
        """Start the tests of a mutant: their number, and the process. Nothing if there are none or it cannot be."""
        functions = self._functions[name_of(mutant.path)].get(mutant.function, [])
        code = _code(mutant, functions)
        if code is None:
            self.asked.on_outcome(Outcome.of(mutant, "no fault"))
            return None
        tests = self._tests(f"{name_of(mutant.path)}:{mutant.function}")
        if not tests:
            self.asked.on_outcome(Outcome.of(mutant, "not reached"))
            return None
        seconds = sum(self._limit(test) for test in tests)
        return len(tests), fork(lambda tell: self._try(functions, code, tests, tell), 60 + 3 * seconds)

    def _tests(self, function: str) -> list[str]:
        """Those that reach a function: what killed before, then by time, those of a file together."""
        reach = {
            name: one.seconds
            for name, one in self._seen.items()
            if function in one.functions and one.is_passed and name in self._items and one.seconds <= self.asked.most
        }
        before = [name for name, _ in self._killers.get(function, Counter()).most_common(3) if name in reach]
        order = sorted(
            (name for name in reach if name not in before),
            key=lambda name: (math.ceil(math.log2(reach[name] + 1e-3)), name.split("::")[0], reach[name]),
        )
        chosen, spent = before, sum(reach[name] for name in before)
        for name in order:
            spent += reach[name]
            if spent > self.asked.budget and chosen:
                break
            chosen.append(name)
        return chosen

    def _limit(self, test: str) -> float:
        return SLOWER * self._seen[test].seconds + AT_LEAST

    def _try(
        self, functions: list[FunctionType], code: CodeType, tests: Sequence[str], tell: Callable[[str], None]
    ) -> None:
        """In a process of its own: put the mutant in place and run tests up to the first that fails."""
        codes.exchange(functions, code)
        items = [self._items[name] for name in tests]
        items[0].config.pluginmanager.register(watcher := _Watcher())
        for item, after in zip(items, [*items[1:], None], strict=True):
            tell(item.nodeid)
            signal.setitimer(signal.ITIMER_PROF, self._limit(item.nodeid))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if watcher.has_failed:
                os._exit(2)
        os._exit(0)

    def _end(self, mutant: Mutant, n_tests: int, child: Child) -> None:
        lines, code = ended(child)
        if not lines:
            raise RuntimeError(f"{mutant.name} could not be put in place: exit code {code}")
        last = lines[-1]
        if code == 0:
            outcome = Outcome.of(mutant, "survived", n_tests)
        else:
            how = "killed" if code == 2 else "too long" if code in (None, -signal.SIGPROF) else "crashed"
            outcome = Outcome.of(mutant, how, n_tests, last)
            self._killers.setdefault(f"{name_of(mutant.path)}:{mutant.function}", Counter())[last] += 1
        self.asked.on_outcome(outcome)


def _code(mutant: Mutant, functions: Sequence[FunctionType]) -> CodeType | None:
    """The code of a mutant; nothing if it cannot stand there, or is that of the function itself."""
    if not functions:
        return None
    try:
        code = codes.codes(mutant.source, mutant.path).get(mutant.function)
    except SyntaxError:
        return None
    if code is None or code.co_freevars != functions[0].__code__.co_freevars:
        return None
    return None if _is_same(code, functions[0].__code__) else code


def _is_same(one: CodeType, other: CodeType) -> bool:
    """Whether two codes do the same, wherever their lines stand."""
    if (one.co_code, one.co_names, one.co_varnames) != (other.co_code, other.co_names, other.co_varnames):
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(_is_same_constant(a, b) for a, b in zip(one.co_consts, other.co_consts, strict=True))


def _is_same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _is_same(a, b)
    return type(a) is type(b) and repr(a) == repr(b)


class _Watcher:
    """Sees whether a test fails."""

    has_failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call or tear-down went wrong."""
        self.has_failed = self.has_failed or report.failed
