"""Lets the tests here import what lies beside them, as `wrong.library`, however pytest was started."""

import sys
from pathlib import Path

import pytest

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from wrong.library import Library  # noqa: E402


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A small library with a file of each kind, and the working folder above it."""
    monkeypatch.chdir(tmp_path)
    return Library(tmp_path)
