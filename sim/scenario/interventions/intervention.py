"""An intervention: what is proposed, by whom, when, at what cost, and the measures it consists of."""

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, Name, Slug
from sim.scenario.interventions.measures import AnyMeasure
from sim.ticks import DAY
from sim.units import Duration, Money


class Intervention(Described):
    """A proposal or a disruption. Dates are local to what is changed; money is constant CNY of 2016."""

    intervention: Slug = Field(description="its name, that of its file")
    name: Name = Field(description="what it is called")
    is_disruption: bool = Field(False, description="whether it is something that may happen, not something to be done")
    document: str | None = Field(None, max_length=200, description="the document that proposes or reports it")
    section: str | None = Field(None, max_length=50, description="section of that document")
    base: str | None = Field(
        None,
        max_length=200,
        description="scenario file that it is meant for and checked in, relative to the folder `scenarios/`",
    )
    proposes: str = Field(max_length=600, description="what is proposed or happens, in words")
    at: date = Field(description="first day on which it acts")
    until: date | None = Field(None, description="first day on which it no longer acts; for good if not given")
    lasts: Annotated[Duration, Field(gt=0)] | None = Field(
        None, description="how long it acts, in place of `until` (whole days)"
    )
    starts_within: Duration = Field(
        0, description="its start is drawn, evenly, from so long after `at`; the same day in all plans (whole days)"
    )
    ramp: Duration = Field(0, description="time over which measures grow to their full size (a bare number is hours)")
    capital: Money = Field(0.0, description="what it costs once, spent when it starts")
    running_per_year: Money = Field(0.0, description="what it costs a year while it acts")
    life: float = Field(20.0, gt=0, le=100, description="life of the capital, in years")
    paid_by: Literal["province", "operators", "sellers"] = Field("province", description="who bears both")
    requires: tuple[Slug, ...] = Field((), max_length=20, description="interventions that must be there too, no later")
    excludes: tuple[Slug, ...] = Field((), max_length=20, description="interventions that cannot be there too")
    measures: dict[Slug, AnyMeasure] = Field(min_length=1, max_length=50, description="what it consists of")

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        if self.until is not None and self.lasts is not None:
            raise ValueError("give until or lasts, not both")
        if self.until is not None and self.until <= self.at:
            raise ValueError("`until` must lie after `at`")
        if (self.lasts or 0) % DAY or self.starts_within % DAY:
            raise ValueError("lasts and starts_within are whole days")
        if self.starts_within and self.until is not None:
            raise ValueError("an intervention whose start is drawn has `lasts` instead of `until`")
        if set(self.requires) & set(self.excludes):
            raise ValueError("an intervention cannot both require and exclude another")
        return self

    def _repr_html_(self) -> str:
        from sim.scenario.showing import intervention_html

        return intervention_html(self)

    def ending(self, start: date) -> date | None:
        """The first day on which it no longer acts if it starts on that day; None if it acts for good."""
        if self.lasts is not None:
            return start + timedelta(days=self.lasts // DAY)
        return self.until and self.until + (start - self.at)
