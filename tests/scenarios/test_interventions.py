"""Every shipped intervention or disruption acts in its world, says who proposes it and where its numbers come from."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from sim.experiments.worlds import Worlds
from sim.ledger import problems_of
from sim.model import build
from sim.scenario.interventions.expanding import expanded
from sim.scenario.interventions.trial import Trial, trial
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.scenario.setting import with_values
from sim.scenario.targets import schedules
from sim.ticks import DAY

LIBRARY = Path(__file__).parents[2] / "scenarios"
PROPOSALS = sorted((LIBRARY / "interventions").glob("*.yaml"))
DISRUPTIONS = sorted((LIBRARY / "disruptions").glob("*.yaml"))
FREE = {"national-b2b-to-b2c"}
"""What is reported and not proposed: nobody pays for it."""


def of_each(files: list[Path]) -> pytest.MarkDecorator:
    """For each file; the scope lets pytest run all tests of a file in a row, so that it is loaded once."""
    return pytest.mark.parametrize("file", files, ids=lambda file: file.stem, scope="module")


@lru_cache(4)
def tried(file: Path) -> Trial:
    return trial(file)


@lru_cache(8)
def without(file: Path, others: tuple[str, ...]) -> Scenario:
    return expanded(load(file, others).scenario)


def both(file: Path) -> tuple[Scenario, Scenario]:
    """The world with what the intervention requires, and the same with the intervention, as they run."""
    found = tried(file)
    assert found.base is not None
    assert found.scenario is not None
    others = tuple(name for name in found.scenario.interventions if name != found.name)
    return without(found.base, others), expanded(found.scenario)


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_file_acts_in_the_world_that_it_is_meant_for(file: Path) -> None:
    base, world = both(file)
    later = [name for name, lane in base.lanes.items() if lane.timetable != world.lanes[name].timetable]
    assert later or world.changes.keys() > base.changes.keys()
    assert not world.interventions


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_file_acts_in_every_world_that_is_drawn(file: Path) -> None:
    scenario = tried(file).scenario
    assert scenario is not None
    worlds, changes = Worlds.of(scenario, 6), expanded(scenario).changes.keys()
    for replication in (0, 2, 4) if worlds.n_draws else (0,):
        world = worlds.scenario(replication)
        assert world.changes.keys() >= changes
        assert schedules(world).keys() >= {change.change for change in world.changes.values()}


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_file_in_its_world_survives_being_written_down(file: Path) -> None:
    scenario = tried(file).scenario
    assert scenario is not None, "it names no base"
    assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_file_lies_where_its_kind_belongs(file: Path) -> None:
    assert tried(file).intervention.is_disruption == (file.parent.name == "disruptions")


@of_each(PROPOSALS)
def test_proposal_names_its_document_and_section(file: Path) -> None:
    intervention = tried(file).intervention
    assert intervention.document
    assert intervention.section
    assert len(intervention.proposes) > 60


@of_each(DISRUPTIONS)
def test_disruption_says_what_it_rests_on_and_lies_within_the_horizon(file: Path) -> None:
    found = tried(file)
    assert found.scenario is not None
    assert found.intervention.document
    assert found.scenario.horizon.start <= found.intervention.at < found.scenario.horizon.end


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_every_number_says_where_it_comes_from(file: Path) -> None:
    problems, counts = problems_of(file)
    assert problems == []
    assert counts.total() > 0


@of_each(PROPOSALS)
def test_costs_are_uncertain_by_a_factor(file: Path) -> None:
    """No proposal has a price in the evidence, so a range of less than two to one would be a pretence."""
    found = tried(file)
    assert found.scenario is not None
    if file.stem not in FREE:
        assert found.intervention.capital + found.intervention.running_per_year > 0
    for cost in ("capital", "running_per_year"):
        if value := getattr(found.intervention, cost):
            low, high = found.scenario.uncertain[f"interventions.{found.name}.{cost}"]
            assert _cny(low) <= value <= _cny(high)
            assert _cny(high) >= 2 * _cny(low)


def _cny(end: float | str) -> float:
    return float(str(end).removesuffix("CNY"))


@of_each([*PROPOSALS, *DISRUPTIONS])
def test_what_is_added_is_closed_or_unused_before_it_starts(file: Path) -> None:
    base, world = both(file)
    for name in world.routes.keys() - base.routes.keys():
        assert not world.routes[name].is_open
    for name, route in base.routes.items():
        assert world.routes[name].gateways == route.gateways
        assert world.routes[name].tariff == route.tariff
        for path, way in route.paths.items():
            assert world.routes[name].paths[path].steps == way.steps


@of_each([*PROPOSALS, *DISRUPTIONS])
@pytest.mark.parametrize("side", [0, 1], ids=["lower", "upper"])
def test_world_at_the_ends_of_all_ranges_can_run(file: Path, side: int) -> None:
    scenario = tried(file).scenario
    assert scenario is not None
    ends = {path: ends[side] for path, ends in scenario.uncertain.items()}
    assert expanded(with_values(scenario, ends)).changes


@pytest.mark.slow
@of_each([*PROPOSALS, *DISRUPTIONS])
def test_file_runs_through_its_first_weeks_in_a_drawn_world(file: Path) -> None:
    """From the month before it starts until a fortnight after its last measure has, with numbers drawn."""
    scenario = tried(file).scenario
    assert scenario is not None
    intervention = scenario.interventions[file.stem]
    starts = [intervention.at, *(each.at for each in intervention.measures.values() if each.at)]
    drawn = intervention.starts_within // DAY
    horizon = {"start": intervention.at - timedelta(days=14), "end": max(starts) + timedelta(days=14 + drawn)}
    review = scenario.market.review.model_copy(update={"settle_iterations": 0})
    short = scenario.model_copy(
        update={
            "horizon": scenario.horizon.model_copy(update=horizon | {"warm_up": 30 * DAY, "drain": 0}),
            "market": scenario.market.model_copy(update={"review": review}),
            "parcels_per_row": 1000,
        }
    )
    world = Worlds.of(short, 4).scenario(0)
    record = build(world, 0).run().record
    assert record.placed().sum() > 0
    assert record.delivered.sum() > 0
