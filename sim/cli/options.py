"""Options that all commands take, and the kinds of files that come with the program."""

from collections.abc import Callable
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


class WholeNumber(click.IntRange):
    """A whole number within bounds; what is none is refused in words."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """The number. Raises BadParameter."""
        return _converted(super().convert, "a whole number", self, value, parameter, context)


class Number(click.FloatRange):
    """A number within bounds; what is none is refused in words."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """The number. Raises BadParameter."""
        return _converted(super().convert, "a number", self, value, parameter, context)


def _converted(
    convert: Callable[..., Any],
    what: str,
    bounds: click.IntRange | click.FloatRange,
    value: Any,
    parameter: click.Parameter | None,
    context: click.Context | None,
) -> Any:
    try:
        return convert(value, parameter, context)
    except click.BadParameter:
        ends = (bounds.min, bounds.max)
        least, most = (None if each is None else f"{each:,.0f}" if each == int(each) else f"{each:g}" for each in ends)
        span = f"between {least} and {most}" if most and least else f"of {least} or more" if least else ""
        raise click.BadParameter(f"'{value}' is not {what} {span}".rstrip(), context, parameter) from None


def debug(command: Any) -> Any:
    """With ``--debug`` an error shows its traceback."""
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)
