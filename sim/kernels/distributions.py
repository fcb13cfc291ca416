"""Distributions as small tables, and their inverses.

A table is float64[parts, 5]: cumulative share, kind, and three parameters in the quantity's own unit. Parameters
enter only here, after the draw, so a changed parameter never shifts another draw.
"""

import math
from typing import Any

import numpy as np
from numba import njit

CONSTANT, EXPONENTIAL, LOGNORMAL, UNIFORM, TRIANGULAR, WEIBULL = range(6)
_KINDS = {
    "constant": CONSTANT,
    "exponential": EXPONENTIAL,
    "lognormal": LOGNORMAL,
    "uniform": UNIFORM,
    "triangular": TRIANGULAR,
    "weibull": WEIBULL,
}


def table(distribution: Any) -> np.ndarray:
    """Table of a described distribution (`sim.scenario.base.Distribution`)."""
    rows, cumulative = [], 0.0
    for part in distribution.parts:
        cumulative += part.share
        kind = _KINDS[part.distribution]
        if kind == LOGNORMAL:
            sigma2 = math.log1p(part.cv**2)
            parameters = (math.log(part.mean) - sigma2 / 2, math.sqrt(sigma2), 0.0)
        elif kind == UNIFORM:
            parameters = (float(part.low), float(part.high), 0.0)
        elif kind == TRIANGULAR:
            parameters = (float(part.low), float(part.mode), float(part.high))
        elif kind == WEIBULL:
            parameters = (part.mean / math.gamma(1 + 1 / part.shape), part.shape, 0.0)
        else:
            parameters = (float(part.mean), 0.0, 0.0)
        rows.append((cumulative, kind, *parameters))
    rows[-1] = (1.0, *rows[-1][1:])
    return np.array(rows, dtype=np.float64)


def constant(value: float) -> np.ndarray:
    """Table of a value that never varies."""
    return np.array([[1.0, CONSTANT, value, 0.0, 0.0]])


def mean(parts: np.ndarray) -> float:
    """Mean of a distribution table."""
    total, before = 0.0, 0.0
    for cumulative, kind, a, b, c in parts:
        if kind == LOGNORMAL:
            value = math.exp(a + b * b / 2)
        elif kind == UNIFORM:
            value = (a + b) / 2
        elif kind == TRIANGULAR:
            value = (a + b + c) / 3
        elif kind == WEIBULL:
            value = a * math.gamma(1 + 1 / b)
        else:
            value = a
        total += (cumulative - before) * value
        before = cumulative
    return float(total)


def scaled(parts: np.ndarray, factor: float) -> np.ndarray:
    """Table of the same distribution of a quantity ``factor`` times as large."""
    result = parts.copy()
    for row in result:
        if row[1] == LOGNORMAL:
            row[2] += math.log(factor)
        elif row[1] == WEIBULL:
            row[2] *= factor
        else:
            row[2:] *= factor
    return result


@njit(inline="always")
def _central(q: float) -> float:
    """Normal quantile of 0.5 + q for abs(q) <= 0.425: a ratio of polynomials, no branch."""
    r = 0.180625 - q * q
    num = (
        ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608
    )  # fmt: skip
    den = (
        ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1.0
    )  # fmt: skip
    return q * num / den


@njit(cache=True)
def _tail(p: float) -> float:
    """Normal quantile of p below 0.075 or above 0.925."""
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        num = (
            ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734
        )  # fmt: skip
        den = (
            ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0
        )  # fmt: skip
    else:
        r -= 5.0
        num = (
            ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
            + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772
        )  # fmt: skip
        den = (
            ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
            + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0
        )  # fmt: skip
    return -num / den if p < 0.5 else num / den


@njit(cache=True)
def normal_quantile(p: float) -> float:
    """Inverse of the standard normal distribution function, relative error below 1e-15.

    Wichura (1988), Algorithm AS 241, routine PPND16.
    """
    q = p - 0.5
    return _central(q) if abs(q) <= 0.425 else _tail(p)


@njit(inline="always")
def _of_kind(kind: float, a: float, b: float, c: float, u: float) -> float:
    """Quantile of one part: kind and its parameters, 0 < u < 1."""
    if kind == CONSTANT:
        return a
    if kind == LOGNORMAL:
        return math.exp(a + b * normal_quantile(u))
    if kind == EXPONENTIAL:
        return -a * math.log(1.0 - u)
    if kind == UNIFORM:
        return a + (b - a) * u
    if kind == TRIANGULAR:
        span = c - a
        if span == 0.0:
            return a
        if u < (b - a) / span:
            return a + math.sqrt(u * span * (b - a))
        return c - math.sqrt((1.0 - u) * span * (c - b))
    return a * math.pow(-math.log(1.0 - u), 1.0 / b)


@njit(cache=True)
def quantile_between(parts: np.ndarray, first: int, last: int, u: float) -> float:
    """`quantile` of the distribution that owns the rows ``first:last`` of stacked tables."""
    i = first
    if last - first > 1:
        before = 0.0
        while i < last - 1 and u >= parts[i, 0]:
            before = parts[i, 0]
            i += 1
        u = (u - before) / (parts[i, 0] - before)
        u = min(max(u, 2.0**-53), 1.0 - 2.0**-53)
    return _of_kind(parts[i, 1], parts[i, 2], parts[i, 3], parts[i, 4], u)


@njit(cache=True)
def quantile(parts: np.ndarray, u: float) -> float:
    """The value below which a share ``u`` of the distribution lies; ``parts`` float64[n, 5], 0 < u < 1."""
    return quantile_between(parts, 0, parts.shape[0], u)


@njit(cache=True)
def whole(parts: np.ndarray, u: float, least: int) -> int:
    """A quantile rounded once to a whole number (ticks, grams), at least ``least``."""
    return max(np.int64(least), np.int64(np.rint(quantile(parts, u))))  # type: ignore[return-value]


@njit(cache=True)
def whole_many(parts: np.ndarray, u: np.ndarray, least: int, out: np.ndarray) -> None:
    """`whole` for many uniforms: u float64[n] into out int64[n]; ``u`` is used up."""
    n = u.shape[0]
    if parts.shape[0] == 1 and parts[0, 1] == LOGNORMAL:
        a, b = parts[0, 2], parts[0, 3]
        for i in range(n):
            p = u[i]
            u[i] = a + b * _central(p - 0.5)
            if abs(p - 0.5) > 0.425:
                u[i] = a + b * _tail(p)
        for i in range(n):
            out[i] = max(np.int64(least), np.int64(np.rint(math.exp(u[i]))))
        return
    for i in range(n):
        out[i] = max(np.int64(least), np.int64(np.rint(quantile_between(parts, 0, parts.shape[0], u[i]))))
