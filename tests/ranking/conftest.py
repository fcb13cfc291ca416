"""Lets the tests here import builders of other folders, as `oracle.worlds`, however pytest was started."""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
