"""The market: latent orders, their growth and season, the choice of a route, and the weekly review."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, Slug
from sim.scenario.sellers import Sellers, Trade
from sim.units import Duration, Money, MoneyPerDay, MonthDay, Share

Factor = Annotated[float, Field(ge=0, le=100)]
HIGHEST_LEVEL = 30
HIGHEST_TRUST = 1000


class Growth(Described):
    """Annual levels relative to the reference year, and what follows the last of them.

    Between the middles of two named years the level is interpolated on a logarithmic scale. After the last it grows
    at `rate_beyond`, less and less as it approaches `saturation` (logistic growth).
    """

    levels: dict[Annotated[int, Field(ge=2001, le=2060)], Annotated[float, Field(gt=0, le=100)]] = Field(
        min_length=1, description="level of a year, the reference year being 1"
    )
    rate_beyond: float = Field(0.0, ge=-0.5, le=2, description="growth a year just after the last named year")
    saturation: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        None, description="level that growth approaches; without it growth goes on at its rate"
    )


class SeasonalEvent(Described):
    """Days of every year on which orders differ: a sale, a holiday."""

    on: MonthDay | Literal["lunar-new-year"] = Field(description="month and day, `11-11`, or lunar-new-year")
    starts: int = Field(0, ge=-60, le=60, description="first day, counted from that day")
    lasts: int = Field(1, ge=1, le=90, description="number of days")
    factor: Factor = Field(description="orders on these days relative to the same days without the event")


class Season(Described):
    """How orders are spread over a year. The year's total is the annual level whatever the factors."""

    months: tuple[Factor, ...] = Field(
        (1.0,) * 12, min_length=12, max_length=12, description="relative daily rate, January to December"
    )
    weekdays: tuple[Factor, ...] = Field(
        (1.0,) * 7, min_length=7, max_length=7, description="relative daily rate, Monday to Sunday"
    )
    hours: tuple[Factor, ...] = Field(
        (1.0,) * 24, min_length=24, max_length=24, description="relative hourly rate, local hours 0 to 23"
    )
    events: dict[Slug, SeasonalEvent] = Field(default_factory=dict, description="sales and holidays")

    @model_validator(mode="after")
    def _some_rate(self) -> Self:
        for name in ("months", "weekdays", "hours"):
            if not any(getattr(self, name)):
                raise ValueError(f"{name} must not all be zero")
        return self


class ReferenceShares(Described):
    """Shares of the alternatives at the promised service; the constants of the utilities follow from them."""

    inside: Annotated[Share, Field(gt=0)] = Field(description="share of latent orders that take a route of this origin")
    other_gateway: Share = Field(description="share that goes by another Chinese gateway")
    not_bought: Share = Field(description="share that is not bought")
    routes: dict[Slug, Annotated[Share, Field(gt=0)]] = Field(
        min_length=1, description="share of each route within the inside share; they sum to one"
    )


class Choice(Described):
    """Nested logit over the open routes and two outside options."""

    price_weight: float = Field(ge=0, le=10, description="theta: utility per CNY of 2016 (1/CNY)")
    value_of_time: MoneyPerDay = Field(description="what a buyer pays for a day less (a bare number is CNY/d)")
    value_of_reliability: MoneyPerDay = Field(
        description="what a buyer pays for a day less between p50 and p90 (a bare number is CNY/d)"
    )
    dissimilarity: float = Field(
        ge=0.3,
        le=1,
        description="dissimilarity of the nest of routes; 1 is a plain logit, less means closer substitutes",
    )
    trust: Annotated[Money, Field(le=HIGHEST_TRUST)] = Field(
        0.0,
        description="what credit, payment and brand are worth to a buyer, an order (CNY of 2016); the constants hold "
        "for the described value, so only a change of it acts",
    )
    reference_shares: ReferenceShares = Field(description="shares at the promised service")
    like: dict[Slug, Slug] = Field(
        default_factory=dict,
        description="routes without a reference share, each with the route whose constant it has: one of this origin "
        "with a share. Until such a route opens it changes nothing",
    )


class Origin(Described):
    """The market of one place of origin."""

    latent_orders_per_year: float = Field(
        gt=0, le=1e11, description="orders that could be placed in the reference year, whatever becomes of them"
    )
    reference_year: int = Field(ge=2001, le=2060, description="the year of that number")
    growth: Growth | None = Field(None, description="annual levels; constant if not given")
    season: Season = Field(default_factory=Season, description="spread over the year")
    level: float = Field(
        1.0, ge=0, le=HIGHEST_LEVEL, description="multiplies the reference path; more of it only adds orders"
    )
    product_levels: dict[Slug, Annotated[float, Field(ge=0, le=HIGHEST_LEVEL)]] = Field(
        default_factory=dict,
        description="variety: multiplies the latent orders of a product; 1 if it is not named. More of it only adds "
        "orders",
    )
    product_shares: dict[Slug, Share] | None = Field(None, description="in place of the products' own order shares")
    region_shares: dict[Slug, Share] | None = Field(None, description="in place of the regions' own order shares")
    choice: Choice = Field(description="how orders choose")
    sellers: Sellers = Field(default_factory=Sellers, description="who sells from here")
    trade: Trade | None = Field(None, description="what the orders mean for the trade of the province")


class Review(Described):
    """The weekly review of what the market knows about service."""

    smoothing: Share = Field(0.25, description="weight of the last week's realised service")
    relaxation: Share = Field(0.05, description="weight of the promise in a week with too few parcels")
    minimum_parcels: int = Field(30, ge=1, le=10**6, description="parcels a week below which service is not observed")
    settle_tolerance: Annotated[Share, Field(gt=0)] = Field(
        0.02, description="the reference year is repeated until no expectation moves by more than this share"
    )
    settle_iterations: int = Field(
        0, ge=0, le=50, description="repetitions of the reference year at most; 0 starts from the promise"
    )
    settle_parcels_per_row: int = Field(
        50, ge=1, le=10_000, description="row size in those repetitions, or that of the run if it is larger"
    )


class Feedback(Described):
    """What acts upon the market. Each can be switched off, to tell apart the parts of an effect."""

    induced_demand: bool = Field(
        True, description="whether prices, service and routes decide how many orders go inside; else as described"
    )
    route_shift: bool = Field(
        True, description="whether prices and service decide which route they take; else as described"
    )
    congestion: bool = Field(
        True, description="whether realised service changes what the market expects; else the promise is expected"
    )
    sellers: bool = Field(
        True, description="whether active sellers and skills, as dated changes move them, act on orders and services"
    )


class Market(Described):
    """All origins, and how service becomes known."""

    origins: dict[Slug, Origin] = Field(min_length=1, description="markets by place of origin")
    review: Review = Field(default_factory=Review, description="the weekly review")
    feedback: Feedback = Field(default_factory=Feedback, description="switches that tell apart the parts of an effect")


class Horizon(Described):
    """The simulated time. Dates are Beijing dates."""

    start: date = Field(description="first day that is reported")
    end: date = Field(description="first day that is no longer simulated")
    warm_up: Duration = Field(0, description="time simulated before the start and not reported (whole days)")
    drain: Duration = Field(
        0, description="time after the end in which no orders come but parcels still travel (whole days)"
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the end must lie after the start")
        if not 2005 <= self.start.year <= 2060 or self.end.year > 2061:
            raise ValueError("the horizon must lie between 2005 and 2060")
        day = 86_400_000_000
        if self.warm_up % day or self.drain % day:
            raise ValueError("warm_up and drain are whole days")
        return self
