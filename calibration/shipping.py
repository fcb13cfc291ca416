"""`python -m calibration.shipping FOLDER...`: puts full calibrations where they ship, and makes their page.

From each folder the draws go to `calibration/posterior/CORRIDOR.csv`, what they make of the numbers of the scenario to
`CORRIDOR-numbers.csv`, the other tables beside them as `CORRIDOR-TABLE.csv`, pictures to `docs/`. The page,
`docs/calibration.md`, is made of what ships and of nothing else.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from calibration.numbers import numbers_table
from calibration.page import PICTURES, SHIPPED, TABLES, page, table
from calibration.problem import ROOT, Problem, read
from calibration.tables import Columns
from sim.errors import SimError, listed
from sim.ledger.posteriors import ENDING
from sim.tables import write_csv

PAGE = ROOT / "docs" / "calibration.md"


class NotToBeShippedError(SimError):
    """A folder holds no full calibration."""


def ship(folder: Path, shipped: Path = SHIPPED, docs: Path = ROOT / "docs") -> str:
    """Copy one calibration; the corridor it is of."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except OSError:
        raise NotToBeShippedError(f"{folder} holds no calibration") from None
    if manifest.get("kind") != "calibration" or manifest["is_quick"]:
        raise NotToBeShippedError(f"{folder} holds no full calibration; one made with --quick is for tests only")
    corridor = str(manifest["corridor"])
    shipped.mkdir(exist_ok=True)
    shutil.copyfile(folder / "posterior.csv", shipped / f"{corridor}.csv")
    # Worked out here, also of a folder that has the table: the scenario may have got other names since.
    write_csv(_numbers(read(corridor), folder), shipped / f"{corridor}{ENDING}")
    for name in TABLES:
        if (folder / f"{name}.csv").exists():
            shutil.copyfile(folder / f"{name}.csv", shipped / f"{corridor}-{name}.csv")
    kept = {key: manifest[key] for key in ("corridor", "size", "program_sha256", "problem_sha256", "diagnostics")}
    (shipped / f"{corridor}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    for picture in PICTURES:
        if (folder / f"{picture}.png").exists():
            shutil.copyfile(folder / f"{picture}.png", docs / f"calibration-{corridor}-{picture}.png")
    return corridor


def _numbers(problem: Problem, folder: Path) -> Columns:
    draws = table(folder / "posterior.csv")
    if missing := [name for name in problem.space.names if name not in draws]:
        raise NotToBeShippedError(f"{folder} knows no {listed(missing)}: calibrate {problem.corridor} anew")
    return numbers_table(problem, draws)


def main(folders: Sequence[str]) -> int:
    """Ship folders and make the page; the exit code."""
    try:
        for folder in folders:
            print(f"{ship(Path(folder))}: shipped")
    except NotToBeShippedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    PAGE.write_text(page(), "utf-8")
    print(f"made {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
