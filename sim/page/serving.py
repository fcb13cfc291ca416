"""The server itself: an address of this machine, one server for a folder of results, and what is printed of it."""

import errno
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.errors import SimError
from sim.experiments.lock import FolderInUseError, Locked, holder
from sim.page.app import Parts, application
from sim.page.files import read_json, write_json
from sim.page.safety import LOOPBACK, Guard, Guarded

GRACE_SECONDS = 3
SHORTEST_TOKEN = 16
SERVED = "served.json"
SHIPPED = Path(sim.__file__).resolve().parents[1] / "scenarios"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    host: str
    port: int
    token: str | None
    names: Sequence[str]
    at_once: int
    results: Path


class ServingError(SimError):
    """The page cannot be served; says why, and what to do."""


def library() -> Path:
    """The scenarios of the folder where the command is given, if there is a library, else those that ship."""
    here = Path("scenarios")
    return here if (here / "corridors").is_dir() else SHIPPED


def serve(options: Options, say: Callable[[str], None]) -> None:
    """Serve until interrupted. Raises ServingError if the address is taken or the folder is served already."""
    import uvicorn

    own = options.results / "runs" / "page"
    try:
        with Locked(own, say), _bound(options) as bound:
            guard = guard_of(options, bound.getsockname()[1])
            app = guarded(options, guard)
            say(f"{address(options, guard)}  (Ctrl-C ends the page; runs go on)")
            write_json(own / SERVED, told_to_others(options, guard))
            config = uvicorn.Config(
                app, log_level="warning", server_header=False, timeout_graceful_shutdown=GRACE_SECONDS, ws="none"
            )
            with suppress(KeyboardInterrupt), _ended_as_by_ctrl_c():
                uvicorn.Server(config).run(sockets=[bound])
    except FolderInUseError:
        raise ServingError(taken(options.results, holder(own), read_json(own / SERVED))) from None


def taken(results: Path, who: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Who serves a folder already, and where; a file of one that was killed says nothing of the next."""
    where = str(said.get("address", "")) if said.get("pid") == who.get("pid") else ""
    token = " with the token that it printed" if said.get("is_guarded") else ""
    opened = f"open {where}{token}" if where else "open its page"
    return f"{results} is served already, by process {who.get('pid')}; {opened}, or name another folder with --results"


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Within, a request to end (SIGTERM) is as Ctrl-C: the folder is let go of. The server hands on what it got."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def guarded(options: Options, guard: Guard) -> Guarded:
    """The application of these options, behind its guard."""
    return Guarded(application(Parts.of(library(), options.results, options.at_once)), guard)


def guard_of(options: Options, port: int) -> Guard:
    """Loopback asks for nothing; any other address for a token, which is made if none is given.

    So does loopback under another name: then a proxy stands before it, and whoever reaches that reaches the page.
    """
    if options.host in LOOPBACK and not options.names and options.token is None:
        return Guard.of(options.host, port, None)
    token = options.token or secrets.token_urlsafe(24)
    if len(token) < SHORTEST_TOKEN:
        raise ServingError(f"the token has {len(token)} characters; take {SHORTEST_TOKEN} or more, or leave it out")
    own = () if options.host in LOOPBACK else _own_names()
    return Guard.of(options.host, port, token, options.names, own)


def address(options: Options, guard: Guard) -> str:
    """What to open."""
    wild = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}
    host = wild.get(options.host, options.host)
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{guard.port}/" + (f"?token={guard.token}" if guard.token else "")


def told_to_others(options: Options, guard: Guard) -> dict[str, Any]:
    """What whoever serves the same folder again is told: where the page is, not the token."""
    return {"pid": os.getpid(), "address": address(options, guard).partition("?")[0], "is_guarded": bool(guard.token)}


def _bound(options: Options) -> socket.socket:
    """A socket at the address."""
    try:
        found = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(found[0], found[1])
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(found[4])
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        advice = "name another one with --port" if taken else "name an address of this machine with --host"
        raise ServingError(f"{options.host}:{options.port} cannot be listened at: {error.strerror}; {advice}") from None
    return bound


def _own_names() -> list[str]:
    """Names and addresses by which others know this machine."""
    name = socket.gethostname()
    try:
        addresses = {str(one[4][0]) for one in socket.getaddrinfo(name, None)}
    except OSError:
        addresses = set()
    return [name, socket.getfqdn(), *addresses]
