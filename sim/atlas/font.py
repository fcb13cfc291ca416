"""The font: WenQuanYi Micro Hei with Latin, Cyrillic and the common Chinese characters."""

import base64
import io
from pathlib import Path

FONT = Path(__file__).parent / "microhei.ttf"
FAMILY = "WenQuanYi Micro Hei"


def font_for(text: str) -> str:
    """The font with no more than the characters of a text, as the address of a style sheet: `data:font/woff;...`."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(FONT, recalcTimestamp=False)
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True))
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = "woff"
    stream = io.BytesIO()
    font.save(stream)
    return "data:font/woff;base64," + base64.b64encode(stream.getvalue()).decode()
