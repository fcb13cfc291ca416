"""Checks of dated changes to the shares of paths: paths that serve the region, and shares that can hold together."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

from sim.errors import UnitError
from sim.scenario.checks.findings import Found, near
from sim.scenario.gateways import Group, described_shares, group_of
from sim.scenario.scenario import Change, Scenario
from sim.scenario.targets import (
    Target,
    days_of,
    is_in_force,
    shares_in_force,
    targets,
)

_SLACK = 1e-9
Changed = dict[str, list[tuple[str, Change]]]
"""The named changes of a group by path."""


def of_no_share(s: Scenario, dotted: str) -> tuple[str, str | None] | None:
    """Why a dotted path names no share of a path, and a hint; None if it names something else."""
    found = group_of(dotted)
    if found is None or found[0][0] not in s.routes:
        return None
    (name, region), path = found
    route = s.routes[name]
    if region not in route.promise or region not in route.gateways:
        return f"the route '{name}' does not serve the region '{region}'", near(region, route.promise)
    if path not in route.paths:
        return f"the route '{name}' has no path '{path}'", near(path, route.paths)
    return f"the path '{path}' ends in no last mile that serves the region '{region}' from there", None


def shifts(s: Scenario) -> Iterator[Found]:
    """Shares of the paths of a region that are set to more than one together, or all to none."""
    known = targets(s)
    groups: dict[Group, Changed] = {}
    for name, change in s.changes.items():
        if (found := group_of(change.change)) and change.change in known:
            groups.setdefault(found[0], {}).setdefault(found[1], []).append((name, change))
    for group, changed in groups.items():
        with suppress(UnitError):  # reported by itself
            yield from _of_group(s, group, known, changed)


def _of_group(s: Scenario, group: Group, known: Mapping[str, Target], changed: Changed) -> Iterator[Found]:
    """What is wrong with the shares of a group, on the first day on which it is."""
    described = described_shares(s.routes[group[0]], group[1])
    for day in days_of(change for changes in changed.values() for _, change in changes):
        shares = shares_in_force(group, known, changed, day)
        others = sum(share for path, share in described.items() if path not in shares)
        held = sum(share for path, share in shares.items() if _is_only_set(changed[path], day))
        message = None
        if held > 1 + _SLACK:
            message = f"from {day} on the shares that are set of {_said(group)} sum to {held:.6g}, more than 1"
        elif shares and sum(shares.values()) == others == 0:
            message = f"from {day} on no path of {_said(group)} has a share; give one to another path as well"
        if message:
            yield ("changes", _latest(changed, day), "change"), message, None
            return


def _is_only_set(changes: list[tuple[str, Change]], day: date) -> bool:
    in_force = [change for _, change in changes if is_in_force(change, day)]
    return bool(in_force) and all(change.set is not None for change in in_force)


def _latest(changed: Changed, day: date) -> str:
    """The change of a group that came into force last."""
    in_force = [item for changes in changed.values() for item in changes if is_in_force(item[1], day)]
    return max(in_force, key=lambda item: (item[1].at, item[0]))[0]


def _said(group: Group) -> str:
    return f"the route '{group[0]}' to the region '{group[1]}'"
