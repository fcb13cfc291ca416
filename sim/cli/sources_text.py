"""`sim sources` for people: what a number rests on, and what a row of the evidence says."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.cli.sources_data import counts, from_memory, said_of
from sim.errors import printable
from sim.ledger import Account, Evidence, Number, Row, Use
from sim.ledger.evidence import Reading
from sim.ledger.placing import Acting
from sim.reading import Mark

WIDTH_WITHOUT_TERMINAL = 140
WIDEST = 400
"""Room for names and values of any length where there is no terminal; lines are as long as they need to be."""
NARROW = 100
"""Width below which a number's place stands beneath where it comes from instead of beside it."""

# heading, share of the width; None is as wide as the longest status
WHERE_FROM = "where from"
COLUMNS = (("number", 34), ("value", 14), ("status", None), (WHERE_FROM, 46), ("stands at", 16))

Lines = Iterator[tuple[str, str]]  # label and text


# -- all numbers -------------------------------------------------------------------------------------------------------


def show_list(heading: str, numbers: list[Number], shown: list[Account], evidence: Evidence) -> None:
    """How many numbers have which status, then the numbers, then the rows of the evidence that they name."""
    console = _console()
    _say(console, f"{heading}: {len(numbers):,} numbers")
    console.print(_summary(numbers, evidence))
    _say(console, _only_assumed(numbers))
    if len(shown) < len(numbers):
        _say(console, f"Asked for: {len(shown):,}")
    if shown:
        wide = console if sys.stdout.isatty() else Console(highlight=False, width=WIDEST)
        wide.print(_table(shown, is_narrow=console.width < NARROW), crop=False)
        _show_files(console, shown)
        _show_evidence(console, shown, evidence)


def _summary(numbers: list[Number], evidence: Evidence) -> Table:
    table = _grid(right=1)
    settings = sum(number.is_setting for number in numbers if number.source is None)
    remembered = from_memory(numbers, evidence)
    for status, n in counts(numbers).items():
        said = f"{settings:,} of them settings of the run" if status == "unstated" and settings else ""
        if memory := remembered.get(status):
            said = f"{memory:,} of them from memory, by no source that was looked up"
        table.add_row(f"  {status}", f"{n:,}", f"{n / max(len(numbers), 1):.1%}  {said}".rstrip())
    return table


def _only_assumed(numbers: list[Number]) -> str:
    assumed = sum(number.status == "assumed" for number in numbers)
    stated = sum(number.source is not None for number in numbers)
    return f"{assumed:,} of the {stated:,} numbers with a source are only assumed; to list them: --status assumed"


def _table(shown: list[Account], *, is_narrow: bool) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    is_read = sys.stdout.isatty()  # elsewhere a name that is cut could not be found again
    for heading, ratio in COLUMNS[: len(COLUMNS) - is_narrow]:
        is_whole = ratio is None or (not is_read and heading != WHERE_FROM)
        table.add_column(heading, ratio=ratio if is_read else None, no_wrap=is_whole, overflow="fold",
                         max_width=None if is_read or is_whole else WIDTH_WITHOUT_TERMINAL // 2)  # fmt: skip
    table.expand = is_read
    before = None
    for each in shown:
        source = each.number.source
        is_as_above = source is not None and source is before
        table.add_row(*(Text(_clean(cell)) for cell in _row_cells(each, is_as_above, is_narrow)))
        before = source
    return table


def _row_cells(account: Account, is_as_above: bool, is_narrow: bool) -> tuple[str, ...]:
    number = account.number
    lines = ["as above" if is_as_above else _where_from(number), *_history(account)]
    place = _short(number.mark)
    cells = (number.name, str(number.value), number.status)
    return (*cells, "\n".join([*lines, place])) if is_narrow else (*cells, "\n".join(lines), place)


def _where_from(number: Number) -> str:
    rows = ", ".join(number.rows)
    if number.source is None:
        return "a setting of the run" if number.is_setting else "no source"
    if number.source.formula:
        return f"{_derivation(number)} from {rows}"
    return rows or f"{number.range}: {number.source.why}"


def _history(account: Account) -> Iterator[str]:
    if account.below:
        yield f"in place of {account.below.value} ({account.below.status}) at {_short(account.below.mark)}"
    yield from map(said_of, account.believed)
    yield from (f"changed: from {each.at} {each.does}" for each in account.changes)


def _derivation(number: Number) -> str:
    formula = number.source.formula if number.source else None
    return f"{formula} = {'no value' if number.result is None else _figure(number.result)}"


def _figure(result: float) -> str:
    return f"{result:.6g}" if abs(result) < 1e6 else f"{result:.0f}"


def _change(change: Acting) -> str:
    return f"from {change.at} {change.does} (changes.{change.name})"


def _short(mark: Mark) -> str:
    return f"{Path(mark.file).name}:{mark.line}"


def _show_files(console: Console, shown: list[Account]) -> None:
    marks = [account.number.mark for account in shown] + [account.below.mark for account in shown if account.below]
    files = dict.fromkeys(mark.file for mark in marks)
    _say(console, f"\nFiles: {', '.join(files)}")


# -- some numbers in full ----------------------------------------------------------------------------------------------


def show_in_full(shown: list[Account], evidence: Evidence) -> None:
    """Everything that is known of each number, then the rows of the evidence that they name."""
    console = _console()
    if not shown:
        _say(console, "No number there is as asked for.")
    for each in shown:
        _say(console, f"{each.number.name} = {each.number.value}")
        _show_lines(console, _full(each))
    _show_evidence(console, shown, evidence)


def _full(account: Account) -> Lines:
    number, source = account.number, account.number.source
    yield "status", number.status if source else f"unstated ({_where_from(number)})"
    if number.rows:
        yield "rows", ", ".join(number.rows)
    if source and source.formula:
        yield "arithmetic", f"{_derivation(number)}; written {number.value}"
    if number.range:
        yield "range", number.range
    if source and source.why:
        yield "why", source.why
    if source and source.note:
        yield "note", source.note
    yield "stands at", f"{number.mark.file}:{number.mark.line}"
    if below := account.below:
        yield "in place of", f"{below.value} ({below.status}) at {below.mark.file}:{below.mark.line}"
    for believed in account.believed:
        yield "posterior", said_of(believed).removeprefix("posterior ")
    for change in account.changes:
        yield "changed", f"{_change(change)} at {change.mark.file}:{change.mark.line}"


# -- evidence ----------------------------------------------------------------------------------------------------------


def _show_evidence(console: Console, shown: Iterable[Account], evidence: Evidence) -> None:
    ids = sorted({id for account in shown for id in account.number.rows})
    if ids:
        _say(console, "\nEvidence")
        _show_lines(console, ((id, _in_short(id, evidence)) for id in ids))


def _in_short(id: str, evidence: Evidence) -> str:
    row = evidence.rows.get(id)
    if row is None:
        return "no such row"
    what = f"{row.cell('quantity')}: {row.said}"
    where = ", ".join(filter(None, [row.cell("place"), row.cell("period")]))
    parts = [f"{what} ({where})", row.origin, f"{row.table}, {row.confidence}", row.cell("note")]
    parts += [f"{len(rivals)} rival readings, see sim sources {id}"] if (rivals := evidence.rivals(id)) else []
    return "; ".join(filter(None, parts))


def show_row(row: Row, evidence: Evidence, uses: list[Use], unread: list[Path]) -> None:
    """A row of the evidence in full, what contradicts it, and what rests on it."""
    console = _console()
    _say(console, f"{row.id}: {row.cell('quantity')} ({row.table})")
    _show_lines(console, _cells(row, evidence))
    _show_rivals(console, evidence.rivals(row.id))
    _show_uses(console, f"Numbers that rest on {row.id}", [use for use in uses if not use.is_mention])
    _show_uses(console, "Mentioned in the reason or note of", [use for use in uses if use.is_mention])
    if unread:
        _say(console, f"Not looked at, as they cannot be read: {', '.join(map(str, unread))}")
    console.print()


def _cells(row: Row, evidence: Evidence) -> Lines:
    for name, text in row.cells.items():
        if text and name not in ("id", "quantity"):
            yield {"seed": "document", "source": "source"}.get(name, name.replace("_", " ")), text
    if purpose := evidence.purposes.get(row.id):
        yield "use", f"{purpose.use}: {purpose.reason}"


def _show_rivals(console: Console, rivals: list[Reading]) -> None:
    for question in dict.fromkeys(reading.question for reading in rivals):
        readings = [reading for reading in rivals if reading.question == question]
        _say(console, f"\nContradiction: {question}")
        _show_lines(
            console,
            ((", ".join(reading.rows), f"{reading.reading} [{reading.handling}]") for reading in readings),
        )


def _show_uses(console: Console, heading: str, uses: list[Use]) -> None:
    _say(console, f"\n{heading}: {'' if uses else 'none'}".rstrip())
    _show_lines(
        console, ((f"{use.mark.file}:{use.mark.line}", f"{use.path} = {use.value} ({use.status})") for use in uses)
    )


# -- how it looks ------------------------------------------------------------------------------------------------------


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)


def _say(console: Console, line: str) -> None:
    console.print(Text(_clean(line)), soft_wrap=True)


def _show_lines(console: Console, lines: Iterable[tuple[str, str]]) -> None:
    table = _grid()
    for label, text in lines:
        table.add_row(Text(_clean(label)), Text(_clean(text)))
    if table.row_count:
        console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _grid(right: int | None = None) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for i in range(2 if right is None else 3):
        table.add_column(justify="right" if i == right else "left", overflow="fold")
    return table


def _clean(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))
