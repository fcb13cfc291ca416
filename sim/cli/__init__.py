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

from sim.errors import ScenarioError, SimError, printable

STATUSES = ("reported", "published", "derived", "assumed", "unstated")
DIMENSIONS = ("origin", "region", "route", "product", "month", "queue", "lane")
OBJECTIVES = ("parcels", "days", "surplus", "net-benefit", "co2e")
RANKED_BY = ("parcels", "days", "surplus", "net-benefit", "benefit-cost", "co2e")
WRONG_INPUT, FAILED, STOPPED = 2, 1, 130
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")


def _debug(command: Any) -> Any:
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)


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
@_debug
def run(files: Sequence[Path], as_json: bool, **options: Any) -> None:
    """Run scenarios, print a summary by origin and route, and write all tables."""
    from sim.cli.running import Options, run_scenarios

    gc.enable()
    sys.exit(run_scenarios(files, Options(**options), as_json=as_json))


def _share(_: click.Context, __: click.Parameter, value: str) -> float:
    """`5 %` or `0.05` as a share."""
    try:
        number = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise click.BadParameter(f"'{value}' is no share between 0 and 1, such as 5%")
    return number


@cli.command(no_args_is_help=True)
@click.argument("base", metavar="BASE")
@click.argument("plans", nargs=-1, required=True, metavar="PLAN...")
@click.option("--precision", default="5%", callback=_share, help="Half-width wanted, of the difference. [default: 5%]")
@click.option("--replications", type=click.IntRange(1, 10_000), help="So many, however precise. [default: as needed]")
@click.option("--most", type=click.IntRange(2, 10_000), default=40, help="Replications at most. [default: 40]")
@click.option("--by", multiple=True, type=click.Choice(DIMENSIONS), help="Differences also by these; several times.")
@click.option("--portfolio", is_flag=True, help="Also all plans together, and all but each.")
@click.option("--decompose", is_flag=True, help="Also what of each effect is physics, and what the market's answer.")
@click.option(
    "--objective", default="parcels", type=click.Choice(OBJECTIVES), help="What plans are ranked by. [default: parcels]"
)
@click.option(
    "--parcels-per-row",
    type=click.IntRange(1, 10_000),
    default=50,
    help="Parcels that one row stands for; 1 follows every parcel. [default: 50]",
)
@click.option("--workers", type=click.IntRange(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/compare-BASE-PLAN...]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the comparison, as JSON.")
@_debug
def compare(base: str, plans: Sequence[str], as_json: bool, **options: Any) -> None:
    """Compare plans with a baseline, on common luck and common draws of what is uncertain.

    BASE is a scenario; a PLAN is an intervention by its name or file, several with + between them, or a scenario.

    \b
    sim compare scenarios/harbin-baseline.yaml harbin-charters single-window harbin-charters+single-window
    """
    from sim.cli.comparing import Options, compare_files

    gc.enable()
    sys.exit(compare_files(base, plans, Options(**options), as_json=as_json))


def _names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """`placed,mean_days` as names."""
    return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))


@cli.command(no_args_is_help=True)
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="SWEEP")
@click.option("--workers", type=click.IntRange(1, 1000), help="Processes here. [default: one for each core]")
@click.option(
    "--cluster", metavar="ADDRESS", help="A Dask scheduler that is running, tcp://127.0.0.1:8786 or tls://..."
)
@click.option("--tls-ca", type=click.Path(path_type=Path), help="With --cluster tls://: certificate of the authority.")
@click.option("--tls-certificate", type=click.Path(path_type=Path), help="Likewise: this machine's own.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Likewise: its key.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/sweep-NAME]")
@click.option("--status", type=click.Path(path_type=Path), metavar="DIR", help="Only say how far a sweep is.")
@click.option(
    "--measure", default="placed,mean_days", callback=_names, show_default=True, help="Measures that are printed."
)
@click.option("--best", is_flag=True, help="The best of the first measure first.")
@click.option("--retry", is_flag=True, help="Also run again what failed before.")
@_debug
def sweep(file: Path | None, status: Path | None, measure: tuple[str, ...], best: bool, **options: Any) -> None:
    """Run a scenario at many points of levers and uncertainties; what was cut off goes on where it was.

    \b
    sim sweep scenarios/sweeps/harbin-charters.yaml
    sim sweep --status results/runs/sweep-harbin-charters
    """
    if (file is None) == (status is None):
        raise click.UsageError("name a sweep, or a folder with --status")
    from sim.cli.sweep import Options, sweep_file, tell_status, tls_of

    gc.enable()
    if status is not None:
        sys.exit(tell_status(status, measure, is_best_first=best))
    tls = tls_of([options.pop(f"tls_{name}") for name in ("ca", "certificate", "key")])
    assert file is not None
    sys.exit(sweep_file(file, Options(tls=tls, measures=measure, best=best, **options)))


@cli.command(no_args_is_help=True)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--choose", metavar="P|A-B", help="How many sites, one number or from A to B. [default: the file's]")
@click.option(
    "--objective",
    type=click.Choice(["p-median", "coverage"]),
    help="Least total, or most demand. [default: the file's]",
)
@click.option("--within", metavar="BOUND", help="Of coverage: '4 d' or '0.5 CNY/kg'. [default: the file's]")
@click.option(
    "--assumptions",
    type=click.Choice(["together", "apart"]),
    help="Draw numbers of one reason together, or each by itself. [default: the file's]",
)
@click.option("--check/--no-check", "is_checked", default=True, help="Simulate the shortlist. [default: check]")
@click.option("--draws", type=click.IntRange(0, 10_000), default=200, help="Times solved. [default: 200]")
@click.option(
    "--demand-draws", type=click.IntRange(0, 1000), default=8, help="Draws of the demand, simulated. [default: 8]"
)
@click.option(
    "--replications", type=click.IntRange(1, 10_000), default=4, help="Of each set in the check. [default: 4]"
)
@click.option("--parcels-per-row", type=click.IntRange(1, 10_000), default=200, help="Parcels of a row. [default: 200]")
@click.option("--workers", type=click.IntRange(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/site-NAME-...]")
@_debug
def site(file: Path, **options: Any) -> None:
    """Where should warehouses or centres stand? Solved on simulated demand, and the shortlist checked by simulation.

    \b
    sim site scenarios/siting/hebei.yaml
    sim site scenarios/siting/russia.yaml --choose 1-5
    """
    from sim.cli.site import Options, site_file

    gc.enable()
    sys.exit(site_file(file, Options(**options)))


@cli.command(no_args_is_help=True)
@click.argument("file", metavar="PLANS.yaml", type=click.Path(path_type=Path))
@click.option("--budget-cny", type=click.FloatRange(min=0), help="Capital there is. [default: the file's]")
@click.option("--replications", type=click.IntRange(4, 1_000_000), help="Of all portfolios. [default: the file's]")
@click.option("--objective", "objectives", multiple=True, type=click.Choice(RANKED_BY), help="Several times, too.")
@click.option("--workers", type=click.IntRange(1, 1000), help="Processes. [default: one for each core, two at most]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/rank-NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the answer and the tables, as JSON.")
@_debug
def rank(file: Path, as_json: bool, **options: Any) -> None:
    """Rank all portfolios of interventions under a budget: which to build, how sure that is, what it hangs on.

    \b
    sim rank scenarios/rankings/harbin.yaml --budget-cny 40e6
    """
    from sim.cli.ranking import Options, rank_file

    gc.enable()
    sys.exit(rank_file(file, Options(**options), as_json=as_json))


@cli.command(no_args_is_help=True)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RESULT...")
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File. [default: RESULT-report.LANG.html]")
@click.option("--pdf", "as_pdf", is_flag=True, help="Also print it as PDF, if Chromium is installed.")
@_debug
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
@_debug
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
@_debug
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
@click.argument("scenario", metavar="SCENARIO")
@click.argument("laid", nargs=-1, metavar="[INTERVENTION...]")
@click.option("--plan", metavar="PLAN", help="Of what this plan adds: its difference to the scenario, on common luck.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="MEASURE",
    help="What is told: any measure of a comparison; several times. [default: placed, mean_days]",
)
@click.option("--route", metavar="ROUTE", help="Of a route instead of the whole scenario.")
@click.option("--match", multiple=True, metavar="TEXT", help="Only numbers whose path contains this; several times.")
@click.option("--trajectories", type=click.IntRange(2, 1000), default=6, help="For screening. [default: 6]")
@click.option(
    "--points", type=click.IntRange(0, 2**16), default=64, help="For shares; a power of two, 0 for none. [default: 64]"
)
@click.option("--factors", type=click.IntRange(1, 100), default=8, help="Numbers with shares, at most. [default: 8]")
@click.option(
    "--parcels-per-row", type=click.IntRange(1, 10_000), default=500, help="Parcels a row stands for. [default: 500]"
)
@click.option("--workers", type=click.IntRange(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/sensitivity-SCENARIO...]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but what was found, as JSON.")
@_debug
def sensitivity(scenario: str, laid: Sequence[str], as_json: bool, **options: Any) -> None:
    """Which assumed numbers does the answer hang on? Screens all, then shares of the variance of those that matter.

    \b
    sim sensitivity scenarios/harbin-baseline.yaml --measure p95_days --route harbin-postal
    sim sensitivity scenarios/harbin-baseline.yaml --plan harbin-sorting
    """
    from sim.cli.sensitivity import Options, sensitivity_of

    gc.enable()
    sys.exit(sensitivity_of(scenario, laid, Options(**options), as_json=as_json))


@cli.command(no_args_is_help=True)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--where", required=True, metavar="CONDITION", help="What is of interest, such as 'p95_days > 30'.")
@click.option(
    "--minimum-support",
    type=click.FloatRange(0.01, 0.9),
    default=0.1,
    help="Share of the points that a box holds at least. [default: 0.1]",
)
@click.option(
    "--box", type=click.IntRange(0), help="Start from this box of the trajectory. [default: the best balanced]"
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: DIR-discovery]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but what was found, as JSON.")
@_debug
def discover(
    folder: Path, where: str, minimum_support: float, box: int | None, out: Path | None, as_json: bool
) -> None:
    """Under what circumstances does it happen? The box of levers and uncertainties of a sweep that holds it (PRIM).

    \b
    sim discover results/runs/my-sweep --where "p95_days > 30 and placed < 1e6"
    """
    from sim.cli.discovering import discover_in

    gc.enable()
    sys.exit(discover_in(folder, where, minimum_support, box, out, as_json=as_json))


@cli.command(no_args_is_help=True)
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | INTERVENTION...")
@click.option(
    "--base",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Scenario to compare with. [default: the scenario's base, or itself without interventions; of interventions "
    "alone, the base that they name]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_debug
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
@click.argument("of", type=click.Choice(["scenario", "intervention", "siting", "sweep"]), default="scenario")
@_debug
def schema(of: str) -> None:
    """Print the JSON Schema of a scenario file, or of the file of an intervention, a siting or a sweep."""
    from sim.cli.schema import schema_text

    click.echo(schema_text(of), nl=False)


@cli.command()
@_debug
def scenarios() -> None:
    """List the scenarios that come with the program, and those of the folder `scenarios` here."""
    from sim.cli.validating import list_scenarios

    list_scenarios()


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
        return WRONG_INPUT if isinstance(error, ScenarioError) else FAILED
    if isinstance(error, ScenarioError):
        return _said(str(error), WRONG_INPUT)
    if isinstance(error, SimError):
        return _said(f"error: {printable(str(error))}", FAILED)
    what = printable(f"{type(error).__name__}: {error}")
    return _said(f"error: {what} (run again with --debug to see where)", FAILED)


def _said(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
