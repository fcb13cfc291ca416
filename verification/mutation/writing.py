"""The report of a run of mutants as a page: the score of each package, what survived, and how it was made."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verification.mutation.explained import KINDS, Reason, reason_for
from verification.mutation.modes import MODES
from verification.mutation.outcomes import Outcome, Score, alive
from verification.mutation.scope import NOT_COMPUTED

INTRODUCTION = """\
A mutant is the program with one small fault in the body of one function, as mutmut makes them. It is *killed* if a test
fails, crashes or takes more than ten times its time. Tests that call the function run one after the other: what killed
others of the same function first, then the quickest, until one fails or {budget:g} s of them have passed; tests of more
than {most:g} s are not used, nor others than those named below, so scores are what these tests see and the whole suite
sees more. Mutants come from a seeded sample of all; the interval is Wilson's (95 %) for the share of all mutants
that would be killed.

Not mutated, by rule: signatures, types, docstrings, errors that are raised, texts of several words, what is printed or
warned of, and modules named {left_out}. A mutant that is no program, or compiles to the same code, does not
count. Functions that numba compiles run as plain Python, where an index out of range is an error."""
HEAD = (
    *("package", "mutants", "tried", "killed", "score", "95 %", "of these too long", "crashed", "not reached"),
    "score without those of the same results",
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """When, where and how a report was made."""

    date: str
    machine: str
    versions: Mapping[str, str]
    seed: int
    most: float
    budget: float


def page(
    found: Mapping[str, Sequence[Outcome]], n_all: Mapping[str, int], known: Mapping[str, Reason], made: Made
) -> str:
    """The page in Markdown: outcomes of the sample by package, and how many mutants each has in all."""
    return "\n".join([*_head(found, n_all, known, made), *_survivors(found, known), *_foot(made)]) + "\n"


def _head(
    found: Mapping[str, Sequence[Outcome]], n_all: Mapping[str, int], known: Mapping[str, Reason], made: Made
) -> Iterator[str]:
    total = Score.of([one for each in found.values() for one in each], sum(n_all.values()))
    yield from ("# Mutants", "")
    score = f"**{total.killed} of {total.n} killed, {total.share:.1%}**"
    yield f"Made by `make mutate` on {made.date}, seed {made.seed}: {score}."
    left_out = ", ".join(f"`{name}`" for name in NOT_COMPUTED)
    yield from ("", *INTRODUCTION.format(budget=made.budget, most=made.most, left_out=left_out).splitlines(), "")
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for package, outcomes in found.items():
        yield _row(f"`sim/{package}`", outcomes, n_all[package], known)


def _row(package: str, outcomes: Sequence[Outcome], n_all: int, known: Mapping[str, Reason]) -> str:
    score, how = Score.of(outcomes, n_all), Counter(one.how for one in outcomes)
    low, high = score.interval()
    same = sum(_kind(one, known) in ("same", "quicker") for one in alive(outcomes))
    rest = score.killed / (score.n - same) if score.n > same else float("nan")
    cells = (
        *(package, f"{score.all:,}", score.n, score.killed, f"{score.share:.1%}", f"{low:.1%} to {high:.1%}"),
        *(how["too long"], how["crashed"], how["not reached"], f"{rest:.1%} ({same} such)"),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _kind(outcome: Outcome, known: Mapping[str, Reason]) -> str:
    reason = reason_for(outcome, known)
    return "not looked at" if reason is None else reason.kind


def _survivors(found: Mapping[str, Sequence[Outcome]], known: Mapping[str, Reason]) -> Iterator[str]:
    for package, outcomes in found.items():
        living = alive(outcomes)
        kinds = Counter(_kind(one, known) for one in living)
        yield from ("", f"## What survived in `sim/{package}`", "")
        yield "; ".join(f"{kind} {n}" for kind, n in kinds.most_common()) or "Nothing."
        if living:
            yield from ("", "| mutant | line | before | after | why it lives |", "|---|---:|---|---|---|")
            yield from (_survivor(one, known) for one in living)
    yield from ("", "Kinds: " + "; ".join(f"*{kind}*: {told}" for kind, told in KINDS.items()) + ".")


def _survivor(one: Outcome, known: Mapping[str, Reason]) -> str:
    reason = reason_for(one, known)
    why = f"*{one.how}*" if reason is None else f"*{reason.kind}*: {reason.why}"
    cells = (one.name.removeprefix("sim/"), str(one.line), _code(one.before), _code(one.after), why)
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    short = text if len(text) <= 160 else f"{text[:157]}..."
    return "``" + short.replace("|", "\\|") + "``" if short else "nothing"


def _foot(made: Made) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    yield from ("", "## How it was made", "", f"- {made.machine}", f"- {versions}")
    for name, mode in MODES.items():
        yield f"- Tests of `{name}`: {', '.join(f'`{test}`' for test in mode.tests)}"
    yield "- `make mutate SAMPLE=0` tries all mutants; a larger sample holds the smaller one."
