"""What a calibration says, as tables: columns of one length by name.

Pure functions of posterior, draws and evidence. Columns are as `sim.tables` writes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtri

from calibration.posterior import Posterior
from calibration.problem import Problem
from calibration.readings import Verdict
from calibration.scores import Score

Columns = dict[str, np.ndarray]
UNINFORMED = 0.9
"""Above this ratio of posterior to prior sd a parameter counts as not informed."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Draws:
    """Equally weighted draws: normal scores float64[n, d], and for each a combination of readings int64[n]."""

    z: np.ndarray
    reading: np.ndarray


def with_readings(posterior: Posterior, z: np.ndarray, rng: np.random.Generator) -> Draws:
    """Give each draw the combination of readings that the reports make of it."""
    shares = posterior.reports.responsibilities(posterior.by_reading(z)).cumsum(axis=1)
    return Draws(z, np.argmax(shares > rng.random((len(z), 1)), axis=1))


def columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Rows of plain values as columns; texts as objects."""
    names = list(rows[0]) if rows else []
    return {name: _column([row[name] for row in rows]) for name in names}


def _column(values: list[Any]) -> np.ndarray:
    if any(isinstance(value, str) for value in values):
        result = np.empty(len(values), object)
        result[:] = values
        return result
    return np.array(values)


def draws_table(problem: Problem, draws: Draws) -> Columns:
    """One row a draw: its number, the value of every parameter, and its readings."""
    values = problem.space.values(draws.z)
    table: Columns = {"draw": np.arange(len(draws.z))}
    table |= {name: values[:, i] for i, name in enumerate(problem.space.names)}
    for number, question in enumerate(problem.readings):
        table[f"reading_{question}"] = _column([problem.combinations[r][number] for r in draws.reading])
    return table


def parameters_table(problem: Problem, z: np.ndarray) -> Columns:
    """Prior and posterior of every parameter, and how much narrower it became; z float64[n, d], posterior draws."""
    values = problem.space.values(z)
    prior = problem.space.values(np.repeat(ndtri(np.array(LEVELS))[:, None], problem.space.n, axis=1))
    rows = []
    for i, (name, parameter) in enumerate(problem.parameters.items()):
        kept = float(z[:, i].std())  # the prior's sd is 1 in normal scores
        shares = dict(zip(LEVELS, np.quantile(values[:, i], LEVELS), strict=True))
        rows.append(
            {"parameter": name, "what": parameter.what, "unit": parameter.unit}
            | {f"prior_{level:.0%}".rstrip("%"): float(prior[k, i]) for k, level in enumerate(LEVELS)}
            | {f"posterior_{level:.0%}".rstrip("%"): float(shares[level]) for level in LEVELS}
            | {"sd_left": kept, "contraction": 1 - kept**2, "moved": float(z[:, i].mean())}
            | {"is_informed": "yes" if kept < UNINFORMED or abs(z[:, i].mean()) > 0.5 else "no"}
        )
    return columns(rows)


def quantiles_table(problem: Problem, z: np.ndarray, effective: float) -> Columns:
    """Posterior quantiles with their Monte Carlo standard error, in normal scores and as values."""
    rows = []
    for i, name in enumerate(problem.space.names):
        for level in LEVELS:
            at = float(np.quantile(z[:, i], level))
            value = float(problem.space.values(np.full((1, problem.space.n), at))[0, i])
            error = _quantile_error(z[:, i], level, effective)
            rows.append({"parameter": name, "level": level, "value": value, "score": at, "score_error": error})
    return columns(rows)


def _quantile_error(z: np.ndarray, level: float, effective: float) -> float:
    """Standard error of a quantile: half the distance of the quantiles one binomial sd to both sides."""
    step = np.sqrt(level * (1 - level) / effective)
    low, high = np.quantile(z, np.clip([level - step, level + step], 0, 1))
    return float(high - low) / 2


@dataclass(frozen=True)
class Predictive:
    """Draws of the log reports, with reporting error and without: float64[n, T] each."""

    reported: np.ndarray
    modelled: np.ndarray


def predictive(posterior: Posterior, draws: Draws, rng: np.random.Generator) -> Predictive:
    """What would be reported, and what the model says the report is of, at every draw and its reading."""
    centre, covariance = posterior.moments(draws.z)
    at = np.arange(len(draws.z))
    reported = _normal(centre[at, draws.reading], covariance[at, draws.reading], rng)
    shifted = centre[at, draws.reading] - posterior.reports.shift[draws.reading]
    only_model = covariance[at, draws.reading] - posterior.reports.covariance[draws.reading]
    return Predictive(reported, _normal(shifted, only_model + 1e-12 * np.eye(only_model.shape[1]), rng))


def _normal(mean: np.ndarray, covariance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    factor = np.linalg.cholesky(covariance)
    return mean + np.einsum("ntu,nu->nt", factor, rng.standard_normal(mean.shape))


def targets_table(problem: Problem, found: Predictive) -> Columns:
    """Every report beside what would be reported and what the model says: intervals and residuals."""
    rows = []
    for i, (name, target) in enumerate(problem.targets.items()):
        low, middle, high = np.exp(np.quantile(found.reported[:, i], [0.05, 0.5, 0.95]))
        least, model, most = np.exp(np.quantile(found.modelled[:, i], [0.05, 0.5, 0.95]))
        residual = np.log(target.value) - float(found.reported[:, i].mean())
        below = float(np.mean(found.reported[:, i] < np.log(target.value)))
        rows.append(
            {"target": name, "what": target.what, "row": target.row, "unit": target.unit, "reported": target.value}
            | {"predicted_5": low, "predicted_50": middle, "predicted_95": high}
            | {"model_5": least, "model_50": model, "model_95": most}
            | {"residual_percent": 100 * residual, "residual_sd": residual / float(found.reported[:, i].std())}
            | {"predicted_below": below, "is_covered": "yes" if 0.05 <= below <= 0.95 else "no"}
        )
    return columns(rows)


def checks_table(problem: Problem, posterior: Posterior, draws: Draws, rng: np.random.Generator) -> Columns:
    """Reports that were not fitted, beside the model; the multiplier that would reconcile the two."""
    mean, variance = posterior.emulator.predict(posterior.features(draws.z))
    spread = variance + np.diag(posterior.emulator.noise) + posterior.reports.discrepancy
    outputs = mean + np.sqrt(spread) * rng.standard_normal(mean.shape)
    rows = []
    for name, check in problem.checks.items():
        powers = np.array([check.of.get(output, 0.0) for output in problem.outputs])
        low, middle, high = np.exp(np.quantile(outputs @ powers, [0.05, 0.5, 0.95]))
        rows.append(
            {"check": name, "what": check.what, "row": check.row, "unit": check.unit, "reported": check.value}
            | {"model_5": low, "model_50": middle, "model_95": high}
            | {"multiplier_5": check.value / high, "multiplier_50": check.value / middle}
            | {"multiplier_95": check.value / low, "between": check.multiplier}
        )
    return columns(rows)


def readings_table(problem: Problem, verdicts: Sequence[Verdict]) -> Columns:
    """Every option of every question: probability before and after, and what each report added to its evidence."""
    rows = []
    for verdict in verdicts:
        option = problem.readings[verdict.question].options[verdict.option]
        rows.append(
            {"question": verdict.question, "reading": verdict.option, "says": option.says}
            | {"before": verdict.before, "after": verdict.after, "log_evidence": verdict.log_evidence}
            | {f"by_{target}": moved for target, moved in verdict.moved_by.items()}
        )
    return columns(rows)


def combinations_table(problem: Problem, by_reading: np.ndarray, log_prior: np.ndarray) -> Columns:
    """Every combination of readings: probability before and after."""
    joint = by_reading + log_prior
    after = np.exp(joint - logsumexp(joint))
    return columns(
        [
            dict(zip(problem.readings, combination, strict=True)) | {"before": float(np.exp(p)), "after": float(a)}
            for combination, p, a in zip(problem.combinations, log_prior, after, strict=True)
        ]
    )


def scores_table(scores: Sequence[Score], truth: float) -> Columns:
    """Forecasts from the earlier reports beside the naive ones."""
    return columns([{**vars(score), "truth": truth} for score in scores])
