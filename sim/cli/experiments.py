"""The verbs that ask many runs a question: compare, sweep, rank, site, sensitivity, discover. Arguments only.

As in the rest of the command, whatever takes time to import is imported where it is used.
"""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli import completing
from sim.cli.options import Number, WholeNumber, debug

DIMENSIONS = ("origin", "region", "route", "product", "month", "queue", "lane")
OBJECTIVES = ("parcels", "days", "surplus", "net-benefit", "co2e")
RANKED_BY = ("parcels", "days", "surplus", "net-benefit", "benefit-cost", "co2e")


def _share(_: click.Context, __: click.Parameter, value: str) -> float:
    """`5 %` or `0.05` as a share."""
    try:
        number = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise click.BadParameter(f"'{value}' is no share between 0 and 1, such as 5%")
    return number


@click.command(no_args_is_help=True, short_help="What plans bring against doing nothing, and how surely.")
@click.argument("base", metavar="BASE", shell_complete=completing.files(""))
@click.argument("plans", nargs=-1, required=True, metavar="PLAN...", shell_complete=completing.plans())
@click.option("--precision", default="5%", callback=_share, help="Half-width wanted, of the difference. [default: 5%]")
@click.option("--replications", type=WholeNumber(1, 10_000), help="So many, however precise. [default: as needed]")
@click.option("--most", type=WholeNumber(2, 10_000), default=40, help="Replications at most. [default: 40]")
@click.option("--by", multiple=True, type=click.Choice(DIMENSIONS), help="Differences also by these; several times.")
@click.option("--portfolio", is_flag=True, help="Also all plans together, and all but each.")
@click.option("--decompose", is_flag=True, help="Also what of each effect is physics, and what the market's answer.")
@click.option(
    "--objective", default="parcels", type=click.Choice(OBJECTIVES), help="What plans are ranked by. [default: parcels]"
)
@click.option(
    "--parcels-per-row",
    type=WholeNumber(1, 10_000),
    default=50,
    help="Parcels that one row stands for; 1 follows every parcel. [default: 50]",
)
@click.option("--workers", type=WholeNumber(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/compare-BASE-PLAN...]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the comparison, as JSON.")
@debug
def compare(base: str, plans: Sequence[str], as_json: bool, **options: Any) -> None:
    """Compare plans with a baseline, on common luck and common draws of what is uncertain.

    BASE is a scenario; a PLAN is an intervention by its name or file, several with + between them, or a scenario.

    \b
    sim compare scenarios/harbin-baseline.yaml harbin-charters harbin-single-window harbin-charters+harbin-single-window
    """
    from sim.cli.comparing import Options, compare_files

    gc.enable()
    sys.exit(compare_files(base, plans, Options(**options), as_json=as_json))


def _names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """`placed,mean_days` as names."""
    return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))


@click.command(no_args_is_help=True, short_help="Run at many points of what is decided and not known.")
@click.argument(
    "file",
    required=False,
    type=click.Path(path_type=Path),
    metavar="SWEEP",
    shell_complete=completing.files("sweeps"),
)
@click.option("--workers", type=WholeNumber(1, 1000), help="Processes here. [default: one for each core]")
@click.option(
    "--cluster", metavar="ADDRESS", help="A Dask scheduler that is running, tcp://127.0.0.1:8786 or tls://..."
)
@click.option("--tls-ca", type=click.Path(path_type=Path), help="With --cluster tls://: certificate of the authority.")
@click.option("--tls-certificate", type=click.Path(path_type=Path), help="Likewise: this machine's own.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Likewise: its key.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/sweep-NAME]")
@click.option(
    "--status",
    type=click.Path(path_type=Path),
    metavar="DIR",
    shell_complete=completing.results("jobs"),
    help="Only say how far a sweep is.",
)
@click.option(
    "--measure", default="placed,mean_days", callback=_names, show_default=True, help="Measures that are printed."
)
@click.option("--best", is_flag=True, help="The best of the first measure first.")
@click.option("--retry", is_flag=True, help="Also run again what failed before.")
@debug
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


@click.command(no_args_is_help=True, short_help="Which proposals to build for so much money.")
@click.argument(
    "file", metavar="PLANS.yaml", type=click.Path(path_type=Path), shell_complete=completing.files("rankings")
)
@click.option("--budget-cny", type=Number(min=0, max=1e15), help="Capital there is. [default: the file's]")
@click.option("--replications", type=WholeNumber(4, 1_000_000), help="Of all portfolios. [default: the file's]")
@click.option("--objective", "objectives", multiple=True, type=click.Choice(RANKED_BY), help="Several times, too.")
@click.option("--workers", type=WholeNumber(1, 1000), help="Processes. [default: one for each core, two at most]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/rank-NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the answer and the tables, as JSON.")
@debug
def rank(file: Path, as_json: bool, **options: Any) -> None:
    """Rank all portfolios of interventions under a budget: which to build, how sure that is, what it hangs on.

    \b
    sim rank scenarios/rankings/harbin.yaml --budget-cny 40e6
    """
    from sim.cli.ranking import Options, rank_file

    gc.enable()
    sys.exit(rank_file(file, Options(**options), as_json=as_json))


@click.command(no_args_is_help=True, short_help="Where warehouses or centres should stand.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path), shell_complete=completing.files("siting"))
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
@click.option("--draws", type=WholeNumber(0, 10_000), default=200, help="Times solved. [default: 200]")
@click.option(
    "--demand-draws", type=WholeNumber(0, 1000), default=8, help="Draws of the demand, simulated. [default: 8]"
)
@click.option("--replications", type=WholeNumber(1, 10_000), default=4, help="Of each set in the check. [default: 4]")
@click.option("--parcels-per-row", type=WholeNumber(1, 10_000), default=200, help="Parcels of a row. [default: 200]")
@click.option("--workers", type=WholeNumber(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/site-NAME-...]")
@debug
def site(file: Path, **options: Any) -> None:
    """Where should warehouses or centres stand? Solved on simulated demand, and the shortlist checked by simulation.

    \b
    sim site scenarios/siting/hebei.yaml
    sim site scenarios/siting/russia.yaml --choose 1-5
    """
    from sim.cli.site import Options, site_file

    gc.enable()
    sys.exit(site_file(file, Options(**options)))


@click.command(no_args_is_help=True, short_help="Which assumed numbers the answer hangs on.")
@click.argument("scenario", metavar="SCENARIO", shell_complete=completing.files(""))
@click.argument("laid", nargs=-1, metavar="[INTERVENTION...]", shell_complete=completing.plans(or_scenarios=False))
@click.option(
    "--plan",
    metavar="PLAN",
    shell_complete=completing.plans(),
    help="Of what this plan adds: its difference to the scenario, on common luck.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="MEASURE",
    help="What is told: any measure of a comparison; several times. [default: placed, mean_days]",
)
@click.option("--route", metavar="ROUTE", help="Of a route instead of the whole scenario.")
@click.option("--match", multiple=True, metavar="TEXT", help="Only numbers whose path contains this; several times.")
@click.option("--trajectories", type=WholeNumber(2, 1000), default=6, help="For screening. [default: 6]")
@click.option(
    "--points", type=WholeNumber(0, 2**16), default=64, help="For shares; a power of two, 0 for none. [default: 64]"
)
@click.option("--factors", type=WholeNumber(1, 100), default=8, help="Numbers with shares, at most. [default: 8]")
@click.option(
    "--parcels-per-row", type=WholeNumber(1, 10_000), default=500, help="Parcels a row stands for. [default: 500]"
)
@click.option("--workers", type=WholeNumber(1, 1000), help="Processes. [default: one for each core]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/sensitivity-SCENARIO...]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but what was found, as JSON.")
@debug
def sensitivity(scenario: str, laid: Sequence[str], as_json: bool, **options: Any) -> None:
    """Which assumed numbers does the answer hang on? Screens all, then shares of the variance of those that matter.

    \b
    sim sensitivity scenarios/harbin-baseline.yaml --measure p95_days --route harbin-postal
    sim sensitivity scenarios/harbin-baseline.yaml --plan harbin-sorting
    """
    from sim.cli.sensitivity import Options, sensitivity_of

    gc.enable()
    sys.exit(sensitivity_of(scenario, laid, Options(**options), as_json=as_json))


@click.command(no_args_is_help=True, short_help="Under what circumstances something happens in a sweep.")
@click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    shell_complete=completing.results("points"),
)
@click.option("--where", required=True, metavar="CONDITION", help="What is of interest, such as 'p95_days > 30'.")
@click.option(
    "--minimum-support",
    type=Number(0.01, 0.9),
    default=0.1,
    help="Share of the points that a box holds at least. [default: 0.1]",
)
@click.option("--box", type=WholeNumber(0), help="Start from this box of the trajectory. [default: the best balanced]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder. [default: results/runs/NAME-discovery]")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but what was found, as JSON.")
@debug
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


COMMANDS = (compare, sweep, rank, site, sensitivity, discover)
