"""The page `docs/reconciliation.md`: what the five documents report, how it agrees, and what the model does with it.

Made by `python -m docs.generate` from `calibration/evidence/`.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sim.errors import SimError
from sim.ledger.evidence import FOLDER, USES, Evidence, Reading, Row, evidence_in

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = {
    "000": "Heilongjiang's cross-border e-commerce with Russia under the Belt and Road",
    "001": "Cross-border e-commerce between Xinjiang and Russia",
    "002": "Cross-border e-commerce of Beijing, Tianjin and Hebei",
    "003": "China's cross-border e-commerce: state, problems and trends",
    "004": "Small and medium firms of Hangzhou in cross-border e-commerce",
}

INTRODUCTION = """\
# What the documents report, and what is made of it

Made by `make docs` from `calibration/evidence/`: `reported.csv` (the figures), `uses.csv` (what the model does with
each, and why) and `rivals.csv` (where readings contradict each other). Every figure of the five documents stands
here, also those that the model has no use for. None is averaged, corrected or dropped: one that contradicts another,
or itself, is kept as printed, and the contradiction is listed as rival readings below. `sim sources ROW` says which
shipped numbers rest on a row.

Implied growth is what the figures themselves give; *consistent* says whether a figure agrees with the others.

- **target**: an output of the model that has to come near it
- **prior**: it narrows or widens what a parameter may be
- **input**: a number of a scenario is taken or derived from it
- **check**: looked at beside the results; nothing is fitted to it
- **not used**: with the reason

"""

RIVALS = """\
## Rival readings

Where two readings of the same thing cannot both hold. Rows `A...` are published by others (`published.csv`).

| question | reading | rows | what is done |
|---|---|---|---|
"""


def page(evidence: Evidence | None = None) -> str:
    """The text of the page."""
    evidence = evidence or evidence_in(ROOT / FOLDER)
    if found := problems(evidence):
        raise SimError("\n".join(found))
    parts = [INTRODUCTION, _counts(evidence)]
    parts += [_document(number, title, evidence) for number, title in DOCUMENTS.items()]
    return "".join(parts) + RIVALS + "".join(_rival_lines(evidence.readings))


def problems(evidence: Evidence) -> list[str]:
    """What the tables of uses and of rival readings leave out, or name that is not there."""
    return [*_wrong_uses(evidence), *_wrong_readings(evidence)]


def _wrong_uses(evidence: Evidence) -> Iterator[str]:
    reported = {row.id for row in _reported(evidence)}
    for row in _reported(evidence):
        if row.id not in evidence.purposes:
            yield f"uses.csv: nothing is said of the reported row '{row.id}'"
        if row.cell("seed") not in DOCUMENTS:
            yield f"reported.csv: '{row.id}' is of the unknown document '{row.cell('seed')}'"
    for id, purpose in evidence.purposes.items():
        if id not in reported:
            yield f"uses.csv: there is no reported row '{id}'"
        if purpose.use not in USES or not purpose.reason:
            yield f"uses.csv: '{id}' needs one of {', '.join(USES)}, and a reason"


def _wrong_readings(evidence: Evidence) -> Iterator[str]:
    counts = Counter(reading.question for reading in evidence.readings)
    yield from (f"rivals.csv: '{question}' has one reading only" for question, n in counts.items() if n < 2)
    named = {id for reading in evidence.readings for id in reading.rows}
    yield from (f"rivals.csv: there is no row '{id}'" for id in sorted(named - evidence.rows.keys()))
    for row in _reported(evidence):
        if row.cell("consistent") in ("no", "partly") and row.id not in named:
            yield f"rivals.csv: '{row.id}' is not consistent, and no rival readings name it"


def _reported(evidence: Evidence) -> Iterator[Row]:
    return (row for row in evidence.rows.values() if row.table == "reported")


def _counts(evidence: Evidence) -> str:
    found = Counter(evidence.purposes[row.id].use for row in _reported(evidence))
    told = ", ".join(f"{found[use]} {use}" for use in USES)
    return f"Of {found.total()} reported figures: {told}.\n\n"


def _document(number: str, title: str, evidence: Evidence) -> str:
    rows = [row for row in _reported(evidence) if row.cell("seed") == number]
    lines = [
        f"## Document {number}: {title}\n",
        "| row | what | figure | growth stated, % | implied, % | consistent | note | use | reason |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_line(row, evidence) for row in rows),
    ]
    return "\n".join(lines) + "\n\n"


def _line(row: Row, evidence: Evidence) -> str:
    purpose = evidence.purposes[row.id]
    what = ", ".join(filter(None, map(row.cell, ("quantity", "place", "period"))))
    growth = [row.cell("stated_change_pct"), row.cell("implied_change_pct")]
    cells = [f"`{row.id}`", what, row.said, *growth, row.cell("consistent"), row.cell("note")]
    return _table_line(*cells, purpose.use, purpose.reason)


def _rival_lines(readings: tuple[Reading, ...]) -> Iterator[str]:
    before = ""
    for each in readings:
        question = each.question if each.question != before else ""
        before = each.question
        rows = ", ".join(f"`{row}`" for row in each.rows)
        yield _table_line(question, each.reading, rows, each.handling) + "\n"


def _table_line(*cells: str) -> str:
    return "|" + "|".join(f" {_escaped(cell)} " if cell else " " for cell in cells) + "|"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
