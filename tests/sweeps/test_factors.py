"""A lever or an uncertainty as it is understood from what a sweep says: dates, texts, whole days, units."""

from pathlib import Path

import pytest

import sim
from sim.experiments.sweeps.contract import Varied
from sim.experiments.sweeps.factors import Factor, _parts, _size, factor_of, same_number, written_at
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError
from sim.ticks import HOUR

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return sim.load(TINY)


def test_dates_vary_day_by_day_between_two_or_take_given_values(tiny: Scenario) -> None:
    between = factor_of("horizon.end", Varied(low="2016-06-01", high="2016-06-03", levels=3), tiny, is_lever=True)
    assert (between.kind, between.options) == ("date", ("2016-06-01", "2016-06-02", "2016-06-03"))
    assert [between.at(u) for u in (0.0, 0.5, 0.99)] == ["2016-06-01", "2016-06-02", "2016-06-03"]
    given = factor_of("horizon.end", Varied(values=("2016-06-01", "2016-07-01")), tiny, is_lever=False)
    assert (given.kind, given.is_lever, given.ends) == ("date", False, ("2016-06-01", "2016-07-01"))
    assert given.base_of(tiny) == str(tiny.horizon.end)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ("2016-06-03", "2016-06-01", "low is 2016-06-03 and high is 2016-06-01; low lies below high"),
        ("2016-06-31", "2016-07-01", "'2016-06-31' is no date such as 2016-11-12"),
        ("few", "many", "a range lies between two numbers, or between two dates; give values instead"),
        ("2016-06-01", 5, "a range lies between two numbers, or between two dates; give values instead"),
    ],
)
def test_range_that_is_none_is_refused(low: str, high: str | int, message: str, tiny: Scenario) -> None:
    with pytest.raises(SettingError) as found:
        factor_of("horizon.end", Varied(low=low, high=high), tiny, is_lever=True)
    assert str(found.value) == message


def test_texts_and_switches_take_their_values_as_they_stand(tiny: Scenario) -> None:
    factor = factor_of("lanes.flight.is_open", Varied(values=(True, False)), tiny, is_lever=True)
    assert (factor.kind, factor.options) == ("text", (True, False))
    assert [factor.text(value) for value in (True, False, "slow", ("a", "b"), ())] == [
        "true",
        "false",
        "slow",
        "a+b",
        "none",
    ]
    assert factor.is_same(True, True)
    assert not factor.is_same(True, False)


def test_time_of_whole_days_is_written_in_whole_days() -> None:
    hours = Factor("interventions.lines.lasts", True, "number", "h", HOUR, low=24.0, high=240.0)
    assert [hours.at(u) for u in (0.0, 0.3, 1.0)] == ["24.0 h", "96.0 h", "240.0 h"]


def test_amount_in_another_unit_is_the_same_number() -> None:
    factor = Factor("lanes.flight.cutoff", True, "number", "h", low=1.0, high=2.0)
    assert factor.is_same("90 min", "1.5 h")
    assert factor.number("90 min") == 1.5


def test_text_that_is_no_number_and_units_of_different_things_are_refused() -> None:
    with pytest.raises(SettingError, match="'soon' is no number with a unit"):
        _parts("soon")
    with pytest.raises(SettingError, match="'kg' is no unit of what is given in 'h'"):
        _size("kg", "h")


def test_what_stands_at_a_path_is_found_in_lists_too_and_nothing_is_empty(
    tiny: Scenario,
) -> None:
    assert written_at(tiny, "scenario") == "tiny"
    assert written_at(tiny, "routes.post.paths.air.steps.1") == "sorting"
    assert written_at(tiny, "routes.post.paths.air.steps.99") == ""
    assert written_at(tiny, "routes.post.paths.air.steps.last") == ""
    assert written_at(tiny, "routes") == ""
    assert written_at(tiny, "routes.nowhere.title") == ""


def test_a_number_is_set_by_its_parts_too() -> None:
    assert same_number("lanes.flight.transit.mean", "lanes.flight.transit.parts.0.mean")
    assert same_number("a.tariff.per_kg", "a.tariff")
    assert not same_number("a.tariff", "b.tariff")
