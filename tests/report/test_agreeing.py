"""What a report says again without knowing the engine agrees with what the engine says."""

from sim.experiments.comparing import sensitivity
from sim.experiments.comparing.network import KEPT
from sim.experiments.comparing.objectives import OBJECTIVES
from sim.experiments.comparing.tables import PLANS
from sim.experiments.differences import ENOUGH_DRAWS, TOO_FEW_DRAWS
from sim.report import answer, assumption_parts, cautions
from sim.report.figures_of_plans import KINDS
from sim.report.figures_of_plans import OBJECTIVES as NAMED
from sim.report.results import NETWORK


def test_bounds_on_draws_are_those_of_comparisons() -> None:
    assert answer.ENOUGH_DRAWS == ENOUGH_DRAWS
    assert cautions.TOO_FEW_DRAWS == TOO_FEW_DRAWS
    assert assumption_parts.FEWEST_DRAWS == sensitivity.FEWEST_DRAWS


def test_tables_of_a_run_are_brought_to_the_shape_of_a_comparison() -> None:
    assert {name: (kept.keys, kept.sums, dict(kept.means)) for name, kept in KEPT.items()} == NETWORK


def test_every_objective_has_a_name_and_a_figure() -> None:
    assert list(NAMED) == list(OBJECTIVES)
    assert set(OBJECTIVES) <= set(KINDS)
    assert {kind.column for kind in KINDS.values()} <= {column.name for column in PLANS}
