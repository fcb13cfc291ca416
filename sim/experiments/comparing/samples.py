"""Measures of a plan over its replications, in the same groups as those of every other plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.indicators.measures import BY_NAME, DIMENSIONS, WHOLE, Measured

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Samples:
    """Measures of one plan: by dimension and measure float64[groups, n]."""

    groups: Groups
    values: Mapping[str, Mapping[str, np.ndarray]]
    hours: np.ndarray
    """Orders by whole hours from door to door, over all replications: int64[bins]."""

    def whole(self, measure: str) -> np.ndarray:
        """A measure over everything: float64[n]."""
        return self.values[WHOLE][measure][0]

    def with_whole(self, values: Mapping[str, np.ndarray]) -> "Samples":
        """The same, with further measures over everything: float64[n] each."""
        added = {name: array[None, :] for name, array in values.items()}
        return Samples(self.groups, {**self.values, WHOLE: {**self.values[WHOLE], **added}}, self.hours)


def united_groups(all_measured: Sequence[Measured]) -> Groups:
    """Groups that any of the replications has, those of the first one first."""
    return {
        dimension: tuple(dict.fromkeys(name for one in all_measured for name in one.groups[dimension]))
        for dimension in DIMENSIONS
    }


def gathered(replications: Sequence[Measured], groups: Groups) -> Samples:
    """Replications of one plan side by side; a group that the plan does not have has sums of 0 and no other value."""
    values: dict[str, dict[str, np.ndarray]] = {}
    for dimension, names in groups.items():
        measures = replications[0].values[dimension]
        where = [[names.index(name) for name in one.groups[dimension]] for one in replications]
        values[dimension] = {}
        for measure in measures:
            array = np.full((len(names), len(replications)), 0.0 if BY_NAME[measure].is_sum else np.nan)
            for i, one in enumerate(replications):
                array[where[i], i] = one.values[dimension][measure]
            values[dimension][measure] = array
    return Samples(groups, values, np.sum([one.hours for one in replications], axis=0))
