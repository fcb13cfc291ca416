"""The folder of a comparison is named by what is compared: the same plans the same folder, others another."""

from types import SimpleNamespace
from typing import Any

import pytest

from sim.cli.comparing import LONGEST_NAME, _name


def plans(*names: str) -> list[Any]:
    return [SimpleNamespace(name=name) for name in names]


BASE = plans("harbin-baseline")[0]


def test_few_plans_name_the_folder() -> None:
    assert _name(BASE, plans("a", "b", "c")) == "compare-harbin-baseline-a-b-c"


def test_many_plans_are_told_apart_by_a_hash_and_found_again() -> None:
    one, other = _name(BASE, plans("a", "b", "c", "d")), _name(BASE, plans("a", "b", "c", "e"))
    assert one != other
    assert one == _name(BASE, plans("a", "b", "c", "d"))
    for name in (one, other):
        assert name.startswith("compare-harbin-baseline-a-b-c-")
        assert name.endswith("-and-1-more"), "what `make report` looks for"


@pytest.mark.parametrize("ending", ["x", "y"])
def test_names_that_are_too_long_are_cut_and_still_told_apart(ending: str) -> None:
    name = _name(BASE, plans("p" * 60, "q" * 59 + ending))
    assert len(name) <= LONGEST_NAME + 7
    assert name != _name(BASE, plans("p" * 60, "q" * 59 + "z"))
