"""The base of every described thing, and the distributions that many of them use.

Knows pydantic and units; knows nothing of files, of numpy or of how a thing is simulated.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sim.html import plain, table
from sim.units import Duration, Mass, Money, Share


@dataclass(frozen=True)
class InWords:
    """Stands beside a pattern in an annotation: what a text of it is, for whoever wrote one that is not."""

    description: str


Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60),
    Field(description="a name in lower-case letters, digits and single hyphens"),
    InWords("a name in lower-case letters, digits and single hyphens"),
]
"""The name of a thing. It becomes part of file names, so nothing else is let through."""
NumberPath = Annotated[
    str,
    Field(pattern=r"^[a-z0-9_.-]+$", max_length=200),
    InWords("the path of a number in lower-case letters, digits and dots, such as 'stations.sorting.servers'"),
]
"""Names a number of a scenario by where it stands."""


class Described(BaseModel):
    """A frozen, closed set of described fields: an unknown key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    def _repr_html_(self) -> str:
        """What is described of it, each field with its unit and what it means."""
        meanings = {field.alias or name: field.description or "" for name, field in type(self).model_fields.items()}
        described = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        rows = [(name, plain(value), meanings.get(name, "")) for name, value in described.items()]
        return table(type(self).__name__, ("field", "value", "meaning"), rows)


class Name(Described):
    """What a thing is called on maps and in reports."""

    en: str = Field(description="English name", max_length=80)
    zh: str | None = Field(None, description="Chinese name", max_length=80)
    ru: str | None = Field(None, description="Russian name", max_length=80)


Quantity = TypeVar("Quantity", bound=float)

# What each distribution needs besides its kind; the fields not named here must be absent.
_PARAMETERS: dict[str, frozenset[str]] = {
    "constant": frozenset({"mean"}),
    "exponential": frozenset({"mean"}),
    "lognormal": frozenset({"mean", "cv"}),
    "uniform": frozenset({"low", "high"}),
    "triangular": frozenset({"low", "mode", "high"}),
    "weibull": frozenset({"mean", "shape"}),
}


class SimpleDistribution(Described, Generic[Quantity]):
    """A distribution of one quantity, drawn by inverting one uniform or normal number."""

    distribution: Literal["constant", "exponential", "lognormal", "uniform", "triangular", "weibull"] = Field(
        description="its kind; a bare quantity in place of the mapping is a constant"
    )
    mean: Quantity | None = Field(None, description="mean (constant, exponential, lognormal, weibull)")
    cv: float | None = Field(None, gt=0, le=5, description="coefficient of variation (lognormal)")
    low: Quantity | None = Field(None, description="smallest value (uniform, triangular)")
    mode: Quantity | None = Field(None, description="most likely value (triangular)")
    high: Quantity | None = Field(None, description="largest value (uniform, triangular)")
    shape: float | None = Field(None, ge=0.3, le=20, description="shape (weibull)")

    @model_validator(mode="before")
    @classmethod
    def _constant_from_quantity(cls, data: Any) -> Any:
        if isinstance(data, (str, int, float)) and not isinstance(data, bool):
            return {"distribution": "constant", "mean": data}
        return data

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        wanted = _PARAMETERS[self.distribution]
        given = {name for name in ("mean", "cv", "low", "mode", "high", "shape") if getattr(self, name) is not None}
        if missing := sorted(wanted - given):
            raise ValueError(f"a {self.distribution} distribution needs {' and '.join(missing)}")
        if extra := sorted(given - wanted):
            raise ValueError(f"a {self.distribution} distribution takes no {' or '.join(extra)}")
        if self.low is not None and self.high is not None:
            middle = self.low if self.mode is None else self.mode
            if not self.low <= middle <= self.high:
                raise ValueError("low, mode and high must be in rising order")
        if self.distribution in ("exponential", "lognormal", "weibull") and not self.mean:
            raise ValueError(f"the mean of the distribution ({self.distribution}) must be above zero")
        return self


class Component(SimpleDistribution[Quantity], Generic[Quantity]):
    """One part of a mixture."""

    share: Share = Field(description="share of this part in the mixture")


class Distribution(Described, Generic[Quantity]):
    """A distribution, or a mixture of several whose shares sum to one."""

    parts: tuple[Component[Quantity], ...] = Field(
        min_length=1, max_length=8, description="the parts of the mixture; one part of share 1 if it is not a mixture"
    )

    @model_validator(mode="before")
    @classmethod
    def _single_part(cls, data: Any) -> Any:
        if isinstance(data, (str, int, float)) and not isinstance(data, bool):
            return {"parts": [{"share": 1, "distribution": "constant", "mean": data}]}
        if isinstance(data, dict) and data.get("distribution") == "mixture":
            return {"parts": data.get("of", ())} | {k: v for k, v in data.items() if k not in ("distribution", "of")}
        if isinstance(data, dict) and "parts" not in data:
            return {"parts": [{"share": 1} | data]}
        return data

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Self:
        total = sum(part.share for part in self.parts)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of a mixture sum to {total:g}, not 1")
        return self


DurationDistribution = Distribution[Duration]
MassDistribution = Distribution[Mass]
MoneyDistribution = Distribution[Money]
