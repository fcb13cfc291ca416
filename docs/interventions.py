"""`python -m docs.interventions FOLDER...`: writes what comparisons say of each plan into the pages of interventions.

FOLDER is what `sim compare` wrote; what is kept of it lies in `results/comparisons/`, and `python -m docs.proposals
--from FOLDER...` does the same. The table of a corridor goes between the marks of `docs/interventions-CORRIDOR.md`,
CORRIDOR being the first word of the baseline's name; figures are rounded as far as they are known.
`make proposals` compares all there is; one corridor is in its recipe.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from docs.comparisons import Row, figure, is_short
from docs.effects import told_circumstances

DOCS = Path(__file__).resolve().parent
BEGIN, END = "<!-- made by docs/interventions.py -->", "<!-- end of what is made -->"
HEAD = """\
| plan | parcels gained a year | days saved | in promise | surplus | result | cost | benefit / cost | CO2e | better |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""
MILLION, THOUSAND, PERCENT = 1e6, 1e3, 0.01
COLUMNS = (
    ("parcels_gained_per_year", THOUSAND, "k"),
    ("days_saved", 1.0, ""),
    ("within_promise", PERCENT, "pp"),
    ("buyers_surplus_per_year_cny", MILLION, "M"),
    ("operators_result_per_year_cny", MILLION, "M"),
    ("cost_per_year_cny", MILLION, "M"),
    ("benefit_cost", 1.0, ""),
    ("co2e_kg_per_year", THOUSAND, "t"),
)
"""Column of the table `plans`, what it is divided by, and the unit then."""


def main(folders: Sequence[str]) -> int:
    """Write the tables of some comparisons; the exit code."""
    from docs import proposals  # which imports this module for its pages

    return proposals.main(["--from", *folders])


def pages(compared: Mapping[str, Sequence[Row]]) -> dict[Path, str]:
    """The pages of interventions with the tables of what has been compared, by path."""
    found = {}
    for page in sorted(DOCS.glob("interventions-*.md")):
        rows = compared.get(page.stem.removeprefix("interventions-"), ())
        found[page] = with_table(page.read_text("utf-8"), table(rows))
    return found


def with_table(page: str, made: str) -> str:
    """A page with the table between its marks. ValueError if it has none."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"the page has no marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def table(rows: Sequence[Row]) -> str:
    """The plans of a corridor by the parcels that they gain, and what they were compared in, as Markdown."""
    if not rows:
        return "*Nothing of this corridor has been compared yet.*"
    ranked = sorted(rows, key=_gained, reverse=True)
    return "\n".join([HEAD, *map(_line, ranked), "", *told_circumstances(rows)])


def _gained(row: Row) -> float:
    found = figure(row, "parcels_gained_per_year")
    return found.value if found else 0.0


def _line(row: Row) -> str:
    cells = [_cell(row, *column) for column in COLUMNS]
    plan = f"`{row['plan']}`{', in all' if is_short(row) else ''}"
    return f"| {plan} | {' | '.join(cells)} | {float(row['p_better'] or 'nan'):.0%} |"


def _cell(row: Row, column: str, scale: float, unit: str) -> str:
    """A figure with its interval (see `docs.comparisons.figure`), to two significant figures of its size."""
    found = figure(row, column)
    if found is None:
        return ""
    value, low, high = (number / scale for number in (found.value, found.low, found.high))
    size = max(map(abs, (value, low, high)))
    text = _rounded(value, size) + (f" {unit}" if unit else "")
    ends = [_rounded(end, size) for end in (low, high)]
    return f"{text} [{', '.join(ends)}]" if low < high else text


def _rounded(value: float, size: float) -> str:
    decimals = 0 if size >= 10 else 1 if size >= 1 else 2
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
