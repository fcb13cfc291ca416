"""`sim discover`: reads a sweep, finds the box, shows and writes it."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.errors import printable
from sim.experiments.discovery.discovering import Discovery, discovered, made_from, sentence, tables
from sim.experiments.discovery.drawing import picture
from sim.experiments.discovery.prim import SHUFFLES
from sim.experiments.discovery.table import MANIFEST, RUNS, sweep_in
from sim.experiments.manifest import side_file, versions
from sim.tables import check_destination, finished_at, sha256, write_results

DEFAULT_OUT = Path("results") / "runs"
WIDTH_WITHOUT_TERMINAL = 120
ROWS_SHOWN = 12


def discover_in(
    folder: Path, where: str, minimum_support: float, box: int | None, out: Path | None, *, as_json: bool
) -> int:
    """Find the box of a sweep, show and write it. The exit code."""
    started = time.monotonic()
    out = out or DEFAULT_OUT / f"{folder.resolve().name}-discovery"
    check_destination(out)
    found = discovered(sweep_in(folder), where, minimum_support, box)
    replaced, side = finished_at(out), side_file(time.monotonic() - started)
    write_results(out, tables(found), _manifest(found, folder, where), side, {}, {"trajectory": picture(found)})
    if replaced:
        click.echo(printable(f"replaced the results of {replaced} in {out}"), err=True)
    if as_json:
        click.echo(json.dumps(_record(found, out), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        _show(found, out)
    return 0


def _manifest(found: Discovery, folder: Path, where: str) -> dict[str, Any]:
    files = {name: sha256(folder / name) for name in (RUNS, MANIFEST) if (folder / name).is_file()}
    return {
        "discovery": found.sweep.name,
        "where": where,
        "minimum_support": found.minimum_support,
        "start": found.start,
        "files": files,
        "versions": versions(),
    }


def _record(found: Discovery, out: Path) -> dict[str, Any]:
    seen, made = found.seen, tables(found)
    return {
        "sweep": found.sweep.name,
        "folder": str(out),
        "sentence": sentence(found),
        "points": len(found.cases.is_wanted),
        "runs_not_done": found.sweep.n_not_done,
        "points_left_out": found.sweep.n_without,
        "coverage": seen.coverage,
        "density": seen.density,
        "support": seen.support,
        **{
            name: [dict(zip(columns, map(_plain, row), strict=True)) for row in zip(*columns.values(), strict=True)]
            for name, columns in made.items()
        },
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _show(found: Discovery, out: Path) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    _say(console, sentence(found))
    rows = tables(found)
    if found.whole.restricted:
        console.print(_restrictions(rows["restrictions"]))
    console.print(_trajectory(found, rows["trajectory"]))
    _say(console, made_from(found))
    sweep = found.sweep
    left = f"; {sweep.n_without} points are left out, for they have no value" if sweep.n_without else ""
    failed = f", of which {sweep.n_not_done} are not done and count for nothing" if sweep.n_not_done else ""
    n = len(found.cases.is_wanted)
    _say(console, f"{n} points of {sweep.n_runs} runs{failed}; values are means of a point{left}.")
    _say(console, f"Chance: how often one was as clear in {SHUFFLES} shuffles of the outcomes. Written to {out}/.")


def _restrictions(rows: Any) -> Table:
    table = _empty("restriction", "quasi-p", "chance", "density without it", "coverage without it", "")
    for i, said in enumerate(rows["restriction"]):
        numbers = (
            f"{rows['quasi_p'][i]:.2g}", f"{rows['chance'][i]:.1%}",
            f"{rows['density_without'][i]:.0%}", f"{rows['coverage_without'][i]:.0%}",
        )  # fmt: skip
        table.add_row(*map(_text, (said, *numbers, "" if rows["counts"][i] == "yes" else "dropped: may be chance")))
    return table


def _trajectory(found: Discovery, rows: Any) -> Table:
    table = _empty("box", "points", "coverage", "density", "restricted", "")
    n = len(found.boxes)
    shown = sorted({*range(0, n, max(1, -(-n // ROWS_SHOWN))), found.start, n - 1})
    for i in shown:
        cells = (
            str(i), f"{rows['points'][i]:,}", f"{rows['coverage'][i]:.0%}", f"{rows['density'][i]:.0%}",
            str(rows["restrictions"][i]), "the answer is made from it" if i == found.start else "",
        )  # fmt: skip
        table.add_row(*map(_text, cells))
    seen, n_restricted = found.seen, str(len(found.box.restricted))
    table.add_row("answer", f"{seen.n:,}", f"{seen.coverage:.0%}", f"{seen.density:.0%}", n_restricted, "")
    return table


def _empty(*headings: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for i, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="left" if i in (0, len(headings) - 1) else "right")
    return table


def _text(cell: str) -> Text:
    return Text(printable(cell))


def _say(console: Console, line: str) -> None:
    console.print(Text(printable(line)), soft_wrap=True)
