"""What a siting file may say: demand, candidates, what is asked, and how what is chosen is opened in the model.

Knows pydantic and the description; nothing here imports numpy, so that `sim validate` answers at once.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, InWords, Name, Slug
from sim.units import Distance, Duration, Money, MoneyPerMass, Offset, Share

SLACK = 1e-9
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
MOST_SITES = 50
Bound = Annotated[
    str,
    Field(pattern=r"^\d+(\.\d+)? (d|CNY/kg)$"),
    InWords("a bound of the way, in days or in CNY a kilogram, such as '4 d' or '0.5 CNY/kg'"),
]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), InWords("a day, such as '2016-11-12'")]


class Chosen(Described):
    """How many candidates are chosen: from so many to so many."""

    least: int = Field(1, ge=1, le=MOST_SITES, description="at least so many")
    most: int = Field(ge=1, le=MOST_SITES, description="at most so many")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError(
                f"at least {self.least} and at most {self.most} are no range; the first is the smaller one"
            )
        return self


class Point(Described):
    """A place on the map."""

    latitude: Latitude = Field(description="degrees north")
    longitude: Longitude = Field(description="degrees east")


class Cluster(Point):
    """Where a share of the goods comes from."""

    name: Name = Field(description="what it is called")
    weight: Share = Field(description="share of the parcels; drawn shares are made to sum to one again")


class Hauled(Described):
    """Of a route of the base, what passes a site and where it leaves the country."""

    share: Share = Field(description="share of its parcels that pass a site")
    gateway: Slug | None = Field(
        None, description="gateway of `to_gateways` that they go to; none if that costs nothing"
    )


class Demand(Described):
    """What a site serves: parcels of routes of the base, as a run of it places them, by cluster or by region."""

    routes: dict[Slug, Hauled] = Field(min_length=1, max_length=50, description="routes of the base whose parcels pass")
    kg_per_container: float | None = Field(
        None, gt=0, le=40_000, description="parcels in a container, for a `cost_per_container`"
    )


class Haul(Described):
    """The way between a site and a gateway."""

    distance: Distance = Field(0.0, description="kilometres (for the reader: costs are given)")
    cost_per_kg: MoneyPerMass | None = Field(None, description="cost of a kilogram")
    cost_per_container: Money | None = Field(None, description="cost of a container")

    @model_validator(mode="after")
    def _has_one_cost(self) -> Self:
        if (self.cost_per_kg is None) == (self.cost_per_container is None):
            raise ValueError("give cost_per_kg or cost_per_container")
        return self


class Candidate(Point):
    """A place where a warehouse or centre may stand, and what it would cost."""

    name: Name = Field(description="what it is called")
    why: str | None = Field(None, max_length=400, description="why it is a candidate")
    intervention: Slug | None = Field(None, description="intervention of the library that opens it, for the check")
    place: Slug | None = Field(None, description="its place in the base, or that of the warehouse that is built there")
    inland_cost_per_kg: dict[Slug, MoneyPerMass] = Field(
        default_factory=dict, description="cost between it and each cluster or region it can serve"
    )
    inland_days: dict[Slug, Duration] = Field(
        default_factory=dict,
        description="time to each region that the base's last mile knows none for (a bare number is hours)",
    )
    to_gateways: dict[Slug, Haul] = Field(default_factory=dict, description="the way to each gateway")
    capacity_per_day: float | None = Field(None, gt=0, le=1e9, description="parcels a day; no bound if not given")
    capital: Money = Field(0.0, description="what it costs once")
    running_per_year: Money = Field(0.0, description="what it costs a year")
    life: float = Field(20.0, gt=0, le=100, description="life of the capital, in years")
    supply: "Supply | None" = Field(None, description="how stock comes to it; what `warehouse` builds there needs it")


class Supply(Described):
    """How stock comes to a warehouse: what its loads pass, of the base and of its own."""

    utc_offset: Offset = Field(description="civil time of the place")
    steps: tuple[Slug, ...] = Field(min_length=1, max_length=20, description="steps of the base, in order")
    onward: "Onward | None" = Field(None, description="a lane of its own after these, if they do not end there")
    customs: Slug | None = Field(
        None, description="customs office of the base whose like clears there, after the lane; none if the steps clear"
    )


class Onward(Described):
    """A lane like one of the base, to the site."""

    like: Slug = Field(description="lane of the base: its timetable, its payload, its speed and its cost a kilometre")
    distance: Annotated[Distance, Field(gt=0)] = Field(description="kilometres of rail or road")


class Built(Described):
    """What is built at a candidate that no intervention of the library opens: a warehouse like one of the base."""

    like: Slug = Field(description="warehouse of the base: stock, hands and fees, scaled to the orders of the regions")
    route: Slug = Field(description="route of the base whose orders it takes")
    last_mile: Slug = Field(description="last mile of the base: its times, and those of `inland_days`")
    at: Day = Field(description="day on which stock is first ordered")
    filled_after: Duration = Field(description="time from then until orders are served (whole days)")
    far: dict[Slug, Duration] = Field(
        default_factory=dict, description="promise to regions that the route does not serve in the base"
    )


class Siting(Described):
    """Candidates for a warehouse or centre, and what is asked of them."""

    siting: Slug = Field(description="its name, that of its file")
    title: str | None = Field(None, max_length=200, description="what it asks")
    base: str = Field(max_length=200, description="scenario it is asked of, relative to the folder `scenarios/`")
    document: str | None = Field(None, max_length=200, description="the document that asks it")
    section: str | None = Field(None, max_length=50, description="section of that document")
    is_illustrative: bool = Field(False, description="whether its demand is assumed rather than reported")
    objective: Literal["p-median", "coverage"] = Field("p-median", description="least total, or most within a bound")
    weigh: Literal["cost", "time"] = Field("cost", description="what a parcel's way costs, or how long it takes")
    within: Bound | None = Field(None, description="coverage: bound of the way, as `4 d` or `0.5 CNY/kg`")
    counts_capital: bool = Field(True, description="whether capital and running cost are part of the cost")
    keeps_capacity: bool = Field(True, description="whether a site takes no more than its capacity")
    choose: Annotated[int, Field(ge=1, le=MOST_SITES)] | Chosen = Field(description="how many are chosen")
    shortlist: int = Field(3, ge=1, le=20, description="how many of the best are checked by simulation")
    judge: Literal["parcels", "days", "surplus", "net-benefit", "co2e"] = Field(
        "net-benefit", description="objective of a comparison that the simulated plans are ranked by"
    )
    assumptions: Literal["together", "apart"] = Field(
        "together", description="whether numbers of one reason are drawn by one luck, or each by its own"
    )
    demand: Demand = Field(description="what the sites serve")
    clusters: dict[Slug, Cluster] = Field(default_factory=dict, max_length=500, description="where goods come from")
    regions: dict[Slug, Point] = Field(
        default_factory=dict, max_length=500, description="regions of the base that are served, where they lie"
    )
    candidates: dict[Slug, Candidate] = Field(min_length=1, max_length=MOST_SITES, description="where a site may be")
    warehouse: Built | None = Field(None, description="what is built where no intervention of the library opens")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if bool(self.clusters) == bool(self.regions):
            raise ValueError("give clusters or regions: one of them is where demand lies")
        if self.objective == "coverage" and self.within is None:
            raise ValueError("coverage needs `within`: the bound of the way, as `4 d` or `0.5 CNY/kg`")
        if self.within and (self.within.endswith("d") != (self.weigh == "time")):
            raise ValueError(f"`within: {self.within}` is no bound of {self.weigh}")
        if self.warehouse and any(candidate.intervention for candidate in self.candidates.values()):
            raise ValueError("give `intervention` for each candidate or `warehouse` for all, not both")
        if self.sizes.most > len(self.candidates):
            raise ValueError(f"{self.sizes.most} cannot be chosen among {len(self.candidates)} candidates")
        return self

    @property
    def sizes(self) -> Chosen:
        """How many are chosen, as a range."""
        return self.choose if isinstance(self.choose, Chosen) else Chosen(least=self.choose, most=self.choose)

    @property
    def points(self) -> tuple[str, ...]:
        """Names of where demand lies."""
        return tuple(self.clusters or self.regions)
