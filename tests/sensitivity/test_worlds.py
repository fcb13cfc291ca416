"""`sim sensitivity` on a small world: which numbers vary, points and runs, a plan's difference, what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.experiments.sensitivity.factors import Described, by_part, described, part_of, single
from sim.experiments.sensitivity.points import CheckJob, Point, PointJob, World
from sim.experiments.store import Store
from sim.scenario.loading import load

ROOT = Path(__file__).parents[2]
ORDERS = "market.origins.harbin.latent_orders_per_year"
INSIDE = "market.origins.harbin.choice.reference_shares.inside"
SERVICE = "stations.sorting.service.mean"
ASSUMED = {
    "latent_orders_per_year: 18720": "latent_orders_per_year: {value: 18720, assumed: +-50 %, why: it matters}",
    "inside: 0.5,": "inside: {value: 0.5, assumed: [0.4, 0.95], why: it matters as well},",
    "density: 160 kg/m3": "density: {value: 160 kg/m3, assumed: +-30 %, why: it does not}",
    "service: 20 min": "service: {value: 20 min, assumed: [10 min, 30 min], why: it matters for days}",
    "tariff: 12 CNY + 60 CNY/kg": "tariff: {value: 12 CNY + 60 CNY/kg, assumed: +-0 %, why: a convention}",
    "warm_up: 14 d": "warm_up: 7 d",
}
CHANGES = """
changes:
  late: {at: 2017-01-01, change: stations.sorting.servers, set: {value: 4, assumed: [3, 5], why: too late}}
  soon: {at: 2016-05-02, change: stations.sorting.servers, set: {value: 4, assumed: [3, 5], why: in time}}
"""
PLAN = """
intervention: more-hands
name: {en: More hands for sorting}
proposes: Two more servers in the sorting.
at: 2016-05-01
capital: {value: 1e6 CNY, assumed: +-50 %, why: a test}
life: 10
paid_by: operators
running_per_year: 0 CNY
measures:
  hands: {kind: expand_station, queues: [stations.sorting], servers: {value: 2, assumed: [1, 3], why: a test}}
"""
Sensitivity = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    (folder / "corridors").mkdir()
    (folder / "interventions").mkdir()
    text = (ROOT / "tests" / "golden" / "tiny.yaml").read_text("utf-8")
    for old, new in ASSUMED.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "world.yaml").write_text(text + CHANGES, "utf-8")
    (folder / "toy.yaml").write_text("base: world.yaml\nscenario: tiny\n", "utf-8")
    (folder / "interventions" / "more-hands.yaml").write_text(PLAN, "utf-8")
    return folder


@pytest.fixture(scope="module")
def toy(library: Path) -> Described:
    return described(load(library / "toy.yaml"), 5, (), Store(library / "kept"))


@pytest.fixture
def sensitivity(library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sensitivity:
    monkeypatch.chdir(library)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["sensitivity", *arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


# -- what varies -------------------------------------------------------------------------------------------------------


def test_numbers_that_cannot_move_an_indicator_are_left_with_the_reason(toy: Described) -> None:
    varied = {number.path for number in toy.inputs.numbers}
    assert {ORDERS, INSIDE, SERVICE, "products.clothes.density", "changes.soon.set"} <= varied
    left = {each.path: each.why for each in toy.inputs.left}
    assert left["changes.late.set"] == "a change after the simulated time"
    assert left["routes.post.tariff"] == "its range is one value, or it is no number that can be set"
    assert toy.statuses["assumed"] == len(varied) + len(left)


def test_numbers_that_are_not_asked_for_do_not_vary(library: Path) -> None:
    some = described(load(library / "toy.yaml"), 5, ("stations.", "density"), Store(library / "kept"))
    assert {number.path.split(".")[0] for number in some.inputs.numbers} == {"stations", "products"}
    assert {each.why for each in some.inputs.left if each.path == ORDERS} == {"not asked for by --match"}


def test_cost_of_an_intervention_moves_no_measure_and_does_not_vary(library: Path) -> None:
    plan = described(load(library / "toy.yaml", ["more-hands"]), 5, (), Store(library / "kept"))
    assert "interventions.more-hands.measures.hands.servers" in {number.path for number in plan.inputs.numbers}
    why = {each.path: each.why for each in plan.inputs.left}["interventions.more-hands.capital"]
    assert why == "a cost that only the accounts of a comparison count"


def test_change_belongs_to_the_thing_that_it_changes(toy: Described) -> None:
    assert part_of(toy.scenario, "changes.soon.set") == "stations.sorting"
    assert part_of(toy.scenario, ORDERS) == "market.origins.harbin"
    parts = {factor.name: factor.paths for factor in by_part(toy.scenario, toy.inputs.numbers, 9)}
    assert {SERVICE, "changes.soon.set"} <= set(parts["stations.sorting"])
    assert parts["posterior"] == ()
    assert len(single(toy.inputs.numbers, 1)) == len(toy.inputs.numbers)  # one row is no posterior


# -- points ------------------------------------------------------------------------------------------------------------


def test_point_sets_numbers_at_their_quantiles_and_leaves_the_others(toy: Described) -> None:
    world = World.of(toy)
    at = world.at(world.sample, Point.of({ORDERS: 1.0, SERVICE: 0.5}, None))
    origin = at.market.origins["harbin"]
    assert origin.latent_orders_per_year == pytest.approx(28080)
    assert origin.choice.reference_shares.inside == pytest.approx(0.5)
    assert Point.of({SERVICE: 0.5}, None) == Point()


def test_point_of_no_valid_scenario_is_found_before_it_is_run(toy: Described) -> None:
    world = World.of(toy)
    good, bad = Point.of({INSIDE: 0.0}, None), Point.of({INSIDE: 1.0}, None)
    assert CheckJob((world,), (good,)).run() == {"why": None}
    why = CheckJob((world,), (good, bad)).run()["why"]
    assert why == "the route 'express' is offered to 18 % of orders, less than its reference share of 19 % of them"
    assert PointJob.of(world, bad).run() == {"failed": why}


def test_world_without_a_posterior_or_a_number_does_not_see_them(toy: Described) -> None:
    assert World.of(toy).seen(Point((("elsewhere", 1.0), (SERVICE, 0.0)), 3)) == Point(((SERVICE, 0.0),))


def test_runs_of_a_point_are_one_run_whatever_the_world_does_not_have(toy: Described, library: Path) -> None:
    plan = described(load(library / "toy.yaml", ["more-hands"]), 5, (), Store(library / "kept"))
    hands = "interventions.more-hands.measures.hands.servers"
    one, other = Point.of({hands: 1.0, SERVICE: 0.0}, None), Point.of({hands: 0.0, SERVICE: 0.0}, None)
    base, changed = World.of(toy), World.of(plan)
    assert PointJob.of(base, one).key == PointJob.of(base, other).key
    assert PointJob.of(changed, one).key != PointJob.of(changed, other).key
    assert PointJob.of(base, one).key != PointJob.of(base, one, replication=1).key


def test_run_that_fails_says_why(toy: Described, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by a test")

    monkeypatch.setattr("sim.experiments.sensitivity.points.measures_in", broken)
    assert PointJob.of(World.of(toy), Point()).run() == {"failed": "ZeroDivisionError: by a test"}


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["toy.yaml", "--measure", "place"], "'place' is no measure; did you mean 'placed'?"),
        (["toy.yaml", "--points", "12"], "--points is a power of two from 8 on, or 0 for screening alone, not 12"),
        (["toy.yaml", "--route", "pots"], "tiny has no route 'pots'; did you mean 'post'?"),
        (["toy.yaml", "--plan", "more-hand"], "there is no plan 'more-hand'; did you mean 'more-hands'?"),
    ],
)
def test_wrong_request_says_what_is_meant(sensitivity: Sensitivity, arguments: list[str], said: str) -> None:
    code, _, err = sensitivity(*arguments)
    assert code != 0
    assert said in err


SMALL = (
    "--match",
    "sorting",
    "--match",
    "more-hands",
    "--trajectories",
    "2",
    "--points",
    "0",
    "--parcels-per-row",
    "20",
    "--workers",
    "1",
)


@pytest.mark.slow
def test_difference_of_a_plan_is_of_pairs_and_goes_on_where_it_was(sensitivity: Sensitivity, library: Path) -> None:
    arguments = ("toy.yaml", "--plan", "more-hands", "--measure", "mean_days", "--json", *SMALL)
    code, out, err = sensitivity(*arguments)
    assert code == 0, err
    found = json.loads(out)
    assert found["plan"] == "more-hands"
    assert {row["factor"] for row in found["screening"]} >= {SERVICE, "interventions.more-hands.measures.hands.servers"}
    folder = library / "results" / "runs" / "sensitivity-tiny-more-hands"
    assert (folder / "tornado.png").stat().st_size > 5000
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"}
    n_runs = len(list(folder.with_name(f"{folder.name}-runs").iterdir()))
    assert sensitivity(*arguments)[1] == out
    assert n_runs == len(list(folder.with_name(f"{folder.name}-runs").iterdir()))
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run.json"}


@pytest.mark.slow
def test_stopped_command_keeps_what_is_done(sensitivity: Sensitivity, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Point] = []
    once = PointJob.run

    def run(job: PointJob) -> object:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(job.point)
        return once(job)

    monkeypatch.setattr(PointJob, "run", run)
    code, _, err = sensitivity("toy.yaml", "--out", "stopped", *SMALL)
    assert (code, len(ran)) == (130, 2)
    assert "runs that are complete are kept in stopped-runs" in err
    first = set(ran)
    ran.clear()
    assert sensitivity("toy.yaml", "--out", "stopped", *SMALL)[0] == 130
    assert not first & set(ran)
