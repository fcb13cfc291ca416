"""What to beware of in a comparison: each thing once, with the plans that it holds for. Plain text."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from sim.errors import listed
from sim.experiments.comparing.compared import OF_A_DRAW, Compared, ComparedPlans
from sim.experiments.comparing.tables import FIGURES

PLACES_NAMED = PLANS_NAMED = 4
LINES_OF_A_KIND = 5
"""Lines about places, or about replications left out; what is more is counted."""
CREATED = next(shown for shown in FIGURES if shown.name == "created")


def warnings(comparison: ComparedPlans) -> Iterator[str]:
    """What to beware of."""
    yield from _backlogs(comparison)
    yield from _unsettled(comparison)
    yield from _left_out(comparison)
    if comparison.was_stopped:
        yield "stopped before all replications had run."
    yield from comparison.notes
    yield from _unknown_money(comparison)
    yield from _without_outside(comparison)
    if len(comparison.replications) == 1:
        yield "one replication says nothing of error."


def first_of(names: Sequence[str], what: str, most: int) -> str:
    """The first few names and how many more there are: 'a, b and 3 more plans'."""
    rest = len(names) - most
    return listed([*names[:most], *([f"{rest} more {what}{'s' * (rest > 1)}"] if rest > 0 else [])], "and")


def _backlogs(comparison: ComparedPlans) -> Iterator[str]:
    """Where work piles up: in the baseline, and where plans add to that, those of the same places together."""
    n = len(comparison.replications)
    base = comparison.base.piled_up
    if base:
        yield (
            f"in the baseline work piles up without end at {_places(base, n)}: differences grow with the horizon, "
            "and plans that relieve it look better the longer it runs."
        )
    added: dict[tuple[str, ...], list[Compared]] = {}
    for one in comparison.alternatives:
        if more := tuple(sorted(set(one.piled_up) - set(base))):
            added.setdefault(more, []).append(one)
    most_plans = sorted(added.items(), key=lambda item: -len(item[1]))
    for places, plans in most_plans[:LINES_OF_A_KIND]:
        found = {place: max(one.piled_up[place] for one in plans) for place in places}
        yield f"with {_plans(comparison, plans)} work piles up at {_places(found, n)}."
    if rest := sum(len(plans) for _, plans in most_plans[LINES_OF_A_KIND:]):
        yield f"work piles up elsewhere with {rest} more plan{'s' * (rest > 1)}."


def _places(found: Mapping[str, int], n: int) -> str:
    """Places, and in how many replications where it is not in all of them; those of most replications first."""
    named = sorted(found, key=lambda name: (-found[name], name))
    seldom = next((name for name in named if found[name] < n), None)
    told = {
        name: f"in {found[name]} of {n} replications" if name == seldom else f"{found[name]} of {n}" for name in named
    }
    return first_of([name if found[name] == n else f"{name} ({told[name]})" for name in named], "place", PLACES_NAMED)


def _plans(comparison: ComparedPlans, plans: Sequence[Compared]) -> str:
    """Some of the alternatives by name, or all of several at once."""
    if len(plans) == len(comparison.everything) > 2:
        return "the baseline and all plans"
    if len(plans) == len(comparison.alternatives) > 1 and plans[0] is not comparison.base:
        return "all plans"
    return first_of([one.plan.name for one in plans], "plan", PLANS_NAMED)


def _unsettled(comparison: ComparedPlans) -> Iterator[str]:
    plans = [one for one in comparison.everything if one.unsettled]
    if plans:
        least, most = min(one.unsettled for one in plans), max(one.unsettled for one in plans)
        of = f"{most}" if least == most else f"{least} to {most}"
        n = len(comparison.replications)
        yield f"expectations did not settle in {of} of {n} replications of {_plans(comparison, plans)}."


def _left_out(comparison: ComparedPlans) -> Iterator[str]:
    """Replications that failed, those with one reason together; the rest of their draws goes with them."""
    found: dict[str, list[str]] = {}
    for number, why in comparison.left_out.items():
        found.setdefault(why, []).append(str(number))
    if len(found) > 1:
        found.pop(OF_A_DRAW, None)
    has_draws = comparison.layout.has_draws
    for why, numbers in islice(found.items(), LINES_OF_A_KIND):
        if len(numbers) == 1:
            yield f"replication {numbers[0]} is left out{', with its draw' * has_draws}: {why}."
        else:
            yield f"replications {listed(numbers, 'and')} are left out{', with their draws' * has_draws}: {why}."
    if rest := sum(map(len, list(found.values())[LINES_OF_A_KIND:])):
        yield f"{rest} more replication{'s are' if rest > 1 else ' is'} left out, for other reasons."


def _unknown_money(comparison: ComparedPlans) -> Iterator[str]:
    for name, said in (("sellers_of_the_province_cny", "sellers' income"), ("buyers_surplus_cny", "buyers' surplus")):
        if unknown := [one for one in comparison.everything if np.isnan(one.samples.whole(name)).any()]:
            where = _plans(comparison, unknown)
            yield f"{said} is not known for every origin of {where} and counts as nothing in the benefits of all plans."


def _without_outside(comparison: ComparedPlans) -> Iterator[str]:
    """Origins all of whose latent orders are placed: a latent order more has no surplus that means anything."""
    found = dict.fromkeys(
        name
        for one in comparison.everything
        for name, origin in one.plan.scenario.market.origins.items()
        if origin.choice.reference_shares.inside == 1
    )
    if found and any(CREATED.of(comparison, one)[0] for one in comparison.alternatives):
        yield (
            f"orders of {listed(list(found), 'and')} have no outside option: buyers' surplus of orders created there "
            "is counted from an arbitrary level."
        )
