"""Figures of plans as a report writes them: value, interval, and both in the planner's words."""

import math
from dataclasses import dataclass

import pandas as pd

from sim.language import marked
from sim.report.speaking import Speaking


@dataclass(frozen=True)
class Kind:
    """How a figure of `plans` is written: its column, what it is called, and in which unit."""

    column: str
    name: str
    unit: str
    """`parcels`, `days`, `points`, `money`, `tonnes` or `ratio`."""
    gain: str
    """The sentence that says what a plan brings of it."""


KINDS = {
    "parcels": Kind(
        "parcels_gained_per_year", marked("parcels gained a year"), "parcels", marked("It brings {figure} a year more than the baseline.")
    ),
    "days": Kind("days_saved", marked("days saved, mean"), "days", marked("It saves {figure} from door to door, mean of all orders.")),
    "promise": Kind(
        "within_promise", marked("within the promise"), "points",
        marked("The share that arrives within the promise changes by {figure}."),
    ),
    "surplus": Kind(
        "buyers_surplus_per_year_cny", marked("buyers' surplus a year"), "money",
        marked("It is worth {figure} a year to buyers."),
    ),
    "net-benefit": Kind(
        "net_benefit_per_year_cny", marked("net benefit a year"), "money",
        marked("Its benefit less its cost is {figure} a year."),
    ),
    "co2e": Kind("co2e_kg_per_year", marked("CO2e a year"), "tonnes", marked("It changes emissions by {figure} a year.")),
    "cost": Kind("cost_per_year_cny", marked("cost a year"), "money", marked("It costs {figure} a year.")),
    "capital": Kind("capital_cny", marked("capital"), "money", ""),
    "benefit": Kind("benefit_per_year_cny", marked("benefit a year"), "money", ""),
    "benefit-cost": Kind("benefit_cost", marked("benefit / cost"), "ratio", ""),
    "present-value": Kind("net_present_value_cny", marked("net present value, 20 years"), "money", ""),
}  # fmt: skip
OBJECTIVES = {
    "parcels": marked("parcels gained"),
    "days": marked("days from door to door"),
    "surplus": marked("buyers' surplus"),
    "net-benefit": marked("net benefit"),
    "co2e": marked("CO2e"),
}
SCALES = {"tonnes": 0.001, "points": 100.0}
UNITS = {
    "parcels": marked("parcels"),
    "days": marked("days"),
    "points": marked("percentage points"),
    "money": marked("CNY"),
    "tonnes": marked("t"),
    "ratio": "",
}
FINEST = {"days": -2, "points": -2, "ratio": -2}
"""Powers of ten below which figures of a unit are not written."""


@dataclass(frozen=True)
class Figure:
    """A figure of a plan with its credible interval (NaN without draws) and its Monte Carlo half-width."""

    kind: Kind
    value: float
    low: float
    high: float
    half_width: float

    @classmethod
    def of(cls, row: "pd.Series", kind: Kind) -> "Figure":
        """A figure from a row of `plans`."""
        scale = SCALES.get(kind.unit, 1.0)
        ends = (f"{kind.column}_low", f"{kind.column}_high", f"{kind.column}_half_width")
        low, high, half = (scale * float(row.get(name, math.nan)) for name in ends)
        return cls(kind, scale * float(row[kind.column]), low, high, half)

    @property
    def widest(self) -> tuple[float, float]:
        """The wider of the credible interval and the Monte Carlo error; NaN where nothing is known of either."""
        of_draws = 0.0 if math.isnan(self.low) else self.high - self.low
        if not math.isnan(self.half_width) and 2 * self.half_width > of_draws:
            return self.value - self.half_width, self.value + self.half_width
        return self.low, self.high

    def said(self, speaking: Speaking) -> str:
        """The value with its interval and unit."""
        numbers, t = speaking.numbers, speaking.t
        low, high = self.widest
        match self.kind.unit:
            case "money":
                return numbers.money(self.value, low, high)
            case "points":
                return numbers.points(self.value / 100, low / 100, high / 100)
            case "days":
                return numbers.days(self.value, low, high)
            case "tonnes":
                return numbers.of(self.value, "t", "吨", low, high)
            case "parcels":
                return numbers.of(self.value, t("parcels"), t("parcels"), low, high)
        return numbers.with_interval(self.value, low, high, finest=-2)

    def scaled(self, scale: float) -> "Figure":
        """The same figure in a unit that is so many times as large."""
        return Figure(self.kind, *(one / scale for one in (self.value, self.low, self.high, self.half_width)))

    @property
    def less(self) -> "Figure":
        """The same figure with the other sign."""
        return Figure(self.kind, -self.value, -self.high, -self.low, self.half_width)

    def in_cell(self, speaking: Speaking) -> str:
        """The number and its interval for a cell of a table, in two lines and without the unit."""
        low, high = self.widest
        said = speaking.numbers.with_interval(self.value, low, high, FINEST.get(self.kind.unit, -9))
        return said.replace(" (", "\n(").replace("（", "\n(").replace("）", ")")

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out nought."""
        low, high = self.widest
        return not math.isnan(low) and (low > 0 or high < 0)


def column(speaking: Speaking, plans: pd.DataFrame, name: str) -> tuple[str, list[str]]:
    """A figure of all plans as a column of a table: a heading with the unit, and cells in that unit."""
    kind, t, numbers = KINDS[name], speaking.t, speaking.numbers
    found = [Figure.of(row, kind) for _, row in plans.iterrows()]
    scale, size = numbers.scaled([number for one in found for number in (one.value, *one.widest)])
    unit = numbers.united(size, t(UNITS[kind.unit]))
    heading = f"{t(kind.name)}\n{unit}" if unit else t(kind.name)
    return heading, [one.scaled(scale).in_cell(speaking) for one in found]
