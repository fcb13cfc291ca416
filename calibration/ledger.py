"""`python -m calibration.ledger [FILES]`: does every number of a corridor say where it comes from, and is it so?

Checked of each file (the shipped corridors, if none is named):

1. every number, quantity, tariff, date and time stands beside a source, or inside something that does
2. every row that is named is one of `evidence/reported.csv` (status reported) or `evidence/published.csv` (published);
   a derived value may name rows of both
3. a derived value is what its formula gives, in the unit in which the value is written, within `TOLERANCE`
4. an assumed value lies within its range

How a source is written is checked by the reader. Exit code 1 if anything is wrong.
"""

import ast
import csv
import operator
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError, UnitError, did_you_mean, shown
from sim.reading import Scalar, Source, Tree, read_tree, unwrap_sources
from sim.reading.tree import Path as TreePath
from sim.units import DIMENSIONS, TariffNotation, parse_opening_hours, parse_quantity

ROOT = Path(__file__).resolve().parents[1]
EVIDENCE = ROOT / "calibration" / "evidence"
TABLES = {"reported": "reported.csv", "published": "published.csv"}
TOLERANCE = 0.015
"""Relative; what rounding a value for a file may cost."""

WORDS = frozenset({"name", "title", "change", "source"})
"""Keys under which texts are texts, whatever digits they hold."""

ONE_TERM = re.compile(r"([+-]?\s*[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*[^\s0-9.][^\s]*")
LONGEST_FORMULA = 300
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {"min": min, "max": max}


class FormulaError(ValueError):
    """A formula cannot be worked out; says why."""


def worked_out(formula: str) -> float:
    """The value of a formula of numbers, ``+ - * / **``, parentheses, ``min`` and ``max``. Raises FormulaError."""
    if len(formula) > LONGEST_FORMULA:
        raise FormulaError(f"a formula has at most {LONGEST_FORMULA} characters")
    try:
        value = _value(ast.parse(formula.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError):
        raise FormulaError(f"{shown(formula)} is not a formula of numbers") from None
    except (ZeroDivisionError, OverflowError):
        raise FormulaError(f"{shown(formula)} has no value") from None
    if not abs(value) < float("inf"):
        raise FormulaError(f"{shown(formula)} has no value")
    return value


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            result = OPERATORS[type(op)](_value(left), _value(right))
            if isinstance(result, complex):
                raise FormulaError(f"{shown(ast.unparse(node))} is no real number")
            return float(result)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as arguments, keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name]([_value(argument) for argument in arguments]))
    raise FormulaError(f"{shown(ast.unparse(node))} is no part of a formula; numbers, + - * / **, min and max are")


@dataclass(frozen=True)
class Amount:
    """A number as written, without its unit (None if it has several), and in the base unit of its dimension."""

    number: float | None
    base: float
    dimension: str


def amount(value: Scalar) -> Amount | None:
    """What a scalar measures, if it is one number with or without a unit; a bare number measures a share."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return Amount(float(value), float(value), "share")
    for dimension, known in DIMENSIONS.items():
        try:
            base = float(parse_quantity(value, dimension, next(iter(known.units))))
        except UnitError:
            continue
        one = ONE_TERM.fullmatch(value.strip())
        return Amount(float(one[1].replace(" ", "")) if one else None, base, dimension)
    return None


def is_number(value: Scalar) -> bool:
    """Whether a scalar is a number, a quantity, a tariff, a date, or a time of the day or week."""
    if not isinstance(value, str):
        return value is not None and not isinstance(value, bool)
    if amount(value) is not None or value[:1].isdigit():
        return True
    try:
        return parse_opening_hours(value) not in (None, ()) or bool(TariffNotation().read(value))
    except UnitError:
        return False


@cache
def evidence() -> Mapping[str, frozenset[str]]:
    """Ids of the rows of the evidence by status."""
    found = {}
    for status, name in TABLES.items():
        with (EVIDENCE / name).open(encoding="utf-8", newline="") as stream:
            found[status] = frozenset(row["id"] for row in csv.DictReader(stream))
    return {**found, "derived": frozenset.union(*found.values())}


def problems_of(file: Path) -> tuple[list[Problem], Counter[str]]:
    """What is wrong with the sources of a file, and how many of its numbers have which status."""
    try:
        tree, sources = unwrap_sources(read_tree(file))
    except ScenarioError as error:
        return error.problems, Counter()
    problems, counts = [], Counter[str]()
    for path, node in _numbers(tree, ()):
        source = next((sources[path[:n]] for n in range(len(path), -1, -1) if path[:n] in sources), None)
        if source is None:
            message = f"{shown(node.value)} has no source; write it as {{value: …, assumed: [low, high], why: …}}, or "
            problems.append(node.mark.problem(message + "with published, reported or derived", path))
        else:
            counts[source.status] += 1
    for path, source in sources.items():
        problems += [source.mark.problem(message, path, hint) for message, hint in _faults(_at(tree, path), source)]
    return sorted(problems, key=Problem.place), counts


def _numbers(tree: Tree, path: TreePath) -> Iterator[tuple[TreePath, Tree]]:
    if tree.is_scalar:
        if is_number(tree.value):  # type: ignore[arg-type]
            yield path, tree
        return
    children: Iterator[tuple[str | int, Tree]] = iter([*tree.children.items(), *enumerate(tree.items)])
    for key, child in children:
        if key not in WORDS or not _is_words(child):
            yield from _numbers(child, (*path, key))


def _is_words(tree: Tree) -> bool:
    parts = [*tree.children.values(), *tree.items]
    return all(map(_is_words, parts)) if parts else isinstance(tree.value, str)


def _at(tree: Tree, path: TreePath) -> Tree:
    for key in path:
        child = tree.child(key)
        assert child is not None, "a source has a value"
        tree = child
    return tree


Fault = tuple[str, str | None]


def _faults(value: Tree, source: Source) -> Iterator[Fault]:
    known = evidence().get(source.status, frozenset())
    for row in source.rows:
        if row not in known:
            tables = " or ".join(TABLES.values()) if source.status == "derived" else TABLES[source.status]
            yield f"there is no row '{row}' in {tables}", did_you_mean(row, sorted(known))
    if source.status == "derived":
        yield from _derivation(value, str(source.formula))
    if isinstance(source.range, tuple):
        yield from _range(value, *source.range)


def _derivation(value: Tree, formula: str) -> Iterator[Fault]:
    written = amount(value.value) if value.is_scalar else None  # type: ignore[arg-type]
    if written is None or written.number is None:
        yield f"{shown(value.plain())} is not one number with one unit, so no formula can give it", None
        return
    try:
        result = worked_out(formula)
    except FormulaError as error:
        yield str(error), None
        return
    if abs(result - written.number) > TOLERANCE * abs(result):
        yield f"the formula gives {result:.6g}, the value is {shown(value.value)}", None


def _range(value: Tree, low: Scalar, high: Scalar) -> Iterator[Fault]:
    if not value.is_scalar:
        yield f"[low, high] is the range of one number, and this is {shown(value.plain())}; write '+-50 %'", None
        return
    amounts = [amount(each) for each in (low, value.value, high)]  # type: ignore[arg-type]
    text = f"[{low}, {high}]"
    if None in amounts or len({each.dimension for each in amounts if each}) > 1:
        yield f"the range {text} and the value {shown(value.value)} are not written in units of one kind", None
        return
    least, given, most = (each.base for each in amounts if each)
    if least > most:
        yield f"the range {text} ends below its beginning", None
    elif not least <= given <= most:
        yield f"the value {shown(value.value)} lies outside its range {text}", None


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files, print what is wrong, and return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    files = [Path(name) for name in given] or sorted((ROOT / "scenarios" / "corridors").glob("*.yaml"))
    code = 0
    for file in files:
        name = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        problems, counts = problems_of(name)
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            code = 1
        else:
            statuses = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
            print(f"{name}: ok: {counts.total()} numbers: {statuses}")
    return code


if __name__ == "__main__":
    sys.exit(main())
