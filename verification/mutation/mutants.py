"""Mutants: one small fault each in the body of one function. The faults are the operators of mutmut."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from verification.mutation.scope import is_left_out, modules, name_of


@dataclass(frozen=True)
class Mutant:
    """A fault in a function of a module."""

    path: Path
    function: str
    """Its qualified name; functions of the same name in a module are told apart by a number, as in ``of~2``."""
    number: int
    """Of the mutants of the function."""
    line: int
    is_compiled: bool
    """Whether the function is compiled by numba."""
    module: cst.Module
    original: cst.CSTNode
    mutated: cst.CSTNode

    @property
    def name(self) -> str:
        """How it is named in reports: ``sim/flow/station.py:Queue._serve#3``."""
        return f"{name_of(self.path)}:{self.function}#{self.number}"

    @cached_property
    def source(self) -> str:
        """The module with the fault."""
        mutated = self.module.deep_replace(self.original, self.mutated)
        assert isinstance(mutated, cst.Module)
        return mutated.code

    @cached_property
    def change(self) -> tuple[str, str]:
        """The lines that differ, before and after, each put into one line."""
        before, after = self.module.code.splitlines(), self.source.splitlines()
        same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
        end = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)
        end = min(end, len(before) - same, len(after) - same)
        return _in_one(before[same : len(before) - end]), _in_one(after[same : len(after) - end])


def _in_one(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)


def of_package(package: str) -> list[Mutant]:
    """All mutants of a package of `sim`."""
    return [mutant for path in modules(package) for mutant in of_module(path)]


def sample(mutants: Sequence[Mutant], n: int, seed: int) -> list[Mutant]:
    """``n`` of them, or all if there are fewer: a larger sample holds the smaller one, in the same order."""

    def place(mutant: Mutant) -> bytes:
        return blake2b(f"{seed}:{mutant.name}".encode(), digest_size=8).digest()

    return sorted(mutants, key=place)[:n]


def of_module(path: Path) -> list[Mutant]:
    """The mutants of one file."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    finder = _Finder()
    wrapper.visit(finder)
    numbers: dict[str, int] = {}
    found = []
    for function, is_compiled, original, mutated, line in finder.found:
        numbers[function] = numbers.get(function, 0) + 1
        found.append(Mutant(path, function, numbers[function], line, is_compiled, wrapper.module, original, mutated))
    return found


class _Finder(cst.CSTVisitor):
    """Walks through a module; nested functions belong to the outermost one."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool, cst.CSTNode, cst.CSTNode, int]] = []
        self._inside: list[cst.ClassDef | cst.FunctionDef] = []
        self._seen: dict[str, int] = {}
        self._function: tuple[str, bool] | None = None
        self._line = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if is_left_out(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._inside.append(node)
            if isinstance(node, cst.FunctionDef) and self._function is None:
                self._function = self._named(), any(_is_compiler(each) for each in node.decorators)
        elif self._function is not None:
            place = self.get_metadata(PositionProvider, node, None)
            self._line = self._line if place is None else place.start.line
            self.found.extend((*self._function, node, mutated, self._line) for mutated in _mutations(node))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._inside and self._inside[-1] is original_node:
            self._inside.pop()
            if not any(isinstance(each, cst.FunctionDef) for each in self._inside):
                self._function = None

    def _named(self) -> str:
        name = ".".join(each.name.value for each in self._inside)
        self._seen[name] = self._seen.get(name, 0) + 1
        return name if self._seen[name] == 1 else f"{name}~{self._seen[name]}"


def _is_compiler(decorator: cst.Decorator) -> bool:
    called = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
    return isinstance(called, cst.Name) and called.value == "njit"


def _mutations(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)
