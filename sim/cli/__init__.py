"""The command `sim`: reads arguments, calls the package, prints. No logic of the model lives here.

`sim --help` and `sim validate` are to answer at once, so whatever takes time to import is imported where it is used.
"""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli.experiments import COMMANDS
from sim.cli.options import debug
from sim.errors import InputError, ScenarioError, SimError, printable

STATUSES = ("reported", "published", "derived", "assumed", "unstated")
WRONG_INPUT, FAILED, STOPPED = 2, 1, 130
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")


class Commands(click.Group):
    """The commands of this package, and those that others plug in under the entry points `sim.commands`.

    What is plugged in is looked for only when it is asked for, and imported only then; what cannot be imported is as if
    it were not there.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        """Names of all commands, in order."""
        return sorted({*super().list_commands(context), *(name for name in _plugged_in() if self._load(name))})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """A command by its name."""
        return super().get_command(context, name) or self._load(name)

    @staticmethod
    def _load(name: str) -> click.Command | None:
        entry = _plugged_in().get(name)
        try:
            return entry.load() if entry else None
        except ImportError:
            return None


def _plugged_in() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group="sim.commands")}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="parcel-corridors", prog_name="sim")
def cli() -> None:
    """Scenario simulation of cross-border parcel logistics and trade growth."""


@cli.command(no_args_is_help=True)
@FILES
@click.option(
    "--replications", type=click.IntRange(1, 10_000), help="Independent repetitions. [default: the scenario's]"
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all luck. [default: the scenario's]")
@click.option(
    "--parcels-per-row",
    type=click.IntRange(1, 10_000),
    help="Parcels that one row stands for; 1 follows every parcel. [default: the scenario's]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    help="Processes, shared by all scenarios. [default: one for each replication and core]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the results; of several scenarios, the folder of their folders. [default: results/runs/NAME-SEED, "
    "with -rowsN and -xN where rows and replications are not the scenario's]",
)
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the summary, as JSON.")
@click.option("--parcel-log", is_flag=True, help="Also write every order and every step of every parcel.")
@debug
def run(files: Sequence[Path], as_json: bool, **options: Any) -> None:
    """Run scenarios, print a summary by origin and route, and write all tables."""
    from sim.cli.running import Options, run_scenarios

    gc.enable()
    sys.exit(run_scenarios(files, Options(**options), as_json=as_json))


@cli.command(no_args_is_help=True)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RESULT...")
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File. [default: RESULT-report.LANG.html]")
@click.option("--pdf", "as_pdf", is_flag=True, help="Also print it as PDF, if Chromium is installed.")
@debug
def report(folders: Sequence[Path], language: str, out: Path | None, as_pdf: bool) -> None:
    """Write a report of results to hand on: one HTML file that needs no network.

    RESULT is a folder of `sim compare` or `sim run`.

    \b
    sim report results/runs/compare-harbin-baseline-harbin-charters --lang zh --pdf
    """
    from sim.cli.reporting import write_report

    sys.exit(write_report(folders, language, out, as_pdf=as_pdf))


@cli.command(no_args_is_help=True)
@FILES
@debug
def validate(files: Sequence[Path]) -> None:
    """Check scenarios and say what running them would take. All errors of all files are shown."""
    from sim.cli.validating import validate_files

    sys.exit(validate_files(files))


@cli.command(no_args_is_help=True)
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO [PATH...] | ROW...")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES), help="Only numbers of this status.")
@click.option("--match", metavar="TEXT", help="Only numbers whose path contains this text.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", type=click.Path(path_type=Path), metavar="FILE", help="Write the numbers as CSV instead.")
@click.option(
    "--variance",
    is_flag=False,
    flag_value="",
    metavar="[INDICATOR,...]",
    help="What the variance of indicators rests on; runs the scenario many times with other numbers. Of placed, "
    "mean_days, p95_days, share_within_promise, operators_result, co2e, or any measure of a comparison. "
    "[default: placed,mean_days]",
)
@click.option("--route", metavar="ROUTE", help="With --variance: of a route instead of the whole scenario.")
@click.option(
    "--runs", type=click.IntRange(1, 10_000), default=96, show_default=True, help="With --variance: how many runs."
)
@click.option(
    "--parcels-per-row",
    type=click.IntRange(1, 10_000),
    default=500,
    show_default=True,
    help="With --variance: parcels that one row stands for.",
)
@debug
def sources(
    names: Sequence[str], variance: str | None, route: str | None, runs: int, parcels_per_row: int, **options: Any
) -> None:
    """Where does this number come from? Of a scenario, of a path in it, or of a row of the evidence.

    \b
    sim sources scenarios/harbin-baseline.yaml
    sim sources scenarios/harbin-baseline.yaml market.origins.harbin
    sim sources A008
    sim sources scenarios/harbin-baseline.yaml --variance p95_days --route harbin-postal
    """
    if variance is not None:
        sys.exit(
            _sources_of_variance(names, variance=variance, route=route, runs=runs, rows=parcels_per_row, **options)
        )
    from sim.cli.sources import Filters, show_sources

    sys.exit(show_sources(names, Filters(**options)))


def _sources_of_variance(
    names: Sequence[str], rows: int, statuses: Sequence[str], match: str | None, **asked: Any
) -> int:
    from sim.cli.sources_variance import Asked, show_variance

    if statuses or match:
        return _said(
            "error: --status and --match are of the list of numbers; leave them out with --variance", WRONG_INPUT
        )
    gc.enable()
    return show_variance(names, Asked(parcels_per_row=rows, **asked))


@cli.command(no_args_is_help=True)
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | INTERVENTION...")
@click.option(
    "--base",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Scenario to compare with. [default: the scenario's base, or itself without interventions; of interventions "
    "alone, the base that they name]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@debug
def explain(names: Sequence[str], base: Path | None, as_json: bool) -> None:
    """What do interventions change? Every dated change in words, and every number that differs from the base.

    \b
    sim explain scenarios/interventions/harbin-charters.yaml
    sim explain scenarios/harbin-plan.yaml
    sim explain scenarios/harbin-baseline.yaml harbin-charters suifenhe-closed
    """
    from sim.cli.explaining import explain_files

    sys.exit(explain_files(names, base, as_json=as_json))


@cli.command()
@click.argument("of", type=click.Choice(["scenario", "intervention", "ranking", "siting", "sweep"]), default="scenario")
@debug
def schema(of: str) -> None:
    """Print the JSON Schema of a scenario file, or of the file of an intervention, a ranking, a siting or a sweep."""
    from sim.cli.schema import schema_text

    click.echo(schema_text(of), nl=False)


@cli.command()
@debug
def scenarios() -> None:
    """List the scenarios that come with the program, and those of the folder `scenarios` here."""
    from sim.cli.validating import list_scenarios

    list_scenarios()


for experiment in COMMANDS:
    cli.add_command(experiment)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code: 0, or 2 for wrong input, 130 if stopped, 1 for any other failure."""
    # Pydantic would read every installed package in search of plugins, and the collector would look through all that is
    # imported and read: together a sixth of what `sim validate` takes. `sim run` collects again.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    try:
        code = _exit_code(list(sys.argv[1:] if arguments is None else arguments))
    finally:
        gc.enable()
    sys.exit(code)


def _exit_code(arguments: list[str]) -> int:
    try:
        cli.main(arguments, prog_name="sim", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as wanted:
        return wanted.code if isinstance(wanted.code, int) else FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _said("stopped", STOPPED)
    except BrokenPipeError:  # the reader of the output has gone, as in `sim scenarios | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _failure(error, is_debug="--debug" in arguments)
    return 0


def _failure(error: Exception, *, is_debug: bool) -> int:
    """Say what went wrong, without a traceback unless it is asked for."""
    if is_debug:
        traceback.print_exc()
        return WRONG_INPUT if isinstance(error, ScenarioError | InputError) else FAILED
    if isinstance(error, ScenarioError):
        return _said(str(error), WRONG_INPUT)
    if isinstance(error, SimError):
        return _said(f"error: {printable(str(error))}", WRONG_INPUT if isinstance(error, InputError) else FAILED)
    what = printable(f"{type(error).__name__}: {error}")
    return _said(f"error: {what} (run again with --debug to see where)", FAILED)


def _said(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
