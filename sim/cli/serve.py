"""`sim serve`: the page, on this machine alone unless told otherwise."""

import gc
from pathlib import Path
from typing import Any

import click

from sim.cli.options import WholeNumber, debug

PORT = 8321


@click.command(short_help="Open the page in which to ask, run and compare, in a browser.")
@click.option(
    "--port", type=WholeNumber(0, 65_535), default=PORT, show_default=True, help="Port; 0 takes one that is free."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; another one needs a token.")
@click.option("--token", envvar="SIM_TOKEN", help="What others have to show. [default: one is made and printed]")
@click.option("--name", "names", multiple=True, metavar="HOST", help="A further name of this machine; several times.")
@click.option("--at-once", type=WholeNumber(1, 2), default=1, show_default=True, help="Runs at once; others wait.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Folder of results and uploaded files.",
)
@debug
def serve(**options: Any) -> None:
    """Ask what-if in a browser: corridors, plans, runs and what came of them, without a network.

    \b
    sim serve
    sim serve --host 0.0.0.0 --name planning.example --token ...
    """
    from sim.page.serving import Options
    from sim.page.serving import serve as served

    gc.enable()
    served(Options(**options), lambda text: click.echo(text, err=True))
