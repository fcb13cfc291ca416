"""`python -m calibration.ledger [FILES]`: does every shipped number say where it comes from, and is it so?

Checked are the shipped corridors, interventions, disruptions and sites, if no file is named; what is checked is told in
`sim/ledger/faults.py`. Without a file, also whether every reported row has a use. Exit code 1 if anything is wrong.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from calibration.reconciliation import problems as untold_in
from sim.ledger import evidence_near, problems_of

LIBRARY = Path(__file__).resolve().parents[1] / "scenarios"
FOLDERS = ("corridors", "interventions", "disruptions", "siting")


def shipped() -> list[Path]:
    """The files whose every number has to say where it comes from."""
    return [file for folder in FOLDERS for file in sorted((LIBRARY / folder).rglob("*.yaml"))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files, print what is wrong, and return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    untold = [] if given else untold_in(evidence_near(LIBRARY))
    for line in untold:
        print(line, file=sys.stderr)
    code = 1 if untold else 0
    for file in [Path(name) for name in given] or shipped():
        name = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        problems, counts = problems_of(name)
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            code = 1
        else:
            statuses = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
            print(f"{name}: ok: {counts.total()} numbers: {statuses}")
    return code


if __name__ == "__main__":
    sys.exit(main())
