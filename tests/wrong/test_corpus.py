"""What fuzzing reached (`make fuzz`) is read again: each input is right, or refused with a place."""

from pathlib import Path

import pytest
from wrong.fuzz import path_of
from wrong.library import Library, outcome
from wrong.test_generated import is_right_or_refused

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


def test_what_fuzzing_reached_is_right_or_refused(library: Library) -> None:
    for file in CORPUS:
        data = file.read_bytes()
        name = path_of(data)
        Path(name).write_bytes(data)
        is_right_or_refused(name, outcome("validate", name))
        library.restore(name)


def test_corpus_is_there_and_small() -> None:
    if not CORPUS:
        pytest.skip("nothing has been kept yet")
    assert len(CORPUS) <= 1000
    assert sum(file.stat().st_size for file in CORPUS) < 1_000_000
