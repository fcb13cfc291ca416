"""`python -m calibration.compare FOLDER...`: do the quantiles of a calibration agree with those that ship?

Each quantile may differ by what two chains differ by chance: ``CLOSE`` Monte Carlo standard errors of the difference,
and ``SLACK`` prior standard deviations for what another processor rounds otherwise. Exit code 1 if one does not
agree.
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

CLOSE = 4.0
SLACK = 0.02
SHIPPED = Path(__file__).with_name("posterior")

Quantiles = dict[tuple[str, float], tuple[float, float]]
"""By parameter and level: normal score and its standard error."""


def read(file: Path) -> Quantiles:
    """Quantiles of a file as `quantiles.csv`."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {
            (row["parameter"], float(row["level"])): (float(row["score"]), float(row["score_error"]))
            for row in csv.DictReader(stream)
        }


def differences(found: Quantiles, shipped: Quantiles) -> list[str]:
    """What does not agree, one line each."""
    lines = [f"{name} is not calibrated in both" for name in sorted({n for n, _ in found.keys() ^ shipped.keys()})]
    for (name, level), (score, error) in found.items():
        if (name, level) in shipped:
            other, its_error = shipped[name, level]
            allowed = CLOSE * (error**2 + its_error**2) ** 0.5 + SLACK
            if abs(score - other) > allowed:
                lines.append(f"{name}, {level:.0%}: {score:+.3f} against {other:+.3f}, allowed {allowed:.3f} prior sd")
    return lines


def main(folders: Sequence[str]) -> int:
    """Compare folders with what ships and print what came of it; the exit code."""
    code = 0
    for folder in map(Path, folders):
        corridor = folder.name.removeprefix("calibration-").removesuffix("-quick")
        shipped = SHIPPED / f"{corridor}-quantiles.csv"
        if not shipped.is_file():
            print(f"{corridor}: no posterior ships, nothing to compare with")
            continue
        lines = differences(read(folder / "quantiles.csv"), read(shipped))
        print(f"{corridor}: " + ("agrees with what ships" if not lines else f"{len(lines)} quantiles differ"))
        print("".join(f"  {line}\n" for line in lines), end="")
        code |= bool(lines)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
