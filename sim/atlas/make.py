"""Makes the outlines and the font of this folder anew from their sources; see README.md beside it.

    python -m sim.atlas.make countries-50m.json wqy-microhei.ttc

The first is of world-atlas 2.0.2 (Natural Earth, TopoJSON), the second of the Debian package fonts-wqy-microhei.
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
WEST, SOUTH, EAST, NORTH = 5.0, 15.0, 180.0, 78.0
"""The part of the world that is kept, in degrees."""
TOLERANCE = 0.06
"""Degrees by which an outline may be off after thinning."""
SMALLEST = 0.05
"""Square degrees below which an island is left out."""
DIGITS = 2
Point = tuple[float, float]
Ring = list[Point]

LATIN = (chr(code) for block in ((0x20, 0x7F), (0xA0, 0x180), (0x2010, 0x2040)) for code in range(*block))
CYRILLIC = map(chr, range(0x400, 0x460))
SIGNS = "−×÷±≈≤≥→←↑↓·…‰°²³₂№€¥①②③④⑤⑥⑦⑧⑨⑩■□▲△●○◆◇★☆√∞∑ΔθλμσταβγδεηρφωΣ㎡"
PUNCTUATION = (chr(code) for block in ((0x3000, 0x3018), (0xFF01, 0xFF5F)) for code in range(*block))


def main(outlines: Path, font: Path) -> None:
    """Write `outlines.geojson` and `microhei.ttf`."""
    features = list(_features(json.loads(outlines.read_text("utf-8"))))
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    (FOLDER / "outlines.geojson").write_text(text + "\n", "utf-8")
    _subset(font, FOLDER / "microhei.ttf")


# -- outlines ----------------------------------------------------------------------------------------------------------


def _features(topology: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each country's outlines within the frame, by its ISO number and without its name."""
    arcs = [list(_absolute(arc, topology["transform"])) for arc in topology["arcs"]]
    for country in topology["objects"]["countries"]["geometries"]:
        parts = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        polygons = [kept for rings in parts if (kept := _polygon(rings, arcs))]
        if polygons:
            geometry = {"type": "MultiPolygon", "coordinates": polygons}
            yield {"type": "Feature", "id": country.get("id", ""), "properties": {}, "geometry": geometry}


def _absolute(arc: Iterable[Sequence[int]], transform: dict[str, Any]) -> Iterator[Point]:
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    x = y = 0
    for step in arc:
        x, y = x + step[0], y + step[1]
        yield x * kx + dx, y * ky + dy


def _polygon(rings: Sequence[Sequence[int]], arcs: Sequence[Ring]) -> list[list[list[float]]]:
    """The outer ring and holes of a polygon, cut to the frame and thinned; nothing if nothing is left."""
    kept: list[list[list[float]]] = []
    for indices in rings:
        ring = _cut([point for index in indices for point in (arcs[index] if index >= 0 else arcs[~index][::-1])[:-1]])
        if len(ring) < 3 or _area(ring) < SMALLEST:
            if not kept:
                return []
            continue
        thin = _thinned(ring)
        if len(thin) >= 4:
            kept.append([[round(x, DIGITS), round(y, DIGITS)] for x, y in thin])
    return kept


def _cut(ring: Ring) -> Ring:
    """A ring cut to the frame (Sutherland and Hodgman, 1974)."""
    for axis, limit, sign in ((0, WEST, 1), (0, EAST, -1), (1, SOUTH, 1), (1, NORTH, -1)):
        result: Ring = []
        for i, point in enumerate(ring):
            before = ring[i - 1]
            is_in, was_in = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if is_in != was_in:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                result.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
            if is_in:
                result.append(point)
        ring = result
    return ring


def _area(ring: Ring) -> float:
    return abs(sum(ring[i - 1][0] * y - x * ring[i - 1][1] for i, (x, y) in enumerate(ring))) / 2


def _thinned(ring: Ring) -> Ring:
    """A closed ring with fewer points (Douglas and Peucker, 1973), each half by itself."""
    half = len(ring) // 2
    return [*_line(ring[: half + 1])[:-1], *_line([*ring[half:], ring[0]])]


def _line(points: Ring) -> Ring:
    keep, open_parts = {0, len(points) - 1}, [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        offs = [(_distance(points[i], points[first], points[last]), i) for i in range(first + 1, last)]
        off, at = max(offs, default=(0.0, 0))
        if off > TOLERANCE:
            keep.add(at)
            open_parts += [(first, at), (at, last)]
    return [points[i] for i in sorted(keep)]


def _distance(point: Point, first: Point, last: Point) -> float:
    dx, dy = last[0] - first[0], last[1] - first[1]
    length = math.hypot(dx, dy)
    if not length:
        return math.hypot(point[0] - first[0], point[1] - first[1])
    return abs(dx * (first[1] - point[1]) - dy * (first[0] - point[0])) / length


# -- the font ----------------------------------------------------------------------------------------------------------


def characters() -> set[str]:
    """Latin, Cyrillic, signs, Chinese punctuation, and the Chinese characters of GB 2312, level 1."""
    level_1 = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    chinese = "".join(pair.decode("gb2312", "ignore") for pair in level_1)
    return {*LATIN, *CYRILLIC, *SIGNS, *PUNCTUATION, *chinese, *_of_texts()}


def _of_texts() -> set[str]:
    """What the catalogues and the scenarios use beyond that."""
    root = FOLDER.parents[1]
    files = [*(root / "sim" / "language").glob("*.po"), *(root / "scenarios").rglob("*.yaml")]
    return {sign for file in files for sign in file.read_text("utf-8") if sign.isprintable()}


def _subset(source: Path, destination: Path) -> None:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(source, fontNumber=0)
    options = Options(hinting=False, layout_features=["kern"], name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(sorted(characters())))
    subsetter.subset(font)
    font.flavor = None
    font.save(destination)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
