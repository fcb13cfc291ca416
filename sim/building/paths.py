"""From the gateways of routes to the arrays that paths are chosen with."""

from collections.abc import Sequence

import numpy as np

from sim.scenario.scenario import World

PathChoice = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Cumulative shares and path numbers, stacked, and where each (route, region) begins; see `births.choose_paths`."""


def path_choice(world: World, paths: Sequence[tuple[str, str]], routes: Sequence[str]) -> PathChoice:
    """The paths of routes by region; ``paths`` are all (route, path) by number."""
    shares: list[float] = []
    numbers: list[int] = []
    first = [0]
    for name in routes:
        gateways = world.routes[name].gateways
        for region in world.regions:
            choice = gateways.get(region, {})
            by_path = {choice: 1.0} if isinstance(choice, str) else choice
            shares += np.cumsum(list(by_path.values())).tolist()
            numbers += [paths.index((name, path)) for path in by_path]
            first.append(len(numbers))
    return np.array(shares), np.array(numbers), np.array(first)
