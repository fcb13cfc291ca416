"""The siting files that ship: right by their schema, solved at a demand by shares of the base, opening what they say.

The demand here is no run's: orders by region and route as the base's reference shares have them.
"""

from functools import cache
from itertools import combinations
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from sim.cli.schema import schema_text, siting_schema
from sim.cli.validating import validate_files
from sim.experiments.comparing.plans import base_plan, plan_of
from sim.experiments.siting.demand import Demanded, Demands, instance_of
from sim.experiments.siting.drawing import assumed_in, drawn
from sim.experiments.siting.opening import is_of_library, written
from sim.experiments.siting.pictures import map_of
from sim.experiments.siting.reading import Asked, asked_otherwise, read_siting
from sim.experiments.siting.shortlist import Solved, solved
from sim.reading import read_tree
from sim.scenario.interventions.intervention import Intervention
from sim.ticks import DAY

FOLDER = Path(__file__).parents[2] / "scenarios" / "siting"
FILES = sorted(FOLDER.glob("*.yaml"))
KG = 0.4


@cache
def asked(name: str) -> Asked:
    return read_siting(FOLDER / f"{name}.yaml")


def demanded(one: Asked) -> Demanded:
    """A demand by the shares that the base begins with."""
    scenario = one.scenario
    (origin,) = scenario.market.origins.values()
    regions = np.array([region.order_share for region in scenario.regions.values()])
    inside = origin.choice.reference_shares.inside * origin.latent_orders_per_year
    shares = origin.choice.reference_shares.routes
    parcels = np.array([shares.get(route, 0.0) * inside * regions for route in scenario.routes])
    built, days = one.siting.warehouse, {}
    if built:
        times = scenario.last_miles[built.last_mile].times
        days = {place: {g: each.parts[0].mean / DAY for g, each in of.items()} for place, of in times.items()}
    return Demanded(tuple(scenario.routes), tuple(scenario.regions), parcels, KG * parcels, days, 2.5, 0.08)


def solve(one: Asked, draws: int = 0) -> Solved:
    return solved(one, Demands(demanded(one), ()), draws)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_siting_is_right_and_so_says_its_schema(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate_files([file]) == 0
    assert f"{file}: ok: " in capsys.readouterr().out
    jsonschema.Draft202012Validator(siting_schema()).validate(read_tree(file).plain())


def test_committed_schema_of_sitings_is_that_of_the_models() -> None:
    assert (FOLDER / "schema.json").read_text("utf-8") == schema_text("siting")
    jsonschema.Draft202012Validator.check_schema(siting_schema())


def test_five_warehouses_in_russia_are_never_worse_than_one() -> None:
    found = solve(asked("russia"))
    values = [of_size.answers[0].value for of_size in found.by_size]
    assert [of_size.size for of_size in found.by_size] == [1, 2, 3, 4, 5]
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]


def test_more_demand_is_covered_by_more_warehouses() -> None:
    found = solve(asked_otherwise(asked("russia"), {"objective": "coverage", "within": "5.5 d"}))
    values = [of_size.answers[0].value for of_size in found.by_size]
    assert values == sorted(values)
    assert values[-1] > values[0]


def test_draws_of_russia_move_the_answer_and_stay_in_their_ranges() -> None:
    one = asked("russia")
    numbers = assumed_in(one)
    assert len(numbers) > 40
    seen = [drawn(one, numbers, d).candidates["kazan"].inland_days["volga"] / DAY for d in range(30)]
    at_centre = one.siting.candidates["kazan"].inland_days["volga"] / DAY
    assert 0.6 * at_centre <= min(seen) < at_centre < max(seen) <= 1.8 * at_centre
    found = solve(one, draws=20).by_size[1]
    assert found.p_chosen.sum() == pytest.approx(2)
    assert (found.regret >= 0).all()
    assert len(found.regret) == 20


def test_rates_of_one_reason_are_drawn_together_and_apart_if_asked() -> None:
    def ratios(one: Asked) -> set[float]:
        siting = drawn(one, assumed_in(one), 3)
        return {
            round(cost / one.siting.candidates[name].inland_cost_per_kg[cluster], 1)
            for name, site in siting.candidates.items()
            for cluster, cost in site.inland_cost_per_kg.items()
            if cost
        }

    assert len(ratios(asked("hebei"))) <= 3, "the ranges are rounded to the fen"
    assert len(ratios(asked_otherwise(asked("hebei"), {"assumptions": "apart"}))) > 5


def test_hebei_is_solved_with_the_costs_of_the_file() -> None:
    one = asked("hebei")
    found = solve(one)
    (of_size,) = found.by_size
    assert len(of_size.answers) == 3
    instance = instance_of(one.siting, demanded(one))
    by_hand = (instance.demand[:, None] * instance.cost).sum(axis=0) + instance.fixed
    assert [answer.value for answer in of_size.answers] == pytest.approx(sorted(by_hand)[:3])
    assert all(is_of_library(found, answer) for answer in of_size.answers)


def test_names_of_clusters_do_not_lie_over_one_another_on_the_map() -> None:
    figure = map_of(solve(asked("hebei")))
    figure.draw_without_rendering()
    names = set(asked("hebei").siting.clusters)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text() in names]
    assert len(boxes) == len(names)
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]


def opened(found: Solved, size: int, folder: Path) -> Intervention:
    answer = next(of_size for of_size in found.by_size if of_size.size == size).answers[0]
    plan = plan_of(base_plan(found.asked.base_file), written(found, answer, folder))
    (name,) = plan.interventions.keys() - found.asked.scenario.interventions.keys()
    return plan.interventions[name]


def test_made_plan_sends_every_region_to_the_warehouse_that_serves_it(tmp_path: Path) -> None:
    found = solve(asked("russia"))
    answer = found.by_size[2].answers[0]
    measures = opened(found, 3, tmp_path).measures
    shares = {path: share for each in measures.values() for path, share in getattr(each, "shares", {}).items()}
    route = found.asked.scenario.routes["harbin-warehouse"]
    assert {path.split(".")[1] for path in shares} == set(route.promise)
    assert set(shares.values()) == {1.0}
    sites = list(found.siting.candidates)
    for path in shares:
        _, region, way = path.split(".")
        site = way.removeprefix("site-")
        assert answer.served[found.siting.points.index(region), sites.index(site)] == pytest.approx(1)


def test_made_plan_costs_what_its_new_sites_cost(tmp_path: Path) -> None:
    found = solve(asked("russia"))
    assert opened(found, 1, tmp_path).capital == 0, "the one that stands costs nothing more"
    three = opened(found, 3, tmp_path)
    assert three.capital == 2 * found.siting.candidates["kazan"].capital
    assert three.running_per_year == 2 * found.siting.candidates["kazan"].running_per_year
