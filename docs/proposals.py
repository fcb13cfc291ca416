"""`python -m docs.proposals [--from FOLDER...]`: the table of all proposals, with what the model says of each.

`docs/proposals.csv` has a row for each proposal of each source document; its column `effect` is written by this script
from what is kept of comparisons in `results/comparisons/`, and `docs/proposals.md` is the same as a page. With
`--from`, plans are first taken out of the folders that `sim compare ... --out FOLDER` wrote. `docs.generate --check`
says whether table and page are current. Tables for the pages of interventions are made in the same go.
"""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from docs import interventions
from docs.comparisons import Row, keep, kept
from docs.effects import circumstances, effect
from sim.reading import read_tree, unwrap_sources

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "proposals.csv"
PAGE = ROOT / "docs" / "proposals.md"
COLUMNS = ("document", "section", "proposal", "files", "effect", "hangs_on")
BETWEEN = "; "
"""Between the files of a proposal."""
NOT_COMPARED = "not compared yet"
NOT_MODELLED = "none: not modelled"
NO_PLAN = "a reading of figures to run beside the baseline, not a plan"
INTRODUCTION = """\
# Every proposal, its file, and what the model says of it

Made by `python -m docs.proposals` from `docs/proposals.csv` and `results/comparisons/`. Each row is a proposal of a
source document, with the files of `scenarios/` that say what it would be in the model. What a file does there is a
comparison with the baseline on common luck: parcels gained a year in force (*in all*, where it acts for less than half
a year), with the 95 % interval over draws of all
that is calibrated or assumed with a range (of fewer than ten draws: what the draws came to, of fewer than four too
few to say anything; *by luck*: at central values, what the scatter of the replications leaves open), widened where
luck says more; mean days from order to ready for collection, where they move by more than luck and by 0.05 days at
least; benefit over cost; and the number that most of the variance hangs on. *Illustrative* is what is said of a
corridor that no report fixes. The last column tells what no comparison can: which of the file's numbers are guesses,
and what the model leaves out.

"""
COMPARED = """\
## What was compared

| baseline | calibrated | plans | parcels a year in it | rows of | replications | draws |
|---|---|---:|---:|---:|---:|---:|
"""
PROPOSED = """\
| section | proposal | file | what the model says | how far that hangs on assumptions |
|---|---|---|---|---|
"""
DISRUPTIONS = """\
## Disruptions

Nobody proposes them; they say what the same corridors would go through.

| file | rests on | what happens | what the model says |
|---|---|---|---|
"""
SCENARIOS = """\
## Baselines, joint scenarios and readings

| file | what it is |
|---|---|
"""


def main(arguments: Sequence[str]) -> int:
    """Write table and pages, of new comparisons if there are some; the exit code."""
    if arguments and arguments[0] != "--from":
        print(f"'{arguments[0]}' is not known: python -m docs.proposals [--from FOLDER...]", file=sys.stderr)
        return 2
    for file in keep(map(Path, arguments[1:])):
        print(f"kept {file.relative_to(ROOT)}")
    for path, text in files().items():
        if path.read_text("utf-8") != text if path.exists() else True:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


def files() -> dict[Path, str]:
    """The text of the table, of its page, and of the pages of interventions, by path."""
    compared = kept()
    rows = filled(proposals(), compared)
    return {TABLE: written(rows), PAGE: page(rows, compared), **interventions.pages(compared)}


def proposals() -> list[Row]:
    """The rows of the table as they stand."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def names_of(row: Row) -> list[str]:
    """The files of a proposal, from the repository's folder."""
    return [name for name in row["files"].split(BETWEEN) if name]


def filled(rows: Iterable[Row], compared: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The rows with what the model says of their files."""
    return [{**row, "effect": " ".join(_sentences(row, compared))} for row in rows]


def written(rows: Iterable[Row]) -> str:
    """Rows as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


# -- what the model says -----------------------------------------------------------------------------------------------


def _sentences(row: Row, compared: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    names = names_of(row)
    if not names:
        yield NOT_MODELLED
    for name in names:
        said = said_of(name, compared)
        yield f"{Path(name).stem}: {said}." if len(names) > 1 else said


def said_of(name: str, compared: Mapping[str, Sequence[Row]]) -> str:
    """What the model says of a file."""
    if Path(name).parent.name not in ("interventions", "disruptions"):
        return NO_PLAN
    row = compared_as(Path(name).stem, compared)
    if row is None:
        return NOT_COMPARED
    others = [other for other in row["interventions"].split(", ") if other != Path(name).stem]
    return effect(row) + (f" (together with {' and '.join(others)})" if others else "")


def compared_as(intervention: str, compared: Mapping[str, Sequence[Row]]) -> Row | None:
    """The plan of an intervention: itself, or else with what it requires; of its own corridor if there are several."""
    rows = [row for plans in compared.values() for row in plans]
    alone = [row for row in rows if row["plan"] == intervention]
    among = [row for row in rows if row["plan"].endswith(f"+{intervention}")]
    found = sorted(alone or among, key=lambda row: row["base"].split("-")[0] != intervention.split("-")[0])
    return found[0] if found else None


# -- the page ----------------------------------------------------------------------------------------------------------


def page(rows: Sequence[Row], compared: Mapping[str, Sequence[Row]]) -> str:
    """The table as a page, by document."""
    parts = [INTRODUCTION, COMPARED, *circumstances(row for plans in compared.values() for row in plans), "\n"]
    for document in dict.fromkeys(row["document"] for row in rows):
        of_document = [row for row in rows if row["document"] == document]
        parts += [f"## {_title(document, of_document)}\n\n", *_proposed(of_document), "\n"]
    parts += [DISRUPTIONS, *_disruptions(compared), "\n", SCENARIOS, *_scenarios()]
    return "".join(parts)


def _title(document: str, rows: Iterable[Row]) -> str:
    """What the files call their document."""
    names = (name for row in rows for name in names_of(row) if "/interventions/" in name)
    about = str(_content(ROOT / next(names))["document"]).partition(", ")[2]
    return f"Source document {document}, {about}"


def _proposed(rows: Iterable[Row]) -> Iterator[str]:
    yield PROPOSED
    for row in rows:
        links = "<br>".join(f"`{Path(name).stem}`" for name in names_of(row))
        yield _line(row["section"], row["proposal"], links, row["effect"], row["hangs_on"])


def _disruptions(compared: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for file in sorted((ROOT / "scenarios" / "disruptions").glob("*.yaml")):
        said = _content(file)
        source = " ".join([said["document"].partition(", ")[0], said.get("section", "")]).strip()
        yield _line(f"`{file.stem}`", source, said["proposes"], said_of(str(file), compared))


def _scenarios() -> Iterator[str]:
    for file in sorted((ROOT / "scenarios").glob("*.yaml")):
        yield _line(f"`{file.stem}`", _content(file)["title"])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _content(file: Path) -> Mapping[str, str]:
    content: Mapping[str, str] = unwrap_sources(read_tree(file))[0].plain()
    return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
