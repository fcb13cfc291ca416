"""What is wrong with the sources of a file.

1. every number, quantity, tariff, date and time of the world stands beside a source, or inside something that does
2. every row that is named is one of `evidence/reported.csv` (status reported) or `evidence/published.csv` (published);
   a derived value may name rows of both
3. a derived value is what its formula gives, in the unit in which the value is written, within `TOLERANCE`
4. an assumed value lies within its range

How a source is written is checked by the reader.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sim.errors import Problem, ScenarioError, did_you_mean, shown
from sim.ledger.amounts import amount
from sim.ledger.evidence import TABLES, Evidence, evidence_near
from sim.ledger.formulas import FormulaError, worked_out
from sim.ledger.numbers import numbers_in
from sim.reading import Scalar, Source, Tree, read_tree, unwrap_sources
from sim.reading.tree import Path as TreePath

TOLERANCE = 0.015
"""Relative; what rounding a value for a file may cost."""

Fault = tuple[str, str | None]  # message and hint


def problems_of(file: Path) -> tuple[list[Problem], Counter[str]]:
    """What is wrong with the sources of a file, and how many of its numbers have which status."""
    try:
        tree, sources = unwrap_sources(read_tree(file))
    except ScenarioError as error:
        return error.problems, Counter()
    problems, counts = [], Counter[str]()
    for number in numbers_in(tree, sources):
        if number.source is not None:
            counts[number.status] += 1
        elif not number.is_setting:
            message = (
                f"{shown(number.value)} has no source; write it as {{value: …, assumed: [low, high], why: …}}, or "
            )
            problems.append(number.mark.problem(message + "with published, reported or derived", number.path))
    evidence = evidence_near(file)
    for path, source in sources.items():
        faults = _faults(_at(tree, path), source, evidence)
        problems += [source.mark.problem(message, path, hint) for message, hint in faults]
    return sorted(problems, key=Problem.place), counts


def _at(tree: Tree, path: TreePath) -> Tree:
    for key in path:
        child = tree.child(key)
        assert child is not None, "a source has a value"
        tree = child
    return tree


def _faults(value: Tree, source: Source, evidence: Evidence) -> Iterator[Fault]:
    known = evidence.ids(source.status)
    for row in source.rows:
        if row not in known:
            tables = " or ".join(TABLES.values()) if source.status == "derived" else TABLES[source.status]
            yield f"there is no row '{row}' in {tables}", did_you_mean(row, sorted(known))
    if source.status == "derived":
        yield from _derivation(value, str(source.formula))
    if isinstance(source.range, tuple):
        yield from range_faults(value, *source.range)


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


def range_faults(value: Tree, low: Scalar, high: Scalar) -> Iterator[Fault]:
    """What is wrong with the range of a value: other units, reversed ends, or the value outside."""
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
