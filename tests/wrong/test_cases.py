"""Each wrong file of `cases/` is refused at its place in these words; a line there: what is changed, and what is said.

Scenarios have a corpus of their own besides, `tests/scenarios/wrong`. After a change of words: WRITE_EXPECTED=1 pytest
tests/wrong/test_cases.py, then read the difference.
"""

import json
import os
import re
from pathlib import Path

import pytest
from wrong.library import FILES, Library, Outcome, outcome

from sim.ledger.evidence import evidence_in

CASES = Path(__file__).parent / "cases"
KINDS = {
    file.stem: [json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in CASES.glob("*.jsonl")
}
HANDMADE = Path(__file__).parents[1] / "scenarios" / "wrong"
COMMANDS = {
    "calibration/evidence": ("sources", "r.one"),
    "calibration/posterior": ("validate", "scenarios/drawn.yaml"),
}
"""What reads a table; any other file is validated itself."""
PLACE = re.compile(r"^(?P<file>\S+?):(?P<at>\d+:\d+): error: (?P<what>.+)$", re.MULTILINE)


def text_of(parts: str | list[list[object]]) -> str:
    """A text, or several, each so many times."""
    return parts if isinstance(parts, str) else "".join(str(text) * int(str(n)) for text, n in parts)


def refused(library: Library, name: str, old: str, new: str) -> Outcome:
    evidence_in.cache_clear()
    library.change(name, old, new)
    return outcome(*COMMANDS.get(str(Path(name).parent), ("validate", name)))


def first_of(said: Outcome, name: str, library: Library) -> str:
    """The first thing that is said, with its file where that is not the one that was changed."""
    found = PLACE.search(said.err.replace(f"{library.folder}/", ""))
    assert found is not None, said.err
    where = "" if found["file"] == name else f"{found['file']}:"
    return f"{where}{found['at']}: {found['what']}"


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, i) for kind, cases in sorted(KINDS.items()) for i in range(len(cases))]
)
def test_wrong_file_is_refused_at_its_place_in_these_words(library: Library, kind: str, number: int) -> None:
    name, old, new, expected = KINDS[kind][number]
    said = refused(library, name, text_of(old), text_of(new))
    assert (said.code, said.out) == (2, ""), f"{old!r} -> {new!r}: {said.err or said.out}"
    assert "Traceback" not in said.err
    found = first_of(said, name, library)
    if os.environ.get("WRITE_EXPECTED"):
        KINDS[kind][number][3] = found
        lines = [json.dumps(case, ensure_ascii=False) + "\n" for case in KINDS[kind]]
        (CASES / f"{kind}.jsonl").write_text("".join(lines), "utf-8")
    else:
        assert found == expected


@pytest.mark.usefixtures("library")
@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".yaml")])
def test_what_the_wrong_files_are_made_of_is_right(name: str) -> None:
    said = outcome("validate", name)
    assert (said.code, said.err) == (0, "")


def test_corpus_holds_more_than_five_hundred_wrong_files() -> None:
    n = sum(map(len, KINDS.values()))
    assert n >= 330
    assert n + len(list(HANDMADE.glob("*.yaml"))) >= 500
