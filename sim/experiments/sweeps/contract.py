"""The file of a sweep, `scenarios/sweeps/NAME.yaml`: which numbers vary, how far, and how points are chosen.

Knows no scenario: whether a number is there, and takes its values, is checked when the sweep is laid over its base.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import shown
from sim.experiments.horizon_part import HorizonPart
from sim.scenario.base import Described, InWords, NumberPath, Slug
from sim.units import Notation, Share

PLANS = "plans"
"""The lever whose values are sets of interventions."""
MOST_VALUES = 1000
MOST_POINTS = 1_000_000
MeasureName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9_]+$", max_length=60),
    InWords("the name of a measure, such as 'placed' or 'mean_days'"),
]
Text = Annotated[str, Field(max_length=200)]
Value = bool | int | float | Text | tuple[Slug, ...]
"""As a scenario has it: a number, a text with its unit, a date, a switch; of `plans`, a list of interventions."""


def _no_switch(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"a number, a text with its unit, or a date is expected, not {shown(value)}")
    return value


End = Annotated[int | float | Text, BeforeValidator(_no_switch)]


def _memory(text: str) -> int | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB)", text)
    return int(float(found[1]) * {"MB": 10**6, "GB": 10**9, "TB": 10**12}[found[2]]) if found else None


def _memory_text(n: int) -> str:
    return f"{n / 10**9:g} GB" if n >= 10**9 else f"{n / 10**6:g} MB"


Memory = Annotated[int, Notation("an amount of memory", "4 GB", r"^\d+(\.\d+)?\s*(MB|GB|TB)$", _memory, _memory_text)]


class Varied(Described):
    """What one number may be: one of some values, or anything between two."""

    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=MOST_VALUES)] | None = Field(
        None, description="the values it takes, as a scenario has them; of `plans`, lists of interventions"
    )
    low: End | None = Field(None, description="the lowest value, with its unit or as the field has it; or a date")
    high: End | None = Field(None, description="the highest value")
    levels: Annotated[int, Field(ge=2, le=MOST_VALUES)] | None = Field(
        None, description="how many values, evenly from low to high, a factorial takes of it; 2 if not given"
    )

    @model_validator(mode="after")
    def _values_or_range(self) -> Self:
        has_range = self.low is not None or self.high is not None
        if self.values is not None and (has_range or self.levels is not None):
            raise ValueError("give either values, or low and high, not both")
        if self.values is None and (self.low is None or self.high is None):
            raise ValueError("give either values, or both low and high")
        return self


class Factorial(Described):
    """All combinations of all values."""

    kind: Literal["factorial"] = Field(description="which design")


class OneAtATime(Described):
    """One number after the other, all others as in the base."""

    kind: Literal["one_at_a_time"] = Field(description="which design")


class LatinHypercube(Described):
    """Points of which each has a slice of every number's range of its own (McKay, Beckman and Conover 1979)."""

    kind: Literal["latin_hypercube"] = Field(description="which design")
    points: int = Field(ge=2, le=MOST_POINTS, description="how many")


class Sobol(Described):
    """Points of a scrambled Sobol sequence (Owen 1998), which fill the space more evenly than luck does."""

    kind: Literal["sobol"] = Field(description="which design")
    points: int = Field(ge=2, le=2**20, description="how many: a power of two, else the sequence loses its balance")

    @model_validator(mode="after")
    def _power_of_two(self) -> Self:
        if self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            raise ValueError(
                f"{self.points} points are no power of two, and only then is a Sobol design balanced; "
                f"take {below} or {2 * below}"
            )
        return self


class Precision(Described):
    """How many replications there are: as many as a measure calls for."""

    of: MeasureName = Field(description="the measure, `placed` or `mean_days`")
    within: Annotated[Share, Field(gt=0)] = Field(
        description="wanted half-width of the 95 % interval that the Monte Carlo error gives, as a share of the mean"
    )
    most: int = Field(ge=4, le=10_000, description="replications at most")


class Limited(Described):
    """What a run may take; one that takes more is ended, and its row says so."""

    seconds: Annotated[float, Field(gt=0, le=10**7)] | None = Field(None, description="wall time of one run")
    memory: Memory | None = Field(None, description="memory of one run, `4 GB`")


class Sweep(Described):
    """Which numbers of a scenario vary together, at which points, and how often each is run."""

    sweep: Slug = Field(description="its name, that of its file")
    title: str = Field("", max_length=200, description="one line that says what it asks")
    base: str = Field(max_length=200, description="scenario file, relative to the folder `scenarios/`")
    interventions: tuple[Slug, ...] = Field((), max_length=100, description="interventions laid over it at all points")
    constants: dict[NumberPath, bool | int | float | Text] = Field(
        default_factory=dict, max_length=200, description="numbers that are other than the base's at all points"
    )
    horizon: HorizonPart = Field(default_factory=HorizonPart, description="what of the base's time is otherwise")
    parcels_per_row: int | None = Field(
        None, ge=1, le=10_000, description="parcels a row, at most; as the base if none"
    )
    design: Annotated[Factorial | OneAtATime | LatinHypercube | Sobol, Field(discriminator="kind")] = Field(
        description="how points are chosen"
    )
    levers: dict[NumberPath, Varied] = Field(
        default_factory=dict, max_length=200, description="what a planner decides, by path; `plans` is a lever too"
    )
    uncertainties: dict[NumberPath, Varied] = Field(
        default_factory=dict, max_length=200, description="what nobody decides, by path"
    )
    replications: int | None = Field(None, ge=1, le=10_000, description="replications of each point")
    precision: Precision | None = Field(None, description="or as many as are needed")
    seed: int = Field(1, ge=0, le=2**32 - 1, description="seed of the design; luck is the scenario's")
    limits: Limited = Field(default_factory=Limited, description="what one run may take")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.levers and not self.uncertainties:
            raise ValueError("nothing varies; name a number under levers or uncertainties")
        if (self.replications is None) == (self.precision is None):
            raise ValueError("give either replications or precision")
        return self

    @property
    def varied(self) -> dict[str, Varied]:
        """All that varies, levers first."""
        return {**self.levers, **self.uncertainties}
