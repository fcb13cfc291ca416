"""Sellers of an origin: their classes, how many are active, and how skilled those are who handle parcels."""

from typing import Annotated

from pydantic import Field

from sim.scenario.base import Described, Slug
from sim.units import Money, Share


class ActiveSellers(Described):
    """A stock of active sellers that grows with entries, parks and training, and saturates.

    Latent orders follow it relative to the path that the description alone gives: without a dated change the factor is
    exactly one, since that growth is in the growth path already.
    """

    active: float = Field(gt=0, le=1e9, description="active sellers at the start of the simulated time")
    saturation: float = Field(ge=1, le=1e9, description="number at which nobody enters any more")
    entries_per_year: float = Field(ge=0, le=1e9, description="sellers that would enter a year, far from saturation")
    park_places: float = Field(0.0, ge=0, le=1e9, description="places in industrial parks and incubators")
    entries_per_park_place: float = Field(
        0.0, ge=0, le=10, description="further entries a year that a place brings, far from saturation"
    )
    starts_per_trained: float = Field(0.0, ge=0, le=1, description="sellers that start, of each person trained")
    exits_per_year: Share = Field(0.0, description="share of the active that give up in a year")
    elasticity: float = Field(1.0, ge=0, le=2, description="latent orders grow by this power of the active sellers")


class Skills(Described):
    """Trained people at the posts of some stations; untrained ones work more slowly."""

    posts: float = Field(gt=0, le=1e9, description="posts that ask for training")
    trained: float = Field(ge=0, le=1e9, description="trained people at them at the start of the simulated time")
    turnover_per_year: Share = Field(0.0, description="share of the trained who leave in a year")
    gain: float = Field(ge=0, le=2, description="how much more a trained person handles, as a share")
    stations: tuple[Slug, ...] = Field(
        min_length=1, max_length=100, description="stations, and customs (their release), whose service it changes"
    )


class Sellers(Described):
    """Who sells from an origin."""

    classes: dict[Slug, Share] | None = Field(
        None, description="share of the latent orders by class of seller; they sum to one"
    )
    growth: ActiveSellers | None = Field(None, description="how many are active; constant if not given")
    skills: Skills | None = Field(None, description="how skilled the people who handle parcels are")
    trained_per_year: float = Field(0.0, ge=0, le=1e9, description="people trained a year")


class Trade(Described):
    """What the orders of an origin mean for the trade of its province."""

    foreign_trade: dict[Annotated[int, Field(ge=2001, le=2060)], Annotated[Money, Field(gt=0)]] = Field(
        min_length=1, description="foreign trade of the province by year (CNY of 2016); log-linear between them"
    )
    seller_margin: Share = Field(description="what is left to sellers, as a share of the value of the goods")
    local_share: Share = Field(description="share of the orders that come from sellers of the province")
