"""How a command ends that could not do what it was asked: a message, an exit code, a traceback if asked."""

import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from sim.errors import InputError, ScenarioError, SimError, printable

WRONG_INPUT, FAILED, STOPPED = 2, 1, 130


def failure(error: Exception, *, is_debug: bool) -> int:
    """Say what went wrong; the exit code: 2 for wrong input, else 1."""
    code = WRONG_INPUT if isinstance(error, ScenarioError | InputError) else FAILED
    if is_debug:
        traceback.print_exception(error)
        return code
    if isinstance(error, ScenarioError):
        return said(str(error), code)
    if isinstance(error, SimError):
        return said(f"error: {printable(str(error))}", code)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return said(f"error: {printable(what)} ({_remedy(error)})", code)


def said(message: str, code: int) -> int:
    """Print a message on stderr; the code."""
    click.echo(message, err=True)
    return code


def _remedy(error: Exception) -> str:
    """What to do about an error that nobody foresaw. Of a disk or of memory, the message says it."""
    again = "run again with --debug to see where"
    if isinstance(error, OSError | MemoryError):
        return again
    kept = _kept(error)
    return f"a fault of the program: {again}" + (f", or hand on {kept}" if kept else "")


def _kept(error: Exception) -> Path | None:
    """Where the traceback of an error was written, with the command that met it; None if it could not be."""
    import platform

    from sim import __version__

    about = f"sim {__version__}, Python {platform.python_version()}, {platform.platform()}\n{sys.argv!r}\n\n"
    try:
        handle, name = tempfile.mkstemp(prefix="sim-error-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(about + "".join(traceback.format_exception(error)))
    except OSError:
        return None
    return Path(name)
