"""What to beware of in a comparison: each thing once, with the plans it holds for. In words, and what they name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from sim.errors import listed
from sim.experiments.comparing.compared import OF_A_DRAW, Compared, ComparedPlans
from sim.experiments.comparing.tables import FIGURES

PLACES_NAMED = PLANS_NAMED = 4
LINES_OF_A_KIND = 5
"""Lines about places, or about replications left out; what is more is counted."""
CREATED = next(shown for shown in FIGURES if shown.name == "created")


@dataclass(frozen=True)
class Caution:
    """One thing to beware of."""

    kind: str
    """`piles_up`, `unsettled`, `left_out`, `stopped`, `missing`, `unknown_money`, `no_outside` or `one_replication`."""
    said: str
    """In plain English."""
    names: Mapping[str, Any] = field(default_factory=dict)
    """What it is of, as JSON has it: `plans`, `places` with the replications of each, `replications`, ..."""

    @property
    def record(self) -> dict[str, Any]:
        """For a manifest: whoever reads it can say the same in other words."""
        return {"kind": self.kind, "said": self.said, **self.names}


def warnings(comparison: ComparedPlans) -> Iterator[str]:
    """What to beware of, in words."""
    return (caution.said for caution in cautions(comparison))


def cautions(comparison: ComparedPlans) -> Iterator[Caution]:
    """What to beware of."""
    yield from _backlogs(comparison)
    yield from _unsettled(comparison)
    yield from _left_out(comparison)
    if comparison.was_stopped:
        yield Caution("stopped", "stopped before all replications had run.")
    yield from (Caution("missing", note) for note in comparison.notes)
    yield from _unknown_money(comparison)
    yield from _without_outside(comparison)
    if len(comparison.replications) == 1:
        yield Caution("one_replication", "one replication says nothing of error.")


def first_of(names: Sequence[str], what: str, most: int) -> str:
    """The first few names and how many more there are: 'a, b and 3 more plans'."""
    rest = len(names) - most
    return listed([*names[:most], *([f"{rest} more {what}{'s' * (rest > 1)}"] if rest > 0 else [])], "and")


def _backlogs(comparison: ComparedPlans) -> Iterator[Caution]:
    """Where work piles up: in the baseline, and where plans add to that, those of the same places together."""
    n = len(comparison.replications)
    base = comparison.base.piled_up
    if base:
        said = (
            f"in the baseline work piles up without end at {_places(base, n)}: differences grow with the horizon, "
            "and plans that relieve it look better the longer it runs."
        )
        yield _piled_up([comparison.base], base, said)
    added: dict[tuple[str, ...], list[Compared]] = {}
    for one in comparison.alternatives:
        if more := tuple(sorted(set(one.piled_up) - set(base))):
            added.setdefault(more, []).append(one)
    most_plans = sorted(added.items(), key=lambda item: -len(item[1]))
    for places, plans in most_plans[:LINES_OF_A_KIND]:
        found = {place: max(one.piled_up[place] for one in plans) for place in places}
        yield _piled_up(plans, found, f"with {_plans(comparison, plans)} work piles up at {_places(found, n)}.")
    if rest := [one for _, plans in most_plans[LINES_OF_A_KIND:] for one in plans]:
        yield _piled_up(rest, {}, f"work piles up elsewhere with {len(rest)} more plan{'s' * (len(rest) > 1)}.")


def _piled_up(plans: Sequence[Compared], places: Mapping[str, int], said: str) -> Caution:
    return Caution("piles_up", said, {"plans": _names(plans), "places": dict(places)})


def _names(plans: Sequence[Compared]) -> list[str]:
    return [one.plan.name for one in plans]


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


def _unsettled(comparison: ComparedPlans) -> Iterator[Caution]:
    plans = [one for one in comparison.everything if one.unsettled]
    if plans:
        least, most = min(one.unsettled for one in plans), max(one.unsettled for one in plans)
        of = f"{most}" if least == most else f"{least} to {most}"
        n = len(comparison.replications)
        said = f"expectations did not settle in {of} of {n} replications of {_plans(comparison, plans)}."
        yield Caution("unsettled", said, {"plans": _names(plans), "least": least, "most": most})


def _left_out(comparison: ComparedPlans) -> Iterator[Caution]:
    """Replications that failed, those with one reason together; the rest of their draws goes with them."""
    found: dict[str, list[int]] = {}
    for number, why in comparison.left_out.items():
        found.setdefault(why, []).append(int(number))
    if len(found) > 1:
        found.pop(OF_A_DRAW, None)
    has_draws = comparison.layout.has_draws
    for why, numbers in islice(found.items(), LINES_OF_A_KIND):
        if len(numbers) == 1:
            said = f"replication {numbers[0]} is left out{', with its draw' * has_draws}: {why}."
        else:
            named = listed([str(number) for number in numbers], "and")
            said = f"replications {named} are left out{', with their draws' * has_draws}: {why}."
        yield Caution("left_out", said, {"replications": numbers, "why": why})
    if rest := [number for numbers in list(found.values())[LINES_OF_A_KIND:] for number in numbers]:
        more = "s are" if len(rest) > 1 else " is"
        said = f"{len(rest)} more replication{more} left out, for other reasons."
        yield Caution("left_out", said, {"replications": rest, "why": ""})


def _unknown_money(comparison: ComparedPlans) -> Iterator[Caution]:
    for name, said in (("sellers_of_the_province_cny", "sellers' income"), ("buyers_surplus_cny", "buyers' surplus")):
        if unknown := [one for one in comparison.everything if np.isnan(one.samples.whole(name)).any()]:
            where = _plans(comparison, unknown)
            told = (
                f"{said} is not known for every origin of {where} and counts as nothing in the benefits of all plans."
            )
            yield Caution("unknown_money", told, {"plans": _names(unknown), "measure": name})


def _without_outside(comparison: ComparedPlans) -> Iterator[Caution]:
    """Origins all of whose latent orders are placed: a latent order more has no surplus that means anything."""
    found = dict.fromkeys(
        name
        for one in comparison.everything
        for name, origin in one.plan.scenario.market.origins.items()
        if origin.choice.reference_shares.inside == 1
    )
    if found and any(CREATED.of(comparison, one)[0] for one in comparison.alternatives):
        said = (
            f"orders of {listed(list(found), 'and')} have no outside option: buyers' surplus of orders created there "
            "is counted from an arbitrary level."
        )
        yield Caution("no_outside", said, {"origins": list(found)})
