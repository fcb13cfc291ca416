"""Plans from files: of one's own, anywhere; variants of those of the library; and what cannot be in one plan."""

from pathlib import Path
from typing import Any

import pytest
from behaviour.planned import FROZEN, expand, library, write

import sim
from sim.errors import ScenarioError
from sim.experiments.comparing.plans import Plan, PlanError, base_plan, checked, plan_of
from sim.experiments.comparing.portfolios import combinations


def sorting(servers: int, **more: Any) -> dict[str, Any]:
    return {"measures": {"lines": expand("stations.sorting", servers=servers)}} | more


LIBRARY = {"sorting": sorting(1), "training": sorting(2, requires=["sorting"])}


@pytest.fixture
def base(tmp_path: Path) -> Plan:
    (tmp_path / "library").mkdir()
    return base_plan(library(tmp_path / "library", LIBRARY, FROZEN))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def saved(folder: Path, file: str, name: str, content: dict[str, Any]) -> Path:
    said = {"intervention": name, "name": {"en": name}, "proposes": "A test.", "at": "2016-05-01"}
    write(said | content, folder / f"{file}.yaml")
    return folder / f"{file}.yaml"


def servers_of(plan: Plan, base: Plan) -> dict[str, int]:
    return {name: one.measures["lines"].servers for name, one in plan.own(base).items()}  # type: ignore[union-attr]


def test_file_outside_the_library_is_a_plan_with_what_it_requires_of_the_library(base: Plan, elsewhere: Path) -> None:
    own = saved(elsewhere, "ours", "ours", sorting(3, requires=["sorting"]))
    assert base.file is not None
    comparison = sim.compare(base.file, [own], replications=2)
    plan = comparison.plans.iloc[0]
    assert (plan.plan, plan.interventions) == ("ours", "sorting, ours")
    assert plan.days_saved > 0.5
    assert own in {file.resolve() for file in comparison.alternatives[0].plan.files}
    assert servers_of(plan_of(base, str(own)), base) == {"sorting": 1, "ours": 3}


def test_errors_of_a_file_outside_the_library_are_told_at_their_place(base: Plan, elsewhere: Path) -> None:
    wrong = saved(elsewhere, "wrong", "wrong", {"measures": {"lines": expand("stations.sortin", servers=1)}})
    with pytest.raises(ScenarioError) as error:
        plan_of(base, wrong)
    assert "elsewhere/wrong.yaml:" in str(error.value)
    assert "did you mean 'sorting'?" in str(error.value)
    lonely = saved(elsewhere, "lonely", "lonely", sorting(1, requires=["nobody"]))
    with pytest.raises(ScenarioError, match="it requires 'nobody', which the scenario does not have"):
        plan_of(base, lonely)


def test_variant_of_an_intervention_of_the_library_stands_in_its_place(base: Plan, elsewhere: Path) -> None:
    variant = plan_of(base, saved(elsewhere, "sorting-5", "sorting", sorting(5)))
    assert (variant.name, servers_of(variant, base)) == ("sorting-5", {"sorting": 5})
    both = [plan_of(base, "sorting"), variant]
    checked(base, both)
    comparison = sim.compare(base.file, ["sorting", elsewhere / "sorting-5.yaml"], replications=2)  # type: ignore[arg-type]
    saved_days = comparison.plans.set_index("plan").days_saved
    assert 0 < saved_days["sorting"] < saved_days["sorting-5"]
    with_training = plan_of(base, f"{elsewhere / 'sorting-5.yaml'}+training")
    assert servers_of(with_training, base) == {"sorting": 5, "training": 2}


def test_variant_in_a_file_of_the_same_name_cannot_be_told_from_the_original(base: Plan, elsewhere: Path) -> None:
    same = plan_of(base, saved(elsewhere, "sorting", "sorting", sorting(5)))
    assert servers_of(same, base) == {"sorting": 5}
    checked(base, [same])
    with pytest.raises(PlanError, match="two plans are called 'sorting'"):
        checked(base, [plan_of(base, "sorting"), same])


def test_one_plan_or_portfolio_has_an_intervention_once(base: Plan, elsewhere: Path) -> None:
    file = saved(elsewhere, "sorting-5", "sorting", sorting(5))
    for words in (f"sorting+{file}", f"{file}+sorting"):
        with pytest.raises(PlanError, match="are both the intervention 'sorting'; a plan has it once"):
            plan_of(base, words)
    with pytest.raises(PlanError, match="'sorting' and 'sorting' are both the intervention 'sorting'"):
        plan_of(base, "sorting+sorting")
    variant = plan_of(base, file)
    for name in ("sorting", "training"):
        other = plan_of(base, name)
        with pytest.raises(PlanError, match=f"'{name}' and 'sorting-5' both have the intervention 'sorting'"):
            combinations(base, [other, variant])
    assert len(combinations(base, [plan_of(base, "sorting"), plan_of(base, "training")]).plans) >= 2
