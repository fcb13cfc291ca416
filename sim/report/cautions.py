"""What to beware of in a result, in the words of its language: what a comparison noted of itself, and what it lacks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sim.language import marked
from sim.report.speaking import Speaking

PLACES_NAMED = PLANS_NAMED = 4
TOO_FEW_DRAWS = 4
"""Of fewer draws an interval over them says nothing."""
MONEY = {
    "sellers_of_the_province_cny": marked("sellers' income"),
    "buyers_surplus_cny": marked("buyers' surplus"),
}
WHYS = {"its draw is not complete": marked("its draw is not complete")}
"""Reasons that are texts of the program; any other is what an error said."""


def cautions(speaking: Speaking) -> list[str]:
    """Sentences: what is missing first, then what a comparison noted in its manifest, then of how little it is made."""
    return list(dict.fromkeys([*_missing(speaking), *_noted(speaking), *_few(speaking)]))


def _missing(speaking: Speaking) -> Iterator[str]:
    """Of a result that was broken off. Comparisons of before they noted anything say only how many are left out."""
    t, manifest = speaking.t, speaking.result.manifest
    if speaking.result.folder.name.endswith("-incomplete"):
        yield t("Stopped or broken off before all replications had run: this is what had.")
    left_out = len(manifest.get("left_out", ()))
    if left_out and "warnings" not in manifest:
        yield t("{n} replications failed and are left out.", n=left_out)


def _few(speaking: Speaking) -> Iterator[str]:
    t, manifest = speaking.t, speaking.result.manifest
    n, draws = len(manifest.get("replications", ())), int(manifest.get("draws", 0) or 0)
    if n == 1:
        yield t("One replication: how far chance would move these numbers, it does not say.")
    elif 0 < draws < TOO_FEW_DRAWS:
        yield t(
            "{draws} draws are too few for an interval of what is not known: {least} are the least for one.",
            draws=draws,
            least=TOO_FEW_DRAWS,
        )


# -- what a comparison noted -------------------------------------------------------------------------------------------


def _noted(speaking: Speaking) -> Iterator[str]:
    for one in speaking.result.manifest.get("warnings", ()):
        if isinstance(one, Mapping) and (said := _said(speaking, one)):
            yield said


def _said(speaking: Speaking, one: Mapping[str, Any]) -> str:
    """A caution in the language; as the comparison said it where its kind is not known here."""
    kind = str(one.get("kind"))
    if kind == "one_replication":  # that is said of any result of one
        return ""
    if kind in WORDS:
        return WORDS[kind](speaking, one)
    said = str(one.get("said", ""))
    return f"{said[:1].upper()}{said[1:]}"


def _stopped(speaking: Speaking, _: Mapping[str, Any]) -> str:
    return speaking.t("Stopped before all replications had run.")


def _piles_up(speaking: Speaking, one: Mapping[str, Any]) -> str:
    t, plans, places = speaking.t, list(one["plans"]), one["places"]
    if not places:
        return t("More plans with which work piles up elsewhere: {n}.", n=len(plans))
    where = _places(speaking, places)
    if plans == [speaking.result.base]:
        return t(
            "In the baseline work piles up without end at {places}: differences grow with the time simulated, and plans that relieve it look better the longer it is.",
            places=where,
        )
    return t("With {plans} work piles up at {places}.", plans=_plans(speaking, plans), places=where)


def _places(speaking: Speaking, places: Mapping[str, int]) -> str:
    """Places by name, those of most replications first, and in how many where it is not all of them."""
    t, n = speaking.t, len(speaking.result.manifest["replications"])
    named = sorted(places, key=lambda name: (-places[name], name))
    told = [
        _place(speaking, name)
        if places[name] == n
        else t("{place} (in {n} of {total} replications)", place=_place(speaking, name), n=places[name], total=n)
        for name in named
    ]
    return _first_of(speaking, told, PLACES_NAMED)


def _place(speaking: Speaking, name: str) -> str:
    """A lane, or else a queue or a warehouse."""
    names = speaking.names
    return names.lane(name) if name in names.scenario.lanes else names.queue(name)


def _plans(speaking: Speaking, plans: Sequence[str]) -> str:
    t, known = speaking.t, list(speaking.result.plans)
    if len(plans) == len(known) > 2:
        return t("the baseline and all plans")
    if len(plans) == len(known) - 1 > 1 and speaking.result.base not in plans:
        return t("all plans")
    told = [speaking.plan(name) if name in known else str(name) for name in plans]
    return _first_of(speaking, told, PLANS_NAMED)


def _first_of(speaking: Speaking, told: list[str], most: int) -> str:
    rest = speaking.t("{n} more", n=len(told) - most)
    return speaking.numbers.listed([*told[:most], *([rest] if len(told) > most else [])])


def _unsettled(speaking: Speaking, one: Mapping[str, Any]) -> str:
    least, most, t = int(one["least"]), int(one["most"]), speaking.t
    return t(
        "Expectations of buyers did not settle in {of} of {n} replications of {plans}.",
        of=str(most) if least == most else t("{low} to {high}", low=least, high=most),
        n=len(speaking.result.manifest["replications"]),
        plans=_plans(speaking, one["plans"]),
    )


def _left_out(speaking: Speaking, one: Mapping[str, Any]) -> str:
    t, n, why = speaking.t, len(one["replications"]), str(one["why"])
    if not why:
        return t("Further replications left out, for other reasons: {n}.", n=n)
    return t("Replications left out: {n} ({why}).", n=n, why=t(WHYS.get(why, why)).rstrip("."))


def _unknown_money(speaking: Speaking, one: Mapping[str, Any]) -> str:
    return speaking.t(
        "Not known for every origin of {plans}, and so counted as nothing in the benefits of all plans: {what}.",
        what=speaking.t(MONEY.get(str(one["measure"]), str(one["measure"]))),
        plans=_plans(speaking, one["plans"]),
    )


def _no_outside(speaking: Speaking, one: Mapping[str, Any]) -> str:
    return speaking.t(
        "Buyers of {origins} have no outside option: their surplus of orders created there is counted from an arbitrary level.",
        origins=speaking.numbers.listed([speaking.names.place(str(name)) for name in one["origins"]]),
    )


WORDS: Mapping[str, Callable[[Speaking, Mapping[str, Any]], str]] = {
    "piles_up": _piles_up,
    "unsettled": _unsettled,
    "left_out": _left_out,
    "stopped": _stopped,
    "unknown_money": _unknown_money,
    "no_outside": _no_outside,
}
