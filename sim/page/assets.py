"""The page's own files: its scripts, the library of charts, outlines, font, and the texts of its scripts.

They are read and zipped once, and lie below an address that holds a mark of what they are: browsers keep them for
ever, and a change is another address.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from sim.atlas import FONT
from sim.atlas.outlines import FILE as OUTLINES
from sim.language import LANGUAGES, marked
from sim.language.catalogue import texts_in
from sim.page.saying import PageError

HERE = Path(__file__).parent
ABOVE = "/assets"
TYPES = {
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".md": "text/plain",
}
MARKED_BY = 12
"""Hexadecimal digits of the mark."""
KEPT = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    media_type: str

    @cached_property
    def zipped(self) -> bytes:
        """The same, zipped as small as it goes."""
        return gzip.compress(self.content, 9, mtime=0)

    def answer(self, headers: Headers, kept: str) -> Response:
        """To a browser that takes zipped files or does not, kept by it as said."""
        more = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if "gzip" not in headers.get("accept-encoding", ""):
            return Response(self.content, media_type=self.media_type, headers=more)
        return Response(self.zipped, media_type=self.media_type, headers=more | {"Content-Encoding": "gzip"})


class Assets:
    """All of them by name: `static/page.js`, `font.ttf`."""

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self.files = files
        whole = hashlib.sha256()
        for name, asset in sorted(files.items()):
            whole.update(f"{name} {len(asset.content)} ".encode() + asset.content)
        self.mark = whole.hexdigest()[:MARKED_BY]
        """Of what all of them are."""

    @property
    def above(self) -> str:
        """The address below which they lie."""
        return f"{ABOVE}/{self.mark}"

    def scripts(self) -> list[str]:
        """Names of the page's own scripts, which a browser fetches at once instead of one after the other."""
        return sorted(name for name in self.files if name.startswith("static/") and name.endswith(".js"))

    def zip_all(self) -> None:
        """Zip them before anybody asks."""
        for asset in self.files.values():
            _ = asset.zipped

    def answer(self, request: Request) -> Response:
        """One of them; 404 if there is none. An address of another version has this version's file, not to be kept."""
        asset = self.files.get(request.path_params["name"])
        if asset is None:
            raise PageError(404, marked("There is nothing at this address."))
        return asset.answer(request.headers, KEPT if request.path_params["mark"] == self.mark else "no-cache")


@cache
def assets() -> Assets:
    """Those of this program."""
    return Assets(dict(_found()))


def _found() -> Iterator[tuple[str, Asset]]:
    for folder in ("static", "vendor"):
        for file in sorted((HERE / folder).iterdir()):
            if file.suffix in TYPES:
                yield f"{folder}/{file.name}", _read(file)
    yield "outlines.geojson", _read(OUTLINES)
    yield "font.ttf", _read(FONT)
    for language in LANGUAGES:
        said = json.dumps(dict(texts_in(f"{language}.po")), ensure_ascii=False, separators=(",", ":"))
        yield f"texts.{language}.json", Asset(said.encode(), TYPES[".json"])


def _read(file: Path) -> Asset:
    return Asset(file.read_bytes(), TYPES[file.suffix])
