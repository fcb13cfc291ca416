"""The application: which address answers what. Whatever reads files or takes time runs beside the loop, in threads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from anyio import Event, to_thread
from pydantic import ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sim.errors import AbsurdScenarioError, ScenarioError
from sim.language import LANGUAGES, catalogue, marked
from sim.page.assets import ABOVE, assets
from sim.page.board import Board
from sim.page.corridors import Corridors
from sim.page.downloads import Downloads
from sim.page.elsewhere import Elsewhere
from sim.page.library import Library
from sim.page.plans import Plans
from sim.page.results import Results
from sim.page.runs import Run, Runs
from sim.page.safety import TooLargeError
from sim.page.saying import COOKIE, PageError, language_of
from sim.page.sources import Sources
from sim.page.uploads import Uploads, WrongFileError
from sim.page.wanted import Wanted

SMALLEST_ZIPPED = 1000
PING_SECONDS = 15
FAREWELL_SECONDS = 2
"""Streams of events end by themselves within so long when the server does."""
A_YEAR = 365 * 86_400
T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """All that the addresses ask."""

    library: Library
    corridors: Corridors
    plans: Plans
    runs: Runs
    board: Board
    results: Results
    downloads: Downloads
    sources: Sources
    uploads: Uploads

    @classmethod
    def of(cls, shipped: Path, results: Path, at_once: int = 1) -> "Parts":
        """For a library that ships, and a folder of results."""
        own = results / "runs" / "page"
        library = Library(shipped, results / "uploads", own / "library")
        runs = Runs(own, library)
        found = Results(results, runs)
        return cls(
            library=library,
            corridors=Corridors(library),
            plans=Plans(library),
            runs=runs,
            board=Board(runs, Elsewhere(results / "runs"), at_once),
            results=found,
            downloads=Downloads(found, runs, own / "reports"),
            sources=Sources(library),
            uploads=Uploads(library),
        )


def application(parts: Parts) -> Starlette:
    """All addresses; safe only behind a guard."""
    pages = Pages(parts)
    routes = [
        Route("/", pages.page),
        Route(ABOVE + "/{mark}/{name:path}", pages.asset),
        Route("/api/corridors", pages.corridors),
        Route("/api/corridors/{name}", pages.corridor),
        Route("/api/corridors/{name}/interventions", pages.interventions),
        Route("/api/plans/check", pages.check, methods=["POST"]),
        Route("/api/runs", pages.runs),
        Route("/api/runs", pages.add_run, methods=["POST"]),
        Route("/api/runs/{id}/stop", pages.stop_run, methods=["POST"]),
        Route("/api/runs/{id}/resume", pages.resume_run, methods=["POST"]),
        Route("/api/events", pages.events),
        Route("/api/results", pages.results),
        Route("/api/results/{id}", pages.result),
        Route("/api/results/{id}/pictures/{name}", pages.picture),
        Route("/api/results/{id}/download", pages.downloads),
        Route("/api/results/{id}/download/{name}", pages.download),
        Route("/api/sources", pages.sources),
        Route("/api/uploads", pages.upload, methods=["POST"]),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        _prepare()
        watching = asyncio.create_task(parts.board.watch())
        warming = asyncio.create_task(to_thread.run_sync(partial(_warm, parts)))
        yield
        for task in (watching, warming):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    middleware = [Middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED)]
    handlers: Any = {
        PageError: _page_error,
        ScenarioError: _scenario_error,
        ValidationError: _wrong_body,
        TooLargeError: _too_large,
        HTTPException: _http_error,
        Exception: _fault,
    }
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan, exception_handlers=handlers)


def _prepare() -> None:
    """Make what the first visitor asks before anything else, before anybody asks."""
    assets().zip_all()
    for language in LANGUAGES:
        page_text(language)


def _warm(parts: Parts) -> None:
    """Read what the first visitor asks first."""
    with suppress(PageError, ScenarioError, OSError):
        for one in parts.corridors.listed("en")[:2]:
            parts.corridors.interventions(one["name"], "en")


def _language(request: Request) -> str:
    return language_of(request.query_params, request.cookies, request.headers.get("accept-language", ""))


async def _threaded(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    return await to_thread.run_sync(partial(function, *arguments, **named))


class Pages:
    """What the addresses answer."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    # -- the page itself -----------------------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """The page in a language; a cookie remembers the one that was asked for."""
        language = _language(request)
        answer = HTMLResponse(page_text(language))
        if request.query_params.get("lang") == language:
            answer.set_cookie(COOKIE, language, max_age=A_YEAR, samesite="strict", path="/")
        return answer

    async def asset(self, request: Request) -> Response:
        """A script, the outlines, the font or the texts of the scripts; the browser keeps it."""
        return assets().answer(request)

    # -- corridors -----------------------------------------------------------------------------------------------------

    async def corridors(self, request: Request) -> Response:
        """All corridors."""
        return JSONResponse(await _threaded(self.parts.corridors.listed, _language(request)))

    async def corridor(self, request: Request) -> Response:
        """One of them."""
        name = request.path_params["name"]
        return JSONResponse(await _threaded(self.parts.corridors.detail, name, _language(request)))

    async def interventions(self, request: Request) -> Response:
        """What can be chosen in it."""
        name = request.path_params["name"]
        return JSONResponse(await _threaded(self.parts.corridors.interventions, name, _language(request)))

    async def sources(self, request: Request) -> Response:
        """Where numbers come from: those at a path in full, or a list."""
        said = request.query_params
        corridor, path = said.get("corridor", ""), said.get("path")
        more = tuple(name for name in said.get("interventions", "").split(",") if name)
        if path:
            return JSONResponse(await _threaded(self.parts.sources.told, corridor, path, more))
        listed = partial(self.parts.sources.listed, status=said.get("status"), match=said.get("match"), more=more)
        return JSONResponse(await _threaded(listed, corridor))

    # -- plans and runs ------------------------------------------------------------------------------------------------

    async def check(self, request: Request) -> Response:
        """What plans cost and take, and what is wrong with them."""
        wanted = Wanted.model_validate_json(await request.body())
        return JSONResponse(await _threaded(self.parts.plans.check, wanted, _language(request)))

    async def runs(self, request: Request) -> Response:
        """All runs."""
        return Response(self.parts.board.text, media_type="application/json")

    async def add_run(self, request: Request) -> Response:
        """Put a run in the queue, if nothing is wrong with its plans."""
        wanted = Wanted.model_validate_json(await request.body())
        checked = await _threaded(self.parts.plans.check, wanted, _language(request))
        if not checked["ok"]:
            said = catalogue(_language(request))(marked("The plans are not right."))
            return JSONResponse({"error": said, "errors": checked["errors"]}, 422)
        read = await _threaded(self.parts.plans.read, wanted)
        run = await _threaded(self.parts.board.add, wanted, read)
        await self.parts.board.look()
        return JSONResponse({"id": run.id}, 202)

    async def stop_run(self, request: Request) -> Response:
        """Stop one of the page's runs."""
        run = await self._own_run(request, marked("This run was started in the terminal; stop it there."))
        await _threaded(run.stop)
        await self.parts.board.look()
        return JSONResponse({"id": run.id}, 202)

    async def resume_run(self, request: Request) -> Response:
        """Put one of the page's runs in the queue again."""
        run = await self._own_run(
            request, marked("This run was started in the terminal; the same command goes on there.")
        )
        await self.parts.board.resume(run)
        return JSONResponse({"id": run.id}, 202)

    async def _own_run(self, request: Request, refusal: str) -> Run:
        """The run of an address, if it is one of the page's."""
        name = request.path_params["id"]
        if any(one.id == name for one in await _threaded(self.parts.board.elsewhere.shown)):
            raise PageError(409, refusal)
        return await _threaded(self.parts.runs.run, name)

    async def events(self, request: Request) -> Response:
        """The list of runs, now and whenever it has changed."""

        ended = Event()

        async def told() -> AsyncIterator[ServerSentEvent]:
            async for text in self.parts.board.told(ended):
                yield ServerSentEvent(text, event="runs")

        return EventSourceResponse(
            told(), ping=PING_SECONDS, shutdown_event=ended, shutdown_grace_period=FAREWELL_SECONDS
        )

    # -- results -------------------------------------------------------------------------------------------------------

    async def results(self, request: Request) -> Response:
        """All results."""
        return JSONResponse(await _threaded(self.parts.results.listed, _language(request)))

    async def result(self, request: Request) -> Response:
        """One of them, with the names of its files."""
        name, language = request.path_params["id"], _language(request)
        told = await _threaded(self.parts.results.told, name, language)
        return JSONResponse({**told, "downloads": await _threaded(self.parts.downloads.names, name)})

    async def picture(self, request: Request) -> Response:
        """One of its pictures."""
        said = request.path_params
        file = await _threaded(self.parts.results.picture, said["id"], said["name"])
        return FileResponse(file, media_type="image/png")

    async def downloads(self, request: Request) -> Response:
        """The names of its files."""
        return JSONResponse(await _threaded(self.parts.downloads.names, request.path_params["id"]))

    async def download(self, request: Request) -> Response:
        """One of its files; the browser saves it."""
        said = request.path_params
        found = await self.parts.downloads.file(said["id"], said["name"], _language(request))
        return FileResponse(found.file, media_type=found.media_type, filename=found.name)

    async def upload(self, request: Request) -> Response:
        """Keep a file of one's own."""
        return JSONResponse(await _threaded(self.parts.uploads.keep, await request.body()), 201)


# -- the template ------------------------------------------------------------------------------------------------------


@cache
def page_text(language: str) -> str:
    """The page with its styles, without anything of a corridor: the script asks for that."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sim.page", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    own = {"above": assets().above, "scripts": assets().scripts()}
    return str(made.get_template("page.html").render(t=catalogue(language), language=language, **own))


# -- errors ------------------------------------------------------------------------------------------------------------


def _error(status: int, text: str, **more: Any) -> Response:
    return JSONResponse({"error": text, **more}, status)


async def _page_error(request: Request, error: PageError) -> Response:
    more = {"errors": error.problems} if isinstance(error, WrongFileError) else {}
    return _error(error.status, error.said(catalogue(_language(request))), **more)


async def _scenario_error(_: Request, error: ScenarioError) -> Response:
    said = (
        str(error.estimate) if isinstance(error, AbsurdScenarioError) else "; ".join(p.message for p in error.problems)
    )
    return _error(422, said or str(error).removeprefix("error: "))


async def _wrong_body(request: Request, error: ValidationError) -> Response:
    t = catalogue(_language(request))
    found = [
        {"where": ".".join(map(str, item["loc"])), "message": item["msg"]} for item in error.errors(include_url=False)
    ]
    return _error(422, t(marked("What was sent is not what is asked for here.")), errors=found[:20])


async def _too_large(request: Request, _: TooLargeError) -> Response:
    return _error(413, catalogue(_language(request))(marked("That is too much at once.")))


async def _http_error(request: Request, error: HTTPException) -> Response:
    t = catalogue(_language(request))
    known = {404: marked("There is nothing at this address."), 405: marked("This cannot be asked of this address.")}
    return _error(error.status_code, t(known.get(error.status_code, error.detail)))


async def _fault(request: Request, _: Exception) -> Response:
    return _error(500, catalogue(_language(request))(marked("Something went wrong here; the terminal says more.")))
