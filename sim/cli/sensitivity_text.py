"""What an indicator hangs on, in words and as JSON: what matters, what does not, what was not varied."""

import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.errors import listed, printable
from sim.experiments.sensitivity.factors import Factor
from sim.experiments.sensitivity.study import Round, Sensitivity
from sim.experiments.sensitivity.tables import by_swing, range_of, tables

WIDTH_WITHOUT_TERMINAL = 140
MUCH, SOME = 0.25, 0.05
"""Shares of the variance from which on a number matters much, and matters."""
JOINTLY = 0.1
"""So much more together than alone is worth saying."""
STATUSES = ("reported", "published", "derived", "unstated")
SHOWN = 3


def show(found: Sensitivity, folder: Path, runs: Path) -> None:
    """Each indicator with what it hangs on, then what was not varied, and the runs."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    for indicator in found.question.indicators:
        unit = found.question.unit(indicator)
        _say(console, f"{found.question.said(indicator)}: {_figure(found.central[indicator])} {unit}".rstrip())
        if found.left:
            console.print(Padding(_table(found, indicator), (0, 0, 0, 2), expand=False))
        for line in of_indicator(found, indicator):
            _say(console, line)
        console.print()
    for line in (*not_varied(found), *of_runs(found), f"Tables and tornado.png: {folder}/; runs are kept in {runs}/."):
        _say(console, line)


def _table(found: Sensitivity, indicator: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0), expand=True)
    for heading, ratio in (("hangs on", 36), ("range", 26)):
        table.add_column(heading, overflow="fold", ratio=ratio)
    for heading in ("at low end", "at high end", *(("alone", "with others") if found.shares else ())):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("so it", overflow="fold", ratio=26)
    for factor in ranked(found, indicator):
        low, value, high = range_of(found, factor)
        span = f"{low}" if factor.is_posterior else f"{low} to {high} (is {value})"
        ends = map(_figure, found.ends[indicator][factor.name])
        cells = (factor.name, span, *ends, *_shares(found, indicator, factor), verdict(found, indicator, factor))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def ranked(found: Sensitivity, indicator: str) -> list[Factor]:
    """What screening left, by its share of the variance; without shares by its swing."""
    if found.shares is None:
        return by_swing(found, indicator)
    total = found.shares.found[indicator].total
    return [found.shares.factors[i] for i in np.argsort(-total, kind="stable").tolist()]


def _shares(found: Sensitivity, indicator: str, factor: Factor) -> tuple[str, ...]:
    if found.shares is None:
        return ()
    seen, i = found.shares.found[indicator], found.shares.factors.index(factor)
    return (
        f"{seen.first[i]:.0%} ± {seen.first_half[i]:.0%}",
        f"{seen.total[i]:.0%} ± {seen.total_half[i]:.0%}",
    )


def verdict(found: Sensitivity, indicator: str, factor: Factor) -> str:
    """Whether a number matters, in words."""
    if found.shares is None:
        seen = found.rounds[-1].found[indicator]
        share = float(seen.mu_star[found.rounds[-1].factors.index(factor)]) / max(float(seen.mu_star.max()), 1e-300)
        return "moves it most" if share == 1 else f"moves it {share:.0%} as much as the strongest"
    seen_shares, i = found.shares.found[indicator], found.shares.factors.index(factor)
    total, half, first = (float(each[i]) for each in (seen_shares.total, seen_shares.total_half, seen_shares.first))
    jointly = ", mostly together with others" if first < total / 2 and total - first > JOINTLY + half else ""
    if total < SOME:
        return "hardly matters"
    if total <= half:
        return "is not told: too few points"
    return f"{'matters much' if total >= MUCH else 'matters'}{jointly}"


def of_indicator(found: Sensitivity, indicator: str) -> Iterator[str]:
    """What does not matter, what luck does, and what was left out, of one indicator."""
    for one in found.rounds:
        if rest := _screened_out(one, indicator):
            yield rest
    if found.shares:
        seen = found.shares.found[indicator]
        if seen.variance == 0:
            yield "It is the same at all points."
        else:
            together = max(0.0, 1 - float(seen.first.sum()))
            deviation = _figure(math.sqrt(seen.variance))
            yield (
                f"At {2 * seen.n_used} points its standard deviation is {deviation}; {together:.0%} of the variance is "
                f"by numbers together, or not told. Intervals are 95 %, by bootstrap over blocks."
            )
    luck = found.luck[indicator]
    if luck.n_pairs:
        share = _noise(found, indicator)
        said = "" if math.isnan(share) else f", {share:.0%} of the variance of a single run"
        yield f"Luck alone: a standard deviation of {_figure(math.sqrt(luck.variance))}{said} ({luck.n_pairs} pairs)."


def _noise(found: Sensitivity, indicator: str) -> float:
    luck = found.luck[indicator].variance
    total = luck + (found.shares.found[indicator].variance if found.shares else math.nan)
    return luck / total if total > 0 else math.nan


def _screened_out(one: Round, indicator: str) -> str:
    seen = one.found[indicator]
    out = [i for i in np.argsort(-seen.mu_star, kind="stable").tolist() if one.factors[i] not in one.left]
    if not out:
        return ""
    rest, whole = float((seen.mu_star[out] ** 2).sum()), float((seen.mu_star**2).sum())
    most = float(seen.mu_star[out[0]])
    if most == 0:
        return f"{len(out)} {one.of} do not move it at all."
    names = listed([one.factors[i].name for i in out[:SHOWN] if seen.mu_star[i] > 0], "and")
    return (
        f"{len(out)} of {len(one.factors)} {one.of} were left out by screening: each moves it by {_figure(most)} at "
        f"most through its whole range, and all make about {rest / whole:.0%} of the squared effects. "
        f"The strongest: {names}."
    )


def not_varied(found: Sensitivity) -> Iterator[str]:
    """What was not varied, and why."""
    whole = found.question.whole
    counts = [f"{whole.statuses[status]:,} {status}" for status in STATUSES if whole.statuses.get(status)]
    if counts:
        yield f"Not varied, for they are not assumed: {listed(counts, 'and')} numbers."
    reasons = Counter(left.why.split(":")[0] for left in whole.inputs.left)
    if reasons:
        said = "; ".join(f"{n}: {reason}" for reason, n in reasons.most_common())
        yield f"Not varied, though assumed: {sum(reasons.values())} ({said}); not_varied.csv names them."


def of_runs(found: Sensitivity) -> Iterator[str]:
    """Which luck, what failed, and what was left out for it."""
    yield "All points have the luck of one replication, a plan and its baseline too."
    for one in found.rounds:
        seen = next(iter(one.found.values()))
        again = f"; {one.n_refused} made no valid scenario somewhere and were drawn anew" if one.n_refused else ""
        gone = f"; {seen.n_dropped} left out, for a run of theirs failed or has no value" if seen.n_dropped else ""
        yield f"Screening of {len(one.factors)} {one.of}: {seen.n_used} trajectories{gone}{again}."
    if found.shares:
        used = next(iter(found.shares.found.values()))
        failed = used.n_dropped - found.shares.n_refused
        again = (
            f"; {found.shares.n_refused} left out, for they make no valid scenario" if found.shares.n_refused else ""
        )
        gone = f"; {failed} left out, for a run of theirs failed or has no value" if failed else ""
        yield f"Indices of {len(found.shares.factors)} factors: {used.n_used} blocks of points{gone}{again}."
    if found.failures:
        why, n = Counter(found.failures).most_common(1)[0]
        yield f"{len(found.failures)} points failed; most often ({n}): {why}"


def record(found: Sensitivity, folder: Path) -> dict[str, Any]:
    """Everything that was found, of plain values."""
    made = tables(found)
    return {
        "scenario": found.question.base.scenario.scenario,
        "plan": found.question.plan_name,
        "route": found.question.route,
        "folder": str(folder),
        "indicators": {
            name: {
                "unit": found.question.unit(name),
                "central": _plain(found.central[name]),
                "luck_variance": _plain(found.luck[name].variance),
                "luck_pairs": found.luck[name].n_pairs,
                "luck_share": _plain(_noise(found, name)),
                "said": list(of_indicator(found, name)),
            }
            for name in found.question.indicators
        },
        "rounds": [{"of": one.of, "factors": len(one.factors), "drawn_anew": one.n_refused} for one in found.rounds],
        "failed": dict(Counter(found.failures)),
        "not_varied": list(not_varied(found)),
        "runs": list(of_runs(found)),
        **{
            name: [dict(zip(columns, map(_plain, row), strict=True)) for row in zip(*columns.values(), strict=True)]
            for name, columns in made.items()
            if name != "not_varied"
        },
    }


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _figure(number: float) -> str:
    if math.isnan(number):
        return "none"
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.4g}"


def _say(console: Console, line: str) -> None:
    console.print(Text(printable(line)), soft_wrap=True)
