"""What the reports say of the rival readings: their probabilities afterwards, and which report moved them.

The evidence of a combination of readings is its likelihood averaged over the prior, here by importance sampling:
draws from a heavy-tailed distribution around the posterior and some from the prior, weighted back (Owen and Zhou,
2000, Safe and effective importance sampling). What a report contributes to a Bayes factor is what is lost when it is
left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_t

from calibration.designs import generator
from calibration.posterior import Chain, Posterior, sampled
from calibration.problem import Problem

WIDER = 1.3
DEGREES = 5
FROM_PRIOR = 0.1
AT_ONCE = 4000


@dataclass(frozen=True)
class Evidence:
    """Log evidence of each combination of readings float64[R], and how many independent draws it rests on."""

    by_reading: np.ndarray
    effective: float

    def total(self, log_prior: np.ndarray) -> float:
        """Log evidence of all readings together."""
        return float(logsumexp(self.by_reading + log_prior))


def evidence(posterior: Posterior, chain: Chain, n: int, seed: int) -> Evidence:
    """The evidence by importance sampling with ``n`` draws."""
    rng = generator(seed, "evidence")
    d = posterior.space.n
    around = multivariate_t(chain.flat.mean(axis=0), WIDER**2 * np.cov(chain.flat.T).reshape(d, d), df=DEGREES)
    is_prior = rng.random(n) < FROM_PRIOR
    z = np.where(is_prior[:, None], rng.standard_normal((n, d)), around.rvs(n, random_state=rng).reshape(n, d))
    log_prior = posterior.space.log_prior(z)
    density = np.logaddexp(np.log(1 - FROM_PRIOR) + around.logpdf(z), np.log(FROM_PRIOR) + log_prior)
    inside = np.isfinite(log_prior)
    likelihood = np.full((n, len(posterior.reports.log_prior)), -np.inf)
    for part in np.array_split(np.flatnonzero(inside), -(-n // AT_ONCE)):
        likelihood[part] = posterior.by_reading(z[part])
    joint = np.where(inside[:, None], likelihood + (log_prior - density)[:, None], -np.inf)
    weights = logsumexp(joint + posterior.reports.log_prior, axis=1)
    weights = np.exp(weights - weights.max())
    return Evidence(logsumexp(joint, axis=0) - np.log(n), float(weights.sum() ** 2 / np.sum(weights**2)))


@dataclass(frozen=True)
class Verdict:
    """One option of one question."""

    question: str
    option: str
    before: float
    after: float
    log_evidence: float
    """Of the option, over all combinations that hold it."""
    moved_by: dict[str, float]
    """By target: log Bayes factor of the option against the others of its question that the target contributes."""


def verdicts(problem: Problem, whole: Evidence, without: dict[str, Evidence], log_prior: np.ndarray) -> list[Verdict]:
    """Probability of every option after the reports, and what moved it."""
    result = []
    for number, (name, question) in enumerate(problem.readings.items()):
        for option, described in question.options.items():
            holds = np.array([combination[number] == option for combination in problem.combinations])
            factor = _log_bayes_factor(whole.by_reading, log_prior, holds)
            moved = {
                target: factor - _log_bayes_factor(left.by_reading, log_prior, holds)
                for target, left in without.items()
            }
            before = described.probability
            after = 1 / (1 + np.exp(-factor) * (1 - before) / before)
            result.append(Verdict(name, option, before, float(after), _of(whole.by_reading, log_prior, holds), moved))
    return result


def _of(by_reading: np.ndarray, log_prior: np.ndarray, holds: np.ndarray) -> float:
    """Log evidence of those combinations together."""
    return float(logsumexp((by_reading + log_prior)[holds]) - logsumexp(log_prior[holds]))


def _log_bayes_factor(by_reading: np.ndarray, log_prior: np.ndarray, holds: np.ndarray) -> float:
    return _of(by_reading, log_prior, holds) - _of(by_reading, log_prior, ~holds)


def leaving_out(
    posterior: Posterior,
    targets: Sequence[str],
    walkers: int,
    steps: int,
    draws: int,
    seed: int,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Evidence]:
    """The evidence without each of the targets in turn; a short chain says where to draw."""
    result = {}
    for number, name in enumerate(targets):
        kept = np.arange(len(targets)) != number
        fewer = replace(posterior, reports=posterior.reports.only(kept))
        chain = sampled(fewer, walkers, steps, steps, seed)
        result[name] = evidence(fewer, chain, draws, seed)
        tell(number + 1)
    return result
