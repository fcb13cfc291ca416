"""What `sim run` prints of a run, as lines of text that fit a width: a block for each origin.

A block is a table of the origin's routes, then its warehouses, its freight, and its money.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from sim.errors import printable

Record = dict[str, Any]
Cells = list[str]
LONGEST_NAME = 24
"""A longer name gets a line of its own."""
COUNTED_IN_FULL = 100_000
INDENT = "  "


def count(number: float) -> str:
    """A count in seven characters: in full below a hundred thousand, else in thousands or millions."""
    if abs(number) < COUNTED_IN_FULL:
        return f"{number:,.0f}"
    return f"{number / 1e3:,.0f} k" if abs(number) < 0.9995e6 else f"{number / 1e6:,.2f} M"


def money(cny: float) -> str:
    """CNY with two figures, as `7.5 bn CNY` or `150 M CNY`."""
    rounded = float(f"{cny:.1e}")
    for size, unit in ((1e9, "bn CNY"), (1e6, "M CNY"), (1e3, "k CNY")):
        if abs(rounded) >= size:
            figure = rounded / size
            return f"{figure:.1f} {unit}" if abs(figure) < 10 else f"{figure:,.0f} {unit}"
    return f"{rounded:,.0f} CNY"


def share(number: float) -> str:
    """A share in per cent."""
    return f"{number:.1%}"


def _decimals(n: int) -> Callable[[float], str]:
    return lambda number: f"{number:,.{n}f}"


@dataclass(frozen=True)
class Shown:
    """A column: its heading in two lines, the measure of the summary, and how a value is written."""

    heading: tuple[str, str]
    measure: str
    write: Callable[[float], str]


GROUPS = (
    (
        Shown(("", "placed"), "placed", count),
        Shown(("", "delivered"), "delivered", count),
        Shown(("", "returned"), "returned", count),
        Shown(("", "lost"), "lost", count),
    ),
    (
        Shown(("within", "promise"), "share_within_promise", share),
        Shown(("days", "mean"), "mean_days", _decimals(1)),
        Shown(("", "p50"), "p50_days", _decimals(1)),
        Shown(("", "p95"), "p95_days", _decimals(1)),
    ),
    (
        Shown(("tariff", "CNY"), "tariff_cny_per_parcel", _decimals(2)),
        Shown(("cost", "CNY"), "operating_cny_per_parcel", _decimals(2)),
        Shown(("CO2e", "kg"), "co2e_kg_per_parcel", _decimals(2)),
        Shown(("", "load"), "load_factor", "{:.0%}".format),
    ),
)
"""Columns; those of a group stay together where all do not fit beside each other."""


FIRST_OF_GROUP = [group[0] for group in GROUPS]


# -- the table of routes -----------------------------------------------------------------------------------------------


def route_lines(origin: str, records: Sequence[Record], width: int) -> list[str]:
    """The routes of an origin: one table, or several below each other where one would be wider than ``width``."""
    names = [printable(str(record["route"])) for record in records]
    name_width = max(len(printable(origin)), *(min(len(name), LONGEST_NAME) for name in names))
    columns = [[_column(shown, records) for shown in group] for group in GROUPS]
    lines: list[str] = []
    for number, part in enumerate(_packed(columns, width - name_width)):
        lines += [""] * (number > 0) + _table(printable(origin), names, name_width, part)
    return lines


def _column(shown: Shown, records: Sequence[Record]) -> list[Cells]:
    """The lines of a column's heading, then those of each record, all of one width."""
    cells = [list(shown.heading), *(_cell(record[shown.measure], shown.write) for record in records)]
    width = max(len(line) for cell in cells for line in cell) + (shown in FIRST_OF_GROUP)
    return [[f"{line:>{width}}" for line in cell] for cell in cells]


def _cell(measure: Record, write: Callable[[float], str]) -> Cells:
    """The mean, below it half the interval of its Monte Carlo error, and its credible interval, if there are any."""
    if measure["mean"] is None:
        return ["-"]
    cells = [write(measure["mean"])]
    if measure.get("credible_high") is not None:
        cells.append(f"[{write(measure['credible_low'])}, {write(measure['credible_high'])}]")
    if measure.get("high_95") is not None:
        cells.append(f"±{write(measure['high_95'] - measure['mean'])}")
    return cells


def _packed(groups: list[list[list[Cells]]], width: int) -> Iterator[list[list[Cells]]]:
    """Groups of columns side by side as long as they fit."""
    part: list[list[Cells]] = []
    for group in groups:
        if part and sum(1 + len(column[0][0]) for column in part + group) > width:
            yield part
            part = []
        part = part + group
    yield part


def _table(origin: str, names: list[str], name_width: int, columns: list[list[Cells]]) -> list[str]:
    above = _line("", name_width, [column[0][0] for column in columns])
    lines = [above] * bool(above) + [_line(origin, name_width, [column[0][1] for column in columns])]
    for i, name in enumerate(names, 1):
        if len(name) > name_width:
            lines.append(name)
        for j in range(max(len(column[i]) for column in columns)):
            is_named = j == 0 and len(name) <= name_width
            cells = [column[i][j] if j < len(column[i]) else " " * len(column[0][0]) for column in columns]
            lines.append(_line(name if is_named else "", name_width, cells))
    return lines


def _line(name: str, name_width: int, cells: Cells) -> str:
    return " ".join([f"{name:<{name_width}}", *cells]).rstrip()


# -- what else belongs to an origin ------------------------------------------------------------------------------------


def warehouse_line(record: Record) -> str:
    """Fill rate, stock and age of a warehouse."""
    parts = [
        f"fill rate {_or_dash(record['fill_rate'], share)}",
        f"{count(record['stock'])} pieces in stock at the end (mean {count(record['mean_stock'])})",
        f"{_or_dash(record['mean_age_days'], _decimals(0))} days old when they leave",
    ]
    parts += [f"{count(record['fell_back'])} orders fell back"] if record["fell_back"] else []
    parts += [f"{count(record['waiting'])} wait for stock at the end"] if record["waiting"] else []
    return f"{record['warehouse']}: {', '.join(parts)}"


def freight_line(record: Record) -> str:
    """Containers of a stream of an origin's trade, and what they are worth."""
    days = f", {record['mean_days']:.1f} days under way" if record["mean_days"] is not None else ""
    return f"{record['freight']}: {count(record['sent'])} containers, {money(record['value_cny'])} of goods{days}"


def money_line(record: Record) -> str:
    """What the goods of an origin are worth, and to whom what is left."""
    goods = f"goods {money(record['total_cny'])}"
    if record["share_of_foreign_trade"] is not None:
        goods += f" ({record['share_of_foreign_trade']:.1%} of the province's foreign trade)"
    parts = [goods, f"operators' result {money(record['operators_result_cny'])}"]
    if record["sellers_of_the_province_cny"] is not None:
        parts.append(f"sellers of the province {money(record['sellers_of_the_province_cny'])}")
        parts.append(f"elsewhere {money(record['sellers_elsewhere_cny'])}")
    return f"{record['origin']}: {', '.join(parts)}"


def _or_dash(number: float | None, write: Callable[[float], str]) -> str:
    return "-" if number is None else write(number)


def wrapped(line: str, width: int, indent: str = INDENT) -> list[str]:
    """A sentence in lines of a width; the first starts with ``indent``, the others a little further in."""
    return wrap(
        printable(line), width, initial_indent=indent, subsequent_indent=indent + INDENT, break_on_hyphens=False
    )
