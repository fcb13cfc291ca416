"""Routes: the service classes that a buyer can tell apart, and the paths that parcels take in each."""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.base import Described, DurationDistribution, Name, Slug
from sim.units import Duration, Money, Share, TariffField


class Promise(Described):
    """What the operator promises, and what the market believes before it has seen anything else."""

    days: Annotated[Duration, Field(gt=0)] = Field(description="order to ready for collection (a bare number is hours)")
    spread: Duration = Field(description="promised p90 less p50 of that time (a bare number is hours)")


class Path(Described):
    """One way through the network; which parcels take it is the route's rule."""

    steps: tuple[Slug, ...] = Field(
        min_length=2,
        max_length=40,
        description="consolidations, stations, customs and lanes in order; a last mile at the end. A path of an "
        "overseas warehouse begins with the warehouse",
    )
    return_steps: tuple[Slug, ...] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="way of a parcel that comes back: first a lane from where the last mile began; a warehouse at the "
        "end puts it on the shelf; written off if not given",
    )
    reroute: Slug | None = Field(
        None, description="path that takes over at a lane while that lane is closed; without it parcels wait"
    )


class Loss(Described):
    """The share of parcels that never arrives."""

    share: Share = Field(description="share of parcels lost")
    at: Slug = Field(description="the step on whose arrival they are lost")


class Returns(Described):
    """The share of delivered parcels that buyers hand back."""

    share: Share = Field(description="share of delivered parcels handed back")
    after: DurationDistribution = Field(description="ready for collection to handed back (a bare number is hours)")


class Route(Described):
    """A service class: its promise, tariff, eligibility and paths."""

    name: Name = Field(description="what it is called")
    service_class: Literal["postal", "express", "rail", "warehouse", "dedicated-line"] = Field(
        description="which of the service classes it is"
    )
    origin: Slug = Field(description="the market origin whose orders may take it")
    is_open: bool = Field(True, description="whether orders may choose it")
    promise: dict[Slug, Promise] = Field(description="promise by region; a region that is missing is not served")
    tariff: TariffField = Field(description="price of a parcel, `12 CNY + 60 CNY/kg` (CNY of 2016)")
    tariff_by_product: dict[Slug, TariffField] = Field(
        default_factory=dict, description="price of particular products, in place of `tariff`"
    )
    subsidy: Money = Field(
        0.0,
        description="paid to the buyer's side for a parcel (CNY of 2016): buyers decide by the tariff less this, at "
        "least 0; operators receive the whole tariff",
    )
    products: tuple[Slug, ...] | None = Field(None, description="products it carries; all if not given")
    priority: int = Field(0, ge=0, le=9, description="the lower number is loaded first")
    paths: dict[Slug, Path] = Field(min_length=1, max_length=500, description="the ways through the network")
    gateways: dict[Slug, Slug | dict[Slug, Share]] = Field(description="the path, or the share of each path, by region")
    posted_after: Slug | None = Field(
        None, description="step after which a parcel counts as posted; the first step if not given"
    )
    loss: Loss | None = Field(None, description="loss on the way; none if not given")
    returns: Returns | None = Field(None, description="parcels that come back; none if not given")
