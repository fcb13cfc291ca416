"""`python -m docs.interventions harbin`: runs the interventions of a corridor, and writes their table into its page.

Each file `scenarios/*/CORRIDOR-*.yaml` of an intervention or disruption is run over its `base`, with what it requires,
at central values and on the luck of the base, and compared from the month of its start to the end of the horizon. What
has an assumed range in its measures, or in what it adds, is run once more at all lower and once at all upper ends.
The market is settled once for all with rows as large as the run's: none acts on the first day, so all settle alike, but
for a route of their own.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import numpy as np

from sim.indicators import Columns, tables_of
from sim.ledger.amounts import amount
from sim.model import build, settle
from sim.scenario.interventions.expanding import expanded
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.trial import Trial, trial
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import with_values

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("interventions", "disruptions")
BEGIN, END = "<!-- made by docs/interventions.py: ", "<!-- made so far -->"
HEAD = """\
| file | section | parcels | | at the ends | days | in promise | surplus | result | capital | a year |
|---|---|---|---|---|---|---|---|---|---|---|"""
OF_MONEY = ("capital", "running_per_year", "life", "ramp")
"""What of an intervention says nothing of its size."""


@dataclass(frozen=True)
class Came:
    """What the months from a start to the end came to; surplus and result in CNY."""

    parcels: float
    days: float
    in_promise: float
    surplus: float
    result: float


@dataclass(frozen=True)
class Runs:
    """How runs are made: parcels a row, and replications of each."""

    rows: int
    replications: int

    def tables(self, scenario: Scenario) -> "list[Mapping[str, Columns]]":
        """The tables of each replication of a scenario."""
        market = scenario.market
        review = market.review.model_copy(update={"settle_parcels_per_row": self.rows})
        update = {"parcels_per_row": self.rows, "market": market.model_copy(update={"review": review})}
        world = expanded(scenario.model_copy(update=update))
        return [self._tables(world, r) for r in range(self.replications)]

    def _tables(self, world: Scenario, replication: int) -> "Mapping[str, Columns]":
        routes = tuple(world.routes)
        if routes not in _SETTLED or replication not in _SETTLED[routes]:
            _SETTLED.setdefault(routes, {})[replication] = settle(world, replication, lambda _: None)[0]
        start = _SETTLED[routes][replication]
        return tables_of(build(world, replication, start_from=start).run().record, world, replication)


_SETTLED: dict[tuple[str, ...], dict[int, object]] = {}


# -- what runs came to -------------------------------------------------------------------------------------------------


def came(tables: "Sequence[Mapping[str, Columns]]", since: str) -> Came:
    """Means over replications of the months from `since` on; days and promise without the last, still under way."""
    return Came(*np.mean([_came(each, since) for each in tables], axis=0))


def _came(tables: "Mapping[str, Columns]", since: str) -> tuple[float, ...]:
    flows, service, trade = tables["flows"], tables["service"], tables["trade"]
    counted = (service["month"] >= since) & (service["month"] < service["month"].max())
    arrived = np.where(counted, service["arrived"], 0)
    placed = np.where(counted, service["placed"], 0)
    return (
        flows["placed"][flows["month"] >= since].sum(),
        np.nansum(service["mean_days"] * arrived) / arrived.sum(),
        np.nansum(service["share_within_promise"] * placed) / placed.sum(),
        trade["buyers_surplus_cny"][trade["month"] >= since].sum(),
        trade["operators_result_cny"][trade["month"] >= since].sum(),
    )


@cache
def _base(file: Path, interventions: tuple[str, ...], runs: Runs) -> "list[Mapping[str, Columns]]":
    """The tables of the world without an intervention, but with what it requires."""
    return runs.tables(load(file, interventions).scenario)


# -- one file ----------------------------------------------------------------------------------------------------------


def line(file: Path, runs: Runs) -> str:
    """The row of an intervention's file."""
    found = trial(file)
    if found.base is None or found.scenario is None:
        raise click.ClickException(f"{file} names no `base`, so there is nothing to compare it with")
    since = f"{found.intervention.at:%Y-%m}"
    required = tuple(name for name in found.scenario.interventions if name != found.name)
    without = came(_base(found.base, required, runs), since)
    with_it = came(runs.tables(found.scenario), since)
    ends = [came(runs.tables(each), since).parcels - without.parcels for each in at_ends(found)]
    return _row(found.intervention, without, with_it, ends)


def at_ends(found: Trial) -> Iterator[Scenario]:
    """The scenario with all assumed numbers of its measures and additions at their lower, then at their upper end."""
    scenario = found.scenario
    assert scenario is not None
    ranges = dict(_effects(scenario.uncertain, found.name))
    for side in (0, 1) if ranges else ():
        yield with_values(scenario, {path: ends[side] for path, ends in ranges.items()})


def _effects(
    uncertain: "Mapping[str, tuple[float | str, float | str]]", name: str
) -> "Iterator[tuple[str, tuple[float | str, float | str]]]":
    """Ranges of what an intervention does, without those of its cost and of a size that is decided."""
    for path, ends in uncertain.items():
        low, high = (amount(end) for end in ends)
        is_open = low is None or high is None or low.base < high.base
        of_another = path.startswith("interventions.") and not path.startswith(f"interventions.{name}.")
        if is_open and not of_another and path.rpartition(".")[2] not in OF_MONEY:
            yield path, ends


def _row(intervention: Intervention, without: Came, with_it: Came, ends: Sequence[float]) -> str:
    gained = with_it.parcels - without.parcels
    cells = (
        f"`{intervention.intervention}`",
        intervention.section or "",
        f"{gained / 1000:+,.0f}",
        f"{gained / without.parcels:+.2%}",
        f"{ends[0] / 1000:+,.0f} to {ends[1] / 1000:+,.0f}" if ends else "",
        f"{with_it.days - without.days:+.2f}",
        f"{100 * (with_it.in_promise - without.in_promise):+.1f}",
        f"{(with_it.surplus - without.surplus) / 1e6:+.1f}",
        f"{(with_it.result - without.result) / 1e6:+.1f}",
        "" if intervention.is_disruption else f"{intervention.capital / 1e6:.0f}",
        "" if intervention.is_disruption else f"{intervention.running_per_year / 1e6:.1f}",
    )
    return f"| {' | '.join(cells)} |"


# -- the page ----------------------------------------------------------------------------------------------------------


def files_of(corridor: str) -> list[Path]:
    """The interventions, then the disruptions of a corridor."""
    return [file for folder in FOLDERS for file in sorted((ROOT / "scenarios" / folder).glob(f"{corridor}-*.yaml"))]


def renewed(page: str, command: str, table: str) -> str:
    """A page with another table between its marks."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    if not rest or not after:
        raise click.ClickException(f"the page has no place for the table: lines that begin with {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}{command} -->\n{table}\n{END}{after}"


@click.command()
@click.argument("corridor")
@click.option("--rows", default=200, help="parcels a row")
@click.option("--replications", default=2, help="replications of each run")
def main(corridor: str, rows: int, replications: int) -> None:
    """Run all interventions and disruptions of a corridor and write their table into docs/interventions-CORRIDOR.md."""
    page = ROOT / "docs" / f"interventions-{corridor}.md"
    text = page.read_text("utf-8")
    lines = [HEAD]
    for file in files_of(corridor):
        lines.append(line(file, Runs(rows, replications)))
        click.echo(lines[-1])
    command = f"python -m docs.interventions {corridor} --rows {rows} --replications {replications}"
    page.write_text(renewed(text, command, "\n".join(lines)), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
