"""What `sim site` shows: the best sets by the solver, how often each candidate is chosen, and the check beside them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.blocks import wrapped
from sim.cli.comparison_table import WIDTH_WITHOUT_TERMINAL, table_of
from sim.errors import listed, printable
from sim.experiments.comparing.wording import probability, short
from sim.experiments.differences import ENOUGH_DRAWS
from sim.experiments.siting.checking import Check, Simulated, unit_of
from sim.experiments.siting.shortlist import Solved
from sim.experiments.siting.tables import tables_of

NO_ANSWER = "-"
WHY_NOT = "why not"


def show_siting(solved: Solved, check: Check | None, folder: Path, stream: TextIO) -> None:
    """Print a siting."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL)
    siting = solved.siting
    console.print(Text(printable(siting.title or siting.siting)))
    console.print(_folding(table_of(*_sets(solved), "The best sets by the solver")))
    if solved.n_draws:
        console.print(table_of(*_candidates(solved), "P(chosen) by number of sites, over draws"))
    if check is not None:
        console.print(_folding(table_of(*_check(solved, check), "The shortlist: promised and simulated")))
    for line in [*_rests_on(solved), *(_verdict(check) if check else [])]:
        for part in wrapped(line, console.width, indent=""):
            console.print(Text(printable(part)), soft_wrap=True)
    tables = len(tables_of(solved, check))
    console.print(Text(f"Tables: {folder}/ ({tables} as Parquet and CSV; siting.xlsx; map.png; manifest.json)"))


def _folding(table: Table) -> Table:
    """The same table with names of sets in several lines where they need it, so that no number is cut."""
    for column in table.columns:
        column.no_wrap, column.overflow = str(column.header) not in ("set", WHY_NOT), "fold"
    return table


def _named(of_set: str) -> str:
    """A set's name, to be folded between its members."""
    return of_set.replace("+", " + ")


def told(value: float, unit: str) -> str:
    """A number of the solver's unit."""
    if np.isnan(value):
        return NO_ANSWER
    return f"{value:.2f}" if unit == "d" else f"{value:.1%}" if unit == "share" else short(value)


def _sets(solved: Solved) -> tuple[list[str], list[list[str]]]:
    table, unit = tables_of(solved, None)["sets"], unit_of(solved)
    headings = ["sites", "set", f"value\n({unit})", "gap to\nthe first", "P(best)", "regret\nexpected", "of the\nbest"]
    rows = [
        [
            str(table["sites"][i]),
            _named(str(table["set"][i])),
            told(table["value"][i], unit),
            told(table["gap_to_first"][i], unit),
            probability(float(table["p_best"][i])),
            "" if np.isnan(table["expected_regret"][i]) else told(table["expected_regret"][i], unit),
            probability(float(table["relative_regret"][i])) if table["rank"][i] == 1 else "",
        ]
        for i in range(len(table["set"]))
    ]
    return headings, rows


def _candidates(solved: Solved) -> tuple[list[str], list[list[str]]]:
    headings = ["candidate", *(f"{each.size}" for each in solved.by_size)]
    rows = []
    for j, name in enumerate(solved.siting.candidates):
        cells = [
            probability(float(each.p_chosen[j])) + ("*" if j in each.answers[0].chosen else " ")
            for each in solved.by_size
        ]
        rows.append([name, *cells])
    return headings, rows


def _check(solved: Solved, check: Check) -> tuple[list[str], list[list[str]]]:
    unit = unit_of(solved)
    same = "simulated\n(d)" if check.routes else f"simulated\n({_objective(check)})"
    headings = [
        "set",
        f"promised\n({unit})",
        same,
        "parcels\ngained",
        "days saved\nof all",
        "net benefit\nCNY",
        WHY_NOT,
    ]
    rows = [_of_set(check, each, unit) for each in check.sets]
    is_told = any(row[-1] for row in rows)
    return (headings, rows) if is_told else (headings[:-1], [row[:-1] for row in rows])


def _objective(check: Check) -> str:
    return check.comparison.objective.name if check.comparison else ""


def _of_set(check: Check, one: Simulated, unit: str) -> list[str]:
    promised = told(one.promised, unit)
    if one.compared is None or check.comparison is None:
        return [_named(one.name), promised, *[NO_ANSWER] * 4, one.why_not]
    if check.routes:
        simulated = f"{check.outcome(one.compared).mean():.2f}"
    else:
        simulated = _difference(check, one, check.comparison.objective.measure)
    days = check.against_base(one, "mean_days")
    saved = f"{-days.difference + 0.0:.3f} {_half(days.half_width, 3)}"
    return [_named(one.name), promised, simulated, _difference(check, one, "placed"), saved,
            _difference(check, one, "net_benefit_cny"), ""]  # fmt: skip


def _difference(check: Check, one: Simulated, measure: str) -> str:
    found = check.against_base(one, measure)
    half = "" if np.isnan(found.half_width) else f" ±{short(found.half_width)}"
    return f"{short(found.difference)}{half}"


def _half(width: float, digits: int) -> str:
    return "" if np.isnan(width) else f"±{width:.{digits}f}"


# -- what it rests on --------------------------------------------------------------------------------------------------


def _rests_on(solved: Solved) -> Iterator[str]:
    siting, n_worlds = solved.siting, len(solved.demands.draws)
    scenario = solved.asked.scenario
    if siting.is_illustrative:
        yield "Illustrative: the demand of the base is assumed, not reported, and so are most ways and costs."
    if unit_of(solved) == "d":
        days = solved.demands.central.handling_days
        yield f"Days are from order to buyer: {days:.2f} d before the last mile, as simulated in the base, and it."
    if not solved.n_draws:
        yield "Nothing was drawn: P and regret are not known."
    else:
        of_demand = (
            f"{n_worlds} simulated demands"
            if n_worlds
            else "the demand of the central world (nothing of the base is drawn)"
        )
        few = (
            f" Demand of fewer than {ENOUGH_DRAWS} draws says little of its tails."
            if 0 < n_worlds < ENOUGH_DRAWS
            else ""
        )
        yield (
            f"P and regret: {solved.n_draws} draws of {solved.n_numbers} assumed numbers of the file "
            f"({_how_drawn(solved)}), over {of_demand} "
            f"(seed {scenario.seed}). * is the central choice.{few}"
        )
    for each in solved.by_size:
        if each.n_impossible:
            yield f"In {each.n_impossible} of {solved.n_draws} draws no {each.size} can serve the demand."
        if n := int(np.isnan(each.regret).sum()):
            yield f"In {n} draws the central choice of {each.size} cannot serve the demand, and another can."


def _how_drawn(solved: Solved) -> str:
    is_together = solved.siting.assumptions == "together"
    return "those of one reason together" if is_together else "each by itself"


def _verdict(check: Check) -> Iterator[str]:
    comparison = check.comparison
    for one in check.sets:
        if one.why_not:
            yield f"{one.name} was not simulated: {one.why_not}"
    if comparison is None:
        return
    n, draws = len(comparison.replications), comparison.layout.n_draws
    drawn = f" in {draws} draws" if comparison.layout.has_draws else ""
    by = "the days of their orders" if check.routes else comparison.objective.name
    yield f"Simulated: {n} replications of each set and of the base{drawn} on common luck; sets are ordered by {by}."
    found = Counter(verdict for _, _, verdict in check.pairs())
    total = found.total()
    if not total:
        yield "One set only: there is no order to survive."
        return
    parts = [f"{found[verdict]} {verdict}" for verdict in ("kept", "turned", "not told apart") if found[verdict]]
    turned = [f"{one.name} and {other.name}" for one, other, verdict in check.pairs() if verdict == "turned"]
    survived = "The order survived" if not found["turned"] and not found["not told apart"] else (
        "The order did not survive" if turned else "The order is not contradicted, nor all of it confirmed"
    )  # fmt: skip
    which = f" ({'; '.join(turned)})" if turned else ""
    yield f"{survived}: of {total} pairs {listed(parts, 'and')}{which}."
    if comparison.left_out:
        yield f"{len(comparison.left_out)} replications are left out."
