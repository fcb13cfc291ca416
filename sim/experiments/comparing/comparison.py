"""A comparison as it is handed on: its numbers with their tables, pictures, words and a page of a notebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sim.experiments.comparing.compared import ComparedPlans
from sim.experiments.comparing.pictures import PICTURES
from sim.experiments.comparing.tables import tables_of
from sim.experiments.comparing.wording import HEADINGS, plan_cells, rests_on
from sim.html import table
from sim.indicators import Columns
from sim.tables import Tabled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Comparison(ComparedPlans, Tabled):
    """Plans against a baseline, replication by replication on the same luck and draws.

    A table is an attribute of its name as a pandas frame: ``comparison.plans``, ``comparison.differences``.
    """

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it rests on and what to beware of, a sentence or several in each."""
        return tuple(rests_on(self))

    @cached_property
    def tables(self) -> Mapping[str, Columns]:
        """All tables by name."""
        return tables_of(self)

    def plot(self, kind: str = "differences") -> "Figure":
        """A picture: `differences`, `months`, `days` (from door to door) or `tornado`. Raises ValueError."""
        if kind not in PICTURES:
            raise ValueError(f"no picture '{kind}'; pictures are {', '.join(PICTURES)}")
        return PICTURES[kind](self)

    def _repr_html_(self) -> str:
        head = ["plan", *(" ".join(heading).strip() for heading in HEADINGS)]
        rows = [[one.plan.name, *map("\n".join, plan_cells(self, one))] for one in self.ranked]
        return table(f"Against {self.base.plan.title or self.base.plan.name}", head, rows, self.remarks)
