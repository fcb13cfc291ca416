"""An equal-area conic projection (Albers), on a sphere of radius 1."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Conic:
    """Albers' projection around a meridian, true on two parallels; all in degrees."""

    meridian: float
    south: float
    north: float

    @classmethod
    def around(cls, longitude: np.ndarray, latitude: np.ndarray) -> "Conic":
        """One that suits some points."""
        low, high = float(np.min(latitude)), float(np.max(latitude))
        sixth = max((high - low) / 6, 1.0)
        return cls((float(np.min(longitude)) + float(np.max(longitude))) / 2, low + sixth, high - sixth + 0.01)

    def __call__(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions on the map, east and north (Snyder, 1987, equations 14-1 to 14-6)."""
        south, north = np.radians(self.south), np.radians(self.north)
        n = (np.sin(south) + np.sin(north)) / 2
        c = np.cos(south) ** 2 + 2 * n * np.sin(south)
        rho = np.sqrt(np.maximum(c - 2 * n * np.sin(np.radians(latitude)), 0)) / n
        theta = n * np.radians(np.asarray(longitude) - self.meridian)
        return rho * np.sin(theta), np.sqrt(c) / n - rho * np.cos(theta)
