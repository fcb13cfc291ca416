"""An interval of two or three draws looks certain and is not: it is not shown, and the text says why."""

from behaviour.planned import FROZEN, more_sorting, narrow

import sim
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.wording import plan_cells, rests_on
from sim.experiments.differences import said_of_few


def compared(replications: int) -> Comparison:
    drawn = narrow(FROZEN).model_copy(update={"uncertain": {"stations.sorting.service.mean": ("30 min", "40 min")}})
    return sim.compare(drawn, [more_sorting()], replications=replications, parcels_per_row=200)


def test_interval_of_too_few_draws_is_not_shown() -> None:
    few = compared(6)
    assert few.layout.n_draws == 3
    assert not any("[" in line for cell in plan_cells(few, few.alternatives[0]) for line in cell)
    assert "3 draws are too few for a credible interval" in " ".join(rests_on(few))


def test_interval_of_a_few_more_draws_is_shown_with_what_it_is_worth() -> None:
    enough = compared(8)
    assert any("[" in line for cell in plan_cells(enough, enough.alternatives[0]) for line in cell)
    assert "Of fewer than 40 draws the credible interval is too narrow." in " ".join(rests_on(enough))


def test_what_is_said_of_an_interval_hangs_on_its_draws() -> None:
    assert said_of_few(3) == " 3 draws are too few for it to say anything."
    assert said_of_few(39) == " Of fewer than 40 draws it is too narrow."
    assert said_of_few(40) == ""
