"""Options that all commands take."""

from typing import Any

import click


def debug(command: Any) -> Any:
    """With ``--debug`` an error shows its traceback."""
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)
