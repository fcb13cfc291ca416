"""Options that all commands take, and the kinds of files that come with the program."""

from typing import Any

import click

KINDS = {
    "scenarios": "",
    "interventions": "interventions",
    "disruptions": "disruptions",
    "sweeps": "sweeps",
    "rankings": "rankings",
    "sitings": "siting",
    "benchmarks": "benchmarks",
}
"""Kinds of files, and the folder of `scenarios/` that holds them."""


def debug(command: Any) -> Any:
    """With ``--debug`` an error shows its traceback."""
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)
