"""Stations and customs: queues with servers, opening hours and dwell."""

from typing import Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, DurationDistribution, Slug
from sim.units import Money, OpeningHours, Share


class Queue(Described):
    """Servers that take parcels first come, first served, and a dwell without a queue after service."""

    servers: int | None = Field(
        None, ge=1, le=100_000, description="number of servers; without it there is no queue, only the dwell"
    )
    service: DurationDistribution | None = Field(
        None, description="service time of one parcel at one server (a bare number is hours; at least one microsecond)"
    )
    dwell: DurationDistribution | None = Field(
        None, description="time after service that waits for nothing and nobody (a bare number is hours)"
    )

    @model_validator(mode="after")
    def _servers_need_service(self) -> Self:
        if (self.servers is None) != (self.service is None):
            raise ValueError("servers and service come together: give both, or neither for a pure dwell")
        return self


class Opening(Described):
    """When a thing works, in the local time of its place."""

    hours: OpeningHours = Field("always", validate_default=True, description="opening hours, `Mon-Fri 08:00-20:00`")
    closed_on_holidays: bool = Field(False, description="whether it closes on its country's public holidays")
    is_open: bool = Field(True, description="whether it works at all; a dated change may close and reopen it")


class Station(Queue, Opening):
    """A queue at a place: collection, sorting office, delivery office, yard."""

    place: Slug = Field(description="the place where it stands")
    unpacks_containers: bool = Field(
        False, description="whether containers are emptied here; their parcels go on singly when the dwell ends"
    )
    cost_per_item: Money = Field(0.0, description="operator's cost of a parcel or container handled (CNY of 2016)")


class Examination(Queue):
    """The examination bays of a customs office."""

    share: Share = Field(description="share of parcels examined")
    share_above_duty_free: Share | None = Field(
        None,
        description="share examined of parcels worth more than the duty-free limit; no difference if not given",
    )
    share_by_product: dict[Slug, Share] = Field(
        default_factory=dict, description="share examined of particular products, in place of `share`"
    )


class Customs(Opening):
    """Documentary release of every parcel, and examination of a share of them."""

    place: Slug = Field(description="the place where it stands")
    release: Queue | None = Field(None, description="documentary release; without it every parcel passes at once")
    examination: Examination | None = Field(None, description="examination; without it no parcel is examined")
    cost_per_item: Money = Field(0.0, description="operator's cost of a parcel or container cleared (CNY of 2016)")
    duty_free_limit: Money | None = Field(None, description="value above which a parcel is dutiable (CNY of 2016)")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.release is None and self.examination is None:
            raise ValueError("customs needs a release, an examination or both")
        return self
