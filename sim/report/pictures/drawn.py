"""How pictures are drawn for a page: size, font, and SVG that can stand beside others in one page.

Colours are those of Okabe and Ito (2008); lines also differ in dash and marker, areas in lightness.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.atlas import FAMILY, FONT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 7.4
"""Inches; a page of A4 has 7.5 between its margins."""
SCALE = ("#F2F6FA", "#A9CBE8", "#D55E00", "#5C1A00")
"""From calm to congested, each darker than the one before in black and white too."""
INK, GREY, FAINT = "#1A1A1A", "#767676", "#D8D8D8"


@dataclass(frozen=True)
class Drawn:
    """A picture with what it is called and what it shows, for those who cannot see it."""

    title: str
    alternative: str
    svg: str
    is_half: bool = False
    """Whether two of it stand side by side where there is room."""


@contextmanager
def drawing() -> Iterator[None]:
    """Draw with the font of the atlas, text as text, and the same bytes each time."""
    import matplotlib
    from matplotlib import font_manager

    if not any(entry.fname == str(FONT) for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(str(FONT))
    settings: Any = {
        "font.family": [FAMILY],
        "font.size": 9,
        "axes.unicode_minus": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "report",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "path.simplify_threshold": 0.3,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(settings):
        yield


def blank(height: float, width: float = WIDTH) -> "Figure":
    """An empty figure of a height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def svg_of(figure: "Figure", prefix: str) -> str:
    """A figure as SVG for the middle of a page: ids of its own, no address of any other place, as wide as there is room."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", text)
    text = re.sub(
        r'<svg\b[^>]*?viewBox="([^"]*)"[^>]*>',
        r'<svg viewBox="\1" aria-hidden="true" focusable="false">',
        text,
        count=1,
    )
    return re.sub(r"\n\s*", "\n", text).strip()
