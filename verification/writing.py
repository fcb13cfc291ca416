"""A report as a page and as a table: every check with its numbers, and how all of it was made."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verification.statistics import ALARM, EQUIVALENT, Judged

COLUMNS = (
    *("family", "model", "quantity", "unit", "theory", "simulated", "difference_low", "difference_high", "tolerance"),
    *("replications", "p", "p_holm", "p_apart", "verdict", "source"),
)
HEAD = ("model", "quantity", "theory", "simulated", "difference, 95 %", "tolerance", "p (Holm)", "verdict", "source")

INTRODUCTION = """\
Every model is a scenario of the public contract, run on the engine. *Theory* is a formula worked out without a
simulation, or the same corridor in another simulator. The interval is that of simulated less theory, relative to
theory, by Student's t over independent replications (Welch's for two simulators).

A check *agrees* if both hold: no difference is found, the chance of one false alarm or more among all {n} tests being
{alarm} at most (Holm 1979); and a difference that matters is ruled out, as two one-sided tests at {level} show that it
is smaller than the tolerance (Schuirmann 1987). *Differs*: the first fails. *Too wide*: the second fails, the
replications do not tell."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """When, where and how a report was made."""

    date: str
    machine: str
    versions: dict[str, str]
    seed: int
    share: float
    seconds: float


def as_csv(found: Sequence[Judged]) -> str:
    """One row a check; differences and tolerance relative to the theory."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in found:
        check = one.check
        low, high = _relative(one)
        named = (check.family, check.model, check.quantity, check.unit)
        shown = [f"{number:.6g}" for number in (check.expected, check.mean, low, high, check.tolerance)]
        tests = [f"{p:.3g}" for p in (check.p, one.p_holm, check.p_apart)]
        table.writerow([*named, *shown, len(check.simulated), *tests, one.verdict, check.source])
    return text.getvalue()


def page(found: Sequence[Judged], made: Made) -> str:
    """The page in Markdown."""
    return "\n".join([*_head(found, made), *_tables(found), *_foot(made)]) + "\n"


def _head(found: Sequence[Judged], made: Made) -> Iterator[str]:
    agree = sum(one.verdict == "agrees" for one in found)
    yield "# Verification"
    yield ""
    yield f"Made by `make verify` on {made.date}, seed {made.seed}: **{agree} of {len(found)} checks agree**."
    for one in found:
        if one.verdict != "agrees":
            yield from ("", f"**{one.verdict}**: {one.check.model}, {one.check.quantity}")
    yield from ("", *INTRODUCTION.format(n=len(found), alarm=f"{ALARM:.0%}", level=f"{EQUIVALENT:.0%}").splitlines())


def _tables(found: Sequence[Judged]) -> Iterator[str]:
    for family in dict.fromkeys(one.check.family for one in found):
        yield from ("", f"## {family[0].upper()}{family[1:]}", "", f"| {' | '.join(HEAD)} |")
        yield "|---|---|---:|---:|---:|---:|---:|---|---|"
        yield from (_row(one) for one in found if one.check.family == family)


def _row(one: Judged) -> str:
    check = one.check
    low, high = _relative(one)
    unit = f" {check.unit}" if check.unit else ""
    cells = (
        *(check.model, check.quantity, f"{_shown(check.expected)}{unit}", f"{_shown(check.mean)}{unit}"),
        *(f"{_percent(low)} to {_percent(high)}", f"±{100 * check.tolerance:.2g}%"),
        *(f"{one.p_holm:.2g}", one.verdict if one.verdict == "agrees" else f"**{one.verdict}**", check.source),
    )
    return f"| {' | '.join(cells)} |"


def _foot(made: Made) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    share = "" if made.share == 1 else f" With {made.share:g} of the replications of a full report."
    yield from ("", "## How it was made", "", f"- {made.seconds:.0f} s of one core. {made.machine}.{share}")
    yield f"- {versions}"
    yield "- All numbers, with unadjusted p-values and replications: [verification.csv](verification.csv)"


def _relative(one: Judged) -> tuple[float, float]:
    scale = abs(one.check.expected) or 1.0
    low, high = one.check.interval()
    return low / scale, high / scale


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _percent(value: float) -> str:
    return f"{value:+.2%}"
