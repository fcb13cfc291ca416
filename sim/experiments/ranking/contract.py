"""What a ranking's file says: which interventions, under which budget, by what, and how much may be run.

Knows pydantic and the description; may not import numpy, for `sim validate` reads it.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.experiments.horizon_part import HorizonPart
from sim.scenario.base import Described, Slug
from sim.units import Money, Share

ObjectiveName = Literal["parcels", "days", "surplus", "net-benefit", "benefit-cost", "co2e"]
Above0 = Annotated[float, Field(gt=0)]


class Screening(Described):
    """A cheap look at singles and pairs, from which larger portfolios are foretold."""

    rows: int = Field(1000, ge=1, le=10_000, description="parcels that one row stands for")
    replications: int = Field(12, ge=4, le=1000, description="replications of each single and pair")
    keep: int = Field(20, ge=1, le=200, description="portfolios that are ranked at most, the best foretold ones")


class RankingFile(Described):
    """A question: which of some interventions to build."""

    ranking: Slug = Field(description="its name, that of its file")
    title: str = Field("", max_length=200, description="what is asked")
    base: str = Field(max_length=200, description="scenario file they are laid over, relative to the library")
    interventions: tuple[Slug, ...] = Field(min_length=1, max_length=60, description="interventions to choose from")
    budget: Money | None = Field(None, description="capital there is; no limit if not given")
    objectives: tuple[ObjectiveName, ...] = Field(
        ("parcels",), min_length=1, max_length=6, description="what portfolios are ranked by; the first one leads"
    )
    at_most: int = Field(3, ge=1, le=20, description="interventions of a portfolio at most, with those required")
    procedure: Literal["kn", "ocba"] = Field("kn", description="what decides where replications are spent")
    replications: int = Field(400, ge=4, le=1_000_000, description="of all portfolios together, without screening")
    first: int = Field(12, ge=4, le=1000, description="replications of each before any is dropped or favoured")
    screening: Screening | None = Field(None, description="none: every portfolio is ranked")
    parcels_per_row: int = Field(200, ge=1, le=10_000, description="parcels that one row stands for")
    horizon: HorizonPart | None = Field(None, description="another horizon than that of the base")
    confidence: Annotated[Share, Field(gt=0.5, lt=1)] = Field(
        0.95, description="probability wanted that the choice is right"
    )
    indifference: dict[ObjectiveName, Above0] = Field(
        {},
        description="differences too small to matter, in the objective's unit; 0.2 % of doing nothing if not given",
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, values in (("interventions", self.interventions), ("objectives", self.objectives)):
            if twice := [value for value in values if values.count(value) > 1]:
                raise ValueError(f"{name}: '{twice[0]}' is named twice")
        return self
