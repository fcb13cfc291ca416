"""Which uncertain numbers a comparison says its answer hangs on, by made-up shares of the variance."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.experiments.comparing import wording
from sim.experiments.comparing.sensitivity import FEWEST_DRAWS
from sim.experiments.comparing.wording import NUMBERS_NAMED, _important_numbers


def compared(n_draws: int) -> Any:
    """A comparison of two plans with a baseline."""
    plans = [SimpleNamespace(plan=SimpleNamespace(name=name)) for name in ("charters", "training")]
    return SimpleNamespace(layout=SimpleNamespace(has_draws=n_draws > 0, n_draws=n_draws), alternatives=plans)


def test_clear_numbers_of_each_plan_are_named_the_first_few_only(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("charters", f"n{i}", 0.4 - 0.1 * i, "yes") for i in range(NUMBERS_NAMED + 1)]
    rows += [("charters", "unclear", 0.01, "no"), ("training", "unclear", 0.3, "no")]
    names = ("plan", "number", "share_of_variance", "is_clear")
    table = {name: np.array([row[i] for row in rows], object) for i, name in enumerate(names)}
    monkeypatch.setattr(wording, "sensitivity_table", lambda _: table)
    assert list(_important_numbers(compared(FEWEST_DRAWS))) == [
        "charters: most of what is not known is due to n0 (40%), n1 (30%) and n2 (20%)."
    ]


def test_without_draws_nothing_is_said_and_of_few_that_they_are_too_few() -> None:
    assert list(_important_numbers(compared(0))) == []
    assert list(_important_numbers(compared(3))) == [
        f"Which uncertain number moves the answer cannot be told from 3 draws; {FEWEST_DRAWS} or more can."
    ]
