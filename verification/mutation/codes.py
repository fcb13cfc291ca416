"""Functions as they run: their code is exchanged in place, so that whoever holds the function runs the other code."""

import ast
import gc
import inspect
from collections.abc import Iterator, Mapping
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType

from numba.core.dispatcher import Dispatcher

from verification.mutation.scope import ROOT, name_of

HIT = "__hit__"
"""Name under which instrumented functions find what they tell that they were called."""


def codes(source: str, path: Path) -> dict[str, CodeType]:
    """Code of every function and method of a module that stands in no other, by name as in `Mutant`."""
    return dict(_numbered(_walked(compile(source, str(path), "exec", dont_inherit=True))))


def functions(paths: list[Path]) -> dict[str, dict[str, list[FunctionType]]]:
    """The functions that are there of every file, which has been imported, by name as in `Mutant`.

    Not those that stand for compiled ones: what runs is not their code.
    """
    wanted = {str(path): name_of(path) for path in paths}
    found: dict[str, dict[CodeType, list[FunctionType]]] = {name: {} for name in wanted.values()}
    everything = gc.get_objects()
    compiled = {id(each.py_func) for each in everything if isinstance(each, Dispatcher)}
    for each in everything:
        if isinstance(each, FunctionType) and each.__code__.co_filename in wanted and id(each) not in compiled:
            found[wanted[each.__code__.co_filename]].setdefault(each.__code__, []).append(each)
    return {name_of(path): _by_name(path, found[name_of(path)]) for path in paths}


def _by_name(path: Path, found: Mapping[CodeType, list[FunctionType]]) -> dict[str, list[FunctionType]]:
    places = {(code.co_qualname, code.co_firstlineno): each for code, each in found.items()}
    named = codes(path.read_text("utf-8"), path)
    return {name: places.get((code.co_qualname, code.co_firstlineno), []) for name, code in named.items()}


def exchange(functions: list[FunctionType], code: CodeType) -> None:
    """Give functions another code. ValueError if it needs other surroundings."""
    for function in functions:
        function.__code__ = code


def instrumented(path: Path) -> dict[str, CodeType]:
    """Code of every function of a file that tells ``HIT`` its name whenever it is called."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    names = {code.co_firstlineno: name for name, code in codes(text, path).items()}
    for function in _outermost(tree):
        line = min(each.lineno for each in (function, *function.decorator_list))
        told = ast.parse(f"{HIT}({f'{name_of(path)}:{names[line]}'!r})").body[0]
        function.body.insert(0 if ast.get_docstring(function) is None else 1, told)
    return dict(_numbered(_walked(compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True))))


def _outermost(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node
        elif not isinstance(node, ast.Lambda):
            yield from _outermost(node)


def _walked(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if not isinstance(each, CodeType):
            continue
        if not each.co_flags & inspect.CO_OPTIMIZED:
            yield from _walked(each)
        elif not each.co_name.startswith("<"):
            yield each


def _numbered(found: Iterator[CodeType]) -> Iterator[tuple[str, CodeType]]:
    seen: dict[str, int] = {}
    for code in found:
        n = seen[code.co_qualname] = seen.get(code.co_qualname, 0) + 1
        yield (code.co_qualname if n == 1 else f"{code.co_qualname}~{n}"), code


def forget() -> None:
    """Empty what functions of the project and of its tests remember of earlier calls."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper):
            code = getattr(each.__wrapped__, "__code__", None)
            if code is not None and code.co_filename.startswith(str(ROOT)):
                each.cache_clear()
