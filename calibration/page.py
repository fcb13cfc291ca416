"""The page on calibration, made of the shipped posterior: prior, posterior, readings, residuals, trust.

`python -m calibration.page` prints it. Reads tables; computes nothing.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from calibration.problem import Problem, read
from calibration.showing import CHECKS, FORECAST, PARAMETERS, READINGS, TARGETS, markdown, moved_by, uninformed
from calibration.tables import Columns

SHIPPED = Path(__file__).with_name("posterior")
TABLES = ("parameters", "quantiles", "targets", "checks", "readings", "combinations", "forecast")
PICTURES = ("marginals", "targets", "readings")

HEAD = """\
# What the reports let the model believe

Made by `python -m calibration.shipping` from `calibration/posterior/`; `make calibrate` makes these again and compares.
Parameters, priors, reports, errors and readings stand in `calibration/corridors/`, each with its reason.

**How.** A Latin hypercube over the priors is run, some points several times for the variance of luck. Gaussian
processes emulate each output on a logarithmic scale; waves of runs go where the reports are not yet implausible
(beyond three standard deviations of emulator, luck, discrepancy and reporting error together). The posterior on the
last emulator is sampled with rival readings as a mixture: none is averaged or dropped. Runs at posterior draws,
reweighted without the emulator, check it.

**How to read it.** *sd left* is the posterior's spread in units of the prior's: near 1, the reports said nothing.
*Foretold* intervals are of the report, with its error and reading; the residual is the report less their mean, in per
cent and in standard deviations. Log Bayes factors say how much a report, given the others, speaks for a reading.
"""


def table(file: Path) -> Columns:
    """A shipped table as columns."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {name: _column([row[name] for row in rows]) for name in rows[0]}


def _column(values: list[str]) -> np.ndarray:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return np.array(values, object)


def page(shipped: Path = SHIPPED) -> str:
    """The whole page."""
    corridors = sorted(file.stem for file in shipped.glob("*.json"))
    return "\n".join([HEAD, *(_corridor(read(name), shipped) for name in corridors)])


def _corridor(problem: Problem, shipped: Path) -> str:
    name = problem.corridor
    tables = {t: table(file) for t in TABLES if (file := shipped / f"{name}-{t}.csv").exists()}
    trust = json.loads((shipped / f"{name}.json").read_text("utf-8"))["diagnostics"]
    parts = [f"## {problem.title}", *_parameters(problem, tables), *_reports(problem, tables)]
    if "readings" in tables:
        parts += ["### Readings", markdown(tables["readings"], READINGS), _bullets(moved_by(tables["readings"]))]
        parts.append(f"![Readings before and after](calibration-{name}-readings.png)")
    if "forecast" in tables:
        parts += ["### What the earlier reports alone foretold", markdown(tables["forecast"], FORECAST)]
        parts.append("90 % intervals; CRPS and interval score in the unit of the report, less is better.")
    return "\n\n".join([*parts, "### How far to trust the computation", _bullets(_trust(trust))]) + "\n"


def _parameters(problem: Problem, tables: dict[str, Columns]) -> list[str]:
    left = uninformed(tables["parameters"])
    said = f"Not informed by the reports: {', '.join(left)}." if left else "The reports informed every parameter."
    what = [f"`{n}`: {p.what}{f' ({p.unit})' if p.unit else ''}. {p.why}" for n, p in problem.parameters.items()]
    picture = f"![Prior and posterior](calibration-{problem.corridor}-marginals.png)"
    return ["### Prior and posterior", markdown(tables["parameters"], PARAMETERS), said, picture, _bullets(what)]


def _reports(problem: Problem, tables: dict[str, Columns]) -> list[str]:
    parts = ["### Reports and residuals", markdown(tables["targets"], TARGETS)]
    parts.append(f"![Reports and what was foretold](calibration-{problem.corridor}-targets.png)")
    if "checks" in tables:
        between = [f"`{name}`: {check.what}. {check.multiplier}" for name, check in problem.checks.items()]
        parts += ["Compared and not fitted:", markdown(tables["checks"], CHECKS), _bullets(between)]
    return parts


def _trust(trust: dict[str, Any]) -> list[str]:
    distance = trust["cross_check_distance"]
    worst = max(distance, key=lambda name: distance[name])
    shares = ", ".join(f"{share:.2%}" for share in trust["plausible_share_by_wave"])
    within = trust["emulator_within_two_sd"]
    return [
        f"{trust['runs']} runs at rows of {trust['parcels_per_row']} parcels; share of the prior by wave: {shares}",
        f"emulator within two of its sds at fresh runs: {min(within.values()):.0%} (worst output) to "
        f"{max(within.values()):.0%}; 95 % would be exact",
        f"{trust['effective_draws']:,} effective draws; the chain's halves differ by {trust['halves_apart_sd']} sd",
        f"cross-check without the emulator: {trust['cross_check_effective_draws']:g} effective runs, largest distance "
        f"{distance[worst]:.2f} (`{worst}`); luck alone gives {trust['cross_check_distance_by_luck']:.2f}",
    ]


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
