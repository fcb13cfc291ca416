"""Numbers of the command line are refused in words, with the bounds."""

import click
import pytest
from click.testing import CliRunner

from sim.cli.options import Number, WholeNumber


def doing(kind: click.ParamType) -> click.Command:
    """A command with an option of a kind, which prints one more."""
    return click.Command("do", params=[click.Option(["--n"], type=kind)], callback=lambda n: click.echo(n + 1))


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (WholeNumber(2, 10_000), "1", "'1' is not a whole number between 2 and 10,000"),
        (WholeNumber(2, 10_000), "three", "'three' is not a whole number between 2 and 10,000"),
        (WholeNumber(0), "-1", "'-1' is not a whole number of 0 or more"),
        (Number(0.01, 0.9), "2", "'2' is not a number between 0.01 and 0.9"),
        (Number(min=0, max=1e15), "40 M", "'40 M' is not a number between 0 and 1,000,000,000,000,000"),
    ],
)
def test_wrong_number_is_refused_in_words(kind: click.ParamType, given: str, said: str) -> None:
    refused = CliRunner().invoke(doing(kind), ["--n", given])
    assert refused.exit_code == 2
    assert f"Invalid value for '--n': {said}" in refused.output


def test_right_number_is_taken() -> None:
    command = click.Command(
        "do", params=[click.Option(["--n"], type=WholeNumber(1, 9))], callback=lambda n: print(n + 1)
    )
    assert CliRunner().invoke(command, ["--n", "8"]).output == "9\n"
