"""What the choices of an interval come to in money, from what the record counted meanwhile.

Tariffs and expectations stand still between two instants of the market, so sums over orders are products of counts.
"""

import numpy as np

from sim.record import Record


class Interval:
    """What the record holds of one origin's orders when an interval begins; the rest is placed meanwhile."""

    def __init__(self, record: Record, origin: int, routes: np.ndarray, start: int, end: int) -> None:
        """routes int64[n] are the numbers of the origin's routes; from ``start`` to before ``end`` in ticks."""
        self._record = record
        self._origin = origin
        self._routes = routes
        self._months = slice(record.month(start), record.month(end - 1) + 1)
        self._orders = self._counted().copy()
        self._grams = self._weighed()

    def _counted(self) -> np.ndarray:
        """Orders by alternative: int64[months, routes + 2, regions, products]."""
        return self._record.alternatives[self._origin][self._months]

    def _weighed(self) -> np.ndarray:
        """Grams of placed orders: int64[months, routes, regions, products], a copy."""
        return self._record.goods[1, self._months][:, self._routes]

    def close(
        self, surplus: np.ndarray, tariffs: np.ndarray, subsidies: np.ndarray, days: np.ndarray, spread: np.ndarray
    ) -> None:
        """Write down the surplus at the expected service, the tariffs and subsidies paid, and the service expected.

        surplus float64[regions, products] CNY an order, NaN where there is none; tariffs float64[2, products, routes]
        in CNY and CNY/kg; subsidies float64[products, routes] CNY a parcel; days, spread float64[routes, regions], NaN
        where not served.
        """
        record, months = self._record, self._months
        orders = self._counted() - self._orders
        placed, grams = orders[:, :-2], self._weighed() - self._grams
        fixed, per_kg = tariffs.transpose(0, 2, 1)
        latent = orders.sum(axis=1)
        record.surplus_cny[months, self._origin] += np.where(latent > 0, latent * surplus, 0.0)
        paid = placed.sum(axis=2) * fixed + grams.sum(axis=2) / 1000 * per_kg
        record.tariffs_cny[months, self._routes] += paid.sum(axis=2)
        record.subsidy_cny[months, self._routes] += (placed.sum(axis=2) * subsidies.T).sum(axis=2)
        for i, expected in enumerate((days, spread)):
            record.expected_service[i][months, self._routes] += placed * np.nan_to_num(expected)[None, :, :, None]
