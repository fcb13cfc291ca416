"""Lanes: services between two places, to a timetable or on demand; and the last mile."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, DurationDistribution, Slug
from sim.units import Distance, Duration, Emission, Mass, Money, MoneyPerMass, Share, TimeOfDay, Volume, Weekday


class TimetableEntry(Described):
    """Departures on days of the week, on one date, or at a fixed interval."""

    weekdays: tuple[Weekday, ...] | None = Field(None, min_length=1, max_length=7, description="days of departure")
    on: date | None = Field(None, description="a single date of departure")
    every: Annotated[Duration, Field(ge=60_000_000)] | None = Field(
        None, description="interval between departures, the first one interval after the start of the simulated time"
    )
    at: TimeOfDay | None = Field(None, description="local time of departure (with `weekdays` or `on`)")
    from_: date | None = Field(None, alias="from", description="first date it holds; the start if not given")
    until: date | None = Field(None, description="first date it no longer holds; the end if not given")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in ("weekdays", "on", "every") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a timetable entry has exactly one of weekdays, on and every")
        if (self.every is None) != (self.at is not None):
            raise ValueError("weekdays and on need the time `at`; every takes none")
        if self.from_ and self.until and self.from_ >= self.until:
            raise ValueError("`from` must lie before `until`")
        if self.on and (self.from_ or self.until):
            raise ValueError("a single date takes no `from` and no `until`")
        return self


class OnDemand(Described):
    """Departures that follow the load: checked at a fixed interval."""

    when_ready: Mass | None = Field(
        None, description="a departure leaves when at least this much is ready (a bare number is grams)"
    )
    when_ready_pieces: int | None = Field(
        None, ge=1, le=10**9, description="a departure leaves when at least so many parcels or containers are ready"
    )
    check_every: Annotated[Duration, Field(ge=3_600_000_000)] = Field(
        description="interval of the checks, counted from Monday 00:00 Beijing time (a bare number is hours)"
    )
    min_gap: Duration = Field(description="least time between two departures (a bare number is hours)")
    max_gap: Annotated[Duration, Field(gt=0)] | None = Field(
        None,
        description="after this long without a departure one leaves with whatever is ready (a bare number is hours)",
    )
    fleet: int = Field(ge=1, le=1000, description="vehicles; each is away for its round trip")
    turnaround: Duration = Field(0, description="time on the ground at each end (a bare number is hours)")

    @model_validator(mode="after")
    def _waits_for_one_thing(self) -> Self:
        if (self.when_ready is None) == (self.when_ready_pieces is None):
            raise ValueError("a lane on demand waits for a mass or for a number: give when_ready or when_ready_pieces")
        return self


class Payload(Described):
    """What one departure can carry; at least one limit is given."""

    mass: Annotated[Mass, Field(gt=0)] | None = Field(None, description="gross weight (a bare number is grams)")
    volume: Annotated[Volume, Field(gt=0)] | None = Field(None, description="volume (a bare number is cm3)")
    pieces: int | None = Field(None, ge=1, le=10**9, description="number of parcels or containers")

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.mass is None and self.volume is None and self.pieces is None:
            raise ValueError("without a limit nothing says how much it holds: give mass, volume or pieces")
        return self


class Lane(Described):
    """A service between two places: flight, truck, train or ship."""

    from_: Slug = Field(alias="from", description="place of departure")
    to: Slug = Field(description="place of arrival")
    mode: Literal["air", "road", "rail", "sea"] = Field(description="means of transport")
    timetable: tuple[TimetableEntry, ...] | None = Field(
        None, min_length=1, max_length=500, description="departures to a timetable"
    )
    on_demand: OnDemand | None = Field(None, description="departures that follow the load")
    payload: Payload = Field(description="what one departure can carry")
    is_open: bool = Field(True, description="whether it runs at all; a dated change may close and reopen it")
    cutoff: Duration = Field(0, description="parcels must be ready this long before departure (a bare number is hours)")
    transit: DurationDistribution = Field(
        description="departure to arrival, the same for all on board (a bare number is hours; at least one microsecond)"
    )
    cancellation: Share | Annotated[tuple[Share, ...], Field(min_length=12, max_length=12)] = Field(
        0.0, description="share of departures cancelled for technical reasons; one share, or one for each month"
    )
    weather_sensitive: bool = Field(False, description="whether it stays on the ground on a day of bad weather")
    priority: int = Field(0, ge=0, le=99, description="among departures at one instant the lower number goes first")
    distance: Distance | None = Field(None, description="length of the trip (a bare number is km)")
    cost_per_departure: Money = Field(0.0, description="operator's cost of one departure (CNY of 2016)")
    cost_per_kg: MoneyPerMass = Field(0.0, description="operator's cost of a kilogram carried (CNY of 2016)")
    emission: Emission = Field(0.0, description="g CO2e per tonne-kilometre")

    @model_validator(mode="after")
    def _has_departures(self) -> Self:
        if (self.timetable is None) == (self.on_demand is None):
            raise ValueError("a lane runs to a timetable or on demand: give exactly one of the two")
        if self.emission and self.distance is None:
            raise ValueError("a lane with an emission needs its distance")
        return self


class LastMile(Described):
    """Inland transport from a gateway to the buyer's post office or pick-up point, without a queue."""

    times: dict[Slug, dict[Slug, DurationDistribution]] = Field(
        description="time by place of entry and by region (a bare number is hours)"
    )
    cost_per_parcel: Money = Field(0.0, description="operator's cost of a delivery (CNY of 2016)")
