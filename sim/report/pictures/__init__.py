"""Pictures of a report: SVG that stands in the page, with text as text, readable in black and white."""

from sim.report.pictures.drawn import Drawn

__all__ = ["Drawn"]
