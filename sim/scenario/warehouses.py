"""Overseas warehouses: stock by product, its review and replenishment, who may use it, and what it costs."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, Slug
from sim.scenario.lanes import Payload
from sim.scenario.stations import Opening, Queue
from sim.units import Duration, Money, MoneyPerVolumeDay, Share, Volume

LARGEST_STOCK = 10**9


class Stock(Described):
    """The stock of one product: when it is ordered again, and how much."""

    policy: Literal["s-S", "R-Q"] = Field(
        description="what a review does at or below the reorder point: `s-S` fills up to `order_up_to`, "
        "`R-Q` orders whole multiples of `quantity` until the position is above it"
    )
    reorder_point: int = Field(
        ge=0, le=LARGEST_STOCK, description="position (on hand, outside and under way, less waiting) that triggers"
    )
    order_up_to: int | None = Field(None, ge=1, le=LARGEST_STOCK, description="position after an order (`s-S`)")
    quantity: int | None = Field(None, ge=1, le=LARGEST_STOCK, description="pieces of an order (`R-Q`)")
    initial: int | None = Field(
        None,
        ge=0,
        le=LARGEST_STOCK,
        description="pieces at the start of the simulated time; `order_up_to`, or `reorder_point` and `quantity`, "
        "if not given",
    )
    assortment: Share = Field(
        1.0, description="share of the product's orders whose goods are stocked here; the others cannot take the route"
    )

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        wanted, unwanted = ("order_up_to", "quantity") if self.policy == "s-S" else ("quantity", "order_up_to")
        if getattr(self, wanted) is None or getattr(self, unwanted) is not None:
            raise ValueError(f"the policy {self.policy} needs {wanted} and takes no {unwanted}")
        if self.order_up_to is not None and self.order_up_to <= self.reorder_point:
            raise ValueError(f"order_up_to ({self.order_up_to}) must lie above reorder_point ({self.reorder_point})")
        return self


class Fallback(Described):
    """The direct route that an order takes when the shelf is empty."""

    route: Slug = Field(description="route whose path of the order's region is taken")
    delay: Duration = Field(description="time after which the order enters it (a bare number is hours)")


class Replenishment(Described):
    """How stock comes: through the real lanes, in loads."""

    origin: Slug = Field(description="place where loads set out")
    steps: tuple[Slug, ...] = Field(
        min_length=1, max_length=20, description="stations, customs and lanes in order; receiving follows the last"
    )
    load: Payload = Field(description="what one load (a container, a lorry) holds")
    priority: int = Field(0, ge=0, le=9, description="the lower number is loaded first")


class Fees(Described):
    """What a warehouse costs those who run or use it (CNY of 2016)."""

    rent_per_m3_month: Money = Field(0.0, description="of the whole storage capacity, a month")
    storage: MoneyPerVolumeDay = Field(0.0, description="of stock held, also outside (a bare number is CNY/m3/d)")
    receiving_per_load: Money = Field(0.0, description="of a load received")
    pick_per_parcel: Money = Field(0.0, description="of a parcel picked and packed")
    minimum_parcels_per_month: int = Field(0, ge=0, le=LARGEST_STOCK, description="picks that are billed at least")
    capital: Money = Field(0.0, description="capital cost, recovered over `life`")
    life: float = Field(20.0, gt=0, le=100, description="life of the capital, in years")


class Warehouse(Opening):
    """A station plus stock. Orders take stock in order of arrival; receiving and picking keep its hours."""

    place: Slug = Field(description="the place where it stands")
    storage: Annotated[Volume, Field(gt=0)] = Field(
        description="stock beyond this volume waits outside (a bare number is cm3)"
    )
    receiving: Queue = Field(description="receiving, for each load")
    pick: Queue = Field(description="pick and pack, for each parcel")
    stock: dict[Slug, Stock] = Field(min_length=1, description="the products it holds")
    review_every: Annotated[Duration, Field(ge=3_600_000_000)] = Field(
        description="interval of the stock reviews, counted from Monday 00:00 Beijing time (a bare number is hours)"
    )
    replenishment: Replenishment = Field(description="how stock comes")
    fallback: Fallback | None = Field(
        None, description="what an order does when the shelf is empty; it waits for stock if not given"
    )
    ownership: Literal["own", "leased", "shared"] = Field(
        description="own: capital and running cost; leased: rent; shared: fees by use, often with a minimum"
    )
    users: dict[Slug, bool] | None = Field(
        None, description="whether sellers of a class may use it; all may if not given, those not named may not"
    )
    fees: Fees = Field(default_factory=Fees, description="what it costs")

    @model_validator(mode="after")
    def _fees_fit_the_ownership(self) -> Self:
        if self.ownership == "own" and self.fees.minimum_parcels_per_month:
            raise ValueError("an own warehouse has no minimum volume: leave minimum_parcels_per_month out")
        if self.ownership != "own" and self.fees.capital:
            raise ValueError(f"the capital of a {self.ownership} warehouse is its landlord's: leave capital out")
        if self.ownership == "leased" and not self.fees.rent_per_m3_month:
            raise ValueError("a leased warehouse needs rent_per_m3_month")
        return self
