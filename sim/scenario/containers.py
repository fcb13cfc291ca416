"""Containers: where parcels are consolidated into them, and the freight that travels beside them."""

from typing import Annotated

from pydantic import Field

from sim.scenario.base import Described, MoneyDistribution, Slug
from sim.scenario.lanes import Payload
from sim.scenario.market import Growth
from sim.units import Duration, Mass, Money, Volume

HEAVIEST = 1_000_000_000
"""1,000 t in g: no single container or load is heavier."""


class Consolidation(Described):
    """A container freight station: parcels of one path are put into containers, which then travel as one."""

    place: Slug = Field(description="the place where it stands")
    container: Payload = Field(description="what one container holds; it is closed when the next parcel does not fit")
    check_every: Annotated[Duration, Field(ge=3_600_000_000)] = Field(
        description="interval at which containers are filled and closed, counted from Monday 00:00 Beijing time "
        "(a bare number is hours)"
    )
    close_after: Duration = Field(
        description="a container that is not full is closed when its first parcel has waited this long "
        "(a bare number is hours)"
    )
    cost_per_container: Money = Field(0.0, description="operator's cost of filling a container (CNY of 2016)")


class Freight(Described):
    """Loaded containers that are no parcels: bulk trade on the same trains, or the background at a border yard."""

    origin: Slug | None = Field(
        None, description="market origin whose trade it is; background traffic, nobody's trade here, if not given"
    )
    steps: tuple[Slug, ...] = Field(
        min_length=1, max_length=20, description="stations, customs and lanes in order; it is gone after the last"
    )
    containers_per_week: float = Field(ge=0, le=1e6, description="containers a week in the reference year, on average")
    batch: int = Field(1, ge=1, le=1000, description="containers that come together, as those of a train do")
    reference_year: int = Field(2016, ge=2001, le=2060, description="the year of the number a week")
    growth: Growth | None = Field(None, description="annual levels; constant if not given")
    level: float = Field(1.0, ge=0, le=100, description="multiplies the number a week; more of it only adds batches")
    mass: Annotated[Mass, Field(gt=0, le=HEAVIEST)] = Field(
        description="gross weight of a container (a bare number is grams)"
    )
    volume: Annotated[Volume, Field(gt=0, le=HEAVIEST)] = Field(
        description="volume of a container (a bare number is cm3)"
    )
    value: MoneyDistribution | None = Field(None, description="value of the goods in a container (CNY of 2016)")
    priority: int = Field(0, ge=0, le=9, description="the lower number is loaded first")
