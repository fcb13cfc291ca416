"""Pictures of a calibration: prior and posterior, reports beside what was foretold, readings before and after.

Draws arrays and tables; computes no statistics. Readable in black and white.
"""

from typing import TYPE_CHECKING

import numpy as np

from calibration.problem import Problem
from calibration.tables import Columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PRIOR, POSTERIOR = "#999999", "#0072B2"
COLUMNS = 4
BINS = 40


def marginals(problem: Problem, z: np.ndarray, prior_z: np.ndarray) -> "Figure":
    """Prior and posterior of every parameter: normal scores float64[n, d] each."""
    from matplotlib.figure import Figure

    rows = -(-problem.space.n // COLUMNS)
    figure = Figure(figsize=(11, 2.4 * rows), layout="constrained")
    before, after = problem.space.values(prior_z), problem.space.values(z)
    for i, (name, parameter) in enumerate(problem.parameters.items()):
        axes = figure.add_subplot(rows, COLUMNS, i + 1)
        bins = _bins(before[:, i], after[:, i], parameter.prior.is_log)
        axes.hist(before[:, i], bins, density=True, color=PRIOR, alpha=0.5, label="prior")
        axes.hist(after[:, i], bins, density=True, histtype="step", color=POSTERIOR, lw=1.6, label="posterior")
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(parameter.unit, fontsize=8)
        axes.tick_params(labelsize=7)
        axes.set_yticks([])
    figure.axes[0].legend(fontsize=7, frameon=False)
    return figure


def _bins(before: np.ndarray, after: np.ndarray, is_log: bool) -> list[float]:
    low = min(np.quantile(before, 0.005), after.min())
    high = max(np.quantile(before, 0.995), after.max())
    edges = np.geomspace(low, high, BINS) if is_log else np.linspace(low, high, BINS)
    return [float(edge) for edge in edges]


def foretold(targets: Columns) -> "Figure":
    """Every report over the median of what would be reported, with 90 % intervals: of reports, and of the model."""
    from matplotlib.figure import Figure

    n = len(targets["target"])
    figure = Figure(figsize=(9, 1.2 + 0.5 * n), layout="constrained")
    axes = figure.subplots()
    at = np.arange(n)[::-1]
    _bars(axes, at + 0.12, targets, "predicted", "what would be reported, 90 %", PRIOR, 5)
    _bars(axes, at - 0.12, targets, "model", "the modelled quantity, 90 %", POSTERIOR, 2)
    axes.plot(targets["reported"] / targets["predicted_50"], at, "kD", ms=5, label="reported")
    axes.axvline(1, color="k", lw=0.6, ls=":")
    axes.set_yticks(at, list(targets["target"]))
    axes.set_xlabel("over the median of what would be reported")
    axes.legend(fontsize=8, frameon=False, loc="best")
    return figure


def _bars(axes: "Axes", at: np.ndarray, targets: Columns, what: str, label: str, colour: str, width: float) -> None:
    middle = targets["predicted_50"]
    low, high = targets[f"{what}_5"] / middle, targets[f"{what}_95"] / middle
    axes.hlines(at, low, high, color=colour, lw=width, label=label)


def readings(table: Columns) -> "Figure":
    """Probability of every reading before and after the reports."""
    from matplotlib.figure import Figure

    n = len(table["reading"])
    figure = Figure(figsize=(8, 1.0 + 0.5 * n), layout="constrained")
    axes = figure.subplots()
    at = np.arange(n)[::-1]
    axes.barh(at + 0.18, table["before"], 0.34, color=PRIOR, label="before the reports")
    axes.barh(at - 0.18, table["after"], 0.34, color=POSTERIOR, label="after")
    axes.set_yticks(at, [f"{q}: {o}" for q, o in zip(table["question"], table["reading"], strict=True)])
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability")
    axes.legend(fontsize=8, frameon=False)
    return figure
