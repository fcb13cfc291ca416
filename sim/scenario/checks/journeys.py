"""Checks of the ways that are no paths of orders: of freight, of loads for warehouses, of parcels that come back."""

from collections.abc import Iterator

from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.checks.ways import NOUNS, carried, end_of, section_of, walk
from sim.scenario.scenario import Scenario

_PACKED = ("stations", "customs", "lanes")
_RETURN = ("stations", "customs", "lanes", "warehouses")


def freight(s: Scenario) -> Iterator[Found]:
    """Whether freight can travel by its steps."""
    for name, stream in s.freight.items():
        yield from walk(s, ("freight", name, "steps"), stream.steps, None, _PACKED)


def replenishments(s: Scenario) -> Iterator[Found]:
    """Whether loads can travel from where they set out to their warehouse."""
    for name, warehouse in s.warehouses.items():
        at: Path = ("warehouses", name, "replenishment", "steps")
        steps, origin = warehouse.replenishment.steps, warehouse.replenishment.origin
        origin_or_none = origin if origin in s.places else None
        yield from walk(s, at, steps, origin_or_none, _PACKED)
        here = end_of(s, steps, origin_or_none)
        if here and warehouse.place in s.places and here != warehouse.place:
            message = f"the loads end in {here}, but the warehouse '{name}' stands in {warehouse.place}"
            yield (*at, len(steps) - 1), message, None


def returns(s: Scenario) -> Iterator[Found]:
    """Whether parcels can come back by the steps of their path."""
    for route_name, route in s.routes.items():
        for name, path in route.paths.items():
            if path.return_steps is None:
                continue
            at: Path = ("routes", route_name, "paths", name, "return_steps")
            if route.returns is None:
                message = "no parcel comes back this way: give the route `returns`, or leave return_steps out"
                yield at, message, None
            yield from walk(s, at, path.return_steps, end_of(s, path.steps), _RETURN)
            yield from _ends_of_return(s, at, path.return_steps)
            yield from _shelved(s, at, path.return_steps[-1], carried(s, route))


def _ends_of_return(s: Scenario, at: Path, steps: tuple[str, ...]) -> Iterator[Found]:
    first = section_of(s, steps[0])
    if first and first != "lanes":
        yield (*at, 0), f"a parcel comes back by a lane first, not by a {NOUNS[first]}", None
    for i, step in enumerate(steps[:-1]):
        if step in s.warehouses:
            yield (*at, i), f"a warehouse can only be the last step of a return: '{step}' puts it on the shelf", None


def _shelved(s: Scenario, at: Path, last: str, products: tuple[str, ...]) -> Iterator[Found]:
    """Products that come back to a warehouse that does not hold them."""
    if last in s.warehouses:
        for product in products:
            if product not in s.warehouses[last].stock:
                message = f"the route carries '{product}', which the warehouse '{last}' has no stock of"
                yield at, f"{message}; end the return before it, or describe the stock", None
