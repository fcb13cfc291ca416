"""What a browser asks for: plans of chosen interventions with their dates and sizes, and how finely they are run."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sim.scenario.base import Slug

PLANS, CHOSEN, SIZES = 6, 20, 200
"""At most; plans stand beside the baseline."""
REPLICATIONS, ROWS = 200, 10_000

Path = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]+$", max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Asked(BaseModel):
    """A closed set of fields: what is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Chosen(Asked):
    """An intervention as it is wanted; what is not given is as its file says."""

    name: Slug
    at: date | None = None
    until: date | None = None
    sizes: Annotated[dict[Path, Number], Field(max_length=SIZES)] = {}


class WantedPlan(Asked):
    """Interventions that act together."""

    name: Named
    chosen: Annotated[tuple[Chosen, ...], Field(max_length=CHOSEN)] = ()


class Wanted(Asked):
    """Plans that are compared with a corridor as it is."""

    corridor: Slug
    plans: Annotated[tuple[WantedPlan, ...], Field(min_length=1, max_length=PLANS)]
    replications: Annotated[int, Field(ge=1, le=REPLICATIONS)] = 8
    parcels_per_row: Annotated[int, Field(ge=1, le=ROWS)] = 200
