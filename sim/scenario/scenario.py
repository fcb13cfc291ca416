"""The scenario: a world (places, network, market), a horizon, and dated changes laid on top."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from sim.errors import shown
from sim.ledger.posteriors import SHIPPED, posteriors_near
from sim.scenario.base import Described, NumberPath, Slug
from sim.scenario.containers import Consolidation, Freight
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.lanes import Lane, LastMile
from sim.scenario.market import Horizon, Market, Origin
from sim.scenario.routes import Route
from sim.scenario.stations import Customs, Station
from sim.scenario.warehouses import Warehouse
from sim.scenario.world import Place, Product, Region
from sim.units import Duration


def _no_switch(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"a number, or a text with its unit, is expected, not {shown(value)}")
    return value


Bound = Annotated[float | Annotated[str, Field(max_length=100)], BeforeValidator(_no_switch)]
Between = tuple[Bound, Bound]
"""Lowest and highest value, each with its unit or as a bare number in that of the field."""


class Change(Described):
    """A dated change to one named number of the world. It acts at 00:00 local time of the thing it changes."""

    at: date = Field(description="first day on which it acts")
    until: date | None = Field(None, description="first day on which it no longer acts; for good if not given")
    change: NumberPath = Field(description="dotted path of the number, `stations.x.servers`")
    set: float | str | bool | None = Field(None, description="the new value, with its unit")
    add: float | str | None = Field(None, description="what is added, with its unit")
    multiply: float | None = Field(None, ge=0, le=1000, description="what it is multiplied by")
    ramp: Duration = Field(
        0, description="time over which it grows to its full size, day by day (a bare number is hours)"
    )
    source: str | None = Field(None, max_length=500, description="the document and section that proposes it")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if sum(value is not None for value in (self.set, self.add, self.multiply)) != 1:
            raise ValueError("a change has exactly one of set, add and multiply")
        if self.until is not None and self.until <= self.at:
            raise ValueError("`until` must lie after `at`")
        if self.ramp and isinstance(self.set, bool):
            raise ValueError("a switch has no ramp")
        return self


class World(Described):
    """Everything that corridors describe; a scenario may add to it or replace parts of it."""

    places: dict[Slug, Place] = Field(min_length=1, max_length=500, description="cities and border posts")
    regions: dict[Slug, Region] = Field(min_length=1, max_length=100, description="where parcels are delivered")
    products: dict[Slug, Product] = Field(min_length=1, max_length=50, description="classes of goods")
    stations: dict[Slug, Station] = Field(default_factory=dict, max_length=500, description="queues at places")
    customs: dict[Slug, Customs] = Field(default_factory=dict, max_length=100, description="customs offices")
    lanes: dict[Slug, Lane] = Field(default_factory=dict, max_length=500, description="services between places")
    consolidations: dict[Slug, Consolidation] = Field(
        default_factory=dict, max_length=50, description="where parcels are put into containers"
    )
    warehouses: dict[Slug, Warehouse] = Field(default_factory=dict, max_length=50, description="stock near the buyers")
    freight: dict[Slug, Freight] = Field(
        default_factory=dict, max_length=100, description="containers that are no parcels: bulk trade, background"
    )
    last_miles: dict[Slug, LastMile] = Field(min_length=1, max_length=50, description="inland delivery networks")
    routes: dict[Slug, Route] = Field(min_length=1, max_length=50, description="service classes")
    market: Market = Field(description="where orders come from")
    discount_rate: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.08, description="yearly rate at which capital is recovered"
    )
    changes: dict[Slug, Change] = Field(default_factory=dict, max_length=1000, description="dated changes by name")


class CorridorMarket(Market):
    """What one corridor says of the market; the origins may stand in another."""

    origins: dict[Slug, Origin] = Field(default_factory=dict, description="markets by place of origin")


class Corridor(World):
    """What one corridor describes of a world: any part of it, the others standing in corridors beside it."""

    regions: dict[Slug, Region] = Field(default_factory=dict, description="where parcels are delivered")
    products: dict[Slug, Product] = Field(default_factory=dict, description="classes of goods")
    last_miles: dict[Slug, LastMile] = Field(default_factory=dict, description="inland delivery networks")
    routes: dict[Slug, Route] = Field(default_factory=dict, description="service classes")
    market: CorridorMarket = Field(default_factory=CorridorMarket, description="where orders come from")


@dataclass(frozen=True)
class Read:
    """Where a scenario was read. It is no part of what the scenario says: all are equal."""

    file: Path | None = field(default=None, compare=False)


class Scenario(World):
    """A world with a name, a horizon and the settings of a run."""

    scenario: Slug = Field(description="its name; results are filed under it")
    title: str = Field("", max_length=200, description="one line that says what it shows")
    corridors: tuple[Slug, ...] = Field((), max_length=20, description="corridors it takes from `corridors/`")
    base: str | None = Field(
        None, max_length=200, description="scenario file, relative to this one, that it is laid over"
    )
    horizon: Horizon = Field(description="the simulated time")
    interventions: dict[Slug, Intervention] = Field(
        default_factory=dict,
        max_length=100,
        description="proposals and disruptions that act in it: names of files of `interventions/` and "
        "`disruptions/`, or a mapping that is laid over them by name",
    )
    parcels_per_row: int = Field(
        1, ge=1, le=10_000, description="upper bound of parcels that one row stands for; 1 is full resolution"
    )
    seed: int = Field(1, ge=0, le=2**63 - 1, description="seed of all luck")
    replications: int = Field(1, ge=1, le=10_000, description="independent repetitions")
    posterior: tuple[Slug, ...] = Field(
        (), max_length=20, description="calibrations whose draws move the numbers of the scenario"
    )
    uncertain: dict[NumberPath, Between] = Field(
        default_factory=dict,
        max_length=1000,
        description="numbers by path that are not known, each with the lowest and the highest value it may have; half "
        "the probability lies evenly on either side of what is described",
    )
    replications_per_draw: int = Field(
        2, ge=1, le=100, description="replications with each draw of the posterior and of uncertain numbers"
    )

    _read: Read = PrivateAttr(default_factory=Read)

    @property
    def settling_parcels_per_row(self) -> int:
        """Row size in the repetitions that settle the market: no finer than that of the run."""
        return max(self.market.review.settle_parcels_per_row, self.parcels_per_row)

    @property
    def file(self) -> Path | None:
        """The file that it was read from, whatever was altered since; None if it was read from none."""
        return self._read.file

    @property
    def calibrations(self) -> Path:
        """The folder of the calibrations that `posterior` names."""
        return posteriors_near(self.file.parent) if self.file else SHIPPED

    def _repr_html_(self) -> str:
        from sim.scenario.showing import scenario_html

        return scenario_html(self)

    def as_read_from(self, file: Path | None) -> Self:
        """The same, knowing the file that it was read from: names of interventions are looked up beside it."""
        same = self.model_copy()
        same._read = Read(file and file.resolve())
        return same
