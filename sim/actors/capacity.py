"""Dated changes: at an instant, let everything up to it happen under the old rule, then change the numbers.

Which numbers take which values when is worked out in the description (`sim.scenario.targets`); what setting a number
means is bound in `sim.building.controls`.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import simpy

from sim.actors.moments import CHANGES, Moment
from sim.flow.network import Network, Node


@dataclass(frozen=True)
class Control:
    """How one number of the world is set: the nodes to advance first, and the setting itself (value, instant)."""

    nodes: Sequence[Node]
    apply: Callable[[float | bool, int], None]


def changes(
    env: simpy.Environment,
    schedules: Mapping[str, Sequence[tuple[int, float | bool]]],
    controls: Mapping[str, Control],
    network: Network,
) -> Generator[simpy.Event, None, None]:
    """Set every number that changes, at its instants; those that changed before the start are set at the start."""
    start = int(env.now)
    due: dict[int, dict[str, float | bool]] = {}
    for path, values in sorted(schedules.items()):
        for at, value in values:
            due.setdefault(max(at, start), {})[path] = value
    for at in sorted(due):
        yield Moment(env, at, CHANGES)
        for path, value in due[at].items():
            for node in controls[path].nodes:
                network.advance(node, at)
            controls[path].apply(value, at)
