"""What `sim calibrate` prints: parameters, reports, readings, forecast, and how far to trust the computation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from calibration.tables import Columns

Form = tuple[str, str, str]
"""Heading, column, how a value is written."""

PARAMETERS: tuple[Form, ...] = (
    ("parameter", "parameter", "{}"),
    ("prior 5 %", "prior_5", "{:.4g}"),
    ("50 %", "prior_50", "{:.4g}"),
    ("95 %", "prior_95", "{:.4g}"),
    ("posterior 5 %", "posterior_5", "{:.4g}"),
    ("50 %", "posterior_50", "{:.4g}"),
    ("95 %", "posterior_95", "{:.4g}"),
    ("sd left", "sd_left", "{:.2f}"),
    ("informed", "is_informed", "{}"),
)
TARGETS: tuple[Form, ...] = (
    ("report", "target", "{}"),
    ("row", "row", "{}"),
    ("reported", "reported", "{:.5g}"),
    ("foretold 5 %", "predicted_5", "{:.4g}"),
    ("50 %", "predicted_50", "{:.4g}"),
    ("95 %", "predicted_95", "{:.4g}"),
    ("residual %", "residual_percent", "{:+.1f}"),
    ("in sd", "residual_sd", "{:+.2f}"),
    ("covered", "is_covered", "{}"),
)
READINGS: tuple[Form, ...] = (
    ("question", "question", "{}"),
    ("reading", "reading", "{}"),
    ("says", "says", "{}"),
    ("before", "before", "{:.2f}"),
    ("after", "after", "{:.2f}"),
)
FORECAST: tuple[Form, ...] = (
    ("forecast", "forecast", "{}"),
    ("5 %", "low", "{:.4g}"),
    ("50 %", "median", "{:.4g}"),
    ("95 %", "high", "{:.4g}"),
    ("truth", "truth", "{:.5g}"),
    ("CRPS", "crps", "{:.3g}"),
    ("interval score", "interval_score", "{:.3g}"),
)
CHECKS: tuple[Form, ...] = (
    ("check, not fitted", "check", "{}"),
    ("row", "row", "{}"),
    ("reported", "reported", "{:.4g}"),
    ("model 5 %", "model_5", "{:.4g}"),
    ("50 %", "model_50", "{:.4g}"),
    ("95 %", "model_95", "{:.4g}"),
    ("reported over model", "multiplier_50", "{:.2f}"),
)


def rows_of(table: Columns, forms: Sequence[Form]) -> list[list[str]]:
    """The cells of a table as texts, by row."""
    columns = [[form.format(value) for value in np.asarray(table[name]).tolist()] for _, name, form in forms]
    return [list(row) for row in zip(*columns, strict=True)]


def markdown(table: Columns, forms: Sequence[Form]) -> str:
    """A table in Markdown; numbers to the right."""
    is_text = [form == "{}" for _, _, form in forms]
    head = "| " + " | ".join(heading for heading, _, _ in forms) + " |"
    rule = "|" + "|".join("---" if text else "---:" for text in is_text) + "|"
    return "\n".join([head, rule, *("| " + " | ".join(row) + " |" for row in rows_of(table, forms))])


def uninformed(parameters: Columns) -> list[str]:
    """Parameters that the reports did not inform."""
    return [str(n) for n, said in zip(parameters["parameter"], parameters["is_informed"], strict=True) if said == "no"]


def moved_by(readings: Columns) -> list[str]:
    """For each question, what each report added to the log Bayes factor of its first option."""
    lines, seen = [], set()
    for i, question in enumerate(readings["question"]):
        if question in seen:
            continue
        seen.add(question)
        parts = {name[3:]: float(readings[name][i]) for name in readings if name.startswith("by_")}
        largest = sorted(parts.items(), key=lambda item: -abs(item[1]))
        said = ", ".join(f"{name} {value:+.2f}" for name, value in largest)
        lines.append(f"{question}, log Bayes factor of '{readings['reading'][i]}': {said}")
    return lines


def show(
    tables: Mapping[str, Columns], trust: Mapping[str, Any], folder: Path, stream: TextIO, *, is_quick: bool
) -> None:
    """Print everything that a reader looks at first."""
    _print("Parameters", tables["parameters"], PARAMETERS, stream)
    if left := uninformed(tables["parameters"]):
        print(f"Not informed by the reports: {', '.join(left)}.", file=stream)
    _print("Reports", tables["targets"], TARGETS, stream)
    if "checks" in tables:
        _print("Checks", tables["checks"], CHECKS, stream)
    if "readings" in tables:
        _print("Readings", tables["readings"], READINGS, stream)
        print("\n".join(moved_by(tables["readings"])), file=stream)
    if "forecast" in tables:
        _print("Forecast from the earlier reports", tables["forecast"], FORECAST, stream)
    largest, by_luck = max(trust["cross_check_distance"].values()), trust["cross_check_distance_by_luck"]
    rests_on = f"cross-check rests on {trust['cross_check_effective_draws']:g} effective runs"
    said = f"{rests_on}, largest distance {largest:.2f} (luck alone: {by_luck:.2f})"
    print(f"\nEffective draws {trust['effective_draws']:,}; {said}.", file=stream)
    if is_quick:
        print("This was --quick: few runs at large rows, for tests only. Use no number of it.", file=stream)
    print(f"Written to {folder}/", file=stream)


def _print(title: str, table: Columns, forms: Sequence[Form], stream: TextIO) -> None:
    head, rows = [heading for heading, _, _ in forms], rows_of(table, forms)
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(forms))]
    is_text = [form == "{}" for _, _, form in forms]

    def line(row: Sequence[str]) -> str:
        cells = zip(row, widths, is_text, strict=True)
        return "  ".join(cell.ljust(width) if text else cell.rjust(width) for cell, width, text in cells).rstrip()

    print("\n".join(["", title, line(head), *map(line, rows)]), file=stream)
