"""Tables as one Excel workbook. Text is always text: what begins like a formula is written as it is, and not computed.

Knows columns; knows nothing of what the tables say.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np

LONGEST_SHEET_NAME = 31
MOST_ROWS = 1_048_575
MADE = datetime(2016, 1, 1)
"""Written into every workbook as the day it was made, so that its bytes depend on nothing but the tables."""
_WIDEST = 40


def write_workbook(tables: Mapping[str, Mapping[str, np.ndarray]], path: Path) -> None:
    """A workbook with a sheet for each table; headings stay in view, and empty cells stand where there is no number.

    Texts are stored as strings, never as formulas, links or numbers, whatever they begin with. Raises OSError.
    """
    from xlsxwriter.exceptions import FileCreateError

    try:
        _write_workbook(tables, path)
    except FileCreateError as error:
        raise error.__context__ if isinstance(error.__context__, OSError) else OSError(str(error)) from None


def _write_workbook(tables: Mapping[str, Mapping[str, np.ndarray]], path: Path) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": MADE})
        bold = book.add_format({"bold": True})
        for name, columns in tables.items():
            sheet = book.add_worksheet(_sheet_name(name))
            sheet.freeze_panes(1, 1)
            for place, (heading, values) in enumerate(columns.items()):
                sheet.write_string(0, place, heading, bold)
                _write(sheet, place, values[:MOST_ROWS])
                sheet.set_column(place, place, _width(heading, values))


def _write(sheet: "object", place: int, values: np.ndarray) -> None:
    """One column below its heading."""
    is_text = values.dtype == object
    for row, value in enumerate(values.tolist(), 1):
        if is_text:
            sheet.write_string(row, place, str(value))  # type: ignore[attr-defined]
        elif not (isinstance(value, float) and not math.isfinite(value)):
            sheet.write_number(row, place, value)  # type: ignore[attr-defined]


def _width(heading: str, values: np.ndarray) -> int:
    longest = max((len(str(value)) for value in values[:200]), default=0) if values.dtype == object else 12
    return min(max(len(heading), longest) + 1, _WIDEST)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "-", name)[:LONGEST_SHEET_NAME]
