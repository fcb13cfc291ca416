"""Designs are what they say: which points there are, the base first, and what each sets."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.experiments.sweeps.design import Point, points_of
from sim.experiments.sweeps.factors import Factor
from sim.experiments.sweeps.jobs import Jobs, SweepJob, unpacked
from sim.experiments.sweeps.reading import Study, read_sweep
from sim.experiments.sweeps.tables import design_table
from sim.scenario.setting import with_values
from sim.ticks import HOUR
from tests.sweeps.conftest import Write

TWO = """replications: 2
levers:
  stations.sorting.servers: {low: 1, high: 4}
  lanes.flight.cutoff: {low: 90 min, high: 6 h}
"""


def study_of(file: Path) -> tuple[Study, list[Point]]:
    study = read_sweep(file)
    points = points_of(study.sweep.design, study.factors, study.sweep.seed)
    assert len(points) == study.n_points
    assert points[0].values == (None,) * len(study.factors)
    assert [point.number for point in points] == list(range(len(points)))
    return study, points


def quantiles(factor: Factor, points: list[Point], place: int) -> np.ndarray:
    """Where in its range a factor lies at the points after the base."""
    values = [factor.number(value) for point in points[1:] if (value := point.values[place]) is not None]
    return (np.array(values) - factor.low) / (factor.high - factor.low)


def test_factorial_has_every_combination_once(write: Write) -> None:
    text = """design: {kind: factorial}
replications: 2
levers:
  stations.sorting.servers: {values: [1, 3, 4]}
  plans: {values: [[], [more-sorters, more-officers]]}
uncertainties:
  lanes.flight.cutoff: {low: 1 h, high: 2 h}
  lanes.flight.cancellation: {low: 0, high: 0.2, levels: 3}
"""
    _, points = study_of(write(text))
    rows = [point.values for point in points[1:]]
    assert len(rows) == len(set(rows)) == 3 * 2 * 2 * 3
    assert {row[2] for row in rows} == {"1.0 h", "2.0 h"}
    assert {row[3] for row in rows} == {0.0, 0.1, 0.2}


def test_one_at_a_time_leaves_all_others_as_in_the_base(write: Write) -> None:
    study, points = study_of(write("design: {kind: one_at_a_time}\n" + TWO))
    assert [point.values for point in points[1:]] == [(1, None), (4, None), (None, "90.0 min"), (None, "360.0 min")]
    table = design_table(Jobs(study, 2), points)
    assert table["stations.sorting.servers"].tolist() == [2, 1, 4, 2, 2]
    assert table["lanes.flight.cutoff [min]"].tolist() == [120, 120, 120, 90, 360]


def test_latin_hypercube_meets_each_slice_of_each_range_once(write: Write) -> None:
    study, points = study_of(write("design: {kind: latin_hypercube, points: 10}\n" + TWO))
    found = np.sort(quantiles(study.factors[1], points, 1))
    assert (np.floor(found * 10) == np.arange(10)).all()
    whole = [point.values[0] for point in points[1:]]
    assert set(whole) == {1, 2, 3, 4}
    assert all(isinstance(value, int) for value in whole)


def test_sobol_points_are_balanced(write: Write) -> None:
    study, points = study_of(write("design: {kind: sobol, points: 16}\n" + TWO))
    halves = [quantiles(factor, points, i) for i, factor in enumerate(study.factors)]
    assert np.bincount((halves[1] * 16).astype(int), minlength=16).tolist() == [1] * 16
    assert (
        np.bincount([int(value) for point in points[1:] if (value := point.values[0])], minlength=5)[1:].tolist()
        == [4] * 4
    )


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_seed_of_the_design_decides_its_points(write: Write, kind: str) -> None:
    def rows(seed: int) -> list[tuple[object, ...]]:
        text = f"design: {{kind: {kind}, points: 8}}\nseed: {seed}\n" + TWO
        return [point.values for point in study_of(write(text))[1]]

    assert rows(1) == rows(1) != rows(2)


def test_values_are_equally_likely_in_a_design_that_fills_space() -> None:
    factor = Factor("x", True, "text", values=("a", "b", "c"))
    assert [factor.at(u) for u in (0.0, 0.32, 0.34, 0.66, 0.67, 1.0)] == ["a", "a", "b", "b", "c", "c"]


def test_days_between_two_dates_are_equally_likely() -> None:
    low, high = date(2016, 2, 27).toordinal(), date(2016, 3, 1).toordinal()
    factor = Factor("x", True, "date", low=low, high=high)
    assert [factor.at(u) for u in (0.0, 0.3, 0.6, 0.99)] == ["2016-02-27", "2016-02-28", "2016-02-29", "2016-03-01"]


def test_values_in_several_units_are_one_number(write: Write) -> None:
    text = "design: {kind: factorial}\nreplications: 2\nlevers: {lanes.flight.cutoff: {values: [90 min, 2 h, 1 d]}}"
    study, points = study_of(write(text))
    assert design_table(Jobs(study, 2), points)["lanes.flight.cutoff [min]"].tolist() == [120, 90, 120, 1440]


# -- runs of points ----------------------------------------------------------------------------------------------------

PLANS = """design: {kind: factorial}
replications: 4
levers:
  plans: {values: [[], [more-sorters], [more-sorters, more-officers]]}
  interventions.more-sorters.at: {values: [2016-05-01, 2016-05-08]}
  stations.sorting.servers: {values: [2, 3]}
"""


def test_run_sets_what_its_point_says_and_travels_as_text(write: Write) -> None:
    study, points = study_of(write(PLANS))
    jobs = Jobs(study, 4)
    job = jobs.job(points[-1], 3)
    assert dict(job.point) == {"interventions.more-sorters.at": "2016-05-08", "stations.sorting.servers": 3}
    again = SweepJob.from_text(job.text)
    assert again == job
    assert again.key == job.key
    described = with_values(unpacked(job.packed), job.point)
    assert set(described.interventions) == {"more-sorters", "more-officers"}
    assert described.interventions["more-sorters"].at == date(2016, 5, 8)


def test_points_that_come_to_the_same_share_their_runs(write: Write) -> None:
    """Without the intervention, its day sets nothing; and 2 is what the base has anyway."""
    study, points = study_of(write(PLANS))
    jobs = Jobs(study, 4)
    plain = [point for point in points[1:] if point.values[0] == () and point.values[2] == 2]
    assert len(plain) == 2
    assert {jobs.job(point, 0).key for point in [points[0], *plain]} == {jobs.job(points[0], 0).key}
    days = design_table(jobs, points)["interventions.more-sorters.at"].tolist()
    assert days[0] == days[plain[0].number] == ""
    assert len({jobs.job(point, 0).key for point in points}) == 2 + 2 * 4


def test_draws_are_the_same_at_all_points_and_not_of_what_varies(write: Write) -> None:
    text = PLANS + "  interventions.more-sorters.measures.more.servers: {values: [1, 4]}\n"
    study, points = study_of(write(text))
    jobs = Jobs(study, 4)
    assert jobs.per_draw == 2
    capital, size = "interventions.more-sorters.capital", "interventions.more-sorters.measures.more.servers"
    with_it = [point for point in points if point.values[0]]
    for r in range(4):
        drawn = [jobs.job(point, r).drawn for point in with_it]
        assert len({each[capital] for each in drawn}) == 1
        assert not any(size in each for each in drawn)
    assert jobs.job(with_it[0], 0).drawn == jobs.job(with_it[0], 1).drawn != jobs.job(with_it[0], 2).drawn


def test_key_of_a_run_says_everything_that_it_depends_on(write: Write) -> None:
    def key(text: str, replication: int = 0, point: int = 1) -> str:
        study, points = study_of(write(text))
        return Jobs(study, 4).job(points[point], replication).key

    first = key(PLANS)
    others = [key(PLANS, replication=1), key(PLANS, point=2), key(PLANS + "parcels_per_row: 3\n")]
    assert len({first, *others}) == 4
    assert key(PLANS + "title: Another title\nlimits: {seconds: 5}\nseed: 9\n") == first


def test_value_of_zero_does_not_hide_what_its_unit_is(write: Write) -> None:
    """The size of a unit cannot be seen from nothing: 0 % to 0.2 is 0 % to 20 %, and the base of 0 d is no 7.2e9 d."""
    text = """design: {kind: factorial}
replications: 2
levers:
  lanes.flight.cancellation: {low: 0 %, high: 0.2}
  lanes.flight.cutoff: {values: [0 d, 12 h]}
"""
    study, points = study_of(write(text))
    assert [point.values for point in points[1:]] == [
        (share, cutoff) for share in ("0.0 %", "20.0 %") for cutoff in ("0 d", "0.5 d")
    ]
    table = design_table(Jobs(study, 2), points)
    assert table["lanes.flight.cancellation [%]"][0] == 10
    assert table["lanes.flight.cutoff [d]"][0] == pytest.approx(1 / 12)


def test_bare_numbers_are_in_the_unit_of_the_field(write: Write) -> None:
    text = "design: {kind: factorial}\nreplications: 2\nlevers:\n  lanes.flight.cutoff: {low: 0, high: 12}\n"
    study, points = study_of(write(text))
    assert design_table(Jobs(study, 2), points)["lanes.flight.cutoff"].tolist() == [2, 0, 12]
    cutoffs = [with_values(study.base.scenario, Jobs(study, 2).job(point, 0).point).lanes["flight"].cutoff
               for point in points[1:]]  # fmt: skip
    assert cutoffs == [0, 12 * HOUR]


def test_share_that_is_set_to_what_it_was_does_not_give_way_to_another(write: Write, library: Path) -> None:
    base = library / "tiny.yaml"
    regions = "  ural: {name: {en: Ural}, order_share: 50 %}\n  siberia: {name: {en: Siberia}, order_share: 10 %}\n"
    text = base.read_text("utf-8").replace("  ural: {name: {en: Ural}, order_share: 60 %}\n", regions, 1)
    text = text.replace("volga: 3.5 d", "volga: 3.5 d, siberia: 5 d").replace(
        "volga: {days: 9 d, spread: 3 d}", "volga: {days: 9 d, spread: 3 d}, siberia: {days: 9 d, spread: 3 d}"
    )
    base.write_text(text.replace("volga: air}", "volga: air, siberia: air}"), "utf-8")
    text = """design: {kind: factorial}
replications: 2
levers:
  regions.ural.order_share: {values: [50 %]}
  regions.volga.order_share: {values: [20 %, 40 %]}
"""
    study, points = study_of(write(text))
    jobs = Jobs(study, 2)
    job = SweepJob.from_text(jobs.job(points[1], 0).text)
    found = with_values(unpacked(job.packed), job.point)
    assert [found.regions[name].order_share for name in ("ural", "volga", "siberia")] == pytest.approx([0.5, 0.2, 0.3])
    assert jobs.job(points[2], 0).key == jobs.job(points[0], 0).key, "nothing of it is new"
