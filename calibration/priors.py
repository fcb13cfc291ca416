"""Prior distributions of single parameters, and the space they span together.

A parameter has three scales. Its *value* is what a scenario takes. Its *normal score* z is standard normal under the
prior: the sampler works there, so the prior is the same for all. Its *feature* is the value, or its logarithm where
the prior is on that scale, standardised by the prior: outputs are nearly linear in it, so emulators work there.

Knows no scenario and no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from sim.scenario.base import Described

FARTHEST = 6.0
"""Normal scores are cut here: beyond, a distribution function is one to the last bit."""


class Prior(Described):
    """One prior distribution, optionally cut to an interval."""

    distribution: Literal["uniform", "loguniform", "normal", "lognormal"] = Field(description="its kind")
    low: float | None = Field(None, description="least value")
    high: float | None = Field(None, description="largest value")
    mean: float | None = Field(None, description="mean before cutting (normal)")
    sd: float | None = Field(None, gt=0, description="standard deviation before cutting (normal)")
    median: float | None = Field(None, gt=0, description="median before cutting (lognormal)")
    log_sd: float | None = Field(None, gt=0, description="standard deviation of the logarithm before cutting")

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        needs = {"uniform": "low high", "loguniform": "low high", "normal": "mean sd", "lognormal": "median log_sd"}
        for name in needs[self.distribution].split():
            if getattr(self, name) is None:
                raise ValueError(f"a {self.distribution} prior needs {name}")
        extra = {"mean", "sd", "median", "log_sd"} - set(needs[self.distribution].split())
        if given := sorted(name for name in extra if getattr(self, name) is not None):
            raise ValueError(f"a {self.distribution} prior takes no {' or '.join(given)}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must lie below high")
        if self.is_log and self.low is not None and self.low <= 0:
            raise ValueError("low must be above zero on a logarithmic scale")
        return self

    @property
    def is_log(self) -> bool:
        """Whether the prior is on the logarithm of the value."""
        return self.distribution in ("loguniform", "lognormal")

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Values on the prior's own scale."""
        return np.log(values) if self.is_log else np.asarray(values, float)

    def _bound(self, bound: float | None, otherwise: float) -> float:
        return otherwise if bound is None else float(self.scaled(np.array(bound)))

    @property
    def _normal(self) -> tuple[float, float, float, float]:
        """Mean and sd on the own scale, and the probabilities at the two ends."""
        centre = float(np.log(self.median)) if self.is_log else float(self.mean or 0.0)  # type: ignore[arg-type]
        sd = float(self.log_sd or self.sd or 1.0)
        low, high = self._bound(self.low, -np.inf), self._bound(self.high, np.inf)
        return centre, sd, float(ndtr((low - centre) / sd)), float(ndtr((high - centre) / sd))

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Values at probabilities ``u``."""
        if "uniform" in self.distribution:
            low, high = self._bound(self.low, 0.0), self._bound(self.high, 1.0)
            own = low + np.asarray(u) * (high - low)
        else:
            centre, sd, below, up_to = self._normal
            own = centre + sd * ndtri(below + np.asarray(u) * (up_to - below))
        return np.exp(own) if self.is_log else own

    def probability(self, values: np.ndarray) -> np.ndarray:
        """Distribution function: the inverse of `quantile`."""
        own = self.scaled(values)
        if "uniform" in self.distribution:
            low, high = self._bound(self.low, 0.0), self._bound(self.high, 1.0)
            return np.clip((own - low) / (high - low), 0, 1)
        centre, sd, below, up_to = self._normal
        return np.clip((ndtr((own - centre) / sd) - below) / (up_to - below), 0, 1)


@dataclass(frozen=True)
class Space:
    """All parameters of a corridor together; points are rows."""

    names: tuple[str, ...]
    priors: tuple[Prior, ...]

    @property
    def n(self) -> int:
        """Number of parameters."""
        return len(self.names)

    def values(self, z: np.ndarray) -> np.ndarray:
        """Values of normal scores: float64[n, d]."""
        u = ndtr(np.clip(z, -FARTHEST, FARTHEST))
        return np.stack([prior.quantile(u[:, i]) for i, prior in enumerate(self.priors)], axis=1)

    def scores(self, values: np.ndarray) -> np.ndarray:
        """Normal scores of values: float64[n, d]."""
        u = np.stack([prior.probability(values[:, i]) for i, prior in enumerate(self.priors)], axis=1)
        return np.clip(ndtri(u), -FARTHEST, FARTHEST)

    def features(self, values: np.ndarray) -> np.ndarray:
        """Values on the priors' own scales, standardised by the priors' 2.5, 50 and 97.5 %: float64[n, d]."""
        columns = []
        for i, prior in enumerate(self.priors):
            low, middle, high = prior.scaled(prior.quantile(np.array([0.025, 0.5, 0.975])))
            columns.append((prior.scaled(values[:, i]) - middle) / ((high - low) / 4))
        return np.stack(columns, axis=1)

    def features_of(self, names: Sequence[str], z: np.ndarray) -> np.ndarray:
        """Features of some parameters at normal scores of all: float64[n, names]."""
        return self.features(self.values(z))[:, self.positions(names)]

    def log_prior(self, z: np.ndarray) -> np.ndarray:
        """Log density of normal scores under the prior: float64[n]."""
        inside = np.all(np.abs(z) <= FARTHEST, axis=1)
        density = -0.5 * np.sum(z**2, axis=1) - 0.5 * self.n * np.log(2 * np.pi)
        return np.where(inside, density, -np.inf)

    def positions(self, names: Sequence[str]) -> list[int]:
        """Where the named parameters stand."""
        return [self.names.index(name) for name in names]
