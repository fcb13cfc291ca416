"""Places, regions and products: what the network connects, and what travels on it."""

from typing import Annotated

from pydantic import Field

from sim.scenario.base import Described, InWords, MassDistribution, MoneyDistribution, Name
from sim.units import Density, Offset, Share

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), InWords("a country by its two capitals, such as CN or RU")]


class Place(Described):
    """A city or border post."""

    name: Name = Field(description="what it is called")
    latitude: float = Field(ge=-90, le=90, description="degrees north")
    longitude: float = Field(ge=-180, le=180, description="degrees east")
    utc_offset: Offset = Field(description="local time less UTC (a bare number is hours)")
    country: Country = Field(description="ISO 3166 code; its public holidays apply here")
    weather: tuple[Share, ...] | None = Field(
        None,
        min_length=12,
        max_length=12,
        description="share of days in January to December on which no aircraft leaves or lands",
    )


class Region(Described):
    """Where parcels are delivered, for example a Russian federal district."""

    name: Name = Field(description="what it is called")
    order_share: Share = Field(description="share of all latent orders; the shares of all regions sum to one")


class Product(Described):
    """A class of goods."""

    name: Name = Field(description="what it is called")
    order_share: Share = Field(description="share of all latent orders; the shares of all products sum to one")
    weight: MassDistribution = Field(description="gross weight of a parcel (a bare number is grams)")
    value: MoneyDistribution = Field(description="value of the goods in a parcel (CNY of 2016)")
    density: Density = Field(description="gross weight over volume (a bare number is kg/m3)")
