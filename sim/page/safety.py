"""Who may ask what: names that the server answers to, the token, writes from its own page only, and headers of answers.

It is one layer around all else, so nothing is reached that has not passed it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.language import Catalogue, catalogue, marked
from sim.page.saying import language_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
READS = ("GET", "HEAD")
TYPES = ("application/json", "application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml")
MOST_BYTES = 1_100_000
"""Of any body: an uploaded file and a little."""
LONGEST_ADDRESS = 4000
POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Scripts are files of the server's own; charts set styles on their elements."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Guard:
    """What the server answers to."""

    names: frozenset[str]
    """Host names and addresses, without port, in lower case."""
    port: int
    token: str | None = None
    """None on loopback, where whoever asks sits at the machine."""
    said: frozenset[str] = frozenset()
    """Names that the planner gave: at any port, as a proxy has its own."""

    @classmethod
    def of(cls, host: str, port: int, token: str | None, said: Iterable[str] = (), own: Iterable[str] = ()) -> "Guard":
        """For a server bound to a host, with names that were given, and others that the machine has."""
        names = {*LOOPBACK, *(name.lower() for name in own), host.lower()} - {"0.0.0.0", "::"}
        return cls(frozenset(names), port, token, frozenset(name.lower() for name in said))

    @property
    def cookie(self) -> str:
        """Name of the cookie: cookies know no ports, and several servers may run."""
        return f"sim-{self.port}"

    @property
    def proof(self) -> str:
        """What the cookie holds: made from the token, which it does not tell."""
        return hmac.new((self.token or "").encode(), b"cookie", hashlib.sha256).hexdigest()

    def is_own(self, host: str) -> bool:
        """Whether a Host header is one of ours: another name that leads here is a rebound one."""
        try:
            parts = urlsplit(f"//{host}")
            port = parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.path or parts.query or parts.fragment or not parts.hostname:
            return False
        name = parts.hostname.lower()
        return name in self.said or (name in self.names and (port or 80) == self.port)

    def is_known(self, cookies: Mapping[str, str], authorization: str) -> bool:
        """Whether somebody has shown the token, in a cookie or a header."""
        if self.token is None:
            return True
        kind, _, said = authorization.partition(" ")
        return _same(cookies.get(self.cookie, ""), self.proof) or (kind == "Bearer" and _same(said, self.token))


def _same(one: str, other: str) -> bool:
    """In a time that does not tell how much of it is right."""
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


class Guarded:
    """The application behind a guard."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self.app, self.guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with bounds on the body and headers on the answer."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(raw=message["headers"]), scope["path"])
                message["headers"] = list(message["headers"])
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, told)
            return
        await self.app(scope, _bounded(receive), told)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to what is not let through."""
        cookies, hosts = cookie_parser(headers.get("cookie", "")), headers.getlist("host")
        t = catalogue(language_of({}, cookies, headers.get("accept-language", "")))
        if len(hosts) != 1 or not self.guard.is_own(hosts[0]):
            return PlainTextResponse(t(marked("This server does not answer to that name.")), 421)
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return PlainTextResponse(t(marked("The address is too long.")), 414)
        if not self.guard.is_known(cookies, headers.get("authorization", "")):
            return self._of_stranger(scope, t)
        is_page = scope["path"] == "/" and scope["method"] in READS
        if headers.get("sec-fetch-site") == "cross-site" and not is_page:
            return JSONResponse({"error": t(marked("Other sites may not ask this."))}, 403)
        return None if scope["method"] in READS else _of_write(headers, hosts[0], t)

    def _of_stranger(self, scope: Scope, t: Catalogue) -> Response:
        """To the page if the token stands in its address; else what is needed."""
        said = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and scope["method"] == "GET" and _same(said, self.guard.token or ""):
            return self._welcome()
        return PlainTextResponse(t(marked("A token is needed: open the address that sim serve printed.")), 401)

    def _welcome(self) -> Response:
        """To the page, with the cookie that proves that the token was shown."""
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.guard.cookie, self.guard.proof, httponly=True, samesite="strict", path="/")
        return answer


def _of_write(headers: Headers, host: str, t: Catalogue) -> Response | None:
    """A write comes from our own page, says so, and brings JSON or YAML of a bounded size."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_ours = (
        (site or origin) and site in (None, "same-origin") and (origin is None or _host_of(origin) == host.lower())
    )
    if not is_ours:
        return JSONResponse({"error": t(marked("Only this page itself may ask this."))}, 403)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        return JSONResponse({"error": t(marked("Only JSON and YAML are taken."))}, 415)
    length = headers.get("content-length", "")
    if length and (not length.isdigit() or int(length) > MOST_BYTES):
        return JSONResponse({"error": t(marked("That is too much at once."))}, 413)
    return None


def _host_of(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


class TooLargeError(Exception):
    """A body goes on beyond what is taken."""


def _bounded(receive: Receive) -> Receive:
    """A body that says nothing of its length ends where it becomes too long."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES:
                raise TooLargeError
        return message

    return bounded


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith("/api/") or path == "/":
        headers["Cache-Control"] = "no-store"
    else:
        headers.setdefault("Cache-Control", "no-cache")
