"""How a table of results is declared: its name, its columns with type, unit and description, and how it is made.

Knows no table by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from sim.record import Record
from sim.scenario.scenario import Scenario

Columns = Mapping[str, np.ndarray]
"""Columns of one length by name: texts as objects, whole numbers int64, numbers float64 (NaN where there is none)."""

Cells = tuple[np.ndarray, ...]
"""Positions along the axes month, route, region and product: int64[n] each."""

DTYPES: dict[str, Any] = {"text": object, "whole": np.int64, "number": np.float64}


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Literal["text", "whole", "number"]
    unit: str
    description: str


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and the function that makes the columns in their order."""

    name: str
    row: str
    columns: tuple[Column, ...]
    make: Callable[["Run"], tuple[Any, ...]] = field(repr=False)

    def columns_of(self, run: "Run", replication: int) -> Columns:
        """The columns of one run, the number of the replication first."""
        made = self.make(run)
        arrays = {
            column.name: np.asarray(values, DTYPES[column.kind])
            for column, values in zip(self.columns, made, strict=True)
        }
        n = len(next(iter(arrays.values())))
        return {REPLICATION.name: np.full(n, replication, np.int64), **arrays}

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The declared columns with the replication before them."""
        return (REPLICATION, *self.columns)


@dataclass(frozen=True)
class Run:
    """What tables are made of: the record of a replication, and the scenario it is of."""

    record: Record
    scenario: Scenario

    @cached_property
    def is_served(self) -> np.ndarray:
        """Whether a route serves a region and carries a product: bool[routes, regions, products]."""
        routes, axes = self.scenario.routes, self.record.axes
        return np.array(
            [
                [[g in route.promise and (route.products is None or p in route.products) for p in axes.products]
                 for g in axes.regions]
                for route in routes.values()
            ]
        )  # fmt: skip

    @cached_property
    def placed(self) -> np.ndarray:
        """Placed orders: int64[months, routes, regions, products]."""
        return self.record.placed()

    @cached_property
    def months(self) -> np.ndarray:
        """Numbers of the reported months: int64[n]."""
        return np.flatnonzero(self.record.axes.is_reported_month())

    def by_month(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of month and thing of reported months and ``n`` things, month by month: int64[months * n] each."""
        return np.repeat(self.months, n), np.tile(np.arange(n), len(self.months))

    def cells(self) -> Cells:
        """Cells of reported months that a route serves: numbers of month, route, region and product, int64[n] each."""
        month, cell = np.divmod(np.arange(len(self.months) * self.is_served.size), self.is_served.size)
        is_in = self.is_served.ravel()[cell]
        return (self.months[month[is_in]], *np.unravel_index(cell[is_in], self.is_served.shape))

    def names(self, cells: Cells) -> tuple[np.ndarray, ...]:
        """Month, origin, route, region and product of cells, by their names: object[n] each."""
        month, route, region, product = cells
        return (*self.month_and_route(month, route), *self.region_and_product(region, product))

    def month_and_route(self, month: np.ndarray, route: np.ndarray) -> tuple[np.ndarray, ...]:
        """Month, origin and route by their names, object[n] each; of their numbers, int64[n]."""
        return self.month_names[month], *self.origin_and_route(route)

    def origin_and_route(self, route: np.ndarray) -> tuple[np.ndarray, ...]:
        """Origin and route by their names, object[n] each; of routes by their numbers, int64[n]."""
        axes = self.record.axes
        return texts(axes.origins)[np.array(axes.origin_of_route)[route]], texts(axes.routes)[route]

    def region_and_product(self, region: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, ...]:
        """Region and product by their names, object[n] each; of their numbers, int64[n]."""
        return texts(self.record.axes.regions)[region], texts(self.record.axes.products)[product]

    @cached_property
    def month_names(self) -> np.ndarray:
        """All months of the record as `2016-01`: object[M]."""
        return texts(self.record.axes.month_names())


REPLICATION = Column("replication", "whole", "", "number of the replication, from 0")
MONTH = Column("month", "text", "", "Beijing month, `2016-01`")
ORIGIN = Column("origin", "text", "", "origin of the orders")
ROUTE = Column("route", "text", "", "route they took")
REGION = Column("region", "text", "", "region of delivery")
PRODUCT = Column("product", "text", "", "class of goods")


def texts(names: Any) -> np.ndarray:
    """Names as an array that can be indexed: object[n]."""
    result = np.empty(len(names), object)
    result[:] = list(names)
    return result


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """``above / below``, of any shapes that go together; NaN where there is nothing below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
