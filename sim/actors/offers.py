"""What an order is offered: by its class of seller, how common its goods are, its region and its product."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass

import numpy as np


@dataclass
class Access:
    """Who may use a warehouse, and what it stocks: numbers that dated changes may change."""

    users: dict[str, bool] | None
    """Whether sellers of a class may use it; all may if None."""
    assortment: dict[str, float]
    """Share of a product's orders whose goods it stocks, by product that it holds."""

    def admits(self, seller_class: str) -> bool:
        """Whether sellers of a class may use it."""
        return self.users is None or self.users.get(seller_class, False)


@dataclass(frozen=True)
class Head:
    """A warehouse at which paths of a route to a region begin."""

    access: Access
    has_share: Callable[[], bool]
    """Whether one of these paths has a share of the orders now."""


@dataclass(frozen=True)
class Variants:
    """Orders that are offered the same routes: by class, and by the interval of the rank between assortments."""

    class_ends: np.ndarray
    """Cumulative shares of the classes: float64[classes]."""
    rank_ends: np.ndarray
    """Upper ends of the intervals of the rank: float64[intervals], the last one 1."""
    offered: np.ndarray
    """Whether a route, if open, is offered: bool[classes * intervals, regions, products, routes], classes outermost."""
    shares: np.ndarray
    """Share of the orders by variant: float64[classes * intervals]."""


class Offers:
    """The routes that orders of one origin are offered, as warehouses now stand."""

    def __init__(
        self,
        serves: np.ndarray,
        class_shares: Mapping[str, float],
        products: Sequence[str],
        heads: Mapping[tuple[int, int], Sequence[Head]],
    ) -> None:
        """serves bool[regions, products, routes]; heads: warehouses at the head of the paths by (region, route)."""
        self.serves = serves
        self._classes = list(class_shares)
        self._class_ends = np.cumsum(list(class_shares.values()))
        self._products = products
        self._heads = heads

    def variants(self, counts: np.ndarray, cuts: Collection[float] | None = None) -> Variants:
        """What is offered now; a single variant where no path begins at a warehouse.

        Orders are told apart by what routes are offered with that count, bool[routes], and at ranks in ``cuts``, which
        hold those of the routes; with ``cuts`` always by class. Routes that do not count are offered to all they serve.
        """
        access = self._access(counts)
        if not access and cuts is None:
            one = np.ones(1)
            return Variants(one, one, self.serves[None], one)
        ends = np.array([*sorted(_cuts(access) if cuts is None else cuts), 1.0])
        begins = np.array([0.0, *ends[:-1]])
        offered = np.concatenate([self._of_class(name, begins, access) for name in self._classes])
        class_shares = np.diff(np.minimum(self._class_ends, 1.0)[:-1], prepend=0.0, append=1.0)
        return Variants(self._class_ends, ends, offered, np.outer(class_shares, ends - begins).ravel())

    def cuts(self, counts: np.ndarray) -> set[float]:
        """Ranks above which some warehouse of the routes that count, bool[routes], stocks no more."""
        return _cuts(self._access(counts))

    def as_now(self) -> "Offers":
        """The same offers, whatever is changed from now on."""
        heads = {
            cell: [Head(deepcopy(head.access), lambda: True) for head in found if head.has_share()]
            for cell, found in self._heads.items()
        }
        result = copy(self)
        result._heads = heads
        return result

    def _access(self, counts: np.ndarray) -> dict[tuple[int, int], list[Access]]:
        """The warehouses that must admit an order, by (region, route), of the routes that count."""
        found = {
            cell: [head.access for head in heads if head.has_share()]
            for cell, heads in self._heads.items()
            if counts[cell[1]]
        }
        return {cell: warehouses for cell, warehouses in found.items() if warehouses}

    def _of_class(
        self, seller_class: str, begins: np.ndarray, access: Mapping[tuple[int, int], Sequence[Access]]
    ) -> np.ndarray:
        """What a class is offered: bool[intervals, regions, products, routes]."""
        offered = np.repeat(self.serves[None], len(begins), axis=0)
        for (region, route), warehouses in access.items():
            for warehouse in warehouses:
                stocked = np.array([[warehouse.assortment.get(p, 0.0) for p in self._products]]) > begins[:, None]
                offered[:, region, :, route] &= stocked & warehouse.admits(seller_class)
        return offered


def _cuts(access: Mapping[tuple[int, int], Sequence[Access]]) -> set[float]:
    """Assortments of some warehouses that part the ranks."""
    warehouses = [warehouse for found in access.values() for warehouse in found]
    return {share for warehouse in warehouses for share in warehouse.assortment.values() if 0 < share < 1}
