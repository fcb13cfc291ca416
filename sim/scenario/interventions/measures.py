"""The kinds of measures that an intervention consists of: their fields, what each is for.

What a kind expands into stands in `kinds.py`; here is only what a file may say. Every kind ends as dated changes of
named numbers, and of departures added to timetables.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, NumberPath, Slug
from sim.scenario.lanes import TimetableEntry
from sim.units import Duration, Money, Share

Factor = Annotated[float, Field(ge=0, le=1000)]
Slugs = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=50)]


class Measure(Described):
    """What every kind has in common; dates that are not given are those of the intervention."""

    at: date | None = Field(None, description="first day on which it acts")
    until: date | None = Field(None, description="first day on which it no longer acts")
    ramp: Duration | None = Field(
        None, description="time over which it grows to its full size, day by day (a bare number is hours)"
    )

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.at is not None and self.until is not None and self.until <= self.at:
            raise ValueError("`until` must lie after `at`")
        return self


class PlainChange(Measure):
    """A dated change of one named number."""

    kind: Literal["change"] = Field(description="which kind of measure it is")
    change: NumberPath = Field(description="dotted path of the number, `stations.x.servers`")
    set: float | str | bool | None = Field(None, description="the new value, with its unit")
    add: float | str | None = Field(None, description="what is added, with its unit")
    multiply: Factor | None = Field(None, description="what it is multiplied by")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if sum(value is not None for value in (self.set, self.add, self.multiply)) != 1:
            raise ValueError("a change has exactly one of set, add and multiply")
        return self


class Departures(Measure):
    """More departures of a lane: vehicles and a lower threshold on demand, further entries of a timetable."""

    lane: Slug = Field(description="the lane")
    fleet: int | None = Field(None, ge=1, le=1000, description="further vehicles (on demand)")
    when_ready: Factor | None = Field(None, description="factor of the load at which a departure leaves (on demand)")
    min_gap: Factor | None = Field(None, description="factor of the least time between two departures (on demand)")
    timetable: tuple[TimetableEntry, ...] = Field(
        (), max_length=50, description="further departures (timetable); they run from `at` until `until`"
    )
    payload: Factor | None = Field(None, description="factor of what one departure can carry")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.timetable and all(
            value is None for value in (self.fleet, self.when_ready, self.min_gap, self.payload)
        ):
            raise ValueError("give fleet, when_ready, min_gap, timetable or payload")
        if any(entry.from_ or entry.until for entry in self.timetable):
            raise ValueError("added departures run from the measure's `at` to its `until`: leave from and until out")
        return self


class AddFlights(Departures):
    """More flights of a lane by air."""

    kind: Literal["add_flights"] = Field(description="which kind of measure it is")


class AddTrains(Departures):
    """More trains (or lorries) of a lane by rail or road."""

    kind: Literal["add_trains"] = Field(description="which kind of measure it is")


class Queues(Measure):
    """More servers or faster service at queues."""

    queues: Annotated[tuple[NumberPath, ...], Field(min_length=1, max_length=50)] = Field(
        description="the queues: `stations.X`, `customs.X.release`, `customs.X.examination`, `warehouses.X.pick`, "
        "`warehouses.X.receiving`"
    )
    servers: int | None = Field(None, ge=1, le=100_000, description="further servers at each")
    service: Factor | None = Field(None, description="factor of the service time")
    dwell: Factor | None = Field(None, description="factor of the dwell")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.servers is None and self.service is None and self.dwell is None:
            raise ValueError("give servers, service or dwell")
        return self


class ExpandStation(Queues):
    """Sorting lines, officers, bays, pickers."""

    kind: Literal["expand_station"] = Field(description="which kind of measure it is")


class UpgradeBorder(Queues):
    """Border yards: gauge change, inspection."""

    kind: Literal["upgrade_border"] = Field(description="which kind of measure it is")


class SingleWindow(Measure):
    """One window for all papers: shorter documentary release, fewer examinations."""

    kind: Literal["single_window"] = Field(description="which kind of measure it is")
    customs: Slugs = Field(description="the customs offices")
    release: Factor = Field(1.0, description="factor of service and dwell of the release")
    examined: Factor = Field(1.0, description="factor of the shares examined")


class OpenExchangeOffice(Measure):
    """A further mail exchange office: it opens, and paths through it take shares of regions."""

    kind: Literal["open_exchange_office"] = Field(description="which kind of measure it is")
    stations: tuple[Slug, ...] = Field((), max_length=20, description="stations and customs that open (is_open: false)")
    route: Slug = Field(description="the route whose parcels it takes")
    path: Slug = Field(description="the path through it")
    shares: dict[Slug, Share] = Field(min_length=1, description="share of the path by region")


class OpenWarehouse(Measure):
    """A further warehouse overseas, and the routes from it; all described as closed before."""

    kind: Literal["open_warehouse"] = Field(description="which kind of measure it is")
    warehouse: Slug = Field(description="the warehouse that opens")
    routes: tuple[Slug, ...] = Field((), max_length=10, description="routes from it that open")
    shares: dict[NumberPath, Share] = Field(
        default_factory=dict, description="share of a path of a route of several warehouses: `ROUTE.REGION.PATH`"
    )


class ShareWarehouse(Measure):
    """A warehouse that other classes of sellers may use too, with stock, room and hands to match."""

    kind: Literal["share_warehouse"] = Field(description="which kind of measure it is")
    warehouse: Slug = Field(description="the warehouse")
    classes: Slugs = Field(description="classes of sellers that may use it from then on")
    stock: Factor = Field(1.0, description="factor of reorder points, order-up-to levels, quantities and storage")
    assortment: Factor = Field(1.0, description="factor of the share of goods that is stocked")
    pickers: int | None = Field(None, ge=1, le=100_000, description="further servers at pick and pack")


class DedicatedLine(Measure):
    """A dedicated line: a route, described as closed, that opens."""

    kind: Literal["dedicated_line"] = Field(description="which kind of measure it is")
    route: Slug = Field(description="the route")


class PoolShippers(Measure):
    """Fourth-party pooling: loads of many shippers fill containers and vehicles sooner, at a lower price."""

    kind: Literal["pool_shippers"] = Field(description="which kind of measure it is")
    consolidations: tuple[Slug, ...] = Field((), max_length=20, description="where containers are filled")
    close_after: Factor = Field(1.0, description="factor of the longest time that a container stays open")
    lanes: tuple[Slug, ...] = Field((), max_length=20, description="lanes on demand that pooled loads fill")
    when_ready: Factor = Field(1.0, description="factor of the load at which a departure leaves")
    routes: tuple[Slug, ...] = Field((), max_length=20, description="routes whose tariff falls")
    tariff: Factor = Field(1.0, description="factor of the tariff")


class ReturnsDesk(Measure):
    """After-sales: fewer parcels come back, and buyers trust more."""

    kind: Literal["returns_desk"] = Field(description="which kind of measure it is")
    routes: Slugs = Field(description="the routes")
    returned: Factor = Field(1.0, description="factor of the share handed back")
    worth: Money = Field(0.0, description="what it is worth to a buyer, an order (CNY of 2016), on top of trust")


class TrainStaff(Measure):
    """People trained a year: some start to sell, the others staff the posts."""

    kind: Literal["train_staff"] = Field(description="which kind of measure it is")
    origin: Slug = Field(description="the origin")
    per_year: float = Field(gt=0, le=1e9, description="further people trained a year")


class SellerPark(Measure):
    """Industrial parks and leading firms: places, more entries, a higher ceiling."""

    kind: Literal["seller_park"] = Field(description="which kind of measure it is")
    origin: Slug = Field(description="the origin")
    places: float = Field(0.0, ge=0, le=1e9, description="further places in parks and incubators")
    entries_per_year: float = Field(0.0, ge=0, le=1e9, description="further sellers that would enter a year")
    saturation: Factor = Field(1.0, description="factor of the number of sellers at which nobody enters any more")


class BuildTrust(Measure):
    """Credit, payment and brand: what they are worth to a buyer of any route of the origin."""

    kind: Literal["build_trust"] = Field(description="which kind of measure it is")
    origin: Slug = Field(description="the origin")
    worth: Money = Field(description="what it is worth to a buyer, an order (CNY of 2016)")


class ProductMix(Measure):
    """Variety: more orders of some products."""

    kind: Literal["product_mix"] = Field(description="which kind of measure it is")
    origin: Slug = Field(description="the origin")
    products: dict[Slug, Factor] = Field(min_length=1, description="factor of the latent orders by product")


class Subsidy(Measure):
    """A payment to the buyer's side for each parcel."""

    kind: Literal["subsidy"] = Field(description="which kind of measure it is")
    routes: Slugs = Field(description="the routes")
    per_parcel: Money = Field(description="paid for a parcel (CNY of 2016)")


class DutyLimit(Measure):
    """Another duty-free limit."""

    kind: Literal["duty_limit"] = Field(description="which kind of measure it is")
    customs: Slugs = Field(description="the customs offices")
    limit: Money = Field(description="value above which a parcel is dutiable (CNY of 2016)")


class Close(Measure):
    """Things that stop working: a border, a hub, a lane, a route."""

    kind: Literal["close"] = Field(description="which kind of measure it is")
    stations: tuple[Slug, ...] = Field((), max_length=50, description="stations")
    customs: tuple[Slug, ...] = Field((), max_length=50, description="customs offices")
    lanes: tuple[Slug, ...] = Field((), max_length=50, description="lanes")
    warehouses: tuple[Slug, ...] = Field((), max_length=50, description="warehouses")
    routes: tuple[Slug, ...] = Field((), max_length=50, description="routes; orders can no longer choose them")

    @model_validator(mode="after")
    def _closes_something(self) -> Self:
        if not (self.stations or self.customs or self.lanes or self.warehouses or self.routes):
            raise ValueError("name stations, customs, lanes, warehouses or routes that close")
        return self


class Slow(Measure):
    """Things that take longer: transit of lanes, service and dwell of queues, examination of more parcels."""

    kind: Literal["slow"] = Field(description="which kind of measure it is")
    lanes: tuple[Slug, ...] = Field((), max_length=50, description="lanes whose transit takes longer")
    transit: Factor = Field(1.0, description="factor of their transit")
    queues: tuple[NumberPath, ...] = Field((), max_length=50, description="queues, as of `expand_station`")
    service: Factor = Field(1.0, description="factor of their service")
    dwell: Factor = Field(1.0, description="factor of their dwell")
    customs: tuple[Slug, ...] = Field((), max_length=50, description="customs offices that examine more")
    examined: Factor = Field(1.0, description="factor of the shares examined")


class Demand(Measure):
    """More or fewer latent orders: a peak day, a slump."""

    kind: Literal["demand"] = Field(description="which kind of measure it is")
    origins: Slugs = Field(description="the origins")
    factor: Factor = Field(description="factor of the latent orders")


AnyMeasure = Annotated[
    PlainChange
    | AddFlights
    | AddTrains
    | ExpandStation
    | UpgradeBorder
    | SingleWindow
    | OpenExchangeOffice
    | OpenWarehouse
    | ShareWarehouse
    | DedicatedLine
    | PoolShippers
    | ReturnsDesk
    | TrainStaff
    | SellerPark
    | BuildTrust
    | ProductMix
    | Subsidy
    | DutyLimit
    | Close
    | Slow
    | Demand,
    Field(discriminator="kind"),
]
