"""The command `sim`: reads arguments, calls the package, prints. No logic of the model lives here.

`sim --help` and `sim validate` are to answer at once, so whatever takes time to import is imported where it is used.
"""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli import completing
from sim.cli.commands import EXAMPLES, Commands
from sim.cli.experiments import COMMANDS
from sim.cli.failing import FAILED, STOPPED, WRONG_INPUT, failure, said
from sim.cli.options import KINDS, WholeNumber, debug
from sim.cli.serve import serve

STATUSES = ("reported", "published", "derived", "assumed", "unstated")
ANYTHING = (*KINDS.values(), "corridors")
"""Folders of `scenarios/` whose files can be checked."""


def _files(*folders: str) -> Any:
    """The argument of commands that take files."""
    complete = completing.files(*folders)
    path = click.Path(path_type=Path)
    return click.argument("files", nargs=-1, required=True, type=path, metavar="SCENARIO...", shell_complete=complete)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXAMPLES,
)
@click.version_option(package_name="parcel-corridors", prog_name="sim")
def cli() -> None:
    """Parcels between China and Russia, simulated: what a proposal would bring, how surely, and at what cost."""


@cli.command(no_args_is_help=True, short_help="Run scenarios: parcels, days, money, by route and month.")
@_files("")
@click.option("--replications", type=WholeNumber(1, 10_000), help="Independent repetitions. [default: the scenario's]")
@click.option("--seed", type=WholeNumber(0, 2**63 - 1), help="Seed of all luck. [default: the scenario's]")
@click.option(
    "--parcels-per-row",
    type=WholeNumber(1, 10_000),
    help="Parcels that one row stands for; 1 follows every parcel. [default: the scenario's]",
)
@click.option(
    "--workers",
    type=WholeNumber(1, 1000),
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
    """Run scenarios, print a summary by origin and route, and write all tables.

    \b
    sim run scenarios/harbin-baseline.yaml --parcels-per-row 50
    sim run scenarios/harbin-baseline.yaml scenarios/xinjiang-baseline.yaml --replications 4
    """
    from sim.cli.running import Options, run_scenarios

    gc.enable()
    sys.exit(run_scenarios(files, Options(**options), as_json=as_json))


@cli.command(no_args_is_help=True, short_help="Write a report to hand on, in English or Chinese.")
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="RESULT...",
    shell_complete=completing.results("plans", "summary"),
)
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


@cli.command(no_args_is_help=True, short_help="Check files; every error at its line, and what a run takes.")
@_files(*ANYTHING)
@debug
def validate(files: Sequence[Path]) -> None:
    """Check scenarios, interventions, sweeps, rankings and sitings, and say what running them would take.

    All errors of all files are shown.

    \b
    sim validate scenarios/my-plan.yaml
    sim validate scenarios/*.yaml scenarios/*/*.yaml
    """
    from sim.cli.validating import validate_files

    sys.exit(validate_files(files))


@cli.command(no_args_is_help=True, short_help="Where a number comes from: reported, derived or assumed.")
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="SCENARIO [PATH...] | ROW...",
    shell_complete=completing.rows_or_files,
)
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
    "--runs", type=WholeNumber(1, 10_000), default=96, show_default=True, help="With --variance: how many runs."
)
@click.option(
    "--parcels-per-row",
    type=WholeNumber(1, 10_000),
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
        return said(
            "error: --status and --match are of the list of numbers; leave them out with --variance", WRONG_INPUT
        )
    gc.enable()
    return show_variance(names, Asked(parcels_per_row=rows, **asked))


@cli.command(no_args_is_help=True, short_help="What an intervention changes, and from when, in words.")
@click.argument(
    "names", nargs=-1, required=True, metavar="SCENARIO | INTERVENTION...", shell_complete=completing.plans()
)
@click.option(
    "--base",
    type=click.Path(path_type=Path, dir_okay=False),
    shell_complete=completing.files(""),
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


@cli.command(short_help="The JSON Schema of a file, for editors.")
@click.argument("of", type=click.Choice(["scenario", "intervention", "ranking", "siting", "sweep"]), default="scenario")
@debug
def schema(of: str) -> None:
    """Print the JSON Schema of a scenario file, or of the file of an intervention, a ranking, a siting or a sweep.

    \b
    sim schema > scenarios/schema.json
    sim schema intervention
    """
    from sim.cli.schema import schema_text

    click.echo(schema_text(of), nl=False)


@cli.command(short_help="List all that ships: scenarios, interventions, sweeps ...")
@click.argument("words", nargs=-1, metavar="[TEXT...]")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; several times.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: kind, name, title and file.")
@debug
def scenarios(words: Sequence[str], kinds: Sequence[str], as_json: bool) -> None:
    """List what comes with the program and lies in the folder `scenarios` here, one line each.

    TEXT is to be in the name or the title; of several words, all of them.

    \b
    sim scenarios
    sim scenarios harbin warehouse
    sim scenarios --kind sweeps --kind rankings
    """
    from sim.cli.listing import list_scenarios

    sys.exit(list_scenarios(words, kinds, as_json=as_json))


@cli.command(short_help="What makes a shell complete commands and names.")
@click.argument("shell", type=click.Choice(completing.SHELLS))
@debug
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, options, files, interventions and folders of results.

    \b
    bash: put  eval "$(sim completion bash)"  into ~/.bashrc
    zsh:  put  eval "$(sim completion zsh)"   into ~/.zshrc, after compinit
    fish: sim completion fish > ~/.config/fish/completions/sim.fish
    """
    click.echo(completing.script(shell))


for command in (*COMMANDS, serve):
    cli.add_command(command)


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
        return said("stopped", STOPPED)
    except BrokenPipeError:  # the reader of the output has gone, as in `sim scenarios | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return failure(error, is_debug="--debug" in arguments)
    return 0
