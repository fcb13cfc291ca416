"""From the gateways of routes to the shares by which orders take their paths."""

from collections.abc import Callable, Sequence

import numpy as np

from sim.flow.path_shares import PathShares
from sim.scenario.gateways import candidates
from sim.scenario.scenario import World


def path_shares(world: World, paths: Sequence[tuple[str, str]], key_of: Callable[..., np.uint64]) -> PathShares:
    """The shares of the paths of all routes as described; ``paths`` are all (route, path) by number."""
    numbers = {path: number for number, path in enumerate(paths)}
    changes = [change for change in world.changes.values() if ".gateways." in change.change]
    shares = [
        [
            {numbers[name, path]: share for path, share in candidates(route, region, changes, name).items()}
            for region in world.regions
        ]
        for name, route in world.routes.items()
    ]
    return PathShares(shares, np.array([key_of("path", name) for name in world.routes]))
