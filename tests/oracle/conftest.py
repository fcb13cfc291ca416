"""Lets the tests here import one another as `oracle`, however pytest was started.

Not as `tests.oracle`: a package of that name stands in site-packages.
"""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
