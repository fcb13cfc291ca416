"""Outlines of countries: Natural Earth 1:50 million, cut to 5-180 E and 15-78 N, thinned to 0.06 degrees, no names."""

import json
from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent / "outlines.geojson"


@cache
def outlines() -> tuple[np.ndarray, ...]:
    """Rings in degrees east and north: float64[n, 2] each."""
    features = json.loads(FILE.read_text("utf-8"))["features"]
    return tuple(
        np.array(ring) for feature in features for polygon in feature["geometry"]["coordinates"] for ring in polygon
    )
