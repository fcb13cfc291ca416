"""`sim calibrate`: reads arguments, calls the procedure, prints. Imports what is slow only when it is run."""

import sys
from pathlib import Path

import click

from sim.cli.completing import calibrations

DEFAULT_OUT = Path("results") / "runs"


@click.command(no_args_is_help=True, short_help="Let the reports decide what the model may believe.")
@click.argument("corridor", shell_complete=calibrations)
@click.option("--quick", is_flag=True, help="A coarse posterior in about two minutes, for tests: few runs, large rows.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the results. [default: results/runs/calibration-CORRIDOR]"
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes. [default: one for each core, two at most]")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calibrate(corridor: str, quick: bool, out: Path | None, workers: int | None) -> None:
    """Let the reports decide what the model of CORRIDOR may believe; cut off, it goes on where it was."""
    from calibration.problem import read
    from calibration.procedure import Simulator, calibrated
    from calibration.showing import show
    from calibration.writing import diagnostics, write
    from sim.tables import check_destination

    problem = read(corridor)
    size = problem.quick if quick else problem.full
    folder = out or DEFAULT_OUT / f"calibration-{problem.corridor}{'-quick' if quick else ''}"
    check_destination(folder)
    kept = folder.with_name(f"{folder.name}-runs")
    rows = f"{size.runs} runs at rows of {size.parcels_per_row}, kept in {kept}/"
    coarse = "; coarse, for tests only: use no number of it" if quick else ""
    click.echo(f"{problem.title}: {rows}{coarse}", err=True)
    found = calibrated(problem, size, Simulator(problem, size, kept, workers or 0))
    tables = write(found, folder, is_quick=quick)
    show(tables, diagnostics(found), folder, sys.stdout, is_quick=quick)
