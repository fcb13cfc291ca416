"""Outlines of countries, a map projection, and a font with Chinese and Cyrillic: what maps and pages are drawn with.

Works without a network and without fonts on the machine. Knows no scenario and no result.
"""

from sim.atlas.font import FAMILY, FONT, font_for
from sim.atlas.outlines import outlines
from sim.atlas.projection import Conic

__all__ = ["FAMILY", "FONT", "Conic", "font_for", "outlines"]
