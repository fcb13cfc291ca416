"""Lets the tests here import jobs and processes of another folder, as `faults.jobs`, however pytest was started."""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
