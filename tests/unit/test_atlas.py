"""Outlines and font of the atlas, made from their sources: what is kept of a map, and of a font."""

import json
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from sim.atlas import make

Ring = list[tuple[float, float]]
SQUARE: Ring = [(40.0, 40.0), (50.0, 40.0), (50.0, 50.0), (40.0, 50.0)]


def topology(*rings: Ring, **country: Any) -> dict[str, Any]:
    """Of one country: each closed ring as one arc, in tenths of a degree from 10 E, 10 N, each point from the last."""
    arcs = []
    for ring in rings:
        whole = [(round((x - 10) * 10), round((y - 10) * 10)) for x, y in [*ring, ring[0]]]
        before = [(0, 0), *whole]
        arcs.append([[x - bx, y - by] for (x, y), (bx, by) in zip(whole, before, strict=False)])
    geometry = {"type": "Polygon", "arcs": [[i] for i in range(len(arcs))], "id": "643"} | country
    transform = {"scale": [0.1, 0.1], "translate": [10.0, 10.0]}
    return {"arcs": arcs, "transform": transform, "objects": {"countries": {"geometries": [geometry]}}}


def outlines(found: dict[str, Any]) -> list[list[list[list[float]]]]:
    """Polygons of the only country."""
    (feature,) = make._features(found)
    assert feature["properties"] == {}
    return feature["geometry"]["coordinates"]


def corners(ring: list[list[float]]) -> set[tuple[float, ...]]:
    return set(map(tuple, ring))


def test_country_within_the_frame_keeps_its_corners_and_its_number() -> None:
    found = topology(SQUARE)
    (polygon,) = outlines(found)
    assert corners(polygon[0]) == set(SQUARE)
    assert next(make._features(found))["id"] == "643"


def test_what_lies_beyond_the_frame_is_cut_off() -> None:
    (polygon,) = outlines(topology([(-20.0, 40.0), (20.0, 40.0), (20.0, 50.0), (-20.0, 50.0)]))
    assert corners(polygon[0]) == {(make.WEST, 40.0), (20.0, 40.0), (20.0, 50.0), (make.WEST, 50.0)}
    (high,) = outlines(topology([(40.0, 70.0), (50.0, 70.0), (50.0, 89.0), (40.0, 89.0)]))
    assert max(y for _, y in high[0]) == make.NORTH


def test_country_beyond_the_frame_is_left_out() -> None:
    assert list(make._features(topology([(-90.0, 40.0), (-80.0, 40.0), (-80.0, 50.0), (-90.0, 50.0)]))) == []


def test_island_too_small_to_see_is_left_out_and_a_small_lake_too() -> None:
    tiny: Ring = [(60.0, 60.0), (60.2, 60.0), (60.2, 60.2), (60.0, 60.2)]
    lake: Ring = [(44.0, 44.0), (46.0, 44.0), (46.0, 46.0), (44.0, 46.0)]
    puddle: Ring = [(48.0, 48.0), (48.2, 48.0), (48.2, 48.2), (48.0, 48.2)]
    assert list(make._features(topology(tiny))) == []
    (polygon,) = outlines(topology(SQUARE, lake, puddle))
    assert [corners(ring) for ring in polygon] == [set(SQUARE), set(lake)]
    islands = topology(SQUARE, tiny, lake, type="MultiPolygon", arcs=[[[0]], [[1]], [[2]]])
    assert [corners(ring) for (ring,) in outlines(islands)] == [set(SQUARE), set(lake)]


def test_arc_with_a_negative_number_is_gone_along_backwards() -> None:
    forwards = outlines(topology(SQUARE))[0][0]
    backwards = outlines(topology(SQUARE, arcs=[[~0]]))[0][0]
    assert corners(backwards) == corners(forwards)
    assert backwards[1] == forwards[-2]


def test_points_on_a_line_are_thinned_and_points_off_it_stay() -> None:
    along = [(40.0 + i / 10, 40.0) for i in range(100)]
    bump = [(x, y + (0.5 if i == 50 else 0.0)) for i, (x, y) in enumerate(along)]
    assert make._line(along) == [along[0], along[-1]]
    assert make._line(bump) == [bump[0], bump[49], bump[50], bump[51], bump[-1]]
    slight = [(x, y + (0.9 * make.TOLERANCE if i == 50 else 0.0)) for i, (x, y) in enumerate(along)]
    assert make._line(slight) == [slight[0], slight[-1]]


def test_distance_from_a_line_of_one_point_is_that_from_the_point() -> None:
    assert make._distance((3.0, 4.0), (0.0, 0.0), (0.0, 0.0)) == 5.0
    assert make._distance((3.0, 4.0), (0.0, 0.0), (9.0, 0.0)) == 4.0


def font(path: Path, characters: str) -> None:
    """A font of equal boxes."""
    names = [".notdef", *(f"c{ord(each):04X}" for each in characters)]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    box, builder = pen.glyph(), FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(each): f"c{ord(each):04X}" for each in characters})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def test_font_keeps_the_characters_of_texts_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sim" / "atlas"
    folder.mkdir(parents=True)
    (tmp_path / "sim" / "language").mkdir()
    (tmp_path / "sim" / "language" / "zh.po").write_text("龘", "utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.yaml").write_text("title: ꀀ\n", "utf-8")
    (tmp_path / "countries.json").write_text(json.dumps(topology(SQUARE)), "utf-8")
    font(tmp_path / "font.ttf", "AЖ中龘ꀀ一ꙮ")
    monkeypatch.setattr(make, "FOLDER", folder)
    make.main(tmp_path / "countries.json", tmp_path / "font.ttf")
    kept = {chr(code) for code in TTFont(folder / "microhei.ttf").getBestCmap()}
    assert kept == set("AЖ中龘ꀀ一"), "Latin, Cyrillic, common Chinese, and what the texts use beyond; not the last"
    written = json.loads((folder / "outlines.geojson").read_text("utf-8"))
    assert written["features"][0]["geometry"]["type"] == "MultiPolygon"
