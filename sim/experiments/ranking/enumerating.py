"""All portfolios under a budget: sets of interventions that may stand together and have what they require.

Pure combinatorics over names; knows no simulation and no numpy.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.errors import SimError

MOST = 5000
"""More portfolios are refused: nothing sensible could be said of so many."""
MOST_LOOKED_AT = 200_000
"""Sets that fit the budget, of which nearly all lack what their members require."""
Portfolio = tuple[str, ...]
"""Names of interventions in the order of the file; empty: nothing is done."""


@dataclass(frozen=True)
class Choice:
    """One intervention that can be chosen."""

    name: str
    capital: float
    requires: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()


class TooManyPortfoliosError(SimError):
    """More portfolios than can be ranked; ``at_most`` is the largest size at which they could be, 0 if none."""

    def __init__(self, at_most: int, found: int) -> None:
        self.at_most = at_most
        remedy = f"at_most: {at_most} makes {found:,}" if at_most else "name fewer interventions or lower the budget"
        super().__init__(f"there are more than {MOST:,} portfolios; {remedy}")


def portfolios(choices: Sequence[Choice], budget: float | None, at_most: int) -> list[Portfolio]:
    """All portfolios that can be built, without the empty one: small ones first, then in the order of the choices.

    A portfolio costs no more capital than the budget, holds what its members require, no two that exclude each other,
    and no more than ``at_most``. Raises TooManyPortfoliosError.
    """
    found: list[Portfolio] = []
    by_name = {choice.name: choice for choice in choices}
    able = [one for one in choices if _can_be_built(with_required((one.name,), choices), by_name, budget)]
    for size in range(1, min(at_most, len(able)) + 1):
        before = len(found)
        for looked_at, portfolio in enumerate(_of_size(able, size, budget)):
            if _is_whole(portfolio, by_name):
                found.append(portfolio)
            if len(found) > MOST or looked_at > MOST_LOOKED_AT:
                raise TooManyPortfoliosError(size - 1, before)
    return found


def _of_size(choices: Sequence[Choice], size: int, budget: float | None) -> Iterator[Portfolio]:
    """Sets of so many that fit the budget and each other; branches that cannot are not followed."""
    limit = math.inf if budget is None else budget
    cheapest = sorted(choice.capital for choice in choices)

    def grown(members: tuple[Choice, ...], first: int, spent: float) -> Iterator[Portfolio]:
        missing = size - len(members)
        if not missing:
            yield tuple(member.name for member in members)
            return
        for i in range(first, len(choices) - missing + 1):
            one = choices[i]
            is_affordable = spent + one.capital + sum(cheapest[: missing - 1]) <= limit
            if is_affordable and _goes_with(one, members):
                yield from grown((*members, one), i + 1, spent + one.capital)

    return grown((), 0, 0.0)


def _can_be_built(portfolio: Portfolio, by_name: Mapping[str, Choice], budget: float | None) -> bool:
    members = [by_name[name] for name in portfolio]
    is_paid = budget is None or sum(member.capital for member in members) <= budget
    return is_paid and all(_goes_with(one, members) for one in members)


def _goes_with(one: Choice, members: Sequence[Choice]) -> bool:
    return not any(one.name in other.excludes or other.name in one.excludes for other in members)


def _is_whole(portfolio: Portfolio, by_name: Mapping[str, Choice]) -> bool:
    return all(by_name[name].requires <= set(portfolio) for name in portfolio)


def with_required(names: Sequence[str], choices: Sequence[Choice]) -> Portfolio:
    """Interventions with all that they require, in the order of the choices."""
    by_name = {choice.name: choice for choice in choices}
    found, waiting = set(names), list(names)
    while waiting:
        new = by_name[waiting.pop()].requires - found
        found |= new
        waiting += new
    return tuple(choice.name for choice in choices if choice.name in found)


def singles_and_pairs(choices: Sequence[Choice], allowed: Sequence[Portfolio]) -> list[Portfolio]:
    """Each intervention and each two, with what they require, as far as they are allowed; small ones first."""
    names = [choice.name for choice in choices]
    wanted = [(name,) for name in names] + [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    whole = {with_required(each, choices) for each in wanted}
    return [portfolio for portfolio in allowed if portfolio in whole]
